"""A folder of what was computed once and need not be again: frames with a checksum, one file each.

Nothing depends on it: what is not there, not whole, or not ours, is computed again, and where no folder can be written
to, everything is. Results are the same either way. Only what follows from the public seed is ever kept: whoever reads
the folder, or guesses at what is in it, learns nothing of hidden inputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.results.file import sync_names
from harness.worker import wire

_KEY, KEY_BYTES = "key", 32

VARIABLE = "GRADSTEP_CACHE_DIR"
"""Names another folder; empty, it says that nothing is to be kept."""

NEWEST = 400
"""So many files are kept: those of the last few versions that were used."""

SIZE_LIMIT = 64 << 20
"""Bytes of a file."""

_MAGIC, _HALF_WRITTEN = b"gradstep kept 1\n", ".gradstep-"
_START = len(_MAGIC) + hashlib.sha256().digest_size


def usual_folder() -> Path | None:
    """Where this user's caches go; None where nothing is to be kept, or there is no home."""
    if VARIABLE in os.environ:
        return Path(os.environ[VARIABLE]) if os.environ[VARIABLE] else None
    try:
        home = Path.home()
    except RuntimeError:  # there is no such user
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "gradstep"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "gradstep" / "Cache"
    told = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (told if told.is_absolute() else home / ".cache") / "gradstep"  # a relative one is to be ignored


class Store:
    """The files of one folder, which is made when the first is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str) -> Any | None:
        """What was saved under ``name``, or None."""
        try:
            data = self._read(self.folder / name)
            if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : _START] != _checksum(name, data[_START:]):
                return None
            return wire.opened(data[_START:])
        except (OSError, wire.WireError):
            return None

    def save(self, name: str, payload: Any) -> None:
        """Keep plain data with arrays in it, whole or not at all; not where that is not possible."""
        body = wire.frame(payload)
        temporary = None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _ours(os.stat(self.folder)):
                return
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=_HALF_WRITTEN)  # for nobody else to read
            with open(handle, "wb") as file:
                file.write(_MAGIC + _checksum(name, body) + body)
            os.replace(temporary, self.folder / name)
            self._prune()
        except OSError:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def key(self) -> bytes | None:
        """What only this user has; None where it cannot be kept."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / _KEY
            if not path.exists():
                handle, new = tempfile.mkstemp(dir=self.folder, prefix=_HALF_WRITTEN)
                try:
                    with open(handle, "wb") as file:
                        file.write(secrets.token_bytes(KEY_BYTES))
                        file.flush()
                        os.fsync(handle)  # what it seals is on the disk as well
                    with contextlib.suppress(FileExistsError):  # another process was faster
                        os.link(new, path)
                finally:
                    os.unlink(new)
                sync_names(self.folder)
            key = self._read(path)
            return key if len(key) == KEY_BYTES else None
        return None

    def _read(self, path: Path) -> bytes:
        """Raises OSError, also where it is another user's, or others may write to it."""
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or not _ours(about) or not _ours(os.stat(path.parent)):
                raise PermissionError(path)
            return file.read(SIZE_LIMIT)

    def _prune(self) -> None:
        """Remove the oldest of our files, those of a process that was killed while it wrote among them. Others may lie
        there as well: the folder may be any that ``VARIABLE`` names."""
        files = [(each.stat().st_mtime, each.path) for each in os.scandir(self.folder) if each.is_file()]
        if len(files) <= NEWEST:
            return
        for _, path in sorted((each for each in files if _kept(Path(each[1]))), reverse=True)[NEWEST:]:
            with contextlib.suppress(OSError):  # another process was faster
                os.unlink(path)


def _kept(path: Path) -> bool:
    """Whether it is a file of a store's."""
    if path.name.startswith(_HALF_WRITTEN):
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:  # another process was faster, or it is closed to this user
        return False


def _ours(about: os.stat_result) -> bool:
    """Whether it belongs to this user, and nobody else may write to it."""
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _checksum(name: str, body: bytes) -> bytes:
    """With the name in it, so that no file is taken for another."""
    return hashlib.sha256(name.encode() + b"\0" + body).digest()
