"""Where sources name what the assignment bars. Nothing is run: a name put together at run time is not seen here."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import decode_source

FILE_LIMIT, READ_LIMIT = 128 << 10, 512 << 10
"""Bytes of a file, and of all files together, that are read. A tree takes up to a thousand times as much memory as its
source, and while it is made no other thread runs; no student writes as much."""

_IMPORTING = ("import_module", "__import__")


@dataclass(frozen=True)
class Use:
    """A place that names something barred: ``name`` as the assignment has it."""

    name: str
    file: str
    line: int


def uses(files: Mapping[str, bytes], barred: Sequence[str]) -> list[Use]:
    """The first place of each name in each file, in order. A file that is no Python has none, nor one that is too long,
    and a module of the submission's own that is called like a barred one is not that one. What is barred cannot be
    used, whether its place is found or not."""
    own = {part.removesuffix(".py") for file in files for part in file.split("/")}
    barred = [name for name in barred if name.partition(".")[0] not in own]
    found: dict[tuple[str, str], Use] = {}
    left = READ_LIMIT
    for file, source in files.items():
        if len(source) > min(FILE_LIMIT, left):
            continue
        left -= len(source)
        if not _may_name(source, barred):
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for dotted, line in sorted(_named(tree), key=lambda each: each[1]):
            for name in barred:
                if dotted == name or dotted.startswith(f"{name}."):
                    found.setdefault((file, name), Use(name, file, line))
    return list(found.values())


def _may_name(source: bytes, barred: Sequence[str]) -> bool:
    """Whether a file has to be read at all: each part of a dotted name stands somewhere in it, or in a text that is
    given to something that imports, where it may be written in any way."""
    try:
        text = unicodedata.normalize("NFKC", decode_source(source))  # as Python reads names
    except (SyntaxError, ValueError):
        return True
    parts = [name.split(".") for name in barred]
    return any(word in text for word in _IMPORTING) or any(all(part in text for part in each) for each in parts)


def _named(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every dotted name that is imported, reached through an import, or given as text to something that imports."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield f"{node.module}.{alias.name}", node.lineno
    within: set[int] = set()  # the inner ones of a.b.c, which comes before them
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            within.add(id(node.value))
        if isinstance(node, ast.Attribute) and id(node) not in within and (dotted := _dotted(node)):
            head, _, rest = dotted.partition(".")
            if head in aliases:
                yield f"{aliases[head]}.{rest}", node.lineno
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = _dotted(node.func) or ""
            if called.rpartition(".")[2] in _IMPORTING and isinstance(node.args[0].value, str):
                yield node.args[0].value, node.lineno


def _dotted(node: ast.expr) -> str | None:
    """``a.b.c`` as text."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
