"""``gradstep list``: the algorithms."""

from __future__ import annotations

import json

import click

from harness.cli import options


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@options.color
def command(as_json: bool, color: str) -> None:
    """List the algorithms: id, title, and how a submission offers each."""
    from harness.cli.words import catalogue

    texts = catalogue()
    if as_json:
        rows = [{"id": t.id, "title": t.title, "topic": t.topic, "call": t.call} for t in texts.values()]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from harness.report import handbook

    options.show(handbook.listing(texts, options.colored(color)))
