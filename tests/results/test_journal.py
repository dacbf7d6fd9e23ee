"""The journal: nothing that was taken is lost, nothing that is broken is believed, nothing raises."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.results import AlgorithmResult, CaseResult, Message, SubmissionResult, plain
from harness.results import journal as journals
from harness.results.journal import Journal, LockedError, Part, Record


def record(id: str, score: float = 1.0, text: str = "") -> Record:
    cases = (CaseResult("plain", "fail", float("inf"), float("nan")),)
    algorithm = AlgorithmResult("adam", "fail", score, 1.0, cases=cases, message=Message("raised", {"text": text}))
    result = SubmissionResult(id, f"{id}.py", "0" * 64, score, 1.0, algorithms=(algorithm,))
    return Record(result, (Part("adam", "a key", True, algorithm.message, (Message("a note", {"n": 1}),)),), ("cpu",))


def scores(folder: Path, *ids: str) -> dict[str, float | None]:
    with Journal(folder) as journal:
        found = {id: journal.record(id) for id in ids}
    return {id: each and each.result.score for id, each in found.items()}


def filled(folder: Path, *records: Record) -> Path:
    with Journal(folder) as journal:
        for each in records:
            journal.append(each)
        assert journal.fault is None
        assert journal.durable
    return folder / journals.NAME


# -- what is taken is there -------------------------------------------------------------------------------------------


def test_what_is_appended_is_read_again_as_it_was(tmp_path: Path) -> None:
    filled(tmp_path, record("kim"), record('이서연 \n\x1b"', text="\ud800 'é' ##[error]"))
    with Journal(tmp_path) as journal:
        for each in (record("kim"), record('이서연 \n\x1b"', text="? 'é' ##[error]")):
            assert plain(journal.record(each.result.id)) == plain(each)
        assert journal.record("lee") is None


def test_the_last_record_of_a_submission_counts(tmp_path: Path) -> None:
    filled(tmp_path, record("kim", 0.25), record("lee", 0.5), record("kim", 0.75))
    assert scores(tmp_path, "kim", "lee") == {"kim": 0.75, "lee": 0.5}


def test_each_line_is_json(tmp_path: Path) -> None:
    lines = filled(tmp_path, record("kim"), record("lee\n")).read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["kim", "lee\n"]


def test_it_is_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    """A second reader sees it, while the first has the file open."""
    with Journal(tmp_path) as journal:
        journal.append(record("kim"))
        assert (tmp_path / journals.NAME).read_bytes().endswith(b"}\n")


def test_its_name_is_on_the_disk_as_well_new_and_written_anew(tmp_path: Path, pushed: list[str]) -> None:
    with Journal(tmp_path) as journal:
        assert pushed == ["folder"]
        journal.append(record("kim"))
        assert pushed == ["folder", "file"]
        journal.keep(())
    assert pushed == ["folder", "file", "file", "in place", "folder"]


@pytest.mark.usefixtures("closed_folders")
def test_a_folder_that_cannot_be_opened_is_no_fault(tmp_path: Path) -> None:
    filled(tmp_path, record("kim", 0.25), record("lee", 0.5))
    with Journal(tmp_path) as journal:
        journal.keep(["lee"])
        assert journal.fault is None
    assert scores(tmp_path, "kim", "lee") == {"kim": None, "lee": 0.5}


def test_threads_may_append_at_once(tmp_path: Path) -> None:
    ids = [f"s{number}" for number in range(40)]
    with Journal(tmp_path) as journal:
        threads = [threading.Thread(target=journal.append, args=(record(id),)) for id in ids]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert scores(tmp_path, *ids) == dict.fromkeys(ids, 1.0)


def test_it_does_not_grow_without_bound(tmp_path: Path) -> None:
    one = filled(tmp_path, record("kim")).stat().st_size
    for number in range(100):
        assert filled(tmp_path, record("kim", number)).stat().st_size <= 3 * one
    assert scores(tmp_path, "kim") == {"kim": 99.0}


def test_what_another_key_has_sealed_is_not_believed_and_stays(tmp_path: Path) -> None:
    with Journal(tmp_path, b"mine") as journal:
        journal.append(record("kim", 0.25))
    with Journal(tmp_path, b"another's") as journal:
        assert journal.record("kim") is None
        journal.append(record("kim", 0.5))
    with Journal(tmp_path, b"mine") as journal:
        found = journal.record("kim")
        assert found is not None
        assert found.result.score == 0.25


def test_keep_drops_the_others_and_further_records_come_behind(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for id in ("kim", "lee", "kim", "ann"):
            journal.append(record(id))
        journal.keep(["kim", "ann", "zoe"])
        journal.append(record("bob"))
    assert scores(tmp_path, "kim", "lee", "ann", "bob") == {"kim": 1, "lee": None, "ann": 1, "bob": 1}
    assert len((tmp_path / journals.NAME).read_bytes().splitlines()) == 3
    assert [file.name for file in tmp_path.iterdir()] == [journals.NAME]


def test_keep_leaves_a_file_alone_that_holds_nothing_else(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(record("kim"))
        before = journal.path.stat().st_ino
        journal.keep(["kim"])
        assert journal.path.stat().st_ino == before


# -- what is broken is not believed -----------------------------------------------------------------------------------


def test_cut_off_anywhere_the_whole_lines_count_and_the_next_begins_anew(tmp_path: Path) -> None:
    file = filled(tmp_path, record("kim"), record("lee"))
    whole = file.read_bytes()
    second = whole.index(b"\n") + 1
    for at in (0, 1, 40, second - 1, second, second + 1, second + 90, len(whole) - 2, len(whole) - 1):
        file.write_bytes(whole[:at])
        kim, lee = (1.0 if at >= second - 1 else None), (1.0 if at == len(whole) - 1 else None)
        assert scores(tmp_path, "kim", "lee") == {"kim": kim, "lee": lee}
        filled(tmp_path, record("ann"))
        assert scores(tmp_path, "kim", "lee", "ann") == {"kim": kim, "lee": lee, "ann": 1.0}


@pytest.mark.parametrize("at", range(0, 500, 23))
def test_a_flipped_bit_costs_its_record_only(tmp_path: Path, at: int) -> None:
    file = filled(tmp_path, record("kim"), record("lee"))
    data = bytearray(file.read_bytes())
    data[at] ^= 4
    file.write_bytes(data)
    assert scores(tmp_path, "kim", "lee") == {"kim": None, "lee": 1.0}


def signed(body: bytes) -> bytes:
    """A line whose checksum is right, whatever is in it."""
    return journals._HEAD + journals._seal(body, b"") + body + b"\n"


def edited(change: Callable[[str], str]) -> bytes:
    whole = journals._written(record("kim"), b"")
    return signed(change(whole[journals._SEAL.stop : -1].decode()).encode())


STRANGE = {
    "empty": b"",
    "binary": bytes(range(256)) * 400,
    "zeros": bytes(1 << 20),
    "one long line": b"x" * (1 << 20),
    "newlines": b"\n" * 10_000,
    "no record": signed(b'", "id": "kim"}'),
    "an id that is none": signed(b'", "id": ["kim"], "record": {}}'),
    "no JSON": signed(b'", "id": "kim", "record": {}'),
    "not even text": signed(b'", "id": "kim\xff", "record": {}}'),
    "deep": signed(b'", "id": "kim", "record": ' + b"[" * 100_000 + b"}"),
    "a deep id": signed(b'", "id": ' + b"[" * 100_000 + b"}"),
    "a number too long": signed(b'", "id": "kim", "record": ' + b"9" * 10_000 + b"}"),
    "another schema": edited(lambda text: text.replace("journal/v1", "journal/v2")),
    "another's": edited(lambda text: text.replace('"id": "kim", "record"', '"id": "lee", "record"')),
    "a key more": edited(lambda text: text.replace('"devices"', '"more": 1, "devices"')),
    "a key less": edited(lambda text: text.replace(', "devices": ["cpu"]', "")),
    "a score that is none": edited(lambda text: text.replace('"score": 1.0', '"score": "high"')),
    "a score that is a list": edited(lambda text: text.replace('"score": 1.0', '"score": [[]]')),
    "an unknown status": edited(lambda text: text.replace('"status": "fail"', '"status": "superb"')),
    "a list for an object": edited(lambda text: text.replace('"parts": [', '"parts": [[], ')),
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_what_is_strange_counts_as_not_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / journals.NAME).write_bytes(content)
    assert scores(tmp_path, "kim", "lee") == {"kim": None, "lee": None}
    filled(tmp_path, record("ann"))
    assert scores(tmp_path, "kim", "lee", "ann") == {"kim": None, "lee": None, "ann": 1.0}


def test_the_edits_would_be_believed_if_they_were_none(tmp_path: Path) -> None:
    (tmp_path / journals.NAME).write_bytes(edited(lambda text: text))
    assert scores(tmp_path, "kim") == {"kim": 1.0}
    for name in ("another schema", "a key more", "a key less", "a score that is none", "a list for an object"):
        assert STRANGE[name] != edited(lambda text: text)


def test_of_a_huge_file_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled(tmp_path, record("kim"), record("lee"))
    monkeypatch.setattr(journals, "LENGTH_LIMIT", file.stat().st_size - 1)
    assert scores(tmp_path, "kim", "lee") == {"kim": None, "lee": 1.0}


# -- one writer -------------------------------------------------------------------------------------------------------


def test_a_second_one_is_refused_until_the_first_is_left(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for _ in range(2):
            with pytest.raises(LockedError), Journal(tmp_path):
                pass
            journal.append(record("kim"))
            journal.append(record("kim"))
            journal.keep(["kim"])  # another file by now, and as locked
    assert scores(tmp_path, "kim") == {"kim": 1.0}


def test_a_killed_one_locks_nobody_out(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from harness.results.journal import Journal
with Journal(Path({str(tmp_path)!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert scores(tmp_path, "kim") == {"kim": None}


# -- a disk that lets one down ----------------------------------------------------------------------------------------


@contextmanager
def no_room(beyond: int) -> Iterator[None]:
    """No file may become longer than this, as on a full disk: a write comes to less than it should, then to an
    error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_room_records_are_kept_in_memory_and_written_once_there_is(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(record("kim"))
        whole = journal.path.read_bytes()
        with no_room(len(whole) + 50):
            for id in ("lee", "ann"):
                journal.append(record(id))
                assert journal.fault == os.strerror(27)  # EFBIG
                assert not journal.durable
                assert journal.path.read_bytes() == whole  # no half line
            found = journal.record("lee")
            assert found
            assert found.result.id == "lee"
            journal.keep(["kim", "lee", "ann"])
            assert not journal.durable
        journal.append(record("bob"))
        assert (journal.fault, journal.durable) == (None, True)
    assert scores(tmp_path, "kim", "lee", "ann", "bob") == dict.fromkeys(("kim", "lee", "ann", "bob"), 1.0)
    assert [file.name for file in tmp_path.iterdir()] == [journals.NAME]


def test_the_end_tries_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        with no_room(1):
            journal.append(record("kim"))
        journal.keep(["kim"])
        assert (journal.fault, journal.durable) == (None, True)
    assert scores(tmp_path, "kim") == {"kim": 1.0}


def test_a_file_that_was_removed_is_noticed_and_written_again_at_the_end(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(record("kim"))
        journal.path.unlink()
        assert not journal.durable
        journal.append(record("lee"))
        assert journal.fault == "journal.jsonl was removed"
        journal.keep(["kim", "lee"])
    assert scores(tmp_path, "kim", "lee") == {"kim": 1.0, "lee": 1.0}


def test_a_folder_that_was_removed_raises_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with Journal(folder) as journal:
        journal.append(record("kim"))
        journal.path.unlink()
        folder.rmdir()
        journal.append(record("lee"))
        journal.keep(["kim", "lee"])
        assert not journal.durable
        assert {id: journal.record(id) is not None for id in ("kim", "lee")} == {"kim": True, "lee": True}


def test_anothers_journal_is_not_replaced(tmp_path: Path) -> None:
    """The folder was removed, and somebody else grades into it by now."""
    with Journal(tmp_path) as journal:
        journal.append(record("kim"))
        journal.path.unlink()
        with Journal(tmp_path) as other:
            other.append(record("lee"))
            journal.keep(["kim"])
            journal.append(record("ann"))
            journal.keep(["ann"])
            assert journal.fault == "journal.jsonl is another grader's by now"
    assert scores(tmp_path, "kim", "lee", "ann") == {"kim": None, "lee": 1.0, "ann": None}


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
def test_what_is_no_file_is_a_fault_and_not_touched(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / journals.NAME)
    kind = (tmp_path / journals.NAME).lstat().st_mode
    with Journal(tmp_path) as journal:
        assert journal.fault
        why = journal.fault
        journal.append(record("kim"))
        assert journal.fault == why
        journal.keep(["kim"])
        assert journal.record("kim") is not None
        assert not journal.durable
    assert (tmp_path / journals.NAME).lstat().st_mode == kind
