"""The command line: one thin file a verb, imported when the verb is used, so that a usage error is instant."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from typing import Any

import click

from harness import __version__
from harness.cli import exits
from harness.report.wording import line

VERBS = ("init", "check", "grade", "report", "compare", "list", "explain", "doctor")


class Verbs(click.Group):
    """Finds a verb's command in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*VERBS]  # not list(): once it is imported, that is the verb of this name

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"harness.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from harness.assignment import nearest

            raise click.UsageError(f"{args[0]!r} is no command{nearest(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb. Ctrl-C ends it with an exit code of its own, also while the verb is still being imported."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("gradstep: interrupted.", err=True)
            sys.exit(exits.INTERRUPTED)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gradstep")
def gradstep() -> None:
    """Grade every step: checks implementations of deep-learning algorithms against the slides, and names the mistake.

    \b
    gradstep check my_optimizers.py      what is wrong, and why
    gradstep grade submissions/          a whole folder, with pages and a gradebook
    gradstep explain adam                the formula, and the mistakes that are known
    """


def main(args: Sequence[str] | None = None) -> None:
    """The entry point. Exits with one of :mod:`harness.cli.exits`, or with 0."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an ε that a terminal cannot show is no reason to show nothing
    try:
        sys.exit(gradstep.main(args, prog_name="gradstep", standalone_mode=False))
    except click.ClickException as error:  # it quotes arguments, and a shell makes arguments of file names
        said = io.StringIO()
        error.show(said)
        _tell(said.getvalue())
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(exits.INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        sys.stderr.close()
        sys.exit(exits.FAILED)
    except Exception:
        import traceback

        _tell(traceback.format_exc())
        click.echo("gradstep: this is a fault of the harness, not of any submission.", err=True)
        sys.exit(exits.HARNESS_FAULT)


def _tell(text: str) -> None:
    """Print lines to standard error that may quote anything."""
    for each in text.splitlines():
        click.echo(line(each), err=True)
