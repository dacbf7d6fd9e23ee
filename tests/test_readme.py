"""What the README tells people to type, typed."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [
    shlex.split(line, comments=True)
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("gradstep ")
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's commands name."""
    desk = tmp_path_factory.mktemp("desk")
    sample = ROOT / "submissions" / "right_numpy_class" / "optimizers.py"
    shutil.copy(sample, desk / "my_optimizers.py")
    shutil.copytree(sample.parent, desk / "submissions" / "kim")
    shutil.copy(ROOT / "harness" / "lecture08.toml", desk / "hw8.toml")
    return desk


def gradstep(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness", *arguments]
    if "--watch" in arguments:
        return until_ctrl_c(command, desk)
    return subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False)


def until_ctrl_c(command: list[str], desk: Path) -> subprocess.CompletedProcess[str]:
    """What says of itself that Ctrl-C ends it."""
    with subprocess.Popen(command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = ""
        while "Ctrl-C ends" not in told:
            told += (line := process.stdout.readline())
            assert line, told
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, told + rest, errors)


@pytest.mark.slow
def test_every_command_works_in_the_order_it_is_told(desk: Path) -> None:
    assert len(COMMANDS) >= 8
    for _, *arguments in COMMANDS:
        ran = gradstep(desk, *arguments)
        assert ran.returncode == 0, arguments
        assert re.fullmatch(r"(gradstep: taken over from before: 1; to grade: 0\.\n)?", ran.stderr), arguments
        assert ran.stdout


@pytest.mark.slow
def test_the_example_is_a_right_submission(desk: Path) -> None:
    (example,) = blocks("python")
    parts = re.split(r"\n\n\n", example)  # the class, the generator, the function
    for at, (part, id) in enumerate(zip(parts, ("momentum", "momentum", "step_decay"), strict=True)):
        (desk / f"example{at}.py").write_text(part, encoding="utf-8")
        assert gradstep(desk, "check", f"example{at}.py", "--only", id).returncode == 0


def test_ci_runs_the_second_command() -> None:
    _, second = (line for block in blocks("sh") for line in block.splitlines() if line.startswith("python3 -m venv"))
    assert second in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"`((?:reference|harness|tests|submissions)/[\w/.]*)`", README) + re.findall(
        r"\]\((.*?)\)", README
    )
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
