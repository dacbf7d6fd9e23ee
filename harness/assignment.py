"""What is asked of the students: which algorithms, for how many points, under which limits."""

from __future__ import annotations

import difflib
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from reference import pages

DEFAULT = Path(__file__).with_name("lecture08.toml")
"""Lecture 8, which ships with the package and shows every key."""

DEFAULT_ID = "hw8"
"""What ``--assignment`` calls it."""

KEYS: Mapping[str, frozenset[str]] = {
    "assignment": frozenset({"id", "title", "lecture", "algorithms", "dialects", "partial", "forbid"}),
    "points": frozenset(),  # any algorithm's id
    "limits": frozenset({"seconds", "submission_seconds", "memory_mb"}),
}


PUBLIC_SEED = 0
"""The seed of the cases a student checks against."""

SECONDS = (0.1, 24 * 3600)
MEMORY_MB = (64, 1 << 20)
"""The least and the most that a limit may be."""

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

_NEEDED = frozenset({"numpy", *sys.stdlib_module_names})

_WANTED: Mapping[type, str] = {str: "a text", list: "a list", bool: "true or false"}


class AssignmentError(Exception):
    """The assignment file, or a choice of algorithms, is not usable; one sentence says why and what would be."""


@dataclass(frozen=True)
class Assignment:
    """One assignment. ``points`` holds every algorithm asked for, in the lecture's order."""

    id: str
    title: str
    points: Mapping[str, float]
    dialects: Literal["accept", "half", "reject"] = "accept"
    partial: bool = True
    seconds: float = 10.0
    submission_seconds: float = 300.0
    memory_mb: int = 2048
    forbid: tuple[str, ...] = ()
    """Modules that a submission may not use, with all below them."""

    def only(self, patterns: Sequence[str]) -> Assignment:
        """The same with fewer algorithms. Raises :class:`AssignmentError` for a name that matches none."""
        chosen = choose(patterns, list(self.points))
        return replace(self, points={id: self.points[id] for id in chosen})


def choose(patterns: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The ``ids`` that match a pattern (an id or a glob such as ``keras_*``), in their own order.

    Case and underscores do not matter, as in students' files.
    """
    wanted: set[str] = set()
    for pattern in patterns:
        matching = [id for id in ids if fnmatchcase(_plain(id), _plain(pattern))]
        if not matching:
            raise AssignmentError(f"{pattern!r} is no algorithm of this assignment{nearest(pattern, ids)}")
        wanted.update(matching)
    return [id for id in ids if id in wanted]


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def nearest(name: str, known: Sequence[str]) -> str:
    """The end of a sentence: it suggests the nearest known name, or names a few."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known[:12])}."


def load(path: Path = DEFAULT) -> Assignment:
    """Read an assignment file. Raises :class:`AssignmentError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: is no TOML ({error}).") from error
    return _read(data, path)


def _read(data: Mapping[str, Any], path: Path) -> Assignment:
    _check_keys(data, KEYS.keys(), path, "")
    head, limits = _table(data, "assignment", path), _table(data, "limits", path)
    _check_keys(head, KEYS["assignment"], path, "assignment")
    _check_keys(limits, KEYS["limits"], path, "limits")
    known = list(pages())
    id = _value(head, "id", str, path.stem, path)
    if not id or id in (".", "..") or "/" in id or "\\" in id or "\0" in id:
        raise AssignmentError(f"{path}: id is {id!r}; it names a folder under reports, so it must be able to.")
    patterns = _value(head, "algorithms", list, ["*"], path)
    if not patterns:
        raise AssignmentError(f"{path}: algorithms is empty; leave it out to ask for all of them.")
    try:
        ids = choose([str(pattern) for pattern in patterns], known)
    except AssignmentError as error:
        raise AssignmentError(f"{path}: algorithms: {error}") from None
    forbid = tuple(_value(head, "forbid", list, [], path))
    if odd := [each for each in forbid if not isinstance(each, str) or not _MODULE.fullmatch(each)]:
        raise AssignmentError(
            f"{path}: forbid holds {odd[0]!r}; names of modules are needed, or of what is in "
            "one, such as 'torch.optim'."
        )
    if needed := [each for each in forbid if each.partition(".")[0] in _NEEDED]:
        raise AssignmentError(
            f"{path}: forbid holds {needed[0]!r}; numpy and Python's own modules cannot be barred: what runs students' "
            "code needs them."
        )
    points = _table(data, "points", path)
    _check_keys(points, known, path, "points")
    dialects = _value(head, "dialects", str, "accept", path)
    if dialects not in ("accept", "half", "reject"):
        raise AssignmentError(f"{path}: dialects is {dialects!r}; it must be accept, half or reject.")
    return Assignment(
        id=id,
        title=_value(head, "title", str, path.stem, path),
        points={id: _amount(points, id, 1.0, path) for id in ids},
        dialects=dialects,
        partial=_value(head, "partial", bool, True, path),
        seconds=_limit(limits, "seconds", 10.0, SECONDS, path),
        submission_seconds=_limit(limits, "submission_seconds", 300.0, SECONDS, path),
        memory_mb=int(_limit(limits, "memory_mb", 2048, MEMORY_MB, path)),
        forbid=forbid,
    )


def _table(data: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, Mapping):
        raise AssignmentError(f"{path}: {name} must be a table, [{name}].")
    return table


def _check_keys(table: Mapping[str, Any], known: Any, path: Path, where: str) -> None:
    for key in table:
        if key not in known:
            place = f"[{where}] has" if where else "there is"
            raise AssignmentError(f"{path}: {place} an unknown key {key!r}{nearest(key, sorted(known))}")


def _value(table: Mapping[str, Any], key: str, kind: type, default: Any, path: Path) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind):
        raise AssignmentError(f"{path}: {key} is {value!r}; {_WANTED[kind]} is needed.")
    return value


def _limit(table: Mapping[str, Any], key: str, default: float, bounds: tuple[float, float], path: Path) -> float:
    value = _amount(table, key, default, path)
    low, high = bounds
    if not low <= value <= high:
        raise AssignmentError(f"{path}: {key} is {table[key]!r}; a number between {low:g} and {high:.0f} is needed.")
    return value


def _amount(table: Mapping[str, Any], key: str, default: float, path: Path) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise AssignmentError(f"{path}: {key} is {value!r}; a number from 0 on is needed.")
    return float(value)
