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
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import CodeType, ModuleType
from typing import Any

from harness.worker.adapt import Adapter, bridged
from harness.worker.failure import failure, missing_library, unused_import
from harness.worker.shapes import shape, shapes

_PACKAGE = "submission"
"""The package that a folder with an ``__init__.py`` at its top is imported as."""

_DEFINITION = re.compile(rb"^(?:class|def)[ \t]+([A-Za-z]\w*)", re.MULTILINE | re.ASCII)

_IN_FULL, _IN_SHORT, _NAMES = 3, 20, 100
"""How many failing files are told in full, how many of the rest in a line, and how many of the names that an adapter
gives: the answer must fit into a header."""


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from a mapping of relative path to source bytes.

    ``roots`` are folders inside it whose modules are found by their names from there on as well, as on Python's path;
    each ends in a slash. ``package`` is the name of the folder that it is all of, where that is known.
    """

    def __init__(self, files: Mapping[str, bytes], roots: Sequence[str] = (), package: str = "") -> None:
        self.files = files
        self._lines: dict[str, Mapping[str, int]] = {}
        package = package or (_PACKAGE if "__init__.py" in files else "")
        prefix = (package,) if package else ()
        self.names = {path: ".".join((*prefix, *_parts(path))) for path in files}
        self.paths = {".".join(_parts(path)): path for path in files} | {self.names[path]: path for path in files}
        for path, root in ((path, root) for root in roots for path in files if path.startswith(root)):
            self.paths.setdefault(".".join(_parts(path.removeprefix(root))), path)
        self.tops = {name.partition(".")[0] for name in self.paths}
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


def modules(files: Mapping[str, bytes]) -> Collection[str]:
    """The names that a submission's own modules and folders are imported by."""
    sources = Sources(files)
    return sources.paths.keys() | sources.folders


def _parts(path: str) -> tuple[str, ...]:
    """A module's dotted name in parts. A dot in a file's name is none of them; a name that is taken gets a tail."""
    parts = [part.replace(".", "_") for part in PurePosixPath(path).with_suffix("").parts]
    while parts[0] in sys.modules:  # a student's random.py: the worker has imported another long ago
        parts[0] += "_"
    return tuple(parts[:-1] if parts[-1] == "__init__" else parts)


def load(
    files: Mapping[str, bytes],
    entries: Sequence[str],
    spare: Sequence[str],
    ids: Sequence[str],
    adapter: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import the ``entries`` and look for ``ids``; where there are none, in the ``spare`` modules as well. With an
    ``adapter`` (the arguments of :class:`Adapter`) what it gives counts, and nothing else.

    Returns the objects by id, and what to tell the grader. One entry that fails does not cost the others what they
    offer.
    """
    adapt: Adapter | None = None
    if adapter:
        try:
            adapt = Adapter(**adapter)
        except BaseException as error:
            failed = [_of_adapter(error, adapter["file"], None)]
            return {}, {"found": {}, "failed": failed, "lost": {}, "courses": [], "names": []}
    sources = Sources(files, _roots(entries), _around(files, entries, adapt.package)) if adapt else Sources(files)
    sources.remember()
    sys.meta_path.insert(0, sources)
    modules: list[ModuleType] = []
    failed = []
    lost: dict[str, str] = {}
    offers: list[tuple[ModuleType, Mapping[str, Any]]] = []
    candidates: dict[str, list[Candidate]] = {}
    for paths in (entries, spare):
        for path in paths:
            try:
                modules.append(importlib.import_module(sources.names[path]))
            except BaseException as error:
                course = None if adapt else _course(path, files)
                library = missing_library(error, sources.tops)
                told = {"file": path, "course": course, "unused": unused_import(error, files), "library": library}
                failed.append({**told, **failure(error, files)})
                expected = adapt.expects(path) if adapt else _defined(files[path], ids)
                lost = {id: path for id in ids if id in expected} | lost
                continue
            if adapt is not None:
                try:
                    offers.append((modules[-1], adapt.offers(modules[-1])))
                except BaseException as error:
                    failed.insert(0, _of_adapter(error, adapt.file, path))  # before what a student could mend
        if adapt is None:
            candidates = {id: found for id in ids if (found := _candidates(id, modules, sources))}
        else:
            candidates = {id: found for id in ids if (found := _adapted(id, offers, sources))}
        if candidates:
            break
    chosen = {id: each[0] for id, each in candidates.items()}
    failed.sort(key=lambda each: not each.get("adapter") and not each.get("course"))
    failed = [*failed[:_IN_FULL], *map(_shortened, failed[_IN_FULL : _IN_FULL + _IN_SHORT])]
    names = dict.fromkeys(name[:80] for _, offered in offers for name in offered)
    answer = {
        "found": {id: each.told(candidates[id][1:]) for id, each in chosen.items()},
        "failed": failed,
        "lost": lost,
        "courses": [] if adapt else _courses(modules, sources, list(chosen.values())),
        "names": list(names)[:_NAMES],
    }
    return {id: each.value for id, each in chosen.items()}, answer


def _roots(entries: Sequence[str]) -> list[str]:
    """The folders around the entries and around their packages: what is run in one of them has it on its path."""
    folders = [folder for path in entries for folder in list(PurePosixPath(path).parents)[1::-1]]
    return list(dict.fromkeys(f"{folder}/" for folder in folders if folder.name))


def _course(path: str, files: Mapping[str, bytes], but: Sequence[str] = ()) -> dict[str, Any] | None:
    """Which adapter reaches most of what a file holds in another course's shape, and its names, other than ``but``."""
    names: dict[str, list[str]] = {}
    for name, adapter in shapes(files[path]).items():
        if name not in but:
            names.setdefault(adapter, []).append(name[:80])
    if not names:
        return None
    adapter = max(names, key=lambda each: len(names[each]))
    return {"file": path, "adapter": adapter, "names": names[adapter][:_IN_SHORT]}


def _courses(modules: Sequence[ModuleType], sources: Sources, found: Sequence[Candidate]) -> list[dict[str, Any]]:
    """What the modules hold in another course's shape under names that no algorithm has. A file that offers something
    in the contract's shape holds helpers."""
    offering = {each.file for each in found if not each.shape}
    paths = dict.fromkeys(sources.paths[module.__name__] for module in modules)
    names = [each.name for each in found]
    courses = [_course(path, sources.files, names) for path in paths if path not in offering]
    return [course for course in courses if course][:_IN_FULL]


def _around(files: Mapping[str, bytes], entries: Sequence[str], package: str) -> str:
    """The ``package``, where the submission is only what that folder holds: with entries at its top and no such folder
    in it."""
    inside = any(package in PurePosixPath(path).parts[:-1] for path in files)
    return package if any("/" not in path for path in entries) and not inside else ""


def _defined(source: bytes, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` that a file defines at its top level, whether or not Python can read it."""
    names = [name.decode() for name in _DEFINITION.findall(source)]
    return {id for id in ids if any(_same(name, id) for name in names)}


def _of_adapter(error: BaseException, adapter: str, path: str | None) -> dict[str, Any]:
    """What an adapter raised, over a module of the student's or by itself."""
    return {"file": path, "adapter": adapter, **failure(error, {adapter})}


@dataclass(frozen=True)
class Candidate:
    """Something whose name matches an algorithm's."""

    name: str
    value: Any
    file: str
    line: int
    backends: Sequence[str]
    shape: str = ""

    def told(self, others: Sequence[Candidate]) -> dict[str, Any]:
        """What the grader hears of it, and of the others that it was preferred to."""
        return {
            "name": self.name,
            "form": _form(self.value),
            "file": self.file,
            "line": self.line,
            "backends": self.backends,
            "shape": self.shape,
            "others": [f"{each.name} ({each.file})" for each in others[:_IN_FULL]],
        }


def _candidates(id: str, modules: Sequence[ModuleType], sources: Sources) -> list[Candidate]:
    """The objects that match: those of another course's shape last; of the others the one of the exact name first, then
    classes, then the rest; none of them twice."""
    found: dict[int, Candidate] = {}
    for module in modules:
        for name, value in _offers(module, set(sources.paths)):
            if _same(name, id):
                key = builtins.id(value)
                home = sys.modules.get(getattr(value, "__module__", None) or "", module)
                where = _where(name, value, module, sources)
                candidate = Candidate(name, value, *where, _backends(home, module), shape(value))
                if key not in found or name == id:
                    found[key] = candidate
    return sorted(found.values(), key=lambda each: (each.shape != "", each.name != id, not inspect.isclass(each.value)))


def _adapted(id: str, offers: Sequence[tuple[ModuleType, Mapping[str, Any]]], sources: Sources) -> list[Candidate]:
    """What an adapter gave, and where the student's part of each stands; once, however many modules have it."""
    found: dict[int, Candidate] = {}
    for module, offered in offers:
        if id in offered:
            student = bridged(offered[id])
            name = str(getattr(student, "__name__", id))
            candidate = Candidate(name, offered[id], *_where(name, student, module, sources), _backends(module))
            found.setdefault(builtins.id(student), candidate)
    return list(found.values())


def _shortened(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "course": None, "text": told["text"][:80], "frames": []}


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
