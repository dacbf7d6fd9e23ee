"""``gradstep grade DIR``: a folder of submissions in; results, pages and a gradebook out."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.cli import exits, options
from harness.cli import folder as folders
from harness.cli.environment import environment, now
from harness.cli.interrupts import Interrupts

if TYPE_CHECKING:
    from harness.intake import Submission
    from harness.results import Results, SubmissionResult
    from harness.results.journal import Journal
    from harness.runner.isolation import Isolation


@click.command("grade")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where results go.  [default: reports/<assignment>]")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time.  [default: one a core]")
@click.option(
    "--resume/--no-resume",
    "resuming",
    default=True,
    show_default=True,
    help="Take over from --out what nothing changed for, or grade all anew.",
)
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
    resuming: bool,
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
    out = out or Path("reports") / assignment.id
    found = _found(folder, out)
    chosen = _the_isolation(isolation, trust_submissions)
    out = folders.writable(out)
    context = click.get_current_context()
    interrupts = context.with_resource(Interrupts())

    from harness.batch import Batch, resume
    from harness.cli import progress
    from harness.results import Results

    started, store = now(), options.the_store()
    key = store.key() if store else None
    if key is None and resuming and not quiet:
        options.tell("gradstep: a later run can take over nothing of this one: no folder of yours can keep its key.")
    journal = context.with_resource(_journal(out, key or secrets.token_bytes()))
    batch = Batch(assignment, seed=seed, jobs=jobs or cores(), adapter=adapter, isolation=chosen, store=store)
    keys = resume.keys(assignment, batch.info.seed_fingerprint, adapter, environment(started, (), chosen))
    if not resuming:
        journal.keep(())
    before = resume.taken_over(found.submissions, journal, keys)
    left = [each for each in found.submissions if each.id not in before]
    if before and not quiet:
        options.tell(f"gradstep: taken over from before: {len(before)}; to grade: {len(left)}.")
    graded: dict[str, SubmissionResult] = {id: result for id, (result, _) in before.items()}
    interrupted = False
    try:
        with batch:
            coming = _watched(batch.grade(left, journal, keys), journal)
            for result in progress.shown(coming, len(left), batch, quiet, verbose) if left else ():
                graded[result.id] = result
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:  # some may be graded and not yet seen
        graded |= {id: result for id, (result, _) in resume.taken_over(left, journal, keys).items()}
    done = [graded[each.id] for each in found.submissions if each.id in graded]
    if interrupted and not done:
        options.tell(f"gradstep: interrupted; {len(found.submissions)} not graded.")
        sys.exit(exits.INTERRUPTED)
    # without torch's zygote a batch knows of no other device; all of these are of one machine
    devices = max([batch.devices, *(devices for _, devices in before.values())], key=len)
    results = Results(batch.info, environment(started, devices, chosen), tuple(done))
    spared = interrupted and folders.held(out) > len(done)
    on = "" if not journal.durable else " The same command goes on from there."
    on = on if resuming else on.replace("command", "command without --no-resume")
    try:
        interrupts.release()
        folders.write(results, out, spared, journal)
    except KeyboardInterrupt:
        options.tell(f"gradstep: interrupted, before everything was written. What is graded is in {journal.path}.{on}")
        sys.exit(exits.INTERRUPTED)
    if batch.witness_fault:
        options.tell(f"gradstep: {batch.witness_fault}; graded by the reference alone.")
    if interrupted:
        place = f"{out / folders.PARTIAL}; what stood in {out} holds more and is as it was" if spared else out
        ungraded = len(found.submissions) - len(done)
        options.tell(f"gradstep: interrupted; {ungraded} not graded. The others are in {place}.{on}")
        sys.exit(exits.INTERRUPTED)
    journal.keep(journal.ids)  # of others as well: they may be graded into this folder again
    if not quiet:
        _summarise(results, found, out, options.colored(color), batch.seconds)
    _finish(done, fail_under)


@dataclass(frozen=True)
class _Found:
    """What there is to grade, and the names of what else lies there: no submission, and earlier results of ours."""

    submissions: Sequence[Submission]
    unmatched: Sequence[str]
    ours: Sequence[str]


def _found(folder: Path, out: Path) -> _Found:
    """What is in the folder, or a usage error, or the end where there is nothing to grade."""
    from harness import intake

    try:
        submissions, unmatched = intake.find(folder), intake.unmatched(folder)
    except intake.IntakeError as error:
        options.usage_error(str(error))
    ours = [each for each in submissions if _is_output(each, out)]
    submissions = [each for each in submissions if each not in ours]
    if all(each.problem == "no_python" and not each.notes for each in submissions):
        options.tell(f"gradstep: {folder}: nothing to grade; no .py file, and no folder or archive with one.")
        sys.exit(exits.NOTHING_FOUND)
    return _Found(submissions, unmatched, [each.id for each in ours])


def _the_isolation(wanted: str, trusted: bool) -> Isolation:
    """The level chosen, or a usage error where other people's code would run without a wall."""
    chosen, lacking = options.the_isolation(wanted)
    if not chosen.walled and not trusted:
        why = f"This machine cannot wall it off ({'; '.join(lacking)}). " if lacking else ""
        options.usage_error(
            f"other people's code would run here as you, with all that you may do. {why}Grade it on a machine or in a "
            "container that holds nothing else, and say so with --trust-submissions."
        )
    return chosen


@contextmanager
def _journal(out: Path, key: bytes) -> Iterator[Journal]:
    """The folder's journal, or a usage error where another process writes it."""
    from harness.results.file import sweep
    from harness.results.journal import Journal, LockedError

    with ExitStack() as stack:
        try:
            journal = stack.enter_context(Journal(out, key))
        except LockedError:
            options.usage_error(f"{out}: another gradstep grades into it; wait for it, or choose another with --out.")
        for folder in (out, out / "s"):
            sweep(folder)
        yield journal


def _summarise(results: Results, found: _Found, out: Path, colored: bool, seconds: Mapping[str, float]) -> None:
    from harness.cli.words import catalogue
    from harness.report import terminal

    if found.unmatched:
        options.tell(f"gradstep: no submission, not graded: {', '.join(found.unmatched)}")
    if found.ours:
        options.tell(f"gradstep: results of gradstep, not graded: {', '.join(found.ours)}")
    options.show(terminal.summary(results, catalogue(), colored, seconds) + "\n")
    options.tell(str(out / "index.html"), err=False)


def _finish(done: Sequence[SubmissionResult], fail_under: float | None) -> None:
    """Tell whose fault is whose, and exit with what the batch came to."""
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


def _watched(results: Iterator[SubmissionResult], journal: Journal) -> Iterator[SubmissionResult]:
    """The same; that they cannot be kept as they come is told once."""
    told = False
    for result in results:
        if journal.fault and not told:
            told = True
            options.tell(
                f"gradstep: {journal.path}: results cannot be kept as they are made ({journal.fault}). Grading goes "
                "on; if it is killed, it begins anew."
            )
        yield result
