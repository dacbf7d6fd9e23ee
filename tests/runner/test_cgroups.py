"""Control groups of either version: what is made, what is written into it, and that it binds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.runner import cgroups


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where files can be written as into the kernel's."""
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    monkeypatch.setattr(cgroups, "_numbers", iter(range(1, 100)))
    return tmp_path


def within(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """Let the kernel say which groups this process is in."""
    read = cgroups._text
    monkeypatch.setattr(cgroups, "_text", lambda path: told if path == Path("/proc/self/cgroup") else read(path))


def test_of_version_2_there_is_one_group(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within(monkeypatch, "0::/user.slice/run\n")
    (root / "user.slice" / "run").mkdir(parents=True)
    (root / "cgroup.controllers").write_text("cpu memory pids\n")
    (group,) = cgroups.groups(100)
    assert group.folder == root / "user.slice/run" / f"gradstep-{os.getpid()}-1"
    assert group.members == f"{group.folder}/cgroup.procs"
    assert group.limits == {"memory.max": str(100 << 20), "memory.swap.max": "0", "pids.max": "256"}


def test_of_version_1_there_is_one_for_each_controller(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within(monkeypatch, "9:memory:/a\n8:cpu,cpuacct:/\n3:pids:/b\n0::/c\n")
    for each in ("memory/a", "pids/b"):
        (root / each).mkdir(parents=True)
    memory, pids = cgroups.groups(64)
    assert (memory.folder.parent, pids.folder.parent) == (root / "memory/a", root / "pids/b")
    assert memory.limits["memory.limit_in_bytes"] == str(64 << 20)
    assert pids.limits == {"pids.max": str(cgroups.PROCESSES)}


def test_no_controller_is_an_error_that_names_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within(monkeypatch, "0::/\n")
    (root / "cgroup.controllers").write_text("cpu\n")
    with pytest.raises(FileNotFoundError, match="memory"):
        cgroups.groups(64)


def test_groups_are_there_within_the_context_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within(monkeypatch, "9:memory:/\n3:pids:/\n")
    for each in ("memory", "pids"):
        (root / each).mkdir()
    monkeypatch.setattr(cgroups.Group, "remove", lambda group: [each.unlink() for each in group.folder.iterdir()])
    with cgroups.made(64) as made:
        written = {name: (group.folder / name).read_text() for group in made for name in group.limits}
    assert written == {key: value for group in made for key, value in group.limits.items()}
    assert [*made[0].folder.iterdir()] == []


def needs_groups() -> None:
    if why := cgroups.probe()["cgroup memory"]:
        pytest.skip(why)


HOARDER = """
import sys
for members in sys.argv[1:]:
    open(members, "w").write("0")
print("in", flush=True)
hoard = [bytearray(b"x" * (1 << 20)) for _ in range(300)]
"""


def test_a_member_that_uses_more_memory_is_killed_and_no_group_is_left() -> None:
    needs_groups()
    with cgroups.made(64) as made:
        members = [group.members for group in made]
        done = subprocess.run([sys.executable, "-c", HOARDER, *members], capture_output=True, text=True)
        folders = [group.folder for group in made]
    assert done.stdout == "in\n"
    assert done.returncode == -9
    deadline = time.monotonic() + 5
    while any(folder.exists() for folder in folders) and time.monotonic() < deadline:
        for group in made:
            group.remove()
    assert not any(folder.exists() for folder in folders)


FORKER = """
import os, sys, time
for members in sys.argv[1:]:
    open(members, "w").write("0")
made = 0
try:
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
except BlockingIOError:
    pass
print(made, flush=True)
os.killpg(0, 9)
"""


def test_a_member_that_forks_more_is_refused() -> None:
    needs_groups()
    with cgroups.made(256) as made:
        members = [group.members for group in made]
        done = subprocess.run(
            [sys.executable, "-c", FORKER, *members], capture_output=True, text=True, start_new_session=True
        )
        time.sleep(0.2)
    assert int(done.stdout) == cgroups.PROCESSES - 1


def test_what_a_killed_grader_left_is_swept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within(monkeypatch, "9:memory:/\n3:pids:/\n")
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, ours, other = (f"gradstep-{gone.pid}-1", f"gradstep-{os.getpid()}-1", "system.slice")
    for controller in ("memory", "pids"):
        for name in (dead, ours, other):
            (root / controller / name).mkdir(parents=True)
    cgroups.sweep()
    assert {each.name for each in root.glob("*/*")} == {ours, other}
