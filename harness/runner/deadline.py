"""How long a worker may take: by the clock, but for the time in which it did not get to run."""

from __future__ import annotations

import time

PATIENCE = 4
"""How many times its time a worker that stands in line for a core may take by the clock: with more workers than cores,
or beside other work, what is right must not be late. It could stand in the way of itself, with threads."""


class Deadline:
    """So many seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds
        self._patience = PATIENCE * seconds
        self._waited: float | None = None

    def put_off(self, seconds: float) -> None:
        """By time in which nothing could go on."""
        self.at += seconds

    def waited(self, total: float | None) -> None:
        """Put it off by what a worker has stood in line since this was called before, if not for too long. ``total``
        is what it has in all; None where that could not be seen this time."""
        if total is None:
            return
        if self._waited is not None:
            granted = min(total - self._waited, self._patience)
            self._patience -= granted
            self.at += granted
        self._waited = total
