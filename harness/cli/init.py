"""``gradstep init DIR``: a starter to fill in, a module for each topic."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Literal

import click

from harness.assignment import AssignmentError, choose, nearest
from harness.cli import options


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--only", metavar="IDS", help="Algorithms, separated by commas; * matches any.")
@click.option(
    "--backend",
    type=click.Choice(["numpy", "torch"]),
    default="numpy",
    show_default=True,
    help="Whose arrays the algorithms work on.",
)
@click.option("--lecture", metavar="ID", default="lecture08", show_default=True, help="Whose algorithms these are.")
def command(folder: Path, only: str | None, backend: Literal["numpy", "torch"], lecture: str) -> None:
    """Write a starter: a module to fill in for each topic.

    It holds every signature and its formula. What the folder holds already is never written over.
    """
    from harness import starter
    from reference import pages

    by_lecture = {f"lecture{page.lecture:02}": page.lecture for page in pages().values()}
    if lecture not in by_lecture:
        options.usage_error(f"{lecture!r} is no lecture{nearest(lecture, list(by_lecture))}")
    offered = {id: page for id, page in pages().items() if page.lecture == by_lecture[lecture]}
    try:
        chosen = choose(options.split(only or "*"), list(offered))
    except AssignmentError as error:
        options.usage_error(str(error).replace("this assignment", lecture))
    modules = starter.modules([offered[id] for id in chosen], backend)
    if taken := [each.name for each in modules if os.path.lexists(folder / each.name)]:
        options.usage_error(f"{folder}: holds {', '.join(taken)} already; nothing was written. Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in modules:
            with (folder / each.name).open("x", encoding="utf-8") as file:
                file.write(each.text)
    except OSError as error:
        options.usage_error(f"{folder}: cannot be written to ({error.strerror}); choose another folder.")
    for each in modules:
        options.tell(f"{folder / each.name}  {', '.join(each.ids)}", err=False)
    click.echo()
    options.tell(f"Fill in one, then: gradstep check {shlex.quote(str(folder))}", err=False)
