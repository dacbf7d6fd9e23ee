"""Archives, read in memory: nothing is unpacked to disk, and nothing that they declare is believed.

What an archive is, its content says. It is gone through twice, first to list it and then to read what counts: a
virtual environment may be known only by what comes last. An archive within it is opened, one within that is not.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from harness.intake.formats import Member, members
from harness.intake.rules import DEPTH_LIMIT, ENTRIES_LIMIT, FILES_LIMIT, IGNORED, SOURCE_LIMIT, Problem
from harness.results import Message

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

UNPACKED_LIMIT = 128 << 20
"""Bytes that are unpacked of one submission, each time that they are: what lies between the files that count as well,
where that cannot be skipped."""

INNER_LIMIT = 32 << 20
"""Bytes of an archive within an archive."""

NAME_LIMIT, PATH_LIMIT, NAMED = 255, 4096, 10
"""Bytes of a file's name and of its path, as file systems have them, and how many names a note gives."""


@dataclass(frozen=True)
class Contents:
    """The Python files of an archive, in the order that a folder has them, and what is to be told of the rest."""

    files: Mapping[str, bytes]
    notes: tuple[Message, ...]


def stem(name: str) -> str | None:
    """The name of an archive without its suffix; None where it is no archive's."""
    suffix = next((each for each in SUFFIXES if name.lower().endswith(each)), "")
    return name[: -len(suffix)] if suffix and name != suffix else None


def contents(file: BinaryIO) -> Contents:
    """What is in an archive. Raises :class:`Problem`, whatever it is that ``file`` holds."""
    reading = _Reading()
    files = reading.files(file)
    return Contents(dict(sorted(files.items(), key=_place)), reading.notes)


def _place(item: tuple[str, bytes]) -> list[tuple[bool, str]]:
    """Where a file comes in its order: a folder's files before its folders."""
    *folders, name = item[0].split("/")
    return [*((True, each) for each in folders), (False, name)]


@contextmanager
def _told() -> Iterator[None]:
    """What the libraries raise, as a problem. It is no closed set: a damaged archive may lead them anywhere, and must
    not cost the other submissions their grades."""
    try:
        yield
    except Problem:
        raise
    except EOFError:
        raise Problem("archive_truncated") from None
    except NotImplementedError:  # as zipfile says of compressions that it does not know
        raise Problem("archive_method") from None
    except MemoryError:
        raise Problem("archive_too_large") from None
    except Exception:
        raise Problem("archive_damaged") from None


class _Reading:
    """Going through one submission's archive and those within it, which share what may be used up."""

    def __init__(self) -> None:
        self._unpacked, self._entries, self._files, self._source = 0, 0, 0, 0
        self._left_out: dict[str, list[str]] = {}
        self._unnamed: Counter[str] = Counter()

    @property
    def notes(self) -> tuple[Message, ...]:
        left_out = self._left_out.items()
        return tuple(Message(id, {"names": names, "more": self._unnamed[id] or None}) for id, names in left_out)

    @_told()
    def files(self, file: BinaryIO, within: str = "") -> dict[str, bytes]:
        """The Python files of an archive that lies ``within`` another one, or in none. Raises :class:`Problem`."""
        wanted = self._listed(file, within)
        own: dict[str, bytes] = {}
        inner: dict[str, dict[str, bytes]] = {}
        unread = None
        for at, member in enumerate(members(file, self._use) if wanted else ()):
            path = wanted.pop(at, "")
            if path.endswith(".py"):
                own[path] = self._sources(member)
            elif path:
                try:
                    inner[path] = self._inner(member, path)
                except Problem as problem:
                    if self._exhausted:
                        raise
                    unread = unread or problem
                    self._leave_out("archive_unread", path)
            if not wanted:
                break
        found = {path: files for path, files in inner.items() if files}
        if not own and len(found) == 1:  # what it is handed in with is no code
            (only,) = found.values()
            return only
        if unread and not own and not found:
            raise unread
        return own | {f"{path}/{name}": content for path, files in found.items() for name, content in files.items()}

    def _listed(self, file: BinaryIO, within: str) -> dict[int, str]:
        """The members that count, by their number, and the path of each. A folder around everything is left out."""
        found: list[tuple[int, tuple[str, ...]]] = []
        environments: set[tuple[str, ...]] = set()
        tops: set[tuple[str, bool]] = set()
        at = -1
        for at, member in enumerate(members(file, self._use)):
            self._entries += 1
            if self._entries > ENTRIES_LIMIT:
                raise Problem("too_many_files")
            parts = _parts(member.name)
            if parts is None:
                self._leave_out("archive_names", within + member.name)
                continue
            if parts[-1:] == ("pyvenv.cfg",):
                environments.add(parts[:-1])
            if not parts or any(each.startswith(".") or each in IGNORED for each in parts):
                continue
            tops.add((parts[0], len(parts) > 1 or member.kind == "folder"))
            counts = parts[-1].endswith(".py") or stem(parts[-1])
            if counts and member.kind == "file":
                found.append((at, parts))
            elif counts and member.kind == "other":
                self._leave_out("archive_links", within + member.name)
        if at < 0:
            raise Problem("archive_empty")
        around = 1 if len(tops) == 1 and all(is_folder for _, is_folder in tops) else 0
        wanted: dict[int, str] = {}
        for at, parts in found:
            if len(parts) - 1 - around > DEPTH_LIMIT:
                raise Problem("too_many_files")
            if any(parts[:depth] in environments for depth in range(len(parts))):
                continue
            path = "/".join(parts[around:])
            if within and not path.endswith(".py"):
                self._leave_out("archive_depth", within + path)
                continue
            self._files += 1
            if self._files > FILES_LIMIT:
                raise Problem("too_many_files")
            wanted[at] = path
        return wanted

    def _sources(self, member: Member) -> bytes:
        content = member.read(SOURCE_LIMIT - self._source)
        self._source += len(content)
        if self._source > SOURCE_LIMIT:
            raise Problem("too_large")
        return content

    def _inner(self, member: Member, path: str) -> dict[str, bytes]:
        with _told():
            content = member.read(INNER_LIMIT)
        if len(content) > INNER_LIMIT:
            raise Problem("archive_too_large")
        return self.files(io.BytesIO(content), f"{path}/")

    def _leave_out(self, why: str, name: str) -> None:
        names = self._left_out.setdefault(why, [])
        if len(names) < NAMED:
            names.append(name[:NAME_LIMIT])
        else:
            self._unnamed[why] += 1

    def _use(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > UNPACKED_LIMIT:
            raise Problem("archive_too_large")

    @property
    def _exhausted(self) -> bool:
        return (
            self._unpacked > UNPACKED_LIMIT
            or self._entries > ENTRIES_LIMIT
            or self._files > FILES_LIMIT
            or self._source > SOURCE_LIMIT
        )


def _parts(name: str) -> tuple[str, ...] | None:
    """A member's path; empty for the archive's own top, None where it leads out of the archive or is no path."""
    if not 0 < len(name) < PATH_LIMIT or "\0" in name:
        return None
    parts = tuple(each for each in name.replace("\\", "/").split("/") if each not in ("", "."))
    outside = name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name) or ".." in parts
    too_long = any(len(each.encode("utf-8", "replace")) > NAME_LIMIT for each in parts)
    return None if outside or too_long else parts
