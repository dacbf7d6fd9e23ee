"""``gradstep grade DIR``: a folder of submissions in; results, pages and a gradebook out."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.cli import exits, options
from harness.cli.environment import environment, now

if TYPE_CHECKING:
    from harness.intake import Submission
    from harness.results import Results, SubmissionResult

PARTIAL = "results.partial.json"
"""What an interrupted run leaves beside the results of one that got further."""


@click.command("grade")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where results go.  [default: reports/<assignment>]")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time.  [default: one a core]")
@click.option(
    "--fail-under", type=options.Within(0, 100), metavar="PERCENT", help="Exit with 1 if a submission scores below."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="One line a submission, as it is done.")
@click.option(
    "--trust-submissions",
    is_flag=True,
    help="Grade even where students' code cannot be walled off: it runs as you, with all that you may do.",
)
@options.color
@options.grading
def command(
    folder: Path,
    out: Path | None,
    jobs: int | None,
    fail_under: float | None,
    quiet: bool,
    verbose: bool,
    color: str,
    assignment: Assignment,
    seed: int,
    adapter: Adapter | None,
    isolation: str,
    trust_submissions: bool,
) -> None:
    """Grade every submission in a folder: each .py file, and each folder or archive (.zip, .tar, .tar.gz, .tgz,
    .tar.bz2, .tar.xz) with .py files in it, is one.

    Leaves results.json, index.html, a page for each student and gradebook.csv.
    """
    from harness import intake

    try:
        submissions, unmatched = intake.find(folder), intake.unmatched(folder)
    except intake.IntakeError as error:
        options.usage_error(str(error))
    out = out or Path("reports") / assignment.id
    ours = [each for each in submissions if _is_output(each, out)]
    submissions = [each for each in submissions if each not in ours]
    if all(each.problem == "no_python" and not each.notes for each in submissions):
        options.tell(f"gradstep: {folder}: nothing to grade; no .py file, and no folder or archive with one.")
        sys.exit(exits.NOTHING_FOUND)
    chosen, lacking = options.the_isolation(isolation)
    if not chosen.walled and not trust_submissions:
        why = f"This machine cannot wall it off ({'; '.join(lacking)}). " if lacking else ""
        options.usage_error(
            f"other people's code would run here as you, with all that you may do. {why}Grade it on a machine or in a "
            "container that holds nothing else, and say so with --trust-submissions."
        )
    out = _writable(out)

    from harness.batch import Batch
    from harness.cli import progress
    from harness.cli.words import catalogue
    from harness.report import terminal
    from harness.results import Results

    started = now()
    done: list[SubmissionResult] = []
    interrupted = False
    store = options.the_store()
    with Batch(assignment, seed=seed, jobs=jobs or cores(), adapter=adapter, isolation=chosen, store=store) as batch:
        try:
            for result in progress.shown(batch.grade(submissions), len(submissions), batch, quiet, verbose):
                done.append(result)
        except KeyboardInterrupt:
            interrupted = True
    order = {submission.id: at for at, submission in enumerate(submissions)}
    done.sort(key=lambda result: order[result.id])
    results = Results(batch.info, environment(started, batch.devices, chosen), tuple(done))
    spared = interrupted and _held(out) > len(done)
    _write(results, out, partial=spared)
    if batch.witness_fault:
        options.tell(f"gradstep: {batch.witness_fault}; graded by the reference alone.")
    if interrupted:
        place = f"{out / PARTIAL}; what stood in {out} holds more and is as it was" if spared else out
        left = len(submissions) - len(done)
        options.tell(f"gradstep: interrupted; {left} not graded. The others are in {place}.")
        sys.exit(exits.INTERRUPTED)
    if not quiet:
        if unmatched:
            options.tell(f"gradstep: no submission, not graded: {', '.join(unmatched)}")
        if ours:
            names = ", ".join(each.id for each in ours)
            options.tell(f"gradstep: results of gradstep, not graded: {names}")
        options.show(terminal.summary(results, catalogue(), options.colored(color), batch.seconds) + "\n")
        options.tell(str(out / "index.html"), err=False)
    if failed := [each for each in done if each.load_error and each.load_error.message.id == "adapter_raised"]:
        options.tell(f"gradstep: the adapter failed on submissions: {len(failed)} of {len(done)}.")
    if faults := [each for each in done if any(one.status == "harness_error" for one in each.algorithms)]:
        options.tell(f"gradstep: faults of the harness, at no student's cost, in: {len(faults)} of {len(done)}.")
        sys.exit(exits.HARNESS_FAULT)
    if fail_under is not None and any(each.score < each.max_points * fail_under / 100 for each in done):
        sys.exit(exits.FAILED)


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_output(submission: Submission, out: Path) -> bool:
    """Whether it is no submission but what this program writes: the folder for the results, or one that holds some.

    A folder with Python in it is always a submission.
    """
    if submission.problem != "no_python":
        return False
    folder, out = Path(submission.path).resolve(), out.resolve()
    results = [*folder.glob("results.json"), *folder.glob("*/results.json")]
    return folder in (out, *out.parents, out / "s") or any(each.with_name("index.html").exists() for each in results)


def _writable(out: Path) -> Path:
    """``out``, made if need be. Tried before any grading, so that no result is lost for want of a place."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        options.usage_error(f"{out}: cannot be written to ({error.strerror}); choose another folder with --out.")
    return out


def _held(out: Path) -> int:
    """How many submissions the results hold that an earlier run left in ``out``."""
    from harness.results import ResultsError, read_results

    try:
        return len(read_results(out / "results.json").submissions)
    except ResultsError:
        return 0


def _write(results: Results, out: Path, partial: bool) -> None:
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
        rescued = Path(tempfile.mkdtemp(prefix="gradstep-results-")) / "results.json"
        write_results(results, rescued)
        options.usage_error(
            f"{out}: cannot be written to any longer ({error.strerror}). No result is lost: they are in {rescued}, "
            "and gradstep report draws the pages from there."
        )
