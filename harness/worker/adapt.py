"""An instructor's adapter at work: it turns a student's module into objects of the contract's forms.

Its source comes over the wire, as the student's does. It runs before the submission is imported, and so does its
``before``, to supply what the students' Python had and this one has not; then ``adapt`` is called with each module.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

_NAME = "gradstep_adapter"
"""What the adapter is imported as: no name that a student's file would have."""


class Adapter:
    """The adapter ``file``, run from its ``source`` with a ``setting``, where one was chosen."""

    def __init__(self, file: str, source: bytes, setting: str | None) -> None:
        self.file = file
        lines = source.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[file] = (len(source), None, lines, file)
        self._module = sys.modules[_NAME] = ModuleType(_NAME)
        exec(compile(source, file, "exec", dont_inherit=True), vars(self._module))
        if setting is not None:
            vars(self._module)["SETTING"] = setting
        if before := vars(self._module).get("before"):
            before()

    @property
    def package(self) -> str:
        """The folder that the course keeps its modules in, where it says so."""
        return str(vars(self._module).get("PACKAGE", ""))

    def expects(self, path: str) -> frozenset[str]:
        """The algorithms that the course has in a module, by the adapter's word."""
        modules = vars(self._module).get("MODULES")
        places = modules.items() if isinstance(modules, dict) else ()
        return frozenset(id for name, ids in places if is_module(path, name) for id in ids)

    def offers(self, module: ModuleType) -> Mapping[str, Any]:
        """What it gives for one module of the student's, by the contract's names; whatever it raises passes through."""
        found = self._module.adapt(module)
        if not isinstance(found, dict):
            raise TypeError(f"adapt returned {type(found).__name__}, not a dict")
        return {str(name): value for name, value in found.items() if value is not None}


def is_module(path: str, name: str) -> bool:
    """Whether the file at ``path`` is the module of this name, which may begin with a folder: that is left out where
    the submission is only what the folder holds."""
    return f"/{path}".endswith(f"/{name}.py") or path == f"{PurePosixPath(name).name}.py"


def bridged(value: Any) -> Any:
    """What the student wrote: the function or class that an adapter's object names as its ``student``."""
    return getattr(value, "student", value)
