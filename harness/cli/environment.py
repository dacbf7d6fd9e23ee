"""Which machine and which versions a batch was graded with."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import __version__
from harness.results import Environment
from harness.runner.isolation import Isolation
from harness.versions import installed


def now() -> str:
    """The time in UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def environment(started: str, devices: Sequence[str], isolation: Isolation) -> Environment:
    return Environment(
        gradstep=__version__,
        python=platform.python_version(),
        numpy=installed("numpy"),
        torch=installed("torch"),
        platform=platform.platform(),
        cpu=cpu(),
        devices=tuple(devices),
        isolation=isolation.level,
        layers=isolation.layers,
        started=started,
        finished=now(),
    )


def cpu() -> str:
    """The processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
