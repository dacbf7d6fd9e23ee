"""An exception as data: what it was, what it said, and where in the student's files it came from."""

from __future__ import annotations

import ast
import linecache
import re
import traceback
from collections.abc import Collection, Mapping
from typing import Any

TEXT_LIMIT = 1000
FRAME_LIMIT = 5

_ADDRESS = re.compile(r"\bat 0x[0-9a-f]+")
"""Where an object lies, as ``repr`` has it: elsewhere in every run, which must not look as if the code drew numbers."""

_TORCH_SAYS = "DefaultCPUAllocator: can't allocate memory"


def failure(error: BaseException, files: Collection[str]) -> dict[str, Any]:
    """The exception's type and text and the innermost frames that stand in ``files``, all capped in length."""
    frames = [
        {"file": code.co_filename, "line": line, "function": code.co_name[:80], "code": _line(code.co_filename, line)}
        for code, line in ((frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__))
        if code.co_filename in files
    ][-FRAME_LIMIT:]
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in files:
        file, line = error.filename, error.lineno or 1
        frames.append({"file": file, "line": line, "function": "", "code": _line(file, line)})
    kind = "MemoryError" if out_of_memory(error) else type(error).__name__[:80]
    return {"type": kind, "text": _text(error), "frames": frames}


def unused_import(error: BaseException, files: Mapping[str, bytes]) -> bool:
    """Whether an import failed that the file has no use for, as one an editor inserted."""
    at = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in at if file in files]
    if not isinstance(error, ImportError) or not own:
        return False
    file, line = own[-1]
    tree = ast.parse(files[file])
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node.lineno == line:
            bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            return not bound & {*used, "*"}
    return False


def missing_library(error: BaseException, own: Collection[str]) -> str | None:
    """The library that an import did not find, where it is none of the submission's ``own`` packages and modules."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    library = error.name.partition(".")[0][:80]
    return None if library in own else library


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: numpy raises a subclass of MemoryError, torch a RuntimeError that says so."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and _TORCH_SAYS in _text(error))


def _text(error: BaseException) -> str:
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException as second:  # a student's exception may raise when it is printed
        text = f"(printing it raised {type(second).__name__})"
    return _ADDRESS.sub("at 0x…", text[: 2 * TEXT_LIMIT])[:TEXT_LIMIT]


def _line(file: str, line: int) -> str:
    return linecache.getline(file, line).strip()[:200]
