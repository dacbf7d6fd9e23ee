"""The one folder a worker may write in."""

from __future__ import annotations

import contextlib
import os
import shutil
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
    """Remove a folder whatever is in it. Links are not followed; a tree deeper than Python can go is left to ``rm``."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder):
        subprocess.run(["rm", "-rf", "--", folder], check=False, capture_output=True)
