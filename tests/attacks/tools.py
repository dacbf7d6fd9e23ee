# ruff: noqa: F401, F821
# What every attack begins with, so that it is the attacks that use these imports; above it stand constants of run.py.
import array
import contextlib
import ctypes
import errno
import gc
import glob
import inspect
import itertools
import json
import mmap
import os
import platform
import re
import resource
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time

import numpy as np

hoard = []
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class Breach(BaseException):
    """The attack got where nobody may get."""


def breach(what):
    raise Breach(f"BREACH: {what}")


def must_fail(act, *arguments, **more):
    """Nothing that ``act`` raises is a breach; that it raises nothing is."""
    try:
        value = act(*arguments, **more)
    except Exception:
        return
    breach(f"{getattr(act, '__name__', act)}{arguments!r:.100} gave {value!r:.100}")


def call(name, *arguments):
    """Make the system call of that name: its result, or its error's number, negative."""
    ctypes.set_errno(0)
    words = [
        each if isinstance(each, (bytes, ctypes._SimpleCData, ctypes.Array)) else ctypes.c_long(each)
        for each in arguments
    ]
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    return -ctypes.get_errno() if result == -1 else result


def must_be_refused(name, *arguments):
    """A call whose arguments the kernel would find wrong is refused before it looks at them."""
    if (result := call(name, *arguments)) not in (-errno.EPERM, -errno.EACCES):
        breach(f"{name} gave {result}")


def child(work=lambda: None):
    """Fork: the child works, then sleeps for longer than any grading; the parent gets its id."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
            time.sleep(600)
        os._exit(0)
    return pid


def connection():
    """The descriptor of the socket to the grader."""
    return next(fd for fd in map(int, os.listdir("/proc/self/fd")) if is_socket(fd))


def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:  # the one that the list was read through
        return False


def frame(payload, arrays=(), body=b""):
    raw = json.dumps({"payload": payload, "arrays": list(arrays)}).encode()
    return struct.pack(">IQ", len(raw), len(body)) + raw + body


def forge(payload, arrays=(), body=b""):
    os.write(connection(), frame(payload, arrays, body))


def canaries(data):
    """The canaries in some bytes. Their whole text stands nowhere in this file."""
    return re.findall(("gradstep" + "-canary-").encode() + rb"[0-9a-f]{16}", data)


def search(data):
    if found := canaries(data if isinstance(data, bytes) else str(data).encode(errors="replace")):
        breach(found[0].decode())


def memory(pid="self"):
    """What can be read of a process's own memory, piece by piece: heap, stack and everything unnamed.

    Nothing where it cannot be opened: after a change of user not even one's own can.
    """
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as file:
        for line in maps:
            span, rights, _, _, inode, *name = line.split()
            low, high = (int(each, 16) for each in span.split("-"))
            if "r" in rights and inode == "0" and name[:1] not in (["[vvar]"], ["[vsyscall]"], ["[vvar_vclock]"]):
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    for start in range(low, high, 1 << 24):
                        file.seek(start)
                        yield file.read(min(1 << 24, high - start))
