from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from harness.export import write_gradebook
from tests.cohort import CATALOGUE, COHORT, HOSTILE, student


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, str]]:
    path = tmp_path / "gradebook.csv"
    write_gradebook(COHORT, path)
    assert path.read_bytes()[:2] == b"id", "no byte-order mark"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_a_student(rows: list[dict[str, str]]) -> None:
    assert len(rows) == len(COHORT.submissions)
    first = rows[0]
    assert list(first)[:4] == ["id", "path", "score", "max_points"]
    assert list(first)[4 : 4 + len(CATALOGUE)] == list(CATALOGUE)
    assert (first["id"], first["score"], first["max_points"]) == ("2023-11482", "7.5", "14.0")
    assert (first["adam"], first["adam status"]) == ("0.0", "fail")
    assert (first["momentum"], first["rmsprop status"], first["amsgrad status"]) == ("0.5", "dialect", "missing")
    assert first["load_error"] == ""


def test_what_was_not_loaded_or_not_graded_shows(rows: list[dict[str, str]]) -> None:
    by_id = {row["id"]: row for row in rows}
    assert by_id["2023-11551"]["load_error"] == "import_raised"
    assert by_id["2023-11482"]["lion"] == ""
    assert by_id["2023-10093"]["lion status"] == "pass"


def test_no_spreadsheet_runs_a_cell(rows: list[dict[str, str]]) -> None:
    hostile = rows[-1]
    seen = HOSTILE.encode("ascii", "backslashreplace").decode()
    for char in "\x1b\0\r\n":
        seen = seen.replace(char, repr(char)[1:-1])
    assert hostile["id"] == f"'=cmd(){seen}"
    assert hostile["path"].startswith("'-rf")
    for row in rows:
        assert not any(value[:1] in tuple("=+-@\t\r\n\0＝＋－＠") for value in row.values() if value)


@pytest.mark.parametrize(
    ("id", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("＝1", "'＝1"),
        (" =1", " '=1"),
        ("\ufeff=1", "\ufeff'=1"),
        ("a;=1", "a;'=1"),
        ('a;"=1', "a;\"'=1"),
        ("\t=1", "\\t=1"),
        ("a\r\n=1", "a\\r\\n=1"),
        ("\x00x", "\\x00x"),
        ("\u202eab", "\\u202eab"),
        ("\ud800", "\\ud800"),
        ("::error::x", "'::error::x"),
        (" \ufeff::error::x", "' \ufeff::error::x"),
        ("##[error]x", "#'#[error]x"),
        ("a ##vso[task.complete]", "a #'#vso[task.complete]"),
        ("###[group]", "##'#[group]"),
    ],
)
def test_what_acts_is_made_inert(id: str, cell: str, tmp_path: Path) -> None:
    assert written(id, tmp_path) == cell


@pytest.mark.parametrize(
    "id",
    [
        "김민준",
        "Núñez-O'Neill, A.",
        "kim (2)",
        "علی\u200cرضا",
        "2026-1=a",
        "a - b",
        "a::b",
        "#1 [kim]",
        "🧑\u200d🎓",
        "a\xa0b",
    ],
)
def test_names_stay_as_they_are(id: str, tmp_path: Path) -> None:
    assert written(id, tmp_path) == id


def written(id: str, tmp_path: Path) -> str:
    write_gradebook(replace(COHORT, submissions=(student(id),)), tmp_path / "g.csv")
    with (tmp_path / "g.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    return row["id"]
