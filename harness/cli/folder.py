"""The folder that a batch leaves its results in, and what is done where it lets us down."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from harness.cli import options

if TYPE_CHECKING:
    from harness.results import Results
    from harness.results.journal import Journal

PARTIAL = "results.partial.json"
"""What an interrupted run leaves beside the results of one that got further."""


def writable(out: Path) -> Path:
    """``out``, made if need be. Tried before any grading, so that no result is lost for want of a place."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        options.usage_error(f"{out}: cannot be written to ({error.strerror}); choose another folder with --out.")
    if (pages := out / "s").is_symlink():  # it may have come with what strangers hand in
        options.usage_error(
            f"{pages}: is a link, and pages are not written through one; remove it, or choose another --out."
        )
    return out


def held(out: Path) -> int:
    """How many submissions the results hold that an earlier run left in ``out``."""
    from harness.results import ResultsError, read_results

    try:
        return len(read_results(out / "results.json").submissions)
    except ResultsError:
        return 0


def write(results: Results, out: Path, partial: bool, journal: Journal) -> None:
    """Leave everything in ``out``, of a ``partial`` run only the results, under a name of their own; where that is no
    longer possible, at least the results somewhere else."""
    from harness.cli.words import catalogue
    from harness.export.gradebook import write_gradebook
    from harness.report.pages import write_pages
    from harness.results import write_results

    try:
        if partial:
            write_results(results, out / PARTIAL)
            return
        write_results(results, out / "results.json")
        write_pages(results, catalogue(), out)
        write_gradebook(results, out / "gradebook.csv")
    except OSError as error:
        _rescue(results, f"{out}: cannot be written to any longer ({error.strerror}).", journal)
    with contextlib.suppress(OSError):
        (out / PARTIAL).unlink()


def _rescue(results: Results, why: str, journal: Journal) -> NoReturn:
    """Leave the results somewhere else, and say where."""
    from harness.results import to_json, write_results

    again = "once it can be written to, the same command leaves everything there and grades nothing again"
    for folder in _elsewhere():
        try:
            rescued = Path(tempfile.mkdtemp(prefix="gradstep-results-", dir=folder))
        except OSError:
            continue
        try:
            write_results(results, rescued / "results.json")
        except OSError:
            rescued.rmdir()
            continue
        also = f" {again[0].upper()}{again[1:]}." if journal.durable else ""
        options.usage_error(
            f"{why} No result is lost: they are in {rescued / 'results.json'}, "
            f"and gradstep report draws the pages from there.{also}"
        )
    if journal.durable:
        options.usage_error(f"{why} No result is lost: they are in {journal.path}; {again}.")
    options.show(to_json(results))
    options.usage_error(f"{why} Nor can any other folder. The results are on standard output: keep them as a file.")


def _elsewhere() -> Iterator[str]:
    """Where else something could be written."""
    finds: Sequence[Callable[[], str]] = (tempfile.gettempdir, lambda: os.path.expanduser("~"), os.getcwd)
    for find in finds:
        with contextlib.suppress(OSError):
            yield find()
