"""The one folder a worker may write in."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER_MB, FILES = 64, 4096
"""What a worker may write in all."""

_NAME = "gradstep-worker-"
"""How its name begins, before the grader's number: nobody's own, as ``gradstep-2026-homework`` would be."""

ABANDONED_SECONDS = 3600.0
"""How old a folder of a grader that is no more must be, for it may be another machine's that shares our disk."""


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """A new folder, gone afterwards with all that was put into it. Its name is as long in every run: code prints it."""
    folder = tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid():07}-")
    try:
        yield folder
    finally:
        remove(folder)


def sweep() -> None:
    """Remove what a killed grader left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_NAME}*-*"):
        number = folder.name.removeprefix(_NAME).split("-")[0]
        with contextlib.suppress(OSError):
            old = time.time() - folder.stat().st_mtime > ABANDONED_SECONDS
            if old and number.isdigit() and not _alive(int(number)):
                remove(str(folder))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def remove(folder: str) -> None:
    """Remove a folder whatever is in it. Links are not followed.

    A process of its own does it: a tree a thousand folders deep takes as many descriptors of who removes it by
    ``shutil.rmtree``, and those that other workers are started with come from the same thousand.
    """
    with contextlib.suppress(OSError):
        os.rmdir(folder)
        return
    _run("rm", "-rf", folder)
    if os.path.isdir(folder) and not os.path.islink(folder):  # something in it is closed to this user
        _run("chmod", "-R", "u+rwx", folder)
        _run("rm", "-rf", folder)


def _run(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True)
