from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.report.pages import cohort_page, page_name, student_page, write_pages
from harness.results import Results
from tests.cohort import CATALOGUE, COHORT, HOSTILE, got, student

VOID = {"meta", "br", "img", "input", "link", "hr", "wbr"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and whether they nest."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.raw = path.read_text(encoding="utf-8")
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.text: list[str] = []
        self.style = ""
        self._open: list[str] = []
        self.feed(self.raw)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, each, value in self.attributes if each == name]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {str(path.relative_to(site)): Page(path) for path in site.rglob("*.html")}


def test_there_is_a_page_for_everyone(pages: dict[str, Page]) -> None:
    assert len(pages) == len(COHORT.submissions) + 1
    assert {"index.html", "s/2023-11482.html"} <= set(pages)


def test_no_page_runs_or_loads_anything(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert not set(page.tags) & {"script", "img", "iframe", "link", "object", "embed", "form", "base"}
        assert not [name for _, name, _ in page.attributes if name == "style" or name.startswith("on")]
        assert not re.search(r"https?:|//[a-z]|javascript:|@import|url\(", page.raw)


def test_the_policy_admits_the_one_style(pages: dict[str, Page]) -> None:
    for page in pages.values():
        digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        [policy] = [value for value in page.values("content") if "default-src" in value]
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert page.tags["style"] == 1


def test_hostile_text_is_shown_in_full_sight(pages: dict[str, Page]) -> None:
    [page] = [page for name, page in pages.items() if name.startswith("s/cmd-")]
    assert "<script>" not in page.raw
    assert "<img" not in page.raw
    assert any("<script>alert(1)</script>" in text for text in page.text)
    for each in pages.values():
        assert all(char.isprintable() or char == "\n" for char in each.raw)
        assert len(each.raw) < 80_000


def test_links_arrive(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids))
        assert set(page.values("aria-labelledby")) <= set(page.ids)
        for href in page.values("href"):
            path, _, anchor = href.partition("#")
            target = pages[path] if path else page
            assert not anchor or anchor in target.ids, f"{name}: {href}"


def test_a_students_page_tells_of_nobody_else(pages: dict[str, Page]) -> None:
    raw = pages["s/2023-11482.html"].raw
    assert not [each.id for each in COHORT.submissions if each.id != "2023-11482" and each.id in raw]
    assert "index.html" not in raw


def test_a_students_page_holds_the_first_failure_first(pages: dict[str, Page]) -> None:
    page = pages["s/2023-11482.html"]
    text = "".join(page.text)
    order = ("Start with Momentum", "The velocity is an average", "Your values are Adam's", "Not found in your file")
    assert sorted(order, key=text.index) == list(order)
    assert "<td>0.5<u>49905000</u></td>" in page.raw
    assert "right at every step" in text
    assert "gradstep check optim.py --only momentum,nag,adadelta,adam" in text
    assert "All cases (3)" in text


def test_the_command_is_safe_to_paste(pages: dict[str, Page]) -> None:
    [page] = [page for name, page in pages.items() if name.startswith("s/cmd-")]
    [command] = [text for text in page.text if text.startswith("gradstep check")]
    assert command.startswith("gradstep check 'script>")


def test_the_cohort_page_says_what_to_teach(pages: dict[str, Page]) -> None:
    page = pages["index.html"]
    text = " ".join("".join(page.text).split())
    for part in (
        "Teach again: Adam, no bias correction (4 of 13); Momentum, velocity averaged (2 of 13).",
        "The median score is 11 of 14.",
        "2023-11551 could not be graded:",
        "keras_sgd of 2023-11341",
        "wrong and not explained",
        "13 students × 15 algorithms",
        "m̂ = m / (1 − β₁ᵗ)",
    ):
        assert part in text
    rows = [row for row in page.raw.split("<tr>") if 'scope="row"' in row]
    assert len(rows) == len(COHORT.submissions)
    assert 'class="part"><a href="s/2023-10402.html#momentum" title="momentum: velocity averaged"' in page.raw


def test_a_dialect_that_costs_points_is_among_what_is_to_be_fixed() -> None:
    costly = student("a", got("rmsprop", "dialect", "dialect", 0.5))
    page = student_page(costly, COHORT, CATALOGUE)
    assert "To fix 1 / 1" in page
    assert "nothing to fix" not in page


def test_one_students_mistake_is_not_what_to_teach_again() -> None:
    def headline(makers: int, students: int) -> str:
        wrong = [student(f"w{at}", got("adam", "fail", "mistake")) for at in range(makers)]
        right = [student(f"r{at}") for at in range(students - makers)]
        page = cohort_page(dataclasses.replace(COHORT, submissions=(*wrong, *right)), CATALOGUE)
        return " ".join(page.split('<p class="sum">')[1].split("</p>")[0].split())

    assert headline(1, 1).startswith("The median score")
    assert headline(1, 28).startswith("The median score")
    assert headline(2, 40).startswith("Teach again: Adam, no bias correction (2 of 40). The median")
    assert headline(2, 41).startswith("The median score")
    assert headline(0, 3).startswith("No known mistake was made. The median")


@pytest.mark.parametrize("catalogue", [{}, CATALOGUE])
def test_any_cohort_renders(catalogue: dict[str, object], tmp_path: Path) -> None:
    none = dataclasses.replace(COHORT, submissions=())
    nobody_loaded = dataclasses.replace(
        COHORT, submissions=tuple(each for each in COHORT.submissions if each.load_error)
    )
    one_of_many = dataclasses.replace(COHORT, submissions=COHORT.submissions[:1])
    no_points = dataclasses.replace(
        COHORT, assignment=dataclasses.replace(COHORT.assignment, max_points=0.0), submissions=()
    )
    for number, results in enumerate((none, nobody_loaded, one_of_many, no_points, COHORT)):
        out = tmp_path / str(number)
        for path in write_pages(results, catalogue, out):  # type: ignore[arg-type]
            Page(path)


def test_a_thousand_students_fit_on_a_page() -> None:
    many = tuple(
        dataclasses.replace(each, id=f"s{number}") for number, each in enumerate(COHORT.submissions[:10] * 100)
    )
    page = cohort_page(dataclasses.replace(COHORT, submissions=many), CATALOGUE)
    assert len(page) < 1_000_000
    assert page.count('scope="row"') == 1000


def test_the_pages_of_students_who_are_gone_go(tmp_path: Path) -> None:
    write_pages(COHORT, CATALOGUE, tmp_path)
    theirs = [tmp_path / "s" / name for name in ("notes.txt", "My notes.html")]
    for file in theirs:
        file.write_text("no page of ours")
    written = write_pages(dataclasses.replace(COHORT, submissions=COHORT.submissions[3:]), CATALOGUE, tmp_path)
    assert {file for file in tmp_path.rglob("*") if file.is_file()} == {*written, *theirs}


def test_page_names_are_plain_and_never_meet() -> None:
    ids = [
        "kim",
        "Kim",
        "KIM",
        "kim ",
        "kím",
        "a/b",
        "a-b",
        "..",
        "",
        "con",
        "CON",
        HOSTILE,
        "x" * 300,
        "=1",
        "-1",
        "+1",
    ]
    ids += [page_name(id).removesuffix(".html") for id in ids]
    names = {id: page_name(id) for id in dict.fromkeys(ids)}
    assert len({name.lower() for name in names.values()}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*\.html", name) and len(name) < 70 for name in names.values())
    assert names["kim"] == "kim.html"
    assert names["con"] != "con.html"


def test_times_are_in_utc_and_anything_else_is_shown_as_it_is() -> None:
    def graded(time: str) -> str:
        environment = dataclasses.replace(COHORT.environment, finished=time)
        results: Results = dataclasses.replace(COHORT, environment=environment)
        return student_page(COHORT.submissions[1], results, CATALOGUE)

    assert "2026-11-23, 10:44 UTC" in graded("2026-11-23T19:44:52+09:00")
    assert "<dd>yesterday</dd>" in graded("yesterday")
