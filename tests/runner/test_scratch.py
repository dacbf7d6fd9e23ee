"""The folder a worker may write in goes away, whatever is in it, and nothing beside it does."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.runner.scratch import remove, scratch, sweep


def deep(folder: Path) -> None:
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(1500):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
    finally:
        os.chdir(here)


def closed(folder: Path) -> None:
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "a/b/file").touch()
    for each in ("a/b/c", "a/b", "a"):
        (folder / each).chmod(0)


def odd(folder: Path) -> None:
    for name in (b"-rf", b"\n", b"\xff\xfe", b"x" * 255, b"*"):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).touch()


def files(folder: Path) -> None:
    for number in range(100):
        (folder / str(number)).touch()


def another(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


LITTER: dict[str, Callable[[Path], None]] = {
    "nothing": lambda _: None,
    "files": files,
    "a deep tree": deep,
    "folders that are closed": closed,
    "odd names": odd,
    "pipes": lambda folder: os.mkfifo(folder / "pipe"),
    "no folder any more": lambda folder: folder.rmdir(),
    "the folder closed": lambda folder: folder.chmod(0),
    "a file instead": another,
}


@pytest.mark.parametrize("litter", LITTER)
def test_it_is_gone(litter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as name:
        LITTER[litter](Path(name))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user whom modes bind")
@pytest.mark.parametrize("litter", ["folders that are closed", "a deep tree", "the folder closed"])
def test_it_is_gone_for_a_user_whom_modes_bind(litter: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        os.chmod(name, 0o777)
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
                tempfile.tempdir = name
                with scratch() as folder:
                    LITTER[litter](Path(folder))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        assert os.listdir(name) == []


def test_a_deep_tree_does_not_take_the_descriptors_of_others(tmp_path: Path) -> None:
    """They are the grader's, and other threads start workers meanwhile."""
    deep(tmp_path)
    stop, refused = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            try:
                os.close(os.dup(0))
            except OSError as error:
                refused.append(error)

    thread = threading.Thread(target=work)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        thread.start()
        remove(str(tmp_path))
    finally:
        stop.set()
        thread.join()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused == []
    assert not tmp_path.exists()


def test_what_links_lead_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    (victim / "inner").mkdir(parents=True)
    (victim / "file").write_text("x")
    victim.chmod(0o500)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as name:
        (Path(name) / "link").symlink_to(victim)
        (Path(name) / "closed").mkdir()
        (Path(name) / "closed" / "link").symlink_to(victim)
        (Path(name) / "closed").chmod(0)
    assert [*tmp_path.iterdir()] == [victim]
    assert (victim / "file").read_text() == "x"
    assert victim.stat().st_mode & 0o777 == 0o500


def test_a_link_in_its_place_is_removed_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / "link").symlink_to(victim)
    remove(str(tmp_path / "link"))
    assert [*tmp_path.iterdir()] == [victim]


def test_what_a_killed_grader_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own folders, old ones, and nobody else's."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    numbered = f"{gone.pid}-a", f"{gone.pid}-b", f"{os.getpid()}-c"
    dead, new, ours = (tmp_path / f"gradstep-worker-{each}" for each in numbered)
    theirs = [tmp_path / name for name in ("gradstep-results-d", f"gradstep-{gone.pid}-homework")]
    for folder in (dead, new, ours, *theirs):
        (folder / "deep").mkdir(parents=True)
        if folder != new:
            os.utime(folder, (0, 0))
    sweep()
    assert sorted(tmp_path.iterdir()) == sorted([new, ours, *theirs])
