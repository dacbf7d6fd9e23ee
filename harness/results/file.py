"""Writing and reading ``results.json``.

JSON has no NaN and no infinity; they are written as the strings "nan", "inf" and "-inf" and read back as numbers
where the model has a number.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import re
import tempfile
import time
import types
import typing
from collections.abc import Mapping
from functools import cache
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, Literal

from harness.results.model import SCHEMA, Results

NOT_FINITE = ("nan", "inf", "-inf")


_HALF_WRITTEN = re.compile(r"\..+\.(json|jsonl|html|csv)\.[a-z0-9_]{8}")

ABANDONED_SECONDS = 3600.0
"""How old a file of :func:`write_atomically` is that nobody writes any longer."""


class ResultsError(Exception):
    """A results file that cannot be read, in one sentence."""


def to_json(results: Results) -> str:
    """The text of the file."""
    return to_text(results) + "\n"


def to_text(value: Any) -> str:
    """The model, or a part of it, as JSON that can be looked at: what would act instead of show is written as an
    escape, which a reader of JSON takes for the character itself."""
    text = _indented(value)
    acts = {char for char in set(text) if not char.isprintable()} - {"\n"}
    for char in acts:
        text = text.replace(char, json.dumps(char)[1:-1])
    return _without_orders(text)


def to_line(value: Any) -> str:
    """The same in one line, for a program that reads line by line."""
    return _without_orders(json.dumps(plain(value), allow_nan=False))


def _without_orders(text: str) -> str:
    """``##[error]`` and the like are orders to CI systems that read a log."""
    return re.sub(r"##(?=\w*\[)", r"#\\u0023", text)


def write_results(results: Results, path: Path) -> None:
    """Write the file whole or not at all: a reader never sees half of it. Raises OSError."""
    write_atomically(path, to_json(results))


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` beside ``path``, push it to the disk, and put it in place in one move. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp makes it private; reports are to be read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_names(path.parent)


def sync_names(folder: Path) -> None:
    """Push to the disk which files a folder holds, as far as the file system lets a folder be opened for that: what
    was made or put in place there has its name then even where the power goes."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what killed writers left half-written in a folder; another's that is at work now is younger."""
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if _HALF_WRITTEN.fullmatch(file.name) and time.time() - file.lstat().st_mtime > ABANDONED_SECONDS:
                file.unlink()


def read_results(path: Path) -> Results:
    """Read a results file. Raises :class:`ResultsError` with one sentence when it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is no JSON, or only part of a file ({error}).") from error
    if not isinstance(data, dict) or "schema" not in data:
        raise ResultsError(f"{path}: is not a results file; a results.json written by gradstep grade is needed.")
    if data["schema"] != SCHEMA:
        raise ResultsError(f"{path}: has schema {data['schema']!r}; this gradstep reads {SCHEMA!r}.")
    try:
        return typing.cast(Results, build(Results, data, "results"))
    except (TypeError, ValueError) as error:
        raise ResultsError(f"{path}: {error}.") from error


def plain(value: Any) -> Any:
    """The model, or a part of it, as JSON has it."""
    value = _opened(value)
    if type(value) is dict:
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if type(value) is list else value


def _opened(value: Any) -> Any:
    """The same, one level deep."""
    if type(value) is str:  # most of it, and sooner asked
        return _encodable(value)
    if dataclasses.is_dataclass(value):
        kind: type = type(value)
        return {f.name: getattr(value, f.name) for f in _in_file_order(kind)}
    if isinstance(value, Mapping):
        return {_encodable(str(key)): each for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


_SCALAR = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _indented(value: Any, line: str = "\n") -> str:
    """What ``json.dumps(plain(value), indent=1)`` is, in half the time and without that whole tree in memory. ``line``
    begins a line at this depth."""
    value, deeper = _opened(value), line + " "
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is float:
        return repr(value)
    if not value or type(value) not in (dict, list):
        return _SCALAR(value)
    if type(value) is dict:
        inner = [f"{encode_basestring(name)}: {_indented(each, deeper)}" for name, each in value.items()]
        return f"{{{deeper}{f',{deeper}'.join(inner)}{line}}}"
    return f"[{deeper}{f',{deeper}'.join([_indented(each, deeper) for each in value])}{line}]"


def _encodable(text: str) -> str:
    """Text that UTF-8 can write: a lone surrogate, which a student's exception may hold, becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@cache
def _in_file_order(kind: type) -> list[dataclasses.Field[Any]]:
    """The fields, the schema first: a reader wants to know it before anything else."""
    return sorted(dataclasses.fields(kind), key=lambda each: each.name != "schema")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def build(kind: Any, data: Any, where: str) -> Any:
    """Turn plain JSON back into ``kind``; ValueError says where it does not fit."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return data
    if origin in (typing.Union, types.UnionType):
        if data is None:
            return None
        return build(next(each for each in arguments if each is not type(None)), data, where)
    if origin is Literal:
        if data not in arguments:
            raise ValueError(f"{where} is {data!r}; it must be one of {', '.join(map(str, arguments))}")
        return data
    if origin is tuple:
        if not isinstance(data, list):
            raise ValueError(f"{where} must be a list")
        return tuple(build(arguments[0], each, f"{where}[{at}]") for at, each in enumerate(data))
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, data, where)
    if kind is float:
        if data in NOT_FINITE or (isinstance(data, (int, float)) and not isinstance(data, bool)):
            return float(data)
        raise ValueError(f"{where} must be a number")
    wanted = origin or kind
    if not isinstance(data, wanted) or (isinstance(data, bool) and wanted is not bool):
        raise ValueError(f"{where} must be of type {getattr(wanted, '__name__', wanted)}")
    return data


def _build_dataclass(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{where} must be an object")
    fields, hints = {f.name for f in dataclasses.fields(kind)}, _hints(kind)
    if unknown := sorted(set(data) - fields):
        raise ValueError(f"{where} has an unknown key {unknown[0]!r}")
    if lacking := sorted(fields - set(data)):
        raise ValueError(f"{where} lacks {lacking[0]!r}")
    return kind(**{name: build(hints[name], value, f"{where}.{name}") for name, value in data.items()})
