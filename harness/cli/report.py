"""``gradstep report RESULTS``: the pages again, from the results file; no code is run."""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli import options


@click.command("report")
@click.argument("file", metavar="RESULTS", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where the pages go.  [default: beside RESULTS]")
def command(file: Path, out: Path | None) -> None:
    """Render the pages and the gradebook again from a results.json."""
    from harness.cli.words import catalogue
    from harness.export.gradebook import write_gradebook
    from harness.report.pages import write_pages
    from harness.results import ResultsError, read_results

    file = file / "results.json" if os.path.isdir(file) else file  # unlike Path.is_dir, it never raises
    try:
        results = read_results(file)
        out = out or file.parent
        out.mkdir(parents=True, exist_ok=True)
        write_pages(results, catalogue(), out)
        write_gradebook(results, out / "gradebook.csv")
    except ResultsError as error:
        options.usage_error(str(error))
    except OSError as error:
        options.usage_error(f"{out}: cannot be written to ({error.strerror}); choose another folder with --out.")
    options.tell(str(out / "index.html"), err=False)
