"""Importing a submission from its sources in memory, and finding what it offers.

The worker needs no access to the student's folder: the sources come over the wire and are imported by a finder of
their own, so that a package's relative imports and a module's siblings work.
"""

from __future__ import annotations

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import linecache
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import CodeType, ModuleType
from typing import Any

from harness.worker.failure import failure

_PACKAGE = "submission"
"""The package that a folder with an ``__init__.py`` at its top is imported as."""

_IN_FULL, _IN_SHORT = 3, 20
"""How many failing files are told in full, and how many of the rest in a line: the answer must fit into a header."""


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from a mapping of relative path to source bytes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._lines: dict[str, Mapping[str, int]] = {}
        prefix = (_PACKAGE,) if "__init__.py" in files else ()
        self.names = {path: ".".join((*prefix, *_parts(path))) for path in files}
        self.paths = {".".join(_parts(path)): path for path in files} | {self.names[path]: path for path in files}
        self.folders = {name[:at] for name in self.paths for at, char in enumerate(name) if char == "."}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name in self.paths:
            origin = self.paths[name]
            is_package = PurePosixPath(origin).name == "__init__.py"
            spec = importlib.util.spec_from_loader(name, self, origin=origin, is_package=is_package)
            assert spec is not None
            spec.has_location = True
            return spec
        if name in self.folders:  # a folder without __init__.py is a package too
            return importlib.machinery.ModuleSpec(name, None, is_package=True)
        return None

    def get_source(self, name: str) -> str:
        return importlib.util.decode_source(self.files[self.paths[name]])

    def get_code(self, name: str) -> CodeType:
        path = self.paths[name]
        return compile(self.files[path], path, "exec", dont_inherit=True)

    def lines(self, path: str) -> Mapping[str, int]:
        """Where the names of a file are defined first, or else assigned."""
        if path not in self._lines:
            defined: dict[str, int] = {}
            assigned: dict[str, int] = {}
            for node in ast.walk(ast.parse(self.files[path])):
                if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    defined.setdefault(node.name, node.lineno)
                elif isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            assigned.setdefault(target.id, node.lineno)
            self._lines[path] = assigned | defined
        return self._lines[path]

    def remember(self) -> None:
        """Let tracebacks show the lines: there is no file to read them from."""
        for name, path in self.paths.items():
            try:
                lines = self.get_source(name).splitlines(keepends=True)
            except (SyntaxError, ValueError):
                continue
            linecache.cache[path] = (len(lines), None, lines, path)


def _parts(path: str) -> tuple[str, ...]:
    """A module's dotted name in parts. A dot in a file's name is none of them; a name that is taken gets a tail."""
    parts = [part.replace(".", "_") for part in PurePosixPath(path).with_suffix("").parts]
    while parts[0] in sys.modules:  # a student's random.py: the worker has imported another long ago
        parts[0] += "_"
    return tuple(parts[:-1] if parts[-1] == "__init__" else parts)


def load(
    files: Mapping[str, bytes], entries: Sequence[str], spare: Sequence[str], ids: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import the ``entries`` and look for ``ids``; where there are none, in the ``spare`` modules as well.

    Returns the objects by id, and what to tell the grader. One entry that fails does not cost the others what they
    offer.
    """
    sources = Sources(files)
    sources.remember()
    sys.meta_path.insert(0, sources)
    modules: list[ModuleType] = []
    failed: list[dict[str, Any]] = []
    candidates: dict[str, list[Candidate]] = {}
    for paths in (entries, spare):
        for path in paths:
            try:
                modules.append(importlib.import_module(sources.names[path]))
            except BaseException as error:
                failed.append({"file": path, **failure(error, files)})
        candidates = {id: found for id in ids if (found := _candidates(id, modules, sources))}
        if candidates:
            break
    told = {id: found[0].told(found[1:]) for id, found in candidates.items()}
    failed = [*failed[:_IN_FULL], *map(_shortened, failed[_IN_FULL : _IN_FULL + _IN_SHORT])]
    return {id: found[0].value for id, found in candidates.items()}, {"found": told, "failed": failed}


@dataclass(frozen=True)
class Candidate:
    """Something whose name matches an algorithm's."""

    name: str
    value: Any
    file: str
    line: int
    backends: Sequence[str]

    def told(self, others: Sequence[Candidate]) -> dict[str, Any]:
        """What the grader hears of it, and of the others that it was preferred to."""
        return {
            "name": self.name,
            "form": _form(self.value),
            "file": self.file,
            "line": self.line,
            "backends": self.backends,
            "others": [f"{each.name} ({each.file})" for each in others[:_IN_FULL]],
        }


def _candidates(id: str, modules: Sequence[ModuleType], sources: Sources) -> list[Candidate]:
    """The objects that match: the one of the exact name first, then classes, then the rest; none of them twice."""
    found: dict[int, Candidate] = {}
    for module in modules:
        for name, value in _offers(module, set(sources.paths)):
            if _same(name, id):
                key = builtins.id(value)
                home = sys.modules.get(getattr(value, "__module__", None) or "", module)
                candidate = Candidate(name, value, *_where(name, value, module, sources), _backends(home, module))
                if key not in found or name == id:
                    found[key] = candidate
    return sorted(found.values(), key=lambda each: (each.name != id, not inspect.isclass(each.value)))


def _shortened(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "text": told["text"][:80], "frames": []}


def _same(name: str, id: str) -> bool:
    return name.replace("_", "").lower() == id.replace("_", "").lower()


def _offers(module: ModuleType, own: set[str]) -> list[tuple[str, Any]]:
    """The public callables a module defines itself: what it imported from elsewhere does not count."""
    offers = []
    for name, value in list(vars(module).items()):
        if name.startswith("_") or not callable(value):
            continue
        if inspect.isclass(value) or inspect.isroutine(value):
            if getattr(value, "__module__", None) in own:
                offers.append((name, value))
        elif type(value).__module__ in own or type(value).__module__ in ("functools", "numpy"):
            offers.append((name, value))  # an instance with __call__, a partial, a vectorized function
    return offers


def _form(value: Any) -> str:
    if inspect.isclass(value):
        return "class"
    return "generator" if inspect.isgeneratorfunction(value) else "function"


def _where(name: str, value: Any, module: ModuleType, sources: Sources) -> tuple[str, int]:
    """File and line of the definition; for a class by reading the source, since a class object does not know."""
    code = getattr(inspect.unwrap(value) if inspect.isfunction(value) else value, "__code__", None)
    if isinstance(code, CodeType) and code.co_filename in sources.files:
        return code.co_filename, code.co_firstlineno
    path = sources.paths.get(getattr(value, "__module__", None) or "") or sources.paths[module.__name__]
    lines = sources.lines(path)
    return path, lines.get(getattr(value, "__name__", name), lines.get(name, 1))


def _backends(*modules: ModuleType) -> list[str]:
    """The BACKEND of the first of ``modules``, or of a package they lie in, that has one; whatever it says is passed
    on, for the grader to refuse."""
    packages = [sys.modules[module.__package__] for module in modules if module.__package__ in sys.modules]
    for module in (*modules, *packages):
        value = vars(module).get("BACKEND")
        if value is not None:
            names = value if isinstance(value, (tuple, list)) else [value]
            return [name if isinstance(name, str) else repr(name)[:80] for name in names][:_IN_FULL]
    return []
