"""``gradstep explain ID``: one algorithm's page."""

from __future__ import annotations

import click

from harness.assignment import AssignmentError, choose
from harness.cli import options


@click.command("explain")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@options.color
def command(ids: tuple[str, ...], color: str) -> None:
    """Explain an algorithm: its formula, its steps, where sources disagree, and the known mistakes."""
    from harness.cli.words import catalogue
    from harness.report import handbook
    from reference import pages

    texts = catalogue()
    try:
        chosen = choose(ids, list(texts))
    except AssignmentError as error:
        options.usage_error(str(error).replace("algorithm of this assignment", "algorithm"))
    shown = [handbook.explain_page(texts[id], pages()[id].source, options.colored(color)) for id in chosen]
    options.show("\n".join(shown))
