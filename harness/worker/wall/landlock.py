"""Which files can be opened: those named, and no others. See ``landlock(7)``.

Landlock only ever allows: a rule holds for everything below a folder. So where something below a folder must stay
hidden, the rules are for what stands beside it; see :func:`besides`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from harness.worker.wall.kernel import syscall

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every machine
_VERSION_FLAG, _PATH_BENEATH = 1, 1

# The rights to files, by bit, and the version from which on the kernel knows them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NETWORK: Final = 0b11  # bind and connect by TCP, from version 4 on
_SCOPES: Final = 0b11  # abstract sockets and signals of others, from version 6 on

READ: Final = _READ_FILE | _READ_DIR | _EXECUTE  # a library is mapped to be executed; there is no exec
WRITE_FILE: Final = _WRITE_FILE
WRITE: Final = (
    READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE
)  # plain files and folders: no links, sockets, pipes or devices
_FILE_RIGHTS: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def version() -> int:
    """Which version the kernel has. Raises OSError where it has none, or does not use it."""
    return syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))


def besides(root: Path, hidden: Iterable[Path]) -> Iterator[Path]:
    """The folders and files below ``root`` that together are all of it but what is ``hidden``."""
    below = [each for each in hidden if each == root or root in each.parents]
    if not below:
        yield root
    elif root not in below:
        for child in sorted(root.iterdir()):
            yield from besides(child, below)


class Ruleset:
    """Rules that hold for this thread, and all that it starts, once it is restricted to them."""

    def __init__(self) -> None:
        """Raises OSError."""
        have = version()
        self._handled = _ALL[min(have, max(_ALL))]
        parts = [self._handled, _NETWORK if have >= 4 else 0, _SCOPES if have >= 6 else 0]
        attributes = struct.pack("QQQ", *parts)[: 8 * (1 + (have >= 4) + (have >= 6))]
        flags = ctypes.c_uint32(0)
        self._descriptor = syscall(_CREATE, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), flags)

    def allow(self, rights: int, paths: Iterable[str | os.PathLike[str]]) -> None:
        """Allow what is named, and all below it. What is not there, or cannot be looked at, needs no rule."""
        for path in paths:
            with contextlib.suppress(FileNotFoundError, PermissionError, NotADirectoryError):
                self._allow(rights, path)

    def _allow(self, rights: int, path: str | os.PathLike[str]) -> None:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):
                rights &= _FILE_RIGHTS
            rule = struct.pack("=Qi", rights & self._handled, descriptor)
            arguments = ctypes.c_int(_PATH_BENEATH), ctypes.c_char_p(rule), ctypes.c_uint32(0)
            syscall(_ADD_RULE, ctypes.c_int(self._descriptor), *arguments)
        finally:
            os.close(descriptor)

    def restrict(self) -> None:
        """Hold to the rules from here on. Needs ``no_new_privileges``. Raises OSError."""
        syscall(_RESTRICT, ctypes.c_int(self._descriptor), ctypes.c_uint32(0))
        os.close(self._descriptor)
