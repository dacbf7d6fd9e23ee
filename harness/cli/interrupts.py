"""Ctrl-C, and SIGTERM, by which a CI system says the same."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """A context in which the first of these signals raises KeyboardInterrupt. A further one waits until
    :meth:`release`, so that it does not disturb what ends the processes."""

    def __init__(self) -> None:
        self._held = self._again = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        for each in SIGNALS:
            if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup has it, and a shell for what runs behind it
                self._before[each] = signal.signal(each, self._signalled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def release(self) -> None:
        """From here on the next signal raises again; at once, where it came already."""
        self._held = False
        if self._again:
            self._again = False
            raise KeyboardInterrupt

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._held:
            self._again = True
            return
        self._held = True
        raise KeyboardInterrupt
