"""An instructor's adapter, as the grader sees it: a file that is read and never run.

It runs in the worker, beside the student's module: see :mod:`harness.worker.adapt`. What the grader must know of it
stands in assignments of literals at its top level: ``MODULES``, the students' modules it looks at, ``FIXED``, the
hyper-parameters its course hard-codes, and ``SETTINGS``, what may follow its name after a colon.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.assignment import nearest
from reference import pages

SHIPPED = Path(__file__).with_name("adapters")
"""The folder of the adapters that ship; each is known by its file's name."""


class AdapterError(Exception):
    """The adapter is not usable; one sentence says why and what would be."""


@dataclass(frozen=True)
class Adapter:
    """One adapter. ``name`` is what it was asked for by, ``file`` what tracebacks call it."""

    name: str
    file: str
    source: bytes
    modules: tuple[str, ...] = ()
    fixed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    setting: str | None = None


def shipped() -> list[str]:
    """The names of the adapters that ship."""
    return sorted(file.stem for file in SHIPPED.glob("[!_]*.py"))


def load(name: str) -> Adapter:
    """Read the adapter ``FILE.py`` or one that ships, with a setting behind a colon. Raises :class:`AdapterError`."""
    base, setting = _split(name)
    path = SHIPPED / f"{base}.py" if base in shipped() else Path(base)
    if path.suffix != ".py":
        raise AdapterError(f"{base!r} is no adapter{nearest(base, [*shipped(), 'FILE.py'])}")
    file = f"harness/adapters/{path.name}" if base in shipped() else str(path)
    try:
        source = path.read_bytes()
        tree = ast.parse(source)
    except OSError as error:
        raise AdapterError(f"{base}: cannot be read ({error.strerror}).") from error
    except SyntaxError as error:
        raise AdapterError(f"{base}, line {error.lineno or 1}: Python cannot read it ({error.msg}).") from error
    except ValueError as error:  # a NUL byte, an unknown encoding
        raise AdapterError(f"{base}: is no Python ({error}).") from error
    if "adapt" not in _names(tree):
        raise AdapterError(f"{base}: has no function adapt(module), which gives the contract's names their objects.")
    settings = _texts(tree, "SETTINGS", base)
    if setting is not None and setting not in settings:
        known = nearest(setting, settings) if settings else "; it has none."
        raise AdapterError(f"{base}: {setting!r} is no setting of this adapter{known}")
    return Adapter(name, file, source, _modules(tree, base), _fixed(tree, base), setting)


def _split(name: str) -> tuple[str, str | None]:
    base, colon, setting = name.rpartition(":")
    return (base, setting) if colon and (base in shipped() or base.endswith(".py")) else (name, None)


def _names(tree: ast.Module) -> Iterator[str]:
    """What the top level defines, assigns or imports."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case _:
                yield from (name for name, _ in _assigned(node))


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _declared(tree: ast.Module, wanted: str, base: str) -> tuple[Any, ast.expr | None]:
    """The literal that the top level assigns to a name, and where it stands; None where there is none."""
    found = [value for node in tree.body for name, value in _assigned(node) if name == wanted]
    if not found:
        return None, None
    try:
        return ast.literal_eval(found[-1]), found[-1]
    except ValueError:
        line = found[-1].lineno
        message = f"{base}, line {line}: {wanted} is no literal; it is read without running the file."
        raise AdapterError(message) from None


def _texts(tree: ast.Module, wanted: str, base: str) -> tuple[str, ...]:
    value, node = _declared(tree, wanted, base)
    if node is None:
        return ()
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, str) for each in value):
        raise AdapterError(f"{base}, line {node.lineno}: {wanted} is {value!r}; a tuple of texts is needed.")
    return tuple(value)


def _modules(tree: ast.Module, base: str) -> tuple[str, ...]:
    """Names of modules, in a tuple, or in a dict with the algorithms of each."""
    value, node = _declared(tree, "MODULES", base)
    if not isinstance(value, dict):
        return _texts(tree, "MODULES", base)
    assert node is not None
    place = f"{base}, line {node.lineno}"
    for name, ids in value.items():
        if not isinstance(name, str) or not isinstance(ids, (tuple, list)):
            raise AdapterError(f"{place}: MODULES[{name!r}] is {ids!r}; a tuple of algorithms is needed.")
        if unknown := [id for id in ids if id not in pages()]:
            known = nearest(str(unknown[0]), list(pages()))
            raise AdapterError(f"{place}: MODULES[{name!r}] has an unknown name {unknown[0]!r}{known}")
    return tuple(value)


def _fixed(tree: ast.Module, base: str) -> Mapping[str, Mapping[str, Any]]:
    value, node = _declared(tree, "FIXED", base)
    if node is None:
        return {}
    for id, hyper in _items(node, "FIXED", list(pages()), base):
        for name, number in _items(hyper, f"FIXED[{id!r}]", list(pages()[id].settings({})), base):
            if not _is_number(ast.literal_eval(number)):
                place = f"{base}, line {number.lineno}"
                raise AdapterError(f"{place}: {name} of {id} is {ast.unparse(number)}; a number is needed.")
    return value  # type: ignore[no-any-return]  # every part of it was just looked at


def _items(node: ast.expr, what: str, known: Sequence[str], base: str) -> Iterator[tuple[str, ast.expr]]:
    """The keys of a dict, each known, and where their values stand."""
    if not isinstance(node, ast.Dict):
        place = f"{base}, line {node.lineno}"
        raise AdapterError(f'{place}: {what} is no dict; one as {{"adam": {{"eps": 1e-7}}}} is needed.')
    for key, value in zip(node.keys, node.values, strict=True):
        assert key is not None  # `**other` is no literal
        name = ast.literal_eval(key)
        if name not in known:
            raise AdapterError(
                f"{base}, line {key.lineno}: {what} has an unknown name {name!r}{nearest(str(name), known)}"
            )
        yield name, value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)
