"""The command, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main


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


@pytest.fixture
def gradstep(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Gradstep:
    """``gradstep ARGUMENT …``, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(each) for each in arguments])
        out, err = capfd.readouterr()
        return Done(end.value.code or 0, out, err)  # type: ignore[arg-type]  # no text is ever an exit code here

    return run
