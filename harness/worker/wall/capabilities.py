"""Dropping what root may do beyond other users."""

from __future__ import annotations

import ctypes
import struct
from typing import Final

from harness.worker.wall.kernel import MACHINE, prctl, syscall

_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_VERSION: Final = 0x20080522  # _LINUX_CAPABILITY_VERSION_3: two words a set
_PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 23, 24, 47, 4
_LAST = 63


def drop() -> None:
    """Give up every capability, for this thread and all that it starts. Raises OSError, or KeyError on a machine
    whose call numbers are not known."""
    for capability in range(_LAST + 1):
        try:
            held = prctl(_PR_CAPBSET_READ, capability)
        except OSError:  # the kernel knows no more
            break
        if held:
            try:
                prctl(_PR_CAPBSET_DROP, capability)
            except PermissionError:  # no root: what is not held cannot be had either
                break
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", _VERSION, 0)
    syscall(_CAPSET[MACHINE], ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))
