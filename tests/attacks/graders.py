"""Who grades the corpus: this user by this Python, and another by one that everybody can read."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.runner.isolation import IsolationError
from tests import levels

ROOT = Path(__file__).parents[2]

GRADING_SECONDS = 600


@dataclass(frozen=True)
class Setting:
    """A level of isolation, who grades at it, and which attacks."""

    level: str
    who: Literal["this user", "nobody"]
    where: Literal["everywhere", "step"]

    def __str__(self) -> str:
        return f"{self.level}, {self.who}"


SETTINGS = (
    Setting("limited", "this user", "step"),
    Setting("confined", "this user", "everywhere"),
    Setting("isolated", "this user", "everywhere"),
    Setting("strict", "this user", "everywhere"),
    Setting("limited", "nobody", "step"),
    Setting("confined", "nobody", "step"),
    Setting("isolated", "nobody", "step"),
)


def found(setting: Setting, *layer: str) -> Mapping[str, Any]:
    """What came of the attacks, where need be with a layer of the wall missing.

    Raises :class:`IsolationError` where this machine has no such level or grader.
    """
    if setting.who == "nobody" and os.geteuid() != 0:
        raise IsolationError("only root can become another user, and this user has no more rights than that one")
    with tempfile.TemporaryDirectory(prefix="attacks-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)  # the other user must find it
        folder = place / "folder"
        folder.mkdir()
        identity: dict[str, Any] = {}
        if setting.who == "nobody":
            os.chown(folder, levels.NOBODY, levels.NOBODY)
            identity = {"user": levels.NOBODY, "group": levels.NOBODY, "extra_groups": []}
        with levels.reached(setting.level) if setting.who == "this user" else nullcontext():
            python = sys.executable if setting.who == "this user" else levels.readable_python()
            done = subprocess.run(
                [python, "-m", "tests.attacks.run", setting.level, setting.where, str(folder), *layer],
                cwd=ROOT,
                env={"PATH": os.defpath, "HOME": "/tmp", "GRADSTEP_CANARY": f"gradstep-canary-{secrets.token_hex(8)}"},
                capture_output=True,
                text=True,
                timeout=GRADING_SECONDS,
                **identity,
            )
        assert done.returncode == 0, done.stderr[-3000:]
        answer: Mapping[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
        if "unreachable" in answer:
            raise IsolationError(answer["unreachable"])
        return answer
