"""The one folder a worker may write in."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """A new folder, gone afterwards with all that was put into it."""
    folder = tempfile.mkdtemp(prefix="gradstep-")
    try:
        yield folder
    finally:
        remove(folder)


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
