"""What a worker shuts itself off from, before it has seen a line of student code. Linux only, by ctypes alone.

Each layer holds whatever the others do: :mod:`namespaces` hide other processes and the network, :mod:`capabilities` are
dropped, so that root is a user like any other, :mod:`landlock` decides which files can be opened and :mod:`seccomp`
what may be asked of the kernel at all. None of them can be taken back by the process.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from harness.worker.wall import capabilities, landlock, seccomp
from harness.worker.wall.kernel import no_new_privileges

LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime")
FACTS = ("/usr/share/zoneinfo", "/proc/cpuinfo", "/proc/meminfo", "/proc/self", "/sys/devices/system/cpu")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

PACKAGE = Path(__file__).parents[2]
"""The package ``harness``."""

OURS = tuple(PACKAGE.parent / name for name in ("reference", "harness"))
"""What a worker must not read. Of it only what it runs itself is left."""

OWN = tuple(PACKAGE / name for name in ("__init__.py", "worker", "adapters"))


@cache
def readable() -> tuple[Path, ...]:
    """What a worker may read: Python, the packages that are installed, the system's libraries; nothing of ours."""
    roots = [Path(sys.base_prefix, "lib"), *map(Path, (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")))]
    roots += map(Path, [*site.getsitepackages(), *LIBRARIES])
    if site.ENABLE_USER_SITE:
        roots.append(Path(site.getusersitepackages()))
    # Of another folder on the path only what is no project that holds us: an editable install of gradstep lies there.
    roots += [each for each in map(Path, sys.path) if not any(ours.parent == each for ours in OURS)]
    hidden = [*OURS, *(each.resolve() for each in OURS)]
    allowed = {each for root in roots for each in landlock.besides(root.resolve(), hidden)}
    return tuple(sorted(allowed | {*OWN, *map(Path, FACTS)}))


@cache
def _allowed(barred: Sequence[str]) -> tuple[Path, ...]:
    """What may be read, but for the modules that are ``barred``."""
    hidden = list(_files_of(barred))
    return tuple(each for root in readable() for each in landlock.besides(root, hidden))


def prepare(barred: Sequence[str]) -> None:
    """Once, before any worker is forked: find out what may be read, and have Python remember which packages there
    are, and in which versions, since a worker may not list a folder that some of ours lies in, or something barred."""
    _allowed(tuple(barred))
    importlib.util.find_spec("gradstep_has_no_such_module")
    for _ in importlib.metadata.distributions():
        pass


def confine(folder: str, uid: int | None = None, barred: Sequence[str] = ()) -> None:
    """Put up the wall: what is installed may be read, but for the modules that are ``barred``, and ``folder`` written
    in; ``uid`` is whom to become.

    Raises OSError, or KeyError on a machine whose call numbers are not known.
    """
    rules = landlock.Ruleset()  # and all its paths opened, before another user may no longer look
    rules.allow(landlock.READ, _allowed(tuple(barred)))
    rules.allow(landlock.READ | landlock.WRITE_FILE, DEVICES)
    rules.allow(landlock.WRITE, [folder])
    no_new_privileges()
    if uid is not None:
        become(uid)
    capabilities.drop()
    rules.restrict()
    seccomp.restrict()


def _files_of(modules: Sequence[str]) -> Iterator[Path]:
    """Where installed modules lie, each a folder or a file."""
    for root in filter(None, sys.path):
        for parts in (name.split(".") for name in modules):
            for path in (Path(root, *parts), Path(root, *parts).with_suffix(".py")):
                if path.exists():
                    yield path.resolve()


def become(uid: int) -> None:
    """Be another user, of a group of the same number and no other. Raises OSError."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
