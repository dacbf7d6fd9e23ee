"""``gradstep check PATH``: one submission, each failure explained."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.cli import exits, options

if TYPE_CHECKING:
    from harness.cli.watch import Checked
    from harness.results import SubmissionResult


@click.command("check")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the submission's part of results.json instead.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.option("-v", "--verbose", is_flag=True, help="Show every case of every algorithm.")
@click.option(
    "--watch", "watching", is_flag=True, help="Check again at every save, and show what changed. Ctrl-C ends."
)
@options.color
@options.grading
def command(
    path: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    watching: bool,
    color: str,
    assignment: Assignment,
    seed: int,
    adapter: Adapter | None,
    isolation: str,
) -> None:
    """Check one submission (a .py file, or a folder, .zip or .tar with .py files) and explain what is wrong.

    Exits with 1 if something is wrong. What is not started or not found is listed and fails nothing, unless it is all
    there is, or --only asks for it.
    """
    from harness import intake

    if watching and quiet:
        options.usage_error("--watch shows what changes, and with --quiet nothing is shown: leave out one of them.")
    try:
        submission = intake.read(path)
    except intake.IntakeError as error:
        options.usage_error(str(error))

    with ThreadPoolExecutor(1) as beside:  # a process of its own tries what walls there are
        choosing = beside.submit(options.the_isolation, isolation)
        from harness.batch import Batch
    chosen, lacking = choosing.result()
    if not chosen.walled and not quiet:
        why = f" ({'; '.join(lacking)})" if lacking else ""
        options.tell(f"gradstep: the code is not walled off here{why}: check only what you trust.")
    show = _Shown(as_json, quiet, verbose, options.colored(color))
    with Batch(
        assignment,
        seed=seed,
        jobs=1,
        adapter=adapter,
        isolation=chosen,
        store=options.the_store(),
        beside_all=as_json or verbose,
        own=True,
    ) as batch:
        if watching:
            from harness.cli.watch import watch

            result = watch(path, batch, show.checked, lambda sentence: options.tell(f"gradstep: {sentence}"))
            if sys.stderr.isatty():  # where the "^C" stands, which ended it
                options.tell("")
        else:
            checking = batch.grade([submission])
            show.prepare()
            (result,) = checking
            show.first(result)
            if batch.witness_fault:
                options.tell(f"gradstep: {batch.witness_fault}; checked against the reference alone.")
    sys.exit(_exit_code(result))


@dataclass(frozen=True)
class _Shown:
    """What goes to standard output."""

    as_json: bool
    quiet: bool
    verbose: bool
    color: bool

    def prepare(self) -> None:
        """Import what is needed then, while the worker is at work."""
        if not self.quiet:
            from harness.cli.words import catalogue
            from harness.report import terminal  # noqa: F401  # only imported here, and used once there is a result

            catalogue()

    def first(self, result: SubmissionResult) -> None:
        """All of a check."""
        from harness.cli.words import catalogue
        from harness.report import terminal
        from harness.results.file import to_text

        if self.as_json:
            options.show(to_text(result) + "\n")
        elif not self.quiet:
            options.show(terminal.digest(result, catalogue(), self.color, self.verbose))

    def checked(self, checked: Checked, before: SubmissionResult | None) -> None:
        """Of the first check all, of a later one what changed; as JSON all of each, in a line."""
        from harness.cli.words import catalogue
        from harness.report.since import since
        from harness.results.file import to_line

        if self.as_json:
            options.show(to_line(checked.result) + "\n")
            return
        when = f"{checked.at}, checked in {checked.seconds:.2f} s"
        if before is None:
            self.first(checked.result)
            options.show(f"\n{when}; at the next save again. Ctrl-C ends.\n")
        elif text := since(before, checked.result, catalogue(), self.color, self.verbose):
            options.show(f"\n{when}\n\n{text}")
        else:
            options.show(f"\n{when}: nothing changed.\n")


def _exit_code(result: SubmissionResult) -> int:
    from harness.report.marks import mark

    if any(algorithm.status == "harness_error" for algorithm in result.algorithms):
        return exits.HARNESS_FAULT
    groups = {mark(algorithm).group for algorithm in result.algorithms}
    asked_for = click.get_current_context().params["only"] is not None
    wanting = {"fix", "unwritten", "missing"} if asked_for else {"fix"}
    wrong = result.load_error or groups & wanting or groups <= {"unwritten", "missing"}
    return exits.FAILED if wrong else 0
