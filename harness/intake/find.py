"""From a folder to submissions.

The plain layout: each entry of the folder is one submission, a ``.py`` file or a folder with ``.py`` files in it. The
submission's id is the entry's name without its suffix.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

SOURCE_LIMIT = 4 << 20
"""Bytes of all sources of one submission together."""

FILES_LIMIT, DEPTH_LIMIT, ENTRIES_LIMIT = 1000, 32, 200_000
"""Python files of one submission, folders within one another, and what is looked at in all to find them."""

IGNORED = {"__pycache__", "__MACOSX", "node_modules", "venv"}


class IntakeError(Exception):
    """The path that was named cannot be graded, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """One student's files: relative path to content. ``entries`` are the modules to import, in order; ``spare`` those
    to import as well where the entries offer nothing.

    ``problem`` says why there is nothing to import, as a message's id.
    """

    id: str
    path: str
    files: Mapping[str, bytes]
    entries: tuple[str, ...]
    spare: tuple[str, ...] = ()
    problem: str | None = None

    @cached_property
    def sha256(self) -> str:
        """Over names and contents, so that equal submissions have equal hashes wherever they lie."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(f"{len(path)}:{path}{len(content)}:".encode())
            digest.update(content)
        return digest.hexdigest()

    @cached_property
    def mentions_torch(self) -> bool:
        """Whether the sources name torch at all. A wrong guess costs time, never a result."""
        return any(b"torch" in content for content in self.files.values())

    @cached_property
    def mentions_autograd(self) -> bool:
        """Whether they seem to call torch's autograd. A wrong guess costs time, never a result."""
        return any(b"autograd" in content or b".backward(" in content for content in self.files.values())


def find(folder: Path) -> list[Submission]:
    """Every submission under ``folder``, by id. Raises :class:`IntakeError`."""
    if not _exists(folder):
        raise IntakeError(f"{folder}: there is no such folder.")
    if not folder.is_dir():
        raise IntakeError(f"{folder}: is a file; a folder of submissions is needed (gradstep check grades one file).")
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise IntakeError(f"{folder}: cannot be read ({error.strerror}).") from error
    submissions = [_read(entry) for entry in entries if _is_candidate(entry)]
    return _with_unique_ids(submissions)


def unmatched(folder: Path) -> list[str]:
    """The entries of ``folder`` that are no submission: to be told, so that nothing is dropped in silence."""
    others = (entry.name for entry in folder.iterdir() if not _is_candidate(entry))
    told = (name for name in others if name not in IGNORED and not name.startswith((".", "README")))
    return sorted(map(_text, told))


def read(path: Path) -> Submission:
    """The one submission at ``path``, a module or a folder. Raises :class:`IntakeError`."""
    if not _exists(path):
        raise IntakeError(f"{path}: there is no such file or folder.")
    if path.is_file() and path.suffix != ".py":
        raise IntakeError(f"{path}: is no Python module; a .py file or a folder with .py files is needed.")
    submission = _read(path)
    if submission.problem == "no_python":
        raise IntakeError(f"{path}: holds no .py file.")
    return submission


def narrowed(submission: Submission, modules: Sequence[str]) -> Submission:
    """The submission with only the modules of these names (``optim``, ``common/layers``) to import, wherever in it
    they lie, or at its top, where it is only what the folder in their names holds; as it was, where it has none."""
    files = submission.files
    entries = tuple(path for name in modules for path in files if f"/{path}".endswith(f"/{name}.py"))
    entries = entries or tuple(path for name in modules for path in files if path == f"{Path(name).name}.py")
    return replace(submission, entries=entries, spare=()) if entries else submission


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name longer than any name can be, a folder that may not be entered
        raise IntakeError(f"{path}: cannot be read ({error.strerror}).") from error


def _is_candidate(entry: Path) -> bool:
    if entry.name.startswith(".") or entry.name in IGNORED:
        return False
    mode = _mode(entry)
    return stat.S_ISDIR(mode) or (entry.suffix == ".py" and not stat.S_ISLNK(mode))


def _mode(path: str | Path) -> int:
    """What kind of thing it is, a link being a link; 0 where that cannot be told."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


class _Problem(Exception):  # noqa: N818  # a submission's, not an error of this program
    """Why a submission is not taken, as a message's id."""


def _read(path: Path) -> Submission:
    """The submission at ``path``, which may be a link: whoever names it means what it leads to."""
    single = os.path.isfile(path)  # unlike Path.is_file, it never raises
    id = _normal(path.stem if single else path.resolve().name)
    where = _text(str(path))
    files: dict[str, bytes] = {}
    try:
        if single:
            files[_normal(path.name)] = _content(path, SOURCE_LIMIT, os.O_RDONLY)
        else:
            for source in _sources(path):
                left = SOURCE_LIMIT - sum(map(len, files.values()))
                content = _content(source, left, os.O_RDONLY | os.O_NOFOLLOW)
                # Python's own names are normal as well; two that are then alike are told apart
                files[_free(_normal(source.relative_to(path).as_posix()), files)] = content
    except _Problem as problem:
        return Submission(id, where, {}, (), problem=str(problem))
    if not files:
        return Submission(id, where, {}, (), problem="no_python")
    entries = _entries(files)
    return Submission(id, where, files, entries, tuple(path for path in files if path not in entries))


def _content(file: Path, most: int, flags: int) -> bytes:
    """What is in a file, that by now may be another than was found, even a pipe that nobody ever writes to."""
    try:
        descriptor = os.open(file, flags | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _Problem("not_readable")
            content = opened.read(most + 1)
    except OSError:
        raise _Problem("not_readable") from None
    if len(content) > most:
        raise _Problem("too_large")
    return content


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    stem = name.removesuffix(".py")
    return next(
        each for each in itertools.chain([name], (f"{stem}_{n}.py" for n in itertools.count(2))) if each not in taken
    )


def _text(name: str) -> str:
    """A file name as text that can be written anywhere: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _sources(folder: Path) -> list[Path]:
    """The ``.py`` files below ``folder``: links are not followed, virtual environments not entered.

    Raises :class:`_Problem`.
    """
    found: list[Path] = []
    seen = 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = sorted(itertools.islice(listing, ENTRIES_LIMIT + 1), key=lambda entry: entry.name)
        except OSError:
            raise _Problem("not_readable") from None
        seen += len(entries)
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        kinds = [(entry, _mode(entry.path)) for entry in entries if not entry.name.startswith(".")]
        found += [Path(entry) for entry, mode in kinds if entry.name.endswith(".py") and stat.S_ISREG(mode)]
        folders = [Path(entry) for entry, mode in kinds if entry.name not in IGNORED and stat.S_ISDIR(mode)]
        waiting += [(each, depth + 1) for each in reversed(folders)]
        if seen > ENTRIES_LIMIT or depth > DEPTH_LIMIT or len(found) > FILES_LIMIT:
            raise _Problem("too_many_files")
    return found


def _entries(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The modules to import: those at the top; where there are none, the packages; else everything."""
    top = tuple(path for path in files if "/" not in path)
    packages = tuple(path for path in files if path.count("/") == 1 and path.endswith("/__init__.py"))
    return top or packages or tuple(files)


def _with_unique_ids(submissions: list[Submission]) -> list[Submission]:
    """Where ``kim.py`` stands beside ``kim/``, both are graded, each under its full name; what is still alike, as
    names that are no text can be, under a number as well."""
    counts = Counter(each.id for each in submissions)
    unique: dict[str, Submission] = {}
    for each in submissions:
        id = name = _normal(Path(each.path).name) if counts[each.id] > 1 else each.id
        number = 1
        while id in unique:
            number += 1
            id = f"{name} ({number})"
        unique[id] = replace(each, id=id)
    return list(unique.values())


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", _text(name))
