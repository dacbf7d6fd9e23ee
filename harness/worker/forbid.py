"""What the assignment bars is not to be had: importing it gives a name, and using that raises.

An import alone costs nothing, so that a line at the top of a file bars no algorithm that does without. What the worker
has imported already, as torch's own parts, is taken out of reach and out of order: its classes are found by other ways.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any


class Forbidden(ImportError):  # noqa: N818  # students read it in a traceback: torch.optim is Forbidden
    """A means that the assignment bars was used; ``name`` says which."""


class Barred(ModuleType):
    """A module in place of a barred one. What is taken from it is no more than a name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(f"{self.__name__}.{name}")


class Named:
    """Something of a barred module. To call it, to take from it or to make a class of it raises :class:`Forbidden`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise _forbidden(self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _forbidden(self._name)

    def __mro_entries__(self, bases: Any) -> Any:
        raise _forbidden(self._name)

    def __instancecheck__(self, value: Any) -> bool:
        return False

    def __or__(self, other: Any) -> Any:  # as in a hint: Optimizer | None
        return self

    __ror__ = __or__


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds barred modules, empty, and those with something barred in them, which is taken out once they are loaded."""

    def __init__(self, names: Sequence[str], instead: Mapping[str, Barred]) -> None:
        self.names = tuple(names)
        self.instead = instead
        holders = {name.rpartition(".")[0] for name in names}
        self._around = holders | {name.partition(".")[0] for name in holders}
        self._loading = 0

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if within(name, self.names):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if name not in self._around:
            return None
        others = [each for each in sys.meta_path if each is not self]
        spec = next((found for each in others if (found := each.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = partial(self._load, spec.loader.exec_module)  # type: ignore[method-assign]  # a loader is made for each spec
        return spec

    def _load(self, load: Callable[[ModuleType], None], module: ModuleType) -> None:
        self._loading += 1
        try:
            load(module)
        finally:
            self._loading -= 1
        if not self._loading:  # a package that is whole has no more use for it
            take_out(self.names)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return self.instead.get(spec.name) or Barred(spec.name)

    def exec_module(self, module: ModuleType) -> None: ...


def bar(names: Sequence[str]) -> None:
    """From here on ``names`` (modules, with all below them, or something in a module) are not to be had.

    A function written in C is barred under its name alone: it cannot be changed.
    """
    instead: dict[str, Barred] = {}
    for name in [name for name in sys.modules if within(name, names)]:
        module = sys.modules.pop(name)
        instead[name] = _in_place_of(module)
        parent, _, last = name.rpartition(".")
        if parent in sys.modules and not within(parent, names):
            setattr(sys.modules[parent], last, instead[name])
        _put_out_of_order(module, names)
    take_out(names)
    sys.meta_path.insert(0, Finder(names, instead))


def take_out(names: Sequence[str]) -> None:
    """What is barred in a module that is loaded is not to be had any longer."""
    for name in names:
        parent, _, last = name.rpartition(".")
        holder = sys.modules.get(parent)
        if type(holder) is ModuleType and last in vars(holder) and type(vars(holder)[last]) not in (Barred, Named):
            _spoil(vars(holder)[last])
            setattr(holder, last, Named(name))


def used(names: Sequence[str], own: Collection[str]) -> list[str]:
    """The barred modules that were imported all the same: somebody worked for it. ``own`` are the submission's modules:
    a student's keras.py is not Keras."""
    starts = tuple(names)  # most modules are not even like them, and there are thousands
    alike = [each for each in list(sys.modules.items()) if isinstance(each[0], str) and each[0].startswith(starts)]
    loaded = {name: module for name, module in alike if name not in own}
    real = [name for name, module in loaded.items() if within(name, names) and type(module) is not Barred]
    return sorted(name[:80] for name in real)[:3]


def within(name: str, names: Sequence[str]) -> bool:
    """Whether a module is one of those, or below one."""
    return any(name == each or name.startswith(f"{each}.") for each in names)


def _forbidden(name: str) -> Forbidden:
    return Forbidden(f"{name} is barred by the assignment", name=name)


def _in_place_of(module: ModuleType) -> Barred:
    """Of a barred module only the lists are left: what torch imports later of its own adds itself to one of them."""
    barred = Barred(module.__name__)
    vars(barred).update({name: value for name, value in vars(module).items() if type(value) is list})
    return barred


def _put_out_of_order(module: ModuleType, names: Sequence[str]) -> None:
    """None of its functions, methods among them, can be called any longer, whoever finds them: each gets other code."""
    done: set[int] = set()
    waiting = list(vars(module).values())
    while waiting:
        value = waiting.pop()
        if id(value) in done or not issubclass(type(value), (type, FunctionType)):  # nothing else is asked anything
            continue
        if not within(str(value.__module__), names):
            continue
        done.add(id(value))
        if isinstance(value, type):
            waiting += map(_function, vars(value).values())
        elif isinstance(value, FunctionType):
            waiting += [_function(cell.cell_contents) for cell in value.__closure__ or () if _filled(cell)]
        _spoil(value)


def _spoil(value: Any) -> None:
    """A class of which no more are to be made, or a function that is not to be called again, if it is one."""
    if issubclass(type(value), type):
        with suppress(TypeError):  # a class written in C cannot be changed
            value.__init__ = _refuse
    elif issubclass(type(value), FunctionType):
        value.__code__ = _refusing(len(value.__code__.co_freevars))


def _refuse(*args: Any, **kwargs: Any) -> None:
    from harness.worker.forbid import Forbidden  # as code of another function it has that one's globals

    raise Forbidden("barred by the assignment")


@cache
def _refusing(free: int) -> CodeType:
    """Code that refuses, for a function with so many variables of functions around it."""
    return _refuse.__code__.replace(co_freevars=tuple(f"_{at}" for at in range(free)))


def _function(value: Any) -> Any:
    """The function in a method of any kind."""
    if type(value) in (staticmethod, classmethod):
        return value.__func__
    return value.fget if type(value) is property else value


def _filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # nothing was ever put there
        return False
