"""The command, called in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.runner.forks import ForkServer


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """Standard error, where that is one line and nothing went to standard output."""
        assert self.out == ""
        assert "Traceback" not in self.err
        (line,) = self.err.splitlines()
        return line


Gradstep = Callable[..., Done]


class Lasting(ForkServer):
    """A zygote that outlives the batches it serves: importing torch for each would take most of the time."""

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(scope="session")
def zygotes() -> Iterator[Callable[..., ForkServer]]:
    with ExitStack() as stack:

        @cache
        def zygote(*how: Any) -> ForkServer:
            server = Lasting(*how)
            stack.callback(server.close)
            return server

        yield zygote


@pytest.fixture
def gradstep(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, zygotes: Any
) -> Gradstep:
    """``gradstep ARGUMENT …``, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.batch.batch.ForkServer", zygotes)

    def run(*arguments: str | Path) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(each) for each in arguments])
        out, err = capfd.readouterr()
        return Done(end.value.code or 0, out, err)  # type: ignore[arg-type]  # no text is ever an exit code here

    return run
