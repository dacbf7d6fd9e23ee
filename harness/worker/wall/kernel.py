"""Asking the kernel what libc has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from typing import Final

MACHINE: Final = platform.machine()

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38


def syscall(number: int, *arguments: object) -> int:
    """Make a system call. Raises OSError."""
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def prctl(option: int, value: int, *more: object) -> int:
    """Set or ask something of this process. Raises OSError."""
    result: int = _libc.prctl(option, ctypes.c_ulong(value), *(more or (ctypes.c_ulong(0),) * 3))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def no_new_privileges() -> None:
    """From here on no program that is started gets more rights than this process has. Raises OSError."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends. Raises OSError."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Be the next of kin to whatever this process's descendants leave behind. Raises OSError."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
