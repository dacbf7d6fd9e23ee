"""The members of zips and tars, one after the other, each read only as far as it is asked for."""

from __future__ import annotations

import bz2
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, BinaryIO, Literal, Protocol, cast

from harness.intake.rules import Problem

LISTING_LIMIT, HEADER_LIMIT, MEMORY_LIMIT = 8 << 20, 1 << 20, 80 << 20
"""Bytes of a zip's table of contents, of what a tar says ahead of one member, and of memory that unpacking may take,
which for xz the archive decides: xz -9 asks for 65 MB."""

_PIECE, _BLOCK = 64 << 10, tarfile.BLOCKSIZE

Kind = Literal["file", "folder", "other"]


@dataclass(frozen=True)
class Member:
    """One entry of an archive. ``read`` gives its content; of one that is longer than asked for, a byte more than
    that."""

    name: str
    kind: Kind
    read: Callable[[int], bytes]


def members(file: BinaryIO, use: Callable[[int], None]) -> Iterator[Member]:
    """The members of an archive, which is what its content says. ``use`` is told of every byte that is unpacked, and
    ends it all by what it raises."""
    file.seek(0)
    head = file.read(_BLOCK)
    file.seek(0)
    if not head:
        raise Problem("archive_empty")
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _in_zip(file, use)
    unpacker = next((each for magic, each in UNPACKERS.items() if head.startswith(magic)), None)
    return _in_tar(_Stream(file, unpacker, use))


def _read(piece: Callable[[int], bytes], most: int) -> bytes:
    """What comes piece by piece, up to ``most`` bytes of it."""
    pieces: list[bytes] = []
    while most > 0 and (found := piece(min(most, _PIECE))):
        pieces.append(found)
        most -= len(found)
    return b"".join(pieces)


def _text(raw: bytes, otherwise: str) -> str:
    """A name without a word on its encoding: UTF-8, or that of Korean Windows."""
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise


def _zip_name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename  # the other one ends at a NUL
    return name if info.flag_bits & 0x800 else _text(name.encode("cp437"), name)


# -- zip ------------------------------------------------------------------------------------------------------------


def _in_zip(file: BinaryIO, use: Callable[[int], None]) -> Iterator[Member]:
    if not zipfile.is_zipfile(file):  # its table of contents stands at the end
        raise Problem("archive_truncated")
    with zipfile.ZipFile(cast(IO[bytes], _Cautious(file))) as opened:
        for info in opened.infolist():
            yield Member(_zip_name(info), _zip_kind(info), partial(_of_zip, opened, info, use))


def _of_zip(opened: zipfile.ZipFile, info: zipfile.ZipInfo, use: Callable[[int], None], most: int) -> bytes:
    if info.flag_bits & 0x41:
        raise Problem("archive_encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Problem("archive_method")  # zipfile knows two more, but not how to unpack only a piece of them
    with opened.open(info) as packed:

        def piece(size: int) -> bytes:
            found = packed.read(size)
            use(len(found))
            return found

        return _read(piece, most + 1)


def _zip_kind(info: zipfile.ZipInfo) -> Kind:
    mode = info.external_attr >> 16
    if stat.S_ISDIR(mode) or info.orig_filename.endswith(("/", "\\")):
        return "folder"
    return "file" if stat.S_IFMT(mode) in (0, stat.S_IFREG) else "other"


class _Cautious:
    """A zip's file that gives no more at once than its table of contents may take: zipfile reads as much of it as it
    is said to have, and makes an object of each entry."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(LISTING_LIMIT + 1 if size < 0 else min(size, LISTING_LIMIT + 1))
        if len(found) > LISTING_LIMIT:
            raise Problem("too_many_files")
        return found


# -- tar ------------------------------------------------------------------------------------------------------------


class _Unpacker(Protocol):
    """What bz2's and lzma's decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib's decompressor with the manners of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _unxz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)


UNPACKERS: dict[bytes, Callable[[], _Unpacker]] = {
    b"\x1f\x8b": _Gunzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": _unxz,
}


class _Stream:
    """What a file unpacks to, from its beginning to its end, a piece at a time. ``use`` is told what that takes."""

    def __init__(self, file: BinaryIO, new: Callable[[], _Unpacker] | None, use: Callable[[int], None]) -> None:
        self._file, self._new, self._use = file, new, use
        self._unpacker = new() if new else None
        self._packed, self._piece = b"", BytesIO()

    def piece(self, most: int) -> bytes:
        """The next bytes, up to ``most`` of them; none at the end."""
        if not (found := self._piece.read(most)):
            self._piece = BytesIO(self._next())
            found = self._piece.read(most)
        return found

    def exactly(self, size: int) -> bytes:
        found = _read(self.piece, size)
        if len(found) < size:
            raise EOFError
        return found

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(self.exactly(min(size, _PIECE)))

    def finish(self) -> None:
        """Go to the end, where packed data says what it should have been."""
        while self._new and self.piece(_PIECE):
            pass

    def _next(self) -> bytes:
        if self._new is None or self._unpacker is None:
            piece = self._file.read(_PIECE)
            self._use(len(piece))
            return piece
        while True:
            if self._unpacker.eof:  # another one may follow, as parallel packers make them
                self._packed = self._unpacker.unused_data or self._file.read(_PIECE)
                if not self._packed.strip(b"\0"):
                    return b""
                self._unpacker = self._new()
                self._use(_PIECE)  # millions of them may hold nothing
            packed, self._packed = self._packed, b""
            if not packed and self._unpacker.needs_input:
                packed = self._file.read(_PIECE)
            try:
                piece = self._unpacker.decompress(packed, _PIECE)
            except lzma.LZMAError as error:
                raise Problem("archive_method" if "Memory" in str(error) else "archive_damaged") from None
            self._use(max(len(packed), len(piece)))
            if piece:
                return piece
            if not packed and not self._unpacker.eof:
                raise EOFError


_AHEAD = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
"""Members that only say something of what follows them."""


def _in_tar(stream: _Stream) -> Iterator[Member]:
    """The members, by their headers alone. TarFile's own walk goes as deep as headers follow one another, believes the
    sizes in them, takes time by their square, and in some versions of Python goes backwards without end."""
    ahead: dict[bytes, bytes] = {}
    first = True
    while (block := _read(stream.piece, _BLOCK)).strip(b"\0"):  # a block of zeros is the end
        try:
            header = tarfile.TarInfo.frombuf(block, "latin-1", "strict")
        except tarfile.HeaderError:
            cut = "archive_truncated" if len(block) < _BLOCK else "archive_damaged"
            raise Problem("not_an_archive" if first else cut) from None
        first = False
        if header.type in _AHEAD:
            if not 0 <= header.size <= HEADER_LIMIT:
                raise Problem("archive_damaged")
            said = stream.exactly(header.size)
            stream.skip(-header.size % _BLOCK)
            if header.type == tarfile.GNUTYPE_LONGNAME:
                ahead[b"path"] = said.partition(b"\0")[0]
            elif header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                ahead |= _records(said)
            continue
        yield from _member(stream, header, block, ahead)
        ahead = {}
    stream.finish()


def _member(stream: _Stream, header: tarfile.TarInfo, block: bytes, ahead: Mapping[bytes, bytes]) -> Iterator[Member]:
    """The member that a header begins; behind it the stream stands at the next one."""
    sparse = header.type == tarfile.GNUTYPE_SPARSE or b"sparse" in ahead
    more = header.type == tarfile.GNUTYPE_SPARSE and block[482]
    while more:  # where its data lie
        more = stream.exactly(_BLOCK)[504]
    size = int(ahead.get(b"size", header.size)) if _has_data(header) else 0
    if size < 0:
        raise Problem("archive_damaged")
    left = size

    def piece(most: int) -> bytes:
        nonlocal left
        found = stream.exactly(min(most, left))
        left -= len(found)
        return found

    raw = ahead.get(b"path", header.name.encode("latin-1"))
    name = _text(raw, raw.decode("utf-8", "replace"))
    is_file = header.isreg() and not sparse
    kind: Kind = "folder" if header.isdir() else "file" if is_file else "other"
    yield Member(name, kind, lambda most: _read(piece, most + 1))
    stream.skip(left + -size % _BLOCK)


def _has_data(header: tarfile.TarInfo) -> bool:
    return header.isreg() or header.type not in tarfile.SUPPORTED_TYPES  # what nobody knows is skipped as a file is


def _records(said: bytes) -> dict[bytes, bytes]:
    """The path and size that a pax header gives, and whether it is of a sparse file. Each of its records is its length,
    a space, ``key=value`` and a line's end."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(said):
        space = said.index(b" ", at, at + 20)
        end = at + int(said[at:space])
        if not space < end <= len(said):
            raise Problem("archive_damaged")
        key, _, value = said[space + 1 : end - 1].partition(b"=")
        if key in (b"path", b"size"):
            records[key] = value
        elif key.startswith(b"GNU.sparse."):
            records[b"sparse"] = b""
        at = end
    return records
