"""The levels of isolation that this machine reaches, each as a context in which it can be had.

At ``strict`` a worker becomes another user, who must be able to read Python and all that is installed. Where the Python
that runs the tests lies in a folder that is closed to others, what they start runs by another one, made here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from harness.runner import isolation
from harness.runner.isolation import Isolation, IsolationError

ROOT = Path(__file__).parents[1]

NOBODY = 65534
NEEDED = "import numpy, torch, harness.worker.zygote, tests.levels"


@contextmanager
def reached(name: str) -> Iterator[Isolation]:
    """A level of isolation, and the Python that it needs. Raises :class:`IsolationError`."""
    wanted = "none" if name == "limited" else name
    try:
        chosen = isolation.choose(wanted, isolation.probe())
    except IsolationError:
        if name != "strict" or os.geteuid() != 0:
            raise
    else:
        yield chosen
        return
    with _running(readable_python()):
        yield isolation.choose(wanted, isolation.probe())


@contextmanager
def best() -> Iterator[Isolation]:
    """The highest level that can be had."""
    try:
        with reached("strict") as chosen:
            yield chosen
    except IsolationError:
        yield isolation.best(isolation.probe())


@contextmanager
def _running(python: str) -> Iterator[None]:
    """What is started within the context runs by that Python."""
    ours, sys.executable = sys.executable, python
    isolation.probe.cache_clear()
    try:
        yield
    finally:
        sys.executable = ours
        isolation.probe.cache_clear()


@cache
def readable_python() -> str:
    """A Python with all that grading needs, which every user of this machine can run; only root can find one.

    Raises :class:`IsolationError`.
    """
    if _unable(sys.executable) is None:
        return sys.executable
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    why = f"no {version} that every user can read"
    for candidate in filter(os.path.exists, (f"/usr/bin/{version}", f"/usr/local/bin/{version}")):
        python = _made_of(candidate)
        why = _unable(python)
        if why is None:
            return python
    raise IsolationError(f"there is no Python here that every user can run gradstep with: {why}")


def _made_of(candidate: str) -> str:
    """An environment of that Python, with the packages of the one that runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="readable-python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    subprocess.run([candidate, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    paths = [str(ROOT), *site.getsitepackages(), *(each for each in sys.path if "site-packages" in each)]
    (packages / "others.pth").write_text("\n".join(dict.fromkeys(paths)), encoding="utf-8")
    return str(folder / "bin" / "python")


def _unable(python: str) -> str | None:
    """Why another user cannot grade by a Python; None where it can."""
    try:
        done = subprocess.run(
            [python, "-c", NEEDED],
            cwd=ROOT,
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else "".join(done.stderr.strip().splitlines()[-1:])
