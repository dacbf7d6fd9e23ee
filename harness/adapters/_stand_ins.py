"""Modules that stand in for what is not there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def stand_in(modules: Mapping[str, Mapping[str, Any]]) -> None:
    """Have ``modules``, each with these names in it, imported where nothing else is found under their name."""
    sys.meta_path.append(_StandIns(modules))


class _StandIns(MetaPathFinder, Loader):
    def __init__(self, modules: Mapping[str, Mapping[str, Any]]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        is_package = any(other.startswith(f"{name}.") for other in self._modules)
        return ModuleSpec(name, self, is_package=is_package) if name in self._modules else None

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(self._modules[module.__name__])
