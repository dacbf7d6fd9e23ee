"""Nothing that other people write acts where it is shown: every field of a results file, through every output."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli.progress import State, told
from harness.export import write_gradebook
from harness.report.changes import changes
from harness.report.pages import write_pages
from harness.report.since import since
from harness.report.terminal import digest, summary
from harness.report.wording import columns, line, short
from harness.results import plain, read_results, write_results
from harness.results.changes import compare
from harness.results.file import to_line, to_text
from tests.cohort import CATALOGUE
from tests.hostile import BASE, TEXTS, filled, inert, orders
from tests.report.test_pages import Page

ANSI = re.compile(r"\x1b\[[0-9;]*m")
STYLES = {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m"}
BLANK = ' "\ufeff\u200b'
FORMULA = tuple("=+-@\t\r\n＝＋－＠")

every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:24])
honest_or_forged = pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])


@every_text
@honest_or_forged
def test_the_results_file(text: str, forged: bool, tmp_path: Path) -> None:
    results = filled(text, forged)
    write_results(results, tmp_path / "results.json")
    written = (tmp_path / "results.json").read_text(encoding="utf-8")
    assert inert(written)
    assert json.loads(written) == plain(results), "an escape is read as what it stands for"
    assert plain(read_results(tmp_path / "results.json")) == plain(results)


@every_text
@honest_or_forged
def test_the_terminal(text: str, forged: bool) -> None:
    results = filled(text, forged)
    shown = [summary(results, CATALOGUE, color=False)]
    shown += [digest(each, CATALOGUE, color=False, every_case=True) for each in results.submissions]
    assert all(map(inert, shown))
    coloured = [summary(results, CATALOGUE, color=True)]
    coloured += [digest(each, CATALOGUE, color=True, every_case=True) for each in results.submissions]
    assert all(inert(ANSI.sub("", each)) for each in coloured)
    assert {found for each in coloured for found in ANSI.findall(each)} <= STYLES


@every_text
@honest_or_forged
def test_what_changed(text: str, forged: bool) -> None:
    """From a cohort with nothing odd in it, and to it; the same students in both, and others."""
    odd = filled(text, forged)
    ids = [each.id for each in odd.submissions]
    tame = replace(
        BASE, submissions=tuple(replace(each, id=id) for each, id in zip(BASE.submissions[1:], ids, strict=False))
    )
    for found in (compare(odd, tame), compare(tame, odd), compare(odd, BASE), compare(BASE, odd)):
        assert found.runs
        assert inert(changes(found, color=False))
        coloured = changes(found, color=True)
        assert inert(ANSI.sub("", coloured))
        assert set(ANSI.findall(coloured)) <= STYLES
        assert inert(to_text(found))


@every_text
def test_the_line_of_a_submission(text: str) -> None:
    for each in filled(text, True).submissions:
        assert inert(line(told(each, 0.1)))
        waiting = State(1, 2, 10.0, "", (short(each.id, 60),))
        for width in (1, 20, 80, 200):
            shown = waiting.line(width)
            assert inert(shown)
            assert columns(shown) < max(width, 4)


@every_text
@honest_or_forged
def test_what_changed_since_the_last_save(text: str, forged: bool) -> None:
    before, after = (filled(each, forged).submissions for each in ("word\nword", text))
    told = [
        since(*pair, CATALOGUE, color, every_case=True)
        for color in (False, True)
        for pair in zip(before, after, strict=True)
    ]
    assert any(told)
    assert all(inert(ANSI.sub("", each)) for each in told)
    assert {found for each in told for found in ANSI.findall(each)} <= STYLES
    lines = [to_line(each) for each in after]
    assert all(inert(each) and each.isprintable() and each.isascii() for each in lines)
    assert [json.loads(each) for each in lines] == [plain(each) for each in after]


@pytest.fixture(scope="module")
def tame(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """All pages of results with nothing odd in them, as one."""
    folder = tmp_path_factory.mktemp("tame")
    return together(write_pages(filled("word\nword", False), CATALOGUE, folder))


def together(paths: Sequence[Path]) -> Page:
    """One page that has all that is in these."""
    first, *others = map(Page, paths)
    for each in others:
        first.tags += each.tags
        first.attributes += each.attributes
        first.raw += each.raw
    return first


@every_text
@honest_or_forged
def test_the_pages(text: str, forged: bool, tame: Page, tmp_path: Path) -> None:
    results = filled(text, forged)
    paths = write_pages(results, CATALOGUE, tmp_path / "out")
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(paths)
    assert len(paths) == len(results.submissions) + 1
    found = together(paths)
    assert all(char.isprintable() or char == "\n" for char in found.raw)
    assert set(found.tags) <= set(tame.tags)
    assert {(tag, name) for tag, name, _ in found.attributes} <= {(tag, name) for tag, name, _ in tame.attributes}
    assert all(re.match(r"s/[a-z0-9_-]+\.html(#|$)|#", href) for href in found.values("href"))
    assert set(" ".join(found.values("class")).split()) <= set(" ".join(tame.values("class")).split())


@every_text
@honest_or_forged
def test_the_gradebook(text: str, forged: bool, tmp_path: Path) -> None:
    """Also where semicolons or tabs are taken for what parts cells, as in some countries; and in a log."""
    results = filled(text, forged)
    write_gradebook(results, tmp_path / "gradebook.csv")
    assert not orders((tmp_path / "gradebook.csv").read_text(encoding="utf-8"))
    for delimiter in (",", ";", "\t"):
        with (tmp_path / "gradebook.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter=delimiter))
        assert len(rows) == len(results.submissions) + 1
        assert delimiter != "," or len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.lstrip(BLANK).startswith(FORMULA)]
