"""Landlock, capabilities and the kernel's calls, each tried in a process of its own, where this machine has them."""

from __future__ import annotations

import errno
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from harness.runner import isolation
from harness.worker.wall import kernel, landlock

ROOT = Path(__file__).parents[3]

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def needs(layer: str) -> None:
    for each in isolation.probe():
        if each.name == layer and not each.on:
            pytest.skip(f"no {layer} here: {each.why_not}")


def alone(code: str, *arguments: object) -> str:
    """What a process prints that does nothing else."""
    source = f"import os, sys\nsys.path.insert(0, {str(ROOT)!r})\n{textwrap.dedent(code)}"
    command = [sys.executable, "-c", source, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- besides ----------------------------------------------------------------------------------------------------------


def below(root: Path, *names: str) -> list[Path]:
    return [root / name for name in names]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for each in below(tmp_path, "a/x", "a/y", "b", "c/d/e", "c/d/f"):
        each.mkdir(parents=True)
    return tmp_path


def test_where_nothing_is_hidden_the_folder_itself_is_named(tree: Path) -> None:
    assert [*landlock.besides(tree, [Path("/elsewhere")])] == [tree]


def test_what_is_hidden_is_left_out_and_all_beside_it_named(tree: Path) -> None:
    assert [*landlock.besides(tree, below(tree, "a/x", "c/d/e"))] == below(tree, "a/y", "b", "c/d/f")


def test_a_hidden_folder_gives_nothing(tree: Path) -> None:
    assert [*landlock.besides(tree, [tree])] == []
    assert [*landlock.besides(tree / "a", below(tree, "a"))] == []


def test_a_folder_below_a_hidden_one_is_not_hidden_by_it(tree: Path) -> None:
    """Callers name what is to be readable: ``harness/worker`` is, within ``harness``, which is not."""
    assert [*landlock.besides(tree / "a" / "x", below(tree, "a"))] == below(tree, "a/x")


def test_a_name_that_begins_alike_is_another(tree: Path) -> None:
    (tree / "ab").mkdir()
    assert tree / "ab" in {*landlock.besides(tree, below(tree, "a"))}


# -- the kernel -------------------------------------------------------------------------------------------------------


@linux
def test_a_call_that_fails_raises_what_the_kernel_says() -> None:
    with pytest.raises(OSError, match="Invalid argument") as raised:
        kernel.prctl(1 << 20, 0)
    assert raised.value.errno == errno.EINVAL
    assert kernel.prctl(3, 0) in (0, 1, 2)  # whether it may be dumped


@linux
def test_a_child_dies_with_its_parent() -> None:
    told = alone(
        """
        import time
        from harness.worker.wall.kernel import die_with_parent
        reading, writing = os.pipe()
        if os.fork() == 0:
            if (child := os.fork()) == 0:
                die_with_parent()
                os.write(writing, b"!")
                time.sleep(60)
                os._exit(0)
            os.read(reading, 1)
            print(child, flush=True)
            os._exit(0)
        os.wait()
        """
    )
    pid = int(told)
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX":
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("it outlives its parent")


@linux
def test_landlock_allows_what_is_named_and_nothing_else(tree: Path) -> None:
    needs("landlock")
    (tree / "a/x/file").write_text("read me")
    (tree / "b/file").write_text("secret")
    told = alone(
        """
        from harness.worker.wall import landlock
        from harness.worker.wall.kernel import no_new_privileges
        tree = sys.argv[1]
        rules = landlock.Ruleset()
        rules.allow(landlock.READ, [f"{tree}/a", f"{tree}/not there"])
        rules.allow(landlock.WRITE, [f"{tree}/c"])
        no_new_privileges()
        rules.restrict()
        def may(act, *arguments):
            try:
                act(*arguments)
            except OSError:
                return False
            return True
        os.chdir("/")
        print(
            may(open, f"{tree}/a/x/file"), may(os.listdir, f"{tree}/a"), may(open, f"{tree}/c/new", "w"),
            may(os.rename, f"{tree}/c/new", f"{tree}/c/d/new"), may(os.truncate, f"{tree}/c/d/new", 0),
            may(os.unlink, f"{tree}/c/d/new"), may(os.mkdir, f"{tree}/c/g"),
        )
        print(
            may(open, f"{tree}/a/x/file", "a"), may(open, f"{tree}/a/new", "w"), may(open, f"{tree}/b/file"),
            may(os.listdir, tree), may(os.listdir, "/"), may(os.unlink, f"{tree}/b/file"), may(os.mkdir, f"{tree}/g"),
            may(os.symlink, "/", f"{tree}/c/link"), may(os.mkfifo, f"{tree}/c/pipe"),
            may(os.rename, f"{tree}/c/g", f"{tree}/b/g"), may(os.rename, f"{tree}/b/file", f"{tree}/c/file"),
        )
        """,
        tree,
    )
    allowed, refused = told.splitlines()
    assert {*allowed.split()} == {"True"}, allowed
    assert {*refused.split()} == {"False"}, refused


@linux
def test_capabilities_are_dropped_and_stay_so() -> None:
    told = alone(
        """
        from harness.worker.wall import capabilities
        capabilities.drop()
        print(open("/proc/self/status").read())
        """
    )
    held = {line.split()[0]: int(line.split()[1], 16) for line in told.splitlines() if line.startswith("Cap")}
    assert len(held) == 5
    effective = {name: held[name] for name in ("CapPrm:", "CapEff:", "CapInh:", "CapAmb:")}
    assert effective == dict.fromkeys(effective, 0)


@linux
def test_a_refused_call_fails_and_a_thread_still_starts() -> None:
    needs("seccomp")
    told = alone(
        """
        import threading
        from harness.worker.wall import seccomp
        from harness.worker.wall.kernel import no_new_privileges
        no_new_privileges()
        seccomp.restrict()
        for act in (os.fork, lambda: os.execv("/bin/true", ["true"]), lambda: os.kill(os.getppid(), 0)):
            try:
                print(act())
            except PermissionError as error:
                print(error.errno)
        thread = threading.Thread(target=print, args=("thread",))
        thread.start()
        thread.join()
        os.kill(os.getpid(), 0)
        """
    )
    assert told.split() == ["1", "1", "1", "thread"]
