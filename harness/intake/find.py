"""From a folder to submissions.

The plain layout: each entry of the folder is one submission, a ``.py`` file, or a folder or an archive with ``.py``
files in it. The submission's id is the entry's name without its suffix.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from harness.intake import archive
from harness.intake.rules import DEPTH_LIMIT, ENTRIES_LIMIT, FILES_LIMIT, IGNORED, SOURCE_LIMIT, Problem
from harness.results import Message

READS, READ_PAUSE = 5, 0.05
"""How often files that are being written are read, and the seconds in between."""


class IntakeError(Exception):
    """The path that was named cannot be graded, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """One student's files: relative path to content. ``entries`` are the modules to import, in order; ``spare`` those
    to import as well where the entries offer nothing.

    ``problem`` says why there is nothing to import, as a message's id; ``notes`` what of it was left out.
    """

    id: str
    path: str
    files: Mapping[str, bytes]
    entries: tuple[str, ...]
    spare: tuple[str, ...] = ()
    problem: str | None = None
    notes: tuple[Message, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Over names and contents, so that equal submissions have equal hashes wherever they lie, and over what is told
        of what was left out."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(f"{len(path)}:{path}{len(content)}:".encode())
            digest.update(content)
        for note in self.notes:
            digest.update(f"{note.id}{sorted(note.params.items())}".encode("utf-8", "backslashreplace"))
        return digest.hexdigest()

    @cached_property
    def mentions_torch(self) -> bool:
        """Whether the sources name torch at all. A wrong guess costs time, never a result."""
        return any(b"torch" in content for content in self.files.values())

    @cached_property
    def mentions_autograd(self) -> bool:
        """Whether they seem to call torch's autograd. A wrong guess costs time, never a result."""
        return any(b"autograd" in content or b".backward(" in content for content in self.files.values())


def find(folder: Path) -> list[Submission]:
    """Every submission under ``folder``, by id. Raises :class:`IntakeError`."""
    if not _exists(folder):
        raise IntakeError(f"{folder}: there is no such folder.")
    if folder.is_file() and archive.stem(folder.name):
        raise IntakeError(
            f"{folder}: is an archive; a folder of submissions is needed: unpack it and name the folder "
            "(gradstep check takes an archive for one submission)."
        )
    if not folder.is_dir():
        raise IntakeError(f"{folder}: is a file; a folder of submissions is needed (gradstep check grades one file).")
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise IntakeError(f"{folder}: cannot be read ({error.strerror}).") from error
    submissions = [_read(entry) for entry in entries if _is_candidate(entry)]
    return _with_unique_ids(submissions)


def unmatched(folder: Path) -> list[str]:
    """The entries of ``folder`` that are no submission: to be told, so that nothing is dropped in silence."""
    try:
        others = [entry.name for entry in folder.iterdir() if not _is_candidate(entry)]
    except OSError as error:
        raise IntakeError(f"{folder}: cannot be read any longer ({error.strerror}).") from error
    told = (name for name in others if name not in IGNORED and not name.startswith((".", "README")))
    return sorted(map(_text, told))


def read(path: Path) -> Submission:
    """The one submission at ``path``, a module, a folder or an archive. Raises :class:`IntakeError`."""
    if not _exists(path):
        raise IntakeError(f"{path}: there is no such file or folder.")
    if path.is_file() and not _has_suffix(path):
        raise IntakeError(f"{path}: is no Python module; a .py file, or a folder or archive of them, is needed.")
    submission = _read(path)
    if submission.problem == "no_python" and not submission.notes:
        raise IntakeError(f"{path}: holds no .py file.")
    return submission


def stamp(path: Path) -> Mapping[Path, tuple[int, ...]] | None:
    """What is another after a save, read from the files' entries alone; None where there is nothing to read."""
    try:
        found = _stamps(path, os.path.isfile(path))
    except Problem:
        return None
    return found if found and all(found.values()) else None  # an empty one is of a file that is going at this moment


def narrowed(submission: Submission, modules: Sequence[str]) -> Submission:
    """The submission with only the modules of these names (``optim``, ``common/layers``) to import, wherever in it
    they lie, or at its top, where it is only what the folder in their names holds; as it was, where it has none."""
    files = submission.files
    entries = tuple(path for name in modules for path in files if f"/{path}".endswith(f"/{name}.py"))
    entries = entries or tuple(path for name in modules for path in files if path == f"{Path(name).name}.py")
    return replace(submission, entries=entries, spare=()) if entries else submission


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name longer than any name can be, a folder that may not be entered
        raise IntakeError(f"{path}: cannot be read ({error.strerror}).") from error


def _is_candidate(entry: Path) -> bool:
    if entry.name.startswith(".") or entry.name in IGNORED:
        return False
    mode = _mode(entry)
    return stat.S_ISDIR(mode) or (_has_suffix(entry) and not stat.S_ISLNK(mode))


def _has_suffix(path: Path) -> bool:
    """Whether it is called like a module or an archive."""
    return path.suffix == ".py" or archive.stem(path.name) is not None


def _mode(path: str | Path) -> int:
    """What kind of thing it is, a link being a link; 0 where that cannot be told."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def _read(path: Path) -> Submission:
    """The submission at ``path``, which may be a link: whoever names it means what it leads to."""
    single = os.path.isfile(path)  # unlike Path.is_file, it never raises
    packed = archive.stem(path.name) if single else None
    id = _normal(packed or (path.stem if single else path.resolve().name))
    where = _text(str(path))
    try:
        files, notes = _at_rest(path, single, packed is not None)
    except Problem as problem:
        return Submission(id, where, {}, (), problem=str(problem))
    if not files:
        return Submission(id, where, {}, (), problem="no_python", notes=notes)
    entries = _entries(files)
    spare = tuple(path for path in files if path not in entries)
    return Submission(id, where, files, entries, spare, notes=notes)


def _at_rest(path: Path, single: bool, packed: bool) -> tuple[dict[str, bytes], tuple[Message, ...]]:
    """What is in the files, all as of one moment, and what is to be told of it: where one is written meanwhile, they
    are read again. Raises :class:`Problem`."""
    problem = None
    for _ in range(READS):
        before = _stamps(path, single)
        found: tuple[dict[str, bytes], tuple[Message, ...]] = {}, ()
        try:
            found = _unpacked(path) if packed else (_contents(path, list(before), single), ())
        except Problem as why:
            problem = why
        if _stamps(path, single) == before:
            if problem and not found[0]:  # also where what could not be read is no longer there
                raise problem
            return found
        time.sleep(READ_PAUSE)
    raise problem or Problem("changing")


def _stamps(path: Path, single: bool) -> dict[Path, tuple[int, ...]]:
    """The files, and what changes where one is written or replaced."""
    return {each: _stamp(each) for each in ([path] if single else _sources(path))}


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        found = os.stat(file)
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _contents(path: Path, sources: Sequence[Path], single: bool) -> dict[str, bytes]:
    if single:
        return {_normal(path.name): _content(path, SOURCE_LIMIT, os.O_RDONLY)}
    files: dict[str, bytes] = {}
    for source in sources:
        left = SOURCE_LIMIT - sum(map(len, files.values()))
        content = _content(source, left, os.O_RDONLY | os.O_NOFOLLOW)
        # Python's own names are normal as well; two that are then alike are told apart
        files[_free(_normal(source.relative_to(path).as_posix()), files)] = content
    return files


def _unpacked(path: Path) -> tuple[dict[str, bytes], tuple[Message, ...]]:
    with _opened(path, os.O_RDONLY) as file:
        found = archive.contents(file)
    files: dict[str, bytes] = {}
    for name, content in found.files.items():
        files[_free(unicodedata.normalize("NFC", name), files)] = content
    return files, found.notes


@contextmanager
def _opened(file: Path, flags: int) -> Iterator[BinaryIO]:
    """A file, that by now may be another than was found, even a pipe that nobody ever writes to."""
    try:
        descriptor = os.open(file, flags | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Problem("not_readable")
            yield opened
    except OSError:
        raise Problem("not_readable") from None


def _content(file: Path, most: int, flags: int) -> bytes:
    with _opened(file, flags) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise Problem("too_large")
    return content


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    stem = name.removesuffix(".py")
    return next(
        each for each in itertools.chain([name], (f"{stem}_{n}.py" for n in itertools.count(2))) if each not in taken
    )


def _text(name: str) -> str:
    """A file name as text that can be written anywhere: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _sources(folder: Path) -> list[Path]:
    """The ``.py`` files below ``folder``: links are not followed, virtual environments not entered.

    Raises :class:`Problem`.
    """
    found: list[Path] = []
    seen = 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = sorted(itertools.islice(listing, ENTRIES_LIMIT + 1), key=lambda entry: entry.name)
        except OSError:
            raise Problem("not_readable") from None
        seen += len(entries)
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        kinds = [(entry, _mode(entry.path)) for entry in entries if not entry.name.startswith(".")]
        found += [Path(entry) for entry, mode in kinds if entry.name.endswith(".py") and stat.S_ISREG(mode)]
        folders = [Path(entry) for entry, mode in kinds if entry.name not in IGNORED and stat.S_ISDIR(mode)]
        waiting += [(each, depth + 1) for each in reversed(folders)]
        if seen > ENTRIES_LIMIT or depth > DEPTH_LIMIT or len(found) > FILES_LIMIT:
            raise Problem("too_many_files")
    return found


def _entries(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The modules to import: those at the top; where there are none, the packages; else everything."""
    top = tuple(path for path in files if "/" not in path)
    packages = tuple(path for path in files if path.count("/") == 1 and path.endswith("/__init__.py"))
    return top or packages or tuple(files)


def _with_unique_ids(submissions: list[Submission]) -> list[Submission]:
    """Where ``kim.py`` stands beside ``kim/``, both are graded, each under its full name; what is still alike, as
    names that are no text can be, under a number as well."""
    counts = Counter(each.id for each in submissions)
    unique: dict[str, Submission] = {}
    for each in submissions:
        id = name = _normal(Path(each.path).name) if counts[each.id] > 1 else each.id
        number = 1
        while id in unique:
            number += 1
            id = f"{name} ({number})"
        unique[id] = replace(each, id=id)
    return list(unique.values())


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", _text(name))
