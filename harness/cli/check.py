"""``gradstep check PATH``: one submission, each failure explained."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.cli import exits, options


@click.command("check")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the submission's part of results.json instead.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.option("-v", "--verbose", is_flag=True, help="Show every case of every algorithm.")
@options.color
@options.grading
def command(
    path: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    color: str,
    assignment: Assignment,
    seed: int,
    adapter: Adapter | None,
    isolation: str,
) -> None:
    """Check one submission (a .py file, or a folder with .py files) and explain what is wrong.

    Exits with 1 if something is wrong. What is not started or not found is listed and fails nothing, unless it is all
    there is, or --only asks for it.
    """
    from harness import intake

    try:
        submission = intake.read(path)
    except intake.IntakeError as error:
        options.usage_error(str(error))

    from harness.batch import Batch
    from harness.cli.words import catalogue
    from harness.report import terminal
    from harness.report.marks import mark
    from harness.results.file import to_text

    chosen, lacking = options.the_isolation(isolation)
    if not chosen.walled and not quiet:
        why = f" ({'; '.join(lacking)})" if lacking else ""
        options.tell(f"gradstep: the code is not walled off here{why}: check only what you trust.")
    every_ratio = as_json or verbose
    with Batch(
        assignment,
        seed=seed,
        jobs=1,
        adapter=adapter,
        isolation=chosen,
        store=options.the_store(),
        beside_all=every_ratio,
        own=True,
    ) as batch:
        (result,) = batch.grade([submission])
    if as_json:
        options.show(to_text(result) + "\n")
    elif not quiet:
        options.show(terminal.digest(result, catalogue(), options.colored(color), verbose))
    if batch.witness_fault:
        options.tell(f"gradstep: {batch.witness_fault}; checked against the reference alone.")
    if any(algorithm.status == "harness_error" for algorithm in result.algorithms):
        sys.exit(exits.HARNESS_FAULT)
    groups = {mark(algorithm).group for algorithm in result.algorithms}
    asked_for = click.get_current_context().params["only"] is not None
    wanting = {"fix", "unwritten", "missing"} if asked_for else {"fix"}
    if result.load_error or groups & wanting or groups <= {"unwritten", "missing"}:
        sys.exit(exits.FAILED)
