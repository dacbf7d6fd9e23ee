"""Archives as submissions: what is taken of them, and that nothing in them does harm."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import os
import random
import stat
import struct
import tarfile
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.intake import IntakeError, Submission, archive, find, formats, read, unmatched
from harness.intake.archive import INNER_LIMIT, NAMED, UNPACKED_LIMIT, stem
from harness.intake.formats import HEADER_LIMIT, LISTING_LIMIT
from harness.intake.rules import DEPTH_LIMIT, FILES_LIMIT, SOURCE_LIMIT
from tests.intake.test_find import lay, only

PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": lambda raw: gzip.compress(raw, 1),
    ".tgz": lambda raw: gzip.compress(raw, 1),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lambda raw: lzma.compress(raw, preset=0),
}
SUFFIXES = [".zip", *PACKED]
Files = Mapping[str, bytes | str] | Iterable[tuple[str, bytes | str]]


def items(files: Files) -> list[tuple[str, bytes]]:
    pairs = files.items() if isinstance(files, Mapping) else files
    return [(name, content.encode() if isinstance(content, str) else content) for name, content in pairs]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in items(files):
            info = zipfile.ZipInfo("x" * len(name))
            info.filename = info.orig_filename = name  # as it is: ZipInfo would mend it
            info.compress_type = method
            info.external_attr = (stat.S_IFDIR if name.endswith(("/", "\\")) else stat.S_IFREG) << 16
            file.writestr(info, content)
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in more.items():
        setattr(info, key, value)
    return info


def tarred(files: Files, *more: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for info in more:
            file.addfile(info)
        for name, content in items(files):
            kind = tarfile.DIRTYPE if name.endswith(("/", "\\")) else tarfile.REGTYPE
            file.addfile(member(name, kind, size=len(content)), io.BytesIO(content))
    return out.getvalue()


def packed(files: Files, suffix: str) -> bytes:
    return zipped(files) if suffix == ".zip" else PACKED[suffix](tarred(files))


def taken(folder: Path, content: bytes, name: str = "kim.zip") -> Submission:
    (folder / name).write_bytes(content)
    return read(folder / name)


def told(submission: Submission) -> dict[str, list[str]]:
    return {note.id: note.params["names"] for note in submission.notes}


# -- what is taken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("around", ["", "kim/", "./", "./kim/"])
def test_an_archive_is_the_folder_that_was_packed(tmp_path: Path, suffix: str, around: str) -> None:
    files = {"b.py": "b = 1", "a.py": "import torch", "sub/z.py": "", "sub/a/c.py": "c", "Z/y.py": "", "data.csv": "1"}
    files |= {"sub/__pycache__/a.py": "", ".git/hooks.py": "", ".hidden.py": "", "env/pyvenv.cfg": "", "venv/b.py": ""}
    files |= {"env/lib/numpy.py": "x" * (SOURCE_LIMIT + 1), "node_modules/a.py": "", "sub/b.pyc": "", "dir.py/": ""}
    beside = {"__MACOSX/._a.py": "", ".DS_Store": "", "__MACOSX/kim/._a.py": ""}
    entries = [*({f"{around}{name}": content for name, content in files.items()} | beside).items()]
    shuffled = random.Random(0).sample(entries, len(entries))
    (tmp_path / f"kim{suffix}").write_bytes(packed(shuffled, suffix))
    for name, content in files.items():
        lay(tmp_path / "folder" / "kim", name, **({} if name.endswith("/") else {"text": content}))
    (from_archive,) = (each for each in find(tmp_path) if each.id == "kim")
    from_folder = only(tmp_path / "folder")
    assert from_folder.entries == ("a.py", "b.py")
    for field in ("id", "files", "entries", "spare", "problem", "sha256", "mentions_torch", "notes"):
        assert getattr(from_archive, field) == getattr(from_folder, field), field
    assert [*from_archive.files] == [*from_folder.files] == ["a.py", "b.py", "Z/y.py", "sub/z.py", "sub/a/c.py"]
    assert read(tmp_path / f"kim{suffix}") == from_archive


def test_what_is_left_out_makes_it_another_submission(tmp_path: Path) -> None:
    """So that a run which takes over from before does not tell of what is no longer there."""
    whole = taken(tmp_path, zipped([("a.py", "")]))
    one, another = (taken(tmp_path, zipped([("a.py", ""), (name, "")])) for name in ("../b.py", "../c.py"))
    assert whole.files == one.files == another.files
    assert len({whole.sha256, one.sha256, another.sha256}) == 3


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["kim/a.py"], ["a.py"]),
        (["kim/src/a.py"], ["src/a.py"]),
        (["kim/a.py", "lee/b.py"], ["kim/a.py", "lee/b.py"]),
        (["kim/a.py", "readme.txt"], ["kim/a.py"]),
        (["kim/a.py", "empty/"], ["kim/a.py"]),
        (["kim/", "kim/a.py", "__MACOSX/", ".git/"], ["a.py"]),
        (["kim\\a.py", "kim\\src\\b.py"], ["a.py", "src/b.py"]),
        (["kim\\", "kim\\a.py"], ["a.py"]),
        (["a.py"], ["a.py"]),
        (["a.py", "a.py/b.py"], ["a.py", "a.py/b.py"]),
        (["env/pyvenv.cfg", "env/a.py"], []),
        (["pyvenv.cfg", "a.py"], []),
        (["notes.txt"], []),
        (["./"], []),
    ],
)
def test_a_folder_around_everything_is_left_out(tmp_path: Path, files: list[str], expected: list[str]) -> None:
    for suffix in SUFFIXES:
        (tmp_path / f"kim{suffix}").write_bytes(packed(dict.fromkeys(files, ""), suffix))
    for each in find(tmp_path):
        assert ([*each.files], each.problem) == (expected, None if expected else "no_python"), each.path


def test_content_decides_what_an_archive_is(tmp_path: Path) -> None:
    for suffix, name in itertools.product(SUFFIXES, SUFFIXES):
        assert [*taken(tmp_path, packed({"a.py": ""}, suffix), f"kim{name}").files] == ["a.py"]


def test_which_names_are_archives_and_which_ids_they_get(tmp_path: Path) -> None:
    names = ["kim.zip", "Lee.TAR.GZ", "park.tgz", "a.b.tar.xz", "choi.tar.bz2", "han.tar", "no.gz", "no.7z", ".zip"]
    for name in names:
        (tmp_path / name).write_bytes(zipped({"a.py": ""}))
    (tmp_path / "link.zip").symlink_to("kim.zip")
    os.mkfifo(tmp_path / "pipe.zip")
    lay(tmp_path, "folder.zip/a.py")
    assert sorted(each.id for each in find(tmp_path)) == sorted(
        ["kim", "Lee", "park", "a.b", "choi", "han", "folder.zip", "pipe.zip"]
    )
    assert unmatched(tmp_path) == ["link.zip", "no.7z", "no.gz"]
    assert {each.id: each.problem for each in find(tmp_path)}["pipe.zip"] == "not_readable"
    assert read(tmp_path / "link.zip").files == {"a.py": b""}, "whoever names a link means what it leads to"
    assert (stem(".tar.gz"), stem("zip"), stem("a.py")) == (None, None, None)


def test_an_archive_beside_a_folder_and_a_module_of_its_name(tmp_path: Path) -> None:
    lay(tmp_path, "kim/a.py", "kim.py")
    for suffix in (".zip", ".tar.gz"):
        (tmp_path / f"kim{suffix}").write_bytes(packed({"a.py": ""}, suffix))
    assert [each.id for each in find(tmp_path)] == ["kim", "kim.py", "kim.tar.gz", "kim.zip"]


def test_a_folder_of_submissions_is_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(zipped({"kim.py": ""}))
    with pytest.raises(IntakeError, match=r"is an archive; .* unpack it"):
        find(tmp_path / "all.zip")


def test_what_is_twice_in_an_archive_is_taken_as_unpacking_leaves_it(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("a.py", "old"), ("a.py", "new")])
    for each in (content, tarred([("a.py", "old"), ("./a.py", "new")])):
        assert taken(tmp_path, each).files == {"a.py": b"new"}


# -- names ------------------------------------------------------------------------------------------------------------


OUTSIDE = ["/etc/a.py", "../a.py", "x/../../a.py", "..", "..\\a.py", "\\a.py", "\\\\host\\a.py", "C:\\a.py", "c:a.py"]
STRANGE = ["a\0.py", "\0", "n" * 256 + ".py", "ㄱ" * 86 + ".py", "f/" * 2048 + "a.py"]


@pytest.mark.parametrize("name", [*OUTSIDE, *STRANGE], ids=lambda name: ascii(name)[:20])
@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_a_name_that_leads_elsewhere_is_told_and_the_others_are_taken(tmp_path: Path, name: str, suffix: str) -> None:
    submission = taken(tmp_path, packed([(name, "evil"), ("kim/a.py", "good")], suffix))
    if suffix == ".tar" and "\0" in name:  # a tar's names end there
        evil = name.partition("\0")[0]
        assert submission.files == {"a.py": b"good"} if not evil else {"a": b"evil", "kim/a.py": b"good"}
        return
    assert (submission.files, told(submission)) == ({"a.py": b"good"}, {"archive_names": [name[:255]]})
    alone = taken(tmp_path, packed([(name, "evil")], suffix))
    assert (alone.problem, told(alone)) == ("no_python", {"archive_names": [name[:255]]})


def test_an_empty_name_is_no_file(tmp_path: Path) -> None:
    for content in (tarred({"a.py": "x"}, member("")), zipped([("", "evil"), ("a.py", "x")])):
        submission = taken(tmp_path, content)
        assert (submission.files, told(submission)) == ({"a.py": b"x"}, {"archive_names": [""]})


def test_a_nul_may_stand_in_a_pax_header(tmp_path: Path) -> None:
    submission = taken(tmp_path, tarred({"a.py": ""}, member("x", pax_headers={"path": "evil\0.py"})))
    assert (submission.files, told(submission)) == ({"a.py": b""}, {"archive_names": ["evil\0.py"]})


@pytest.mark.parametrize(
    "name", ["a" * 252 + ".py", "f/" * DEPTH_LIMIT + "a.py", "a\n.py", "<b>.py", "-rf.py", "a..py"]
)
@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_other_names_are_taken_as_they_are(tmp_path: Path, name: str, suffix: str) -> None:
    assert {*taken(tmp_path, packed({name: "", "b.py": ""}, suffix)).files} == {name, "b.py"}


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_long_names_of_every_kind_of_tar(tmp_path: Path, form: int) -> None:
    name = "/".join(["folder" * 10] * 3) + "/학습.py"
    link = member("to.csv", tarfile.SYMTYPE, linkname="l" * (90 if form == tarfile.USTAR_FORMAT else 200))
    submission = taken(tmp_path, tarred({name: "x", "b.py": ""}, link, form=form))
    assert submission.files == {"b.py": b"", name: b"x"}


def test_names_of_korean_windows(tmp_path: Path) -> None:
    def renamed(raw: bytes) -> bytes:
        content = zipped({"#" * len(raw): "x", "b.py": ""})
        return content.replace(b"#" * len(raw), raw)

    for name, raw in (("옵티마이저.py", "cp949"), ("옵티마이저.py", "utf-8"), ("adam é.py", "cp437")):
        assert {*taken(tmp_path, renamed(name.encode(raw))).files} == {name, "b.py"}
    flagged = zipped({"옵티마이저/a.py": "", "b.py": ""})
    assert {*taken(tmp_path, flagged).files} == {"옵티마이저/a.py", "b.py"}
    raw = tarred({"#" * 16: "", "b.py": ""}, form=tarfile.GNU_FORMAT)
    header = tarfile.TarInfo("옵티마이저a.py").tobuf(tarfile.GNU_FORMAT, "cp949")
    assert {*taken(tmp_path, header + raw).files} == {"옵티마이저a.py", "b.py"}
    header = tarfile.TarInfo("\udcff\udcfe.py").tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    assert {*taken(tmp_path, header + raw).files} == {"\ufffd\ufffd.py", "b.py"}


def test_names_are_composed_and_those_then_alike_are_told_apart(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "José.py") for form in ("NFC", "NFD")]
    for suffix in (".zip", ".tar"):
        found = taken(tmp_path, packed([(names[0], "1"), (names[1], "2")], suffix))
        assert {*found.files} == {"José.py", "José_2.py"}
        assert {*found.files.values()} == {b"1", b"2"}


# -- links and devices ------------------------------------------------------------------------------------------------


KINDS = {
    "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "null": tarfile.CHRTYPE, "disk": tarfile.BLKTYPE,
    "pipe": tarfile.FIFOTYPE,
}  # fmt: skip


def test_nothing_is_followed_in_a_tar(tmp_path: Path) -> None:
    odd = [member(f"{name}.py", kind, linkname="/etc/hostname", size=512) for name, kind in KINDS.items()]
    odd.append(member("notes.txt", tarfile.SYMTYPE, linkname="/etc/passwd"))
    submission = taken(tmp_path, tarred({"a.py": "x"}, *odd))
    assert submission.files == {"a.py": b"x"}
    assert told(submission) == {"archive_links": [f"{name}.py" for name in KINDS]}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_nothing_is_followed_in_a_zip(tmp_path: Path, kind: int) -> None:
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as file:
        info = zipfile.ZipInfo("odd.py")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, "/etc/hostname")
        file.writestr("a.py", "x")
    submission = read(tmp_path / "kim.zip")
    assert (submission.files, told(submission)) == ({"a.py": b"x"}, {"archive_links": ["odd.py"]})


def test_sparse_and_unknown_members_are_passed_over(tmp_path: Path) -> None:
    blocks = b"\0" * 512
    sparse = bytearray(member("sparse.py", tarfile.GNUTYPE_SPARSE, size=512).tobuf(tarfile.GNU_FORMAT))
    sparse[482] = 1
    sparse[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(sparse))[0]
    further = blocks[:504] + b"\1" + blocks[505:]
    unknown = member("volume.py", b"V", size=700).tobuf(tarfile.GNU_FORMAT)
    content = bytes(sparse) + further + blocks + blocks + unknown + 2 * b"?" * 512 + tarred({"a.py": "x"})
    submission = taken(tmp_path, content)
    assert (submission.files, told(submission)) == ({"a.py": b"x"}, {"archive_links": ["sparse.py", "volume.py"]})


def test_a_note_names_a_few(tmp_path: Path) -> None:
    (note,) = taken(tmp_path, zipped([(f"../{number}.py", "") for number in range(NAMED + 5)])).notes
    assert note.params == {"names": [f"../{number}.py" for number in range(NAMED)], "more": 5}


# -- archives in archives ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outer", "inner"), [(".zip", ".zip"), (".zip", ".tar.gz"), (".tgz", ".zip"), (".tar", ".tar")]
)
def test_an_archive_within_is_opened(tmp_path: Path, outer: str, inner: str) -> None:
    code = packed({"hw8/a.py": "a", "hw8/sub/b.py": "b"}, inner)
    for around in ("", "kim/"):
        submission = taken(tmp_path, packed({f"{around}hw8{inner}": code, f"{around}report.pdf": ""}, outer))
        assert submission.files == {"a.py": b"a", "sub/b.py": b"b"}
    submission = taken(tmp_path, packed({f"kim/hw8{inner}": code, "kim/main.py": "m"}, outer))
    assert submission.files == {"main.py": b"m", f"hw8{inner}/a.py": b"a", f"hw8{inner}/sub/b.py": b"b"}
    two = {f"1{inner}": code, f"2{inner}": packed({"c.py": ""}, inner)}
    assert [*taken(tmp_path, packed(two, outer)).files] == [f"1{inner}/a.py", f"1{inner}/sub/b.py", f"2{inner}/c.py"]


def test_an_archive_within_that_is_told_and_not_opened(tmp_path: Path) -> None:
    deep = zipped({"b.py": "", "deep.zip": zipped({"c.py": ""}), "../d.py": ""})
    submission = taken(tmp_path, zipped({"a.py": "", "inner.zip": deep}))
    assert [*submission.files] == ["a.py", "inner.zip/b.py"]
    assert told(submission) == {"archive_depth": ["inner.zip/deep.zip"], "archive_names": ["inner.zip/../d.py"]}
    only_deep = taken(tmp_path, zipped({"1.zip": zipped({"2.zip": zipped({"c.py": ""})})}))
    assert (only_deep.problem, told(only_deep)) == ("no_python", {"archive_depth": ["1.zip/2.zip"]})


def test_an_archive_within_that_cannot_be_read_costs_the_rest_nothing(tmp_path: Path) -> None:
    bad = {"cut.tgz": gzip.compress(tarred({"b.py": ""}))[:50], "locked.zip": locked(), "text.zip": "no archive"}
    bad["large.zip"] = bytes(INNER_LIMIT + 1)
    submission = taken(tmp_path, zipped({"a.py": "x", **bad}))
    assert (submission.files, told(submission)) == ({"a.py": b"x"}, {"archive_unread": [*bad]})
    for name, problem in zip(
        bad, ["archive_truncated", "archive_encrypted", "not_an_archive", "archive_too_large"], strict=True
    ):
        assert taken(tmp_path, zipped({name: bad[name]})).problem == problem


# -- damaged ----------------------------------------------------------------------------------------------------------


def locked(name: str = "a.py") -> bytes:
    """As an encrypted zip declares itself: the flag is what counts, the content is never looked at."""
    content = bytearray(zipped({name: "secret"}))
    for start, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(start) + at] |= 1
    return bytes(content)


def other_method(method: int) -> bytes:
    content = bytearray(zipped({"a.py": "x" * 100}))
    for start, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        content[content.index(start) + at] = method
    return bytes(content)


def broken(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


CODE = "".join(f"x{number} = {number}\n" for number in range(500))
STORED = zipped({"a.py": CODE}, zipfile.ZIP_STORED)
TAR = tarred({"a.py": CODE})
CUT = 512 + len(CODE) + -len(CODE) % 512
"""Where its only member ends."""
XZ_4_GB = bytearray(lzma.compress(TAR))
XZ_4_GB[16] = 40  # the dictionary's size
XZ_4_GB[20:24] = struct.pack("<I", zlib.crc32(XZ_4_GB[12:20]))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "archive_empty"),
        (zipped({}), "archive_empty"),
        (tarred({}), "archive_empty"),
        (gzip.compress(b""), "archive_empty"),
        (gzip.compress(tarred({})), "archive_empty"),
        (locked(), "archive_encrypted"),
        (locked("data.csv"), "no_python"),
        (other_method(9), "archive_method"),
        (other_method(99), "archive_method"),
        (zipped({"a.py": CODE}, zipfile.ZIP_BZIP2), "archive_method"),
        (zipped({"a.py": CODE}, zipfile.ZIP_LZMA), "archive_method"),
        (bytes(XZ_4_GB), "archive_method"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(1000), "not_an_archive"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(1000), "not_an_archive"),
        (b"<!DOCTYPE html><title>Log in</title>", "not_an_archive"),
        (b"import numpy as np\n" * 100, "not_an_archive"),
        (gzip.compress(b"import numpy as np\n" * 100), "not_an_archive"),
        (b"PK", "not_an_archive"),
        (STORED[:-1], "archive_truncated"),
        (STORED[:3000], "archive_truncated"),
        (STORED[1000:], "not_an_archive"),
        (TAR[:1000], "archive_truncated"),
        (TAR[:2000], "archive_truncated"),
        (TAR[:512] + TAR[512:CUT] + TAR[:100], "archive_truncated"),
        (gzip.compress(TAR)[:-1], "archive_truncated"),
        (gzip.compress(TAR)[:20], "archive_truncated"),
        (bz2.compress(TAR)[:-10], "archive_truncated"),
        (lzma.compress(TAR)[:-10], "archive_truncated"),
        (broken(STORED, 100), "archive_damaged"),
        (broken(STORED, 0x1E), "archive_damaged"),
        (broken(gzip.compress(TAR), 200), "archive_damaged"),
        (broken(gzip.compress(TAR), -5), "archive_damaged"),
        (broken(bz2.compress(TAR), 200), "archive_damaged"),
        (broken(lzma.compress(TAR), 200), "archive_damaged"),
        (TAR[:CUT] + broken(TAR, 0)[:512], "archive_damaged"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_each_has_its_own_problem(tmp_path: Path, content: bytes, problem: str) -> None:
    submission = taken(tmp_path, content) if problem != "no_python" else None
    if submission is None:
        with pytest.raises(IntakeError, match="holds no"):
            taken(tmp_path, content)
        return
    assert (submission.problem, submission.files, submission.entries) == (problem, {}, ())


def test_several_streams_in_one_file_are_read_to_the_end(tmp_path: Path) -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        content = b"".join(pack(TAR[at : at + 1000]) for at in range(0, len(TAR), 1000))
        assert taken(tmp_path, content).files == {"a.py": CODE.encode()}
    assert taken(tmp_path, gzip.compress(TAR) + bytes(5000)).problem is None


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError,
        RecursionError,
        MemoryError,
        OSError,
        UnicodeDecodeError("utf-8", b"", 0, 1, ""),
        struct.error,
        KeyError,
    ],
)
def test_whatever_a_library_raises_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Any) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(zipfile.ZipFile, "infolist", fail)
    monkeypatch.setattr(tarfile.TarInfo, "frombuf", fail)
    for content in (zipped({"a.py": ""}), tarred({"a.py": ""})):
        problem = "archive_too_large" if error is MemoryError else "archive_damaged"
        assert taken(tmp_path, content).problem == problem


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_but_stopping_the_program_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: Any) -> None:
    def fail(*_: object) -> None:
        raise stop

    monkeypatch.setattr(zipfile.ZipFile, "infolist", fail)
    with pytest.raises(stop):
        taken(tmp_path, zipped({"a.py": ""}))


def _pax(records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    return member("pax", kind, size=len(records)).tobuf() + records + bytes(-len(records) % 512)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"99 path=a.py\n", "archive_damaged"),
        (b"0 path=a.py\n", "archive_damaged"),
        (b"-1 path=a.py\n", "archive_damaged"),
        (b"path=a.py\n", "archive_damaged"),
        (b"14 size=-1000\n", "archive_damaged"),
        (b"16 size=9999999\n", "archive_truncated"),
        (b"13 size=many\n", "archive_damaged"),
        (b"1" * 100_000, "archive_damaged"),
        (b"22 GNU.sparse.major=1\n", "no_python"),
    ],
)
def test_what_a_pax_header_says_is_not_believed(tmp_path: Path, said: bytes, problem: str) -> None:
    (tmp_path / "kim.tar").write_bytes(_pax(said) + tarred({"a.py": ""}, form=tarfile.GNU_FORMAT))
    assert [each.problem for each in find(tmp_path)] == [problem]


def test_a_pax_header_of_all_members_names_none(tmp_path: Path) -> None:
    content = _pax(b"19 path=../evil.py\n", tarfile.XGLTYPE) + tarred({"a.py": "x"}, form=tarfile.GNU_FORMAT)
    assert taken(tmp_path, content).files == {"a.py": b"x"}


@pytest.mark.parametrize("size", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"-0000000512\0"])
def test_sizes_that_lead_backwards_or_nowhere(tmp_path: Path, size: bytes) -> None:
    """Python's own walk goes backwards with the first, for ever."""
    header = bytearray(member("data.csv").tobuf())
    header[124:136] = size
    header[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(header))[0]
    for content in (bytes(header) + TAR, TAR[:CUT] + bytes(header) + TAR):
        assert taken(tmp_path, content).problem in ("archive_damaged", "archive_truncated", "not_an_archive")


# -- bombs ------------------------------------------------------------------------------------------------------------


class Counted:
    """A decompressor that counts what it gives."""

    given = 0

    def __init__(self, new: Callable[[], Any]) -> None:
        self.inner = new()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def decompress(self, *arguments: Any) -> bytes:
        found: bytes = self.inner.decompress(*arguments)
        Counted.given += len(found)
        return found


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many bytes were decompressed, of tars and zips."""
    Counted.given = 0
    for magic, new in [*formats.UNPACKERS.items()]:
        monkeypatch.setitem(formats.UNPACKERS, magic, lambda new=new: Counted(new))
    real = zipfile._get_decompressor  # type: ignore[attr-defined]
    monkeypatch.setattr(zipfile, "_get_decompressor", lambda kind: kind and Counted(lambda: real(kind)))
    return lambda: Counted.given


def zeros(pack: Any, size: int) -> bytes:
    """So many zeros, packed without ever having them."""
    return b"".join([*(pack.compress(bytes(1 << 20)) for _ in range(size >> 20)), pack.flush()])


def tar_bomb(pack: Any, name: str, size: int) -> bytes:
    header = member(name, size=size).tobuf()
    return b"".join([pack.compress(header), zeros(pack, size)])


PACKERS: dict[str, Callable[[], Any]] = {
    "gz": lambda: zlib.compressobj(9, wbits=31),
    "bz2": bz2.BZ2Compressor,
    "xz": lambda: lzma.LZMACompressor(preset=0),
}
SMALL = 4 << 20
"""The bound of the tests of bombs: that it holds does not depend on how high it is."""


def peak(call: Callable[[], Any]) -> tuple[Any, int]:
    tracemalloc.start()
    try:
        found = call()
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("name", ["data.bin", "a.py", "inner.zip"])
def test_a_tar_is_not_unpacked_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Callable[[], int], pack: str, name: str
) -> None:
    monkeypatch.setattr(archive, "UNPACKED_LIMIT", SMALL)
    (tmp_path / "kim.tgz").write_bytes(tar_bomb(PACKERS[pack](), name, 64 << 20))
    submission, memory = peak(lambda: read(tmp_path / "kim.tgz"))
    assert submission.problem == "archive_too_large"
    assert SMALL <= given() <= SMALL + (64 << 10)
    assert memory < 3 << 20


def test_the_bound_is_the_same_for_a_tar_that_is_not_packed(tmp_path: Path) -> None:
    with open(tmp_path / "kim.tar", "wb") as file:
        file.write(member("data.bin", size=1 << 40).tobuf(tarfile.GNU_FORMAT))
        file.truncate(1 << 41)
    assert read(tmp_path / "kim.tar").problem == "archive_too_large"


def zip_bomb(names: Iterable[str], size: int, declared: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            with file.open(name, "w") as into:
                for _ in range(size >> 20):
                    into.write(bytes(1 << 20))
    content = bytearray(out.getvalue())
    if declared is not None:
        at = content.index(b"PK\1\2") + 24
        content[at : at + 4] = struct.pack("<I", declared)
    return bytes(content)


def test_a_zip_bomb_is_read_to_the_limit_of_sources(tmp_path: Path, given: Callable[[], int]) -> None:
    (tmp_path / "kim.zip").write_bytes(zip_bomb(["a.py"], 100 << 20))
    submission, memory = peak(lambda: read(tmp_path / "kim.zip"))
    assert submission.problem == "too_large"
    assert SOURCE_LIMIT < given() <= SOURCE_LIMIT + (128 << 10)
    assert memory < 3 * SOURCE_LIMIT


@pytest.mark.parametrize("declared", [0, 10, 5000, 200 << 20])
def test_what_a_zip_says_of_sizes_is_not_believed(tmp_path: Path, given: Callable[[], int], declared: int) -> None:
    submission = taken(tmp_path, zip_bomb(["a.py"], 100 << 20, declared))
    assert submission.problem in ("archive_damaged", "too_large")
    assert given() <= SOURCE_LIMIT + (128 << 10)


def test_what_does_not_count_in_a_zip_is_not_read(tmp_path: Path, given: Callable[[], int]) -> None:
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as file:
        file.writestr("data.bin", bytes(100 << 20), zipfile.ZIP_DEFLATED)
        file.writestr("a.py", "x", zipfile.ZIP_DEFLATED)
    assert (read(tmp_path / "kim.zip").files, given()) == ({"a.py": b"x"}, 1)


def test_bombs_within_an_archive_share_one_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Callable[[], int]
) -> None:
    monkeypatch.setattr(archive, "UNPACKED_LIMIT", SMALL)
    bomb = tar_bomb(PACKERS["gz"](), "data.bin", 3 << 20)
    assert taken(tmp_path, zipped({"a.py": "", "1.tgz": bomb})).problem is None
    Counted.given = 0
    many = {f"{number}.tgz": bomb for number in range(20)}
    assert taken(tmp_path, zipped({"a.py": "", **many})).problem == "archive_too_large"
    assert given() <= SMALL + (128 << 10)
    Counted.given = 0
    zeros = zip_bomb([f"{number}.zip" for number in range(20)], 1 << 20)
    assert taken(tmp_path, zeros).problem == "archive_too_large"
    assert given() <= SMALL + (128 << 10)


def test_an_archive_within_is_not_read_past_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Callable[[], int]
) -> None:
    monkeypatch.setattr(archive, "INNER_LIMIT", 1 << 20)
    (tmp_path / "kim.zip").write_bytes(zip_bomb(["1.zip", "2.zip"], 100 << 20))
    submission, memory = peak(lambda: read(tmp_path / "kim.zip"))
    assert submission.problem == "archive_too_large"
    assert given() <= 2 * ((1 << 20) + (128 << 10))
    assert memory < LISTING_LIMIT + (4 << 20)


def test_a_zip_that_holds_itself_ends(tmp_path: Path) -> None:
    """As a quine does: whatever is opened of it holds the next one. Here each level is made, and two are enough."""
    content = zipped({"a.py": ""})
    for _ in range(50):
        content = zipped({"again.zip": content, "a.py": ""})
    submission = taken(tmp_path, content)
    assert [*submission.files] == ["a.py", "again.zip/a.py"]
    assert told(submission) == {"archive_depth": ["again.zip/again.zip"]}


def test_members_that_lie_over_one_another_count_each_time(tmp_path: Path, given: Callable[[], int]) -> None:
    """A better zip bomb: hundreds of entries for one and the same content. Newer versions of Python refuse it."""
    one = zip_bomb(["a.py"], 1 << 20)
    at, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    entry, closing = one[at:end], bytearray(one[end:])
    closing[8:16] = struct.pack("<HHI", 500, 500, 500 * len(entry))
    assert taken(tmp_path, one[:at] + 500 * entry + closing).problem in ("too_large", "archive_damaged")
    assert given() <= SOURCE_LIMIT + (128 << 10)


def test_a_listing_that_is_said_to_be_long_is_not_read(tmp_path: Path) -> None:
    size = 16 * LISTING_LIMIT
    with open(tmp_path / "kim.zip", "wb") as file:
        file.write(b"PK\3\4")
        file.seek(size + 4)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 4, 0))
    submission, memory = peak(lambda: read(tmp_path / "kim.zip"))
    assert submission.problem == "too_many_files"
    assert memory < 3 * LISTING_LIMIT


def test_millions_of_members_are_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, *[0] * 4, *[0] * 3, 0, 0, 0, 0, 0, 0, 0)
    listing = entry * (LISTING_LIMIT // len(entry) + 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFF0, 0xFFF0, len(listing), 30, 0)
    (tmp_path / "kim.zip").write_bytes(b"PK\3\4" + bytes(26) + listing + end)
    submission, memory = peak(lambda: read(tmp_path / "kim.zip"))
    assert submission.problem == "too_many_files"
    assert memory < 3 * LISTING_LIMIT
    monkeypatch.setattr(archive, "ENTRIES_LIMIT", 15)
    for suffix in SUFFIXES:
        assert (
            taken(tmp_path, packed({f"{n}.txt": "" for n in range(15)} | {"a.py": ""}, suffix)).problem
            == "too_many_files"
        )
        assert taken(tmp_path, packed({f"{n}.txt": "" for n in range(14)} | {"a.py": ""}, suffix)).problem is None
    inner = zipped({f"{n}.txt": "" for n in range(10)})
    assert taken(tmp_path, zipped({"a.py": "", "1.zip": inner, "2.zip": inner})).problem == "too_many_files"


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_the_limits_of_folders_hold(tmp_path: Path, suffix: str) -> None:
    def problem(files: Files) -> str | None:
        return taken(tmp_path, packed(files, suffix)).problem

    many = {f"{number}.py": "" for number in range(FILES_LIMIT)}
    assert (problem(many), problem({**many, "one.py": ""})) == (None, "too_many_files")
    assert problem({"a.py": "", **{f"{number}.zip": "" for number in range(FILES_LIMIT)}}) == "too_many_files"
    inner = zipped({f"{number}.py": "" for number in range(FILES_LIMIT // 2 + 1)})
    assert problem({"1.zip": inner, "2.zip": inner}) == "too_many_files"
    assert problem({"x/" * (DEPTH_LIMIT + 1) + "a.py": "", "b.py": ""}) == "too_many_files"
    whole = {"a.py": bytes(SOURCE_LIMIT // 2), "b.py": bytes(SOURCE_LIMIT // 2)}
    assert (problem(whole), problem({**whole, "c.py": "x"})) == (None, "too_large")
    half = zipped({"a.py": bytes(SOURCE_LIMIT // 2 + 1)})
    assert problem({"1.zip": half, "2.zip": half}) == "too_large"


def test_headers_upon_headers_end(tmp_path: Path) -> None:
    """Python's own walk goes one call deeper with each."""
    ahead = _pax(b"19 comment=nothing\n")
    assert taken(tmp_path, ahead * 5000 + TAR).files == {"a.py": CODE.encode()}
    assert taken(tmp_path, ahead * 5000).problem == "archive_empty"
    huge = member("x", tarfile.GNUTYPE_LONGNAME, size=HEADER_LIMIT + 1).tobuf(tarfile.GNU_FORMAT)
    assert taken(tmp_path, huge + bytes(1 << 21)).problem == "archive_damaged"


def test_streams_that_hold_nothing_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    real = formats.UNPACKERS[b"BZh"]

    def new() -> Any:
        nonlocal made
        made += 1
        return real()

    monkeypatch.setitem(formats.UNPACKERS, b"BZh", new)
    assert taken(tmp_path, bz2.compress(b"") * 100_000).problem == "archive_too_large"
    assert made <= UNPACKED_LIMIT // (64 << 10) + 1


# -- whatever it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_any_change_leaves_a_submission_or_a_problem(tmp_path: Path, suffix: str) -> None:
    files = {"kim/a.py": CODE, "kim/sub/옵.py": "x = 1", "kim/data.csv": "1,2\n" * 50}
    good = packed({**files, "kim/inner" + suffix: packed({"b.py": CODE}, suffix)}, suffix)
    rng = random.Random(8)
    problems: set[str | None] = set()
    for _ in range(300):
        content = bytearray(good)
        for _ in range(rng.choice([1, 1, 2, 8, 64])):
            at = rng.randrange(len(content))
            match rng.randrange(4):
                case 0:
                    content[at] = rng.randrange(256)
                case 1:
                    content[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\0\0\0\x80"])
                case 2:
                    del content[at : at + rng.randrange(1, 40)]
                case 3:
                    content[at:at] = content[rng.randrange(len(content)) :][: rng.randrange(1, 600)]
        (tmp_path / f"kim{suffix}").write_bytes(content)
        (submission,) = find(tmp_path)
        assert bool(submission.files) == (submission.problem is None)
        problems.add(submission.problem)
    assert len(problems) > 1, "not all are read, or unread for one and the same reason"
