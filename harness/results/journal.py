"""The journal: each submission's result on the disk as soon as there is one, so that a run that ends early loses none.

``journal.jsonl`` lies beside the results. One line is one record, behind a seal; the last one of a submission counts.
What is torn, edited, sealed by somebody else or not understood counts as not there, and is graded again: a journal may
come with what strangers hand in.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hmac
import json
import os
import stat
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, cast

from harness.results.file import build, plain, sync_names
from harness.results.model import Message, SubmissionResult

NAME = "journal.jsonl"

LINE_LIMIT, LENGTH_LIMIT = 64 << 20, 4 << 30
"""Bytes of a line, and of all that is read, from the end: a record of a whole lecture takes 30 thousand."""

LOCK_SECONDS = 1.0
"""How long a lock is waited for: a grader that was killed while it started a process has it for a moment longer."""

_HEAD, _BEGIN = b'{"seal": "', b'", "id": '
_SEAL = slice(len(_HEAD), len(_HEAD) + 64)


@dataclass(frozen=True)
class Part:
    """One algorithm of a record.

    ``key`` stands for all that its result hangs on beside the submission; empty, the result is never taken over. Where
    it ``ran``, ``message`` and ``notes`` are its own, before the other algorithms were looked at.
    """

    id: str
    key: str
    ran: bool
    message: Message | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Record:
    """One submission's result, and what of it can be taken over when. ``devices`` is where it could have run."""

    result: SubmissionResult
    parts: tuple[Part, ...]
    devices: tuple[str, ...]
    schema: Literal["gradstep/journal/v1"] = "gradstep/journal/v1"


class LockedError(Exception):
    """Another process writes this journal."""


class _Place(NamedTuple):
    start: int
    length: int


class Journal:
    """The journal of a folder, a context manager; threads may share it.

    Entering raises :class:`LockedError` where another process is in it. Nothing else raises: while the disk cannot be
    written to, records are kept in memory, ``fault`` says why, and each further one tries again.
    """

    def __init__(self, folder: Path, key: bytes = b"") -> None:
        """``key`` is what it is sealed with, and nobody else has."""
        self.path = folder / NAME
        self._key = key
        self.fault: str | None = None
        self._lock = threading.Lock()
        self._file: int | None = None
        self._places: dict[str, _Place] = {}
        self._unsaved: dict[str, bytes] = {}

    def __enter__(self) -> Journal:
        try:
            self._file = _opened(self.path)
            with contextlib.suppress(OSError):  # there is no room: what was cut off is not read then
                _end_line(self._file)
            self._places, ours = _places(self._file, self._key)
            foreign = os.fstat(self._file).st_size - ours
        except OSError as error:
            self._failed(error)
        else:  # what another user's key has sealed stays at least until this run has results in its place
            if not foreign and ours > 2 * self._used():
                self.keep(list(self._places))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None

    @property
    def ids(self) -> Collection[str]:
        """The submissions that there are records of."""
        return list({**self._places, **self._unsaved})

    def record(self, id: str) -> Record | None:
        """What is known of a submission."""
        with self._lock:
            try:
                line = self._line(id)
            except OSError:
                return None
        found = _record(line)
        return found if found and found.result.id == id else None

    def append(self, record: Record) -> None:
        """Take a record; on return it is on the disk, if that can be."""
        with self._lock:
            self._unsaved[record.result.id] = _written(record, self._key)
            try:
                self._save()
            except OSError as error:
                self._failed(error)
            else:
                self.fault = None

    def keep(self, ids: Collection[str]) -> None:
        """Write the file anew with the records of these submissions only, whole or not at all."""
        with self._lock:
            wanted = [id for id in ids if id in self._places or id in self._unsaved]
            try:
                if (
                    self._in_place()
                    and not self._unsaved
                    and os.fstat(self._descriptor).st_size == sum(self._places[id].length for id in wanted)
                ):
                    return
                self._rewrite(wanted)
            except OSError as error:
                if self._unsaved:  # else what stands there is right, only longer
                    self._failed(error)
            else:
                self.fault = None

    @property
    def durable(self) -> bool:
        """Whether all that was appended is on the disk, under the journal's name."""
        return not self._unsaved and self._in_place()

    # -- under the lock -------------------------------------------------------------------------------------------

    @property
    def _descriptor(self) -> int:
        if self._file is None:
            raise OSError(errno.EBADF, self.fault or "it is not open")
        return self._file

    def _failed(self, error: OSError) -> None:
        self.fault = error.strerror or str(error)

    def _used(self) -> int:
        return sum(place.length for place in self._places.values())

    def _in_place(self) -> bool:
        """Whether the name still leads to the open file: a removed one can be written to, and is lost."""
        return self._file is not None and _same(self._file, self.path)

    def _line(self, id: str) -> bytes:
        if id in self._unsaved:
            return self._unsaved[id]
        if id not in self._places:
            return b""
        place = self._places[id]
        return os.pread(self._descriptor, place.length, place.start)

    def _save(self) -> None:
        """Append what is not on the disk yet. A line that did not fit is taken back."""
        file = self._descriptor
        if not self._in_place():
            raise FileNotFoundError(errno.ENOENT, f"{self.path.name} was removed")
        _end_line(file)
        end = os.fstat(file).st_size
        try:
            _write(file, b"".join(self._unsaved.values()))
            os.fsync(file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, end)
            raise
        for id, line in self._unsaved.items():
            self._places[id] = _Place(end, len(line))
            end += len(line)
        self._unsaved = {}

    def _rewrite(self, ids: Collection[str]) -> None:
        if not self._in_place() and os.path.lexists(self.path):
            another = f"{self.path.name} is another grader's by now"
            raise FileExistsError(errno.EEXIST, (self._file is None and self.fault) or another)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{NAME}.")
        try:
            _locked(handle)  # before it has the name, so that nobody comes in between
            places, start = {}, 0
            for id in ids:
                line = self._line(id)
                _write(handle, line)
                places[id] = _Place(start, len(line))
                start += len(line)
            os.fsync(handle)
            os.fchmod(handle, 0o644)
            os.replace(temporary, self.path)
        except BaseException:
            os.close(handle)
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        sync_names(self.path.parent)
        old, self._file = self._file, handle
        self._places, self._unsaved = places, {}
        if old is not None:
            os.close(old)


def _opened(path: Path) -> int:
    """The file, locked. Raises OSError and :class:`LockedError`."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(errno.EINVAL, f"{path.name} is no file")
            _locked(file)
            if _same(file, path):  # else it was written anew while its lock was waited for
                sync_names(path.parent)
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _locked(file: int) -> None:
    """Lock a file until it is closed. Where the file system knows no locks there is none."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LockedError from None
            time.sleep(LOCK_SECONDS / 20)
        except OSError:
            return
        else:
            return


def _same(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except OSError:
        return False


def _end_line(file: int) -> None:
    """What follows a line that was cut off begins on a new one."""
    end = os.fstat(file).st_size
    if end and os.pread(file, 1, end - 1) != b"\n":
        _write(file, b"\n")


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _places(file: int, key: bytes) -> tuple[dict[str, _Place], int]:
    """Where the last whole record of each submission lies, and the bytes of all of them."""
    found: dict[str, _Place] = {}
    ours = 0
    with open(file, "rb", closefd=False) as lines:
        start = max(0, os.fstat(file).st_size - LENGTH_LIMIT)
        lines.seek(start)
        while line := lines.readline(LINE_LIMIT):
            if (id := _id(line, key)) is not None:
                found[id] = _Place(start, len(line))
                ours += len(line)
            start += len(line)
    return found, ours


def _id(line: bytes, key: bytes) -> str | None:
    """Whose record a line is; None where it is not a whole one."""
    body = line[_SEAL.stop : -1]
    if not (line.startswith(_HEAD) and body.startswith(_BEGIN) and line.endswith(b"}\n")):
        return None
    if not hmac.compare_digest(line[_SEAL], _seal(body, key)):
        return None
    try:
        id, _ = json.JSONDecoder().raw_decode(body.decode("ascii"), len(_BEGIN))
    except (ValueError, RecursionError):
        return None
    return id if isinstance(id, str) else None


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, "sha256").hex().encode()


def _written(record: Record, key: bytes) -> bytes:
    """A record as its line."""
    id, text = json.dumps(plain(record.result.id)), json.dumps(plain(record), allow_nan=False)
    body = _BEGIN + f'{id}, "record": {text}}}'.encode("ascii")
    return _HEAD + _seal(body, key) + body + b"\n"


def _record(line: bytes) -> Record | None:
    """What a line holds, if this version understands it."""
    try:
        return cast(Record, build(Record, json.loads(line)["record"], "record")) if line else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
