"""Options that several verbs share, and how they turn into what the verbs need."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from harness import adapter as adapters
from harness import assignment as assignments
from harness.assignment import PUBLIC_SEED
from harness.cli import exits

if TYPE_CHECKING:
    from harness.batch.store import Store
    from harness.runner.isolation import Isolation

Command = TypeVar("Command", bound=Callable[..., Any])


class Within(click.FloatRange):
    """A range of numbers that NaN, which compares with none, is not in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


def grading(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of everything that runs student code, handed on as ``assignment``, ``seed``, ``adapter`` and
    ``isolation``, which is still what was asked for."""

    @wraps(function)
    def graded(
        *,
        assignment_file: str | None,
        only: str | None,
        timeout: float | None,
        memory: int | None,
        adapter: str | None,
        **others: Any,
    ) -> Any:
        chosen = the_assignment(assignment_file, only, timeout, memory)
        return function(assignment=chosen, adapter=the_adapter(adapter), **others)

    for option in reversed(
        [
            click.option(
                "--assignment",
                "assignment_file",
                metavar="ID|FILE.toml",
                help=f"What is asked for.  [default: {assignments.DEFAULT_ID}, lecture 8]",
            ),
            click.option(
                "--adapter",
                metavar="FILE.py|NAME",
                help=f"Grades code in another course's shape; {', '.join(adapters.shipped())} ship with gradstep.",
            ),
            click.option("--only", metavar="IDS", help="Algorithms, separated by commas; * matches any."),
            click.option(
                "--seed",
                type=click.IntRange(min=0),
                default=PUBLIC_SEED,
                show_default=True,
                help=f"Draws the inputs; {PUBLIC_SEED} is the students' public seed.",
            ),
            click.option("--timeout", type=Within(*assignments.SECONDS), help="Seconds for each algorithm."),
            click.option(
                "--memory", type=click.IntRange(*assignments.MEMORY_MB), help="MB a submission's process may use."
            ),
            click.option(
                "--isolation",
                type=click.Choice(["auto", "strict", "isolated", "confined", "none"]),
                default="auto",
                show_default=True,
                help="How far students' code is walled off; auto is the best this machine can do.",
            ),
        ]
    ):
        graded = option(graded)
    return graded


def color(function: Command) -> Command:
    """``--color``; see :func:`colored`."""
    choice = click.Choice(["auto", "always", "never"])
    return click.option("--color", type=choice, default="auto", show_default=True, help="Colours in the output.")(
        function
    )


def colored(choice: str) -> bool:
    """Whether to colour standard output: on a terminal that can, unless NO_COLOR is set."""
    if choice == "auto":
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    return choice == "always"


def show(text: str) -> None:
    """Print to standard output, colours and all: whether there are any was decided by :func:`colored`."""
    click.echo(text, nl=False, color=True)


def the_assignment(
    file: str | None, only: str | None, timeout: float | None, memory: int | None
) -> assignments.Assignment:
    """The assignment the options describe, or a usage error."""
    from dataclasses import replace

    try:
        chosen = assignments.load(Path(file)) if file and file != assignments.DEFAULT_ID else assignments.load()
        if only is not None:
            chosen = chosen.only(split(only))
    except assignments.AssignmentError as error:
        usage_error(str(error))
    return replace(chosen, seconds=timeout or chosen.seconds, memory_mb=memory or chosen.memory_mb)


def the_adapter(name: str | None) -> adapters.Adapter | None:
    """The adapter of that name or file, or a usage error."""
    try:
        return adapters.load(name) if name is not None else None
    except adapters.AdapterError as error:
        usage_error(str(error))


def the_isolation(wanted: str) -> tuple[Isolation, Sequence[str]]:
    """The level chosen, and what keeps this machine from walling students' code off, if anything does; or a usage
    error."""
    from harness.runner import isolation

    layers = () if wanted == "none" else isolation.probe()
    try:
        chosen = isolation.choose(wanted, layers)
    except isolation.IsolationError as error:
        usage_error(f"{error} gradstep doctor shows each layer.")
    return chosen, [f"{layer.name}: {layer.why_not}" for layer in layers if not layer.on]


def the_store() -> Store | None:
    """Where what was computed once is kept, if it is to be."""
    from harness.batch.store import Store, usual_folder

    folder = usual_folder()
    return None if folder is None else Store(folder)


def split(names: str) -> Sequence[str]:
    """A comma-separated list, without the blanks."""
    return [name.strip() for name in names.split(",") if name.strip()] or [names]


def tell(sentence: str, err: bool = True) -> None:
    """Print a line to standard error, or else to standard output.

    What paths, files and exceptions have in them is seen there and does not act.
    """
    from harness.report.wording import line

    click.echo(line(sentence), err=err)


def usage_error(sentence: str) -> NoReturn:
    """One clear sentence on standard error, and exit code 2."""
    tell(f"gradstep: {sentence}")
    sys.exit(exits.USAGE)
