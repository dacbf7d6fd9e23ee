"""``gradstep compare A B``: what changed between two results files; no code is run."""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli import options


@click.command("compare")
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every change.")
@options.color
def command(before: Path, after: Path, as_json: bool, color: str) -> None:
    """Show what changed from one results.json, or the folder that holds it, to another.

    Scores, statuses and diagnoses, who lost most first. Marked is what came to another result with the same code. The
    exit code is 0 whether or not something changed.

    \b
    gradstep compare reports/hw8 reports/resit
    """
    from harness.report.changes import changes
    from harness.results import ResultsError, read_results
    from harness.results.changes import compare
    from harness.results.file import to_text

    try:
        read = [read_results(file / "results.json" if os.path.isdir(file) else file) for file in (before, after)]
    except ResultsError as error:
        options.usage_error(str(error))
    found = compare(*read)
    options.show(to_text(found) + "\n" if as_json else changes(found, options.colored(color)))
