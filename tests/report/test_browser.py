"""The pages in a real browser: they open from the disk, ask for nothing, and say nothing on the console."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from harness.report.pages import write_pages
from tests.cohort import CATALOGUE, COHORT
from tests.hostile import TEXTS, filled
from tests.report.test_pages import Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_pages(COHORT, CATALOGUE, tmp_path_factory.mktemp("pages"))


def browse(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        f"--user-data-dir={page.parent / 'browser'}",
        "--enable-logging=stderr",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def test_every_page_opens_without_a_word_on_the_console(pages: list[Path]) -> None:
    for page in (pages[0], pages[1], pages[-1]):
        shown = browse(page, "--dump-dom")
        assert re.findall(r"CONSOLE.*", shown.stderr) == []
        (heading,) = re.findall(r"<h1>(.*?)</h1>", shown.stdout, re.DOTALL)
        assert unescape(heading).strip()


def test_a_hostile_student_is_text(pages: list[Path]) -> None:
    """The fixture's attacker tries scripts, images and event handlers in every field."""
    shown = browse(pages[0], "--dump-dom")
    assert "<script" not in shown.stdout
    assert "<img" not in shown.stdout
    assert "&lt;script&gt;" in shown.stdout


def test_nothing_of_theirs_is_an_element(tmp_path: Path) -> None:
    """Texts that act, in every field at once: what a browser makes of them is text."""
    theirs = filled(" ".join(text for text in TEXTS if len(text) < 1000), forged=False)
    ours = filled("word", forged=False)
    for at in (0, 1, 2):
        pages = [write_pages(each, CATALOGUE, tmp_path / str(number))[at] for number, each in enumerate((theirs, ours))]
        shown = [browse(page, "--dump-dom") for page in pages]
        assert re.findall(r"CONSOLE.*", shown[0].stderr) == []
        for page, each in zip(pages, shown, strict=True):
            page.write_text(each.stdout, encoding="utf-8")
        found, like = map(Page, pages)
        assert set(found.tags) <= set(like.tags)
        assert {(tag, name) for tag, name, _ in found.attributes} <= {(tag, name) for tag, name, _ in like.attributes}
        assert "pwned" in "".join(found.text)


def test_the_style_is_let_in_by_the_policy(pages: list[Path], tmp_path: Path) -> None:
    """With its style refused, the page would be a different picture."""
    plain = tmp_path / "plain.html"
    plain.write_text(re.sub(r"<style>.*?</style>", "", pages[0].read_text(), flags=re.DOTALL))
    pictures = []
    for page in (pages[0], plain):
        picture = tmp_path / f"{page.stem}.png"
        browse(page, f"--screenshot={picture}", "--window-size=1000,800")
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]
