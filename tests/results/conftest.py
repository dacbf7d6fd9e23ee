"""What reaches the disk, and in which order."""

from __future__ import annotations

import os
import stat

import pytest


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is pushed to the disk, and when something is put in place, as it happens."""
    happened: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(file: int) -> None:
        fsync(file)
        happened.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")

    def replaced(*names: str) -> None:
        replace(*names)
        happened.append("in place")

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    return happened


@pytest.fixture
def closed_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that lets no folder be opened."""
    open = os.open

    def opened(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_DIRECTORY:
            raise PermissionError
        return open(path, flags, mode)

    monkeypatch.setattr(os, "open", opened)
