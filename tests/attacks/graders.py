"""Who grades the corpus: this user by this Python, and another by one that everybody can read."""

from __future__ import annotations

import json
import os
import secrets
import site
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parents[2]

NOBODY = 65534
NEEDED = "import numpy, torch, harness.worker.zygote, tests.attacks.run"

GRADING_SECONDS = 600


class NotHere(Exception):  # noqa: N818  # a reason to skip
    """Why this machine has no such grader."""


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


def found(setting: Setting) -> Mapping[str, Any]:
    """What came of the attacks. Raises :class:`NotHere`."""
    if setting.who == "nobody" and os.geteuid() != 0:
        raise NotHere("only root can become another user, and this user has no more rights than that one")
    with tempfile.TemporaryDirectory(prefix="attacks-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)  # the other user, and that Python, must be found
        folder = place / "folder"
        folder.mkdir()
        pythons = [sys.executable] if setting.who == "this user" else []
        if setting.who == "nobody" or setting.level == "strict":
            pythons.append(readable_python(place / "venv"))
        identity: dict[str, Any] = {}
        if setting.who == "nobody":
            os.chown(folder, NOBODY, NOBODY)
            identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        answer: Mapping[str, Any] = {}
        for python in pythons:
            done = subprocess.run(
                [python, "-m", "tests.attacks.run", setting.level, setting.where, str(folder)],
                cwd=ROOT,
                env={"PATH": os.defpath, "HOME": "/tmp", "GRADSTEP_CANARY": f"gradstep-canary-{secrets.token_hex(8)}"},
                capture_output=True,
                text=True,
                timeout=GRADING_SECONDS,
                **identity,
            )
            assert done.returncode == 0, done.stderr[-3000:]
            answer = json.loads((folder / "found.json").read_text(encoding="utf-8"))
            if "unreachable" not in answer:
                return answer
        raise NotHere(answer["unreachable"])


def readable_python(folder: Path) -> str:
    """A Python with all that grading needs, which every user of this machine can run. Raises :class:`NotHere`."""
    if others_can_run(sys.executable) is None:
        return sys.executable
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    why = f"no {version} that every user can read"
    for candidate in (f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if not Path(candidate).exists():
            continue
        subprocess.run([candidate, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
        (packages,) = folder.glob("lib/python*/site-packages")
        paths = [str(ROOT), *site.getsitepackages(), *(each for each in sys.path if "site-packages" in each)]
        (packages / "others.pth").write_text("\n".join(dict.fromkeys(paths)), encoding="utf-8")
        python = str(folder / "bin" / "python")
        why = others_can_run(python)
        if why is None:
            return python
    raise NotHere(f"there is no Python here that every user can run gradstep with: {why}")


def others_can_run(python: str) -> str | None:
    """Why another user cannot grade by a Python; None where it can."""
    if os.geteuid() != 0:
        return "only root can find out"
    try:
        done = subprocess.run(
            [python, "-c", NEEDED],
            cwd=ROOT,
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else "".join(done.stderr.strip().splitlines()[-1:])
