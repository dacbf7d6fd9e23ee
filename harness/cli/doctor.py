"""``gradstep doctor``: what this machine offers, and what it lacks."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import TypeAlias

import click

from harness import __version__
from harness.cli import exits, options
from harness.cli.environment import cpu
from harness.runner import isolation
from harness.runner.isolation import Layer
from harness.versions import installed

Row: TypeAlias = tuple[str, str]


@click.command("doctor")
def command() -> None:
    """Show which backends, devices and isolation this machine offers; exit with 3 if grading cannot work here."""
    from harness.grading.bounded import EXTENDED_BITS
    from harness.runner.forks import ForkError, ForkServer
    from harness.runner.worker import PRELOAD

    rows: list[Row] = [
        ("gradstep", __version__),
        ("python", platform.python_version()),
        ("platform", platform.platform()),
        ("cpu", cpu()),
        ("numpy", installed("numpy")),
    ]
    broken = False
    try:
        import torch

        from harness.grading.witness import devices

        rows += [("torch", torch.__version__), ("devices", ", ".join(devices(torch)))]
    except (ImportError, OSError) as error:
        broken = True
        rows.append(("torch", f"cannot be imported ({error}): pip install torch"))
    precision = f"{EXTENDED_BITS} bits"
    if EXTENDED_BITS < 63:
        precision += ": numpy's longdouble is only a double here; tolerances are a quarter wider to allow for it"
    rows.append(("truth", precision))
    try:
        with ForkServer(PRELOAD) as server:
            server.bury(server.fork("harness.worker.student:serve"))
        rows.append(("workers", "start and end"))
    except ForkError as error:
        broken = True
        rows.append(("workers", str(error)))
    layers = isolation.probe()
    rows += _isolation(layers)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        options.tell(f"{name:<{width}}  {value}", err=False)
    if broken:
        sys.exit(exits.HARNESS_FAULT)


def _isolation(layers: Sequence[Layer]) -> list[Row]:
    """The level, what would raise it, and each layer with what it does."""
    reached = isolation.best(layers)
    said: str = reached.level
    if not reached.walled:
        said += ". Not a security boundary: grade strangers' code on a machine of its own, with --trust-submissions"
    rows: list[Row] = [("isolation", said)]
    if above := isolation.above(reached):
        missing = [layer.name for layer in layers if not layer.on and layer.name in isolation.NEEDED[above]]
        rows.append(("", f"{above} would need: {', '.join(missing)}"))
    for layer in layers:
        rows.append(("", f"{'on ' if layer.on else 'off'} {layer.name}: {layer.why_not or isolation.DOES[layer.name]}"))
    return rows
