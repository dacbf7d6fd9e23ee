"""The process that starts workers: it forks, it buries, and whatever happens to either side, nothing is left."""

from __future__ import annotations

import ast
import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from harness.intake import Submission
from harness.runner.forks import End, ForkError, ForkServer
from harness.runner.isolation import Isolation
from harness.runner.worker import AUTOGRAD, ENTRY, PRELOAD, Limits, Worker
from harness.worker.zygote import Zygote
from tests.graded import MOMENTUM, algorithm, asked, grade, submission
from tests.runner.processes import alive, children, eventually

EMPTY = submission("empty", "")


def test_a_child_lives_until_it_is_buried(server: ForkServer) -> None:
    child = server.fork(ENTRY)
    assert alive(child.pid)
    assert server.bury(child) == End(signal=None, code=None)
    assert not alive(child.pid)


def test_how_a_child_had_ended_is_told(server: ForkServer) -> None:
    child = server.fork(ENTRY)
    os.kill(child.pid, signal.SIGSEGV)
    assert child.sock.recv(1) == b""  # it is gone
    assert server.bury(child) == End(signal=signal.SIGSEGV, code=None)


def test_children_are_buried_in_any_order(server: ForkServer) -> None:
    first, second = server.fork(ENTRY), server.fork(ENTRY)
    server.bury(second)
    assert alive(first.pid)
    server.bury(first)
    assert not alive(first.pid)


def test_where_there_is_no_room_for_a_process_it_is_tried_again(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, refusals = server._ask, iter([({"unforked": "none left"}, 1)] * 2)
    monkeypatch.setattr(server, "_ask", lambda *asked: next(refusals, None) or ask(*asked))
    server.bury(server.fork(ENTRY))
    monkeypatch.setattr("harness.runner.forks.CROWDED_SECONDS", 0.0)
    monkeypatch.setattr(server, "_ask", lambda *asked: ({"unforked": "none left"}, 1))
    with pytest.raises(ForkError, match="no process could be started for 0 s: none left"):
        server.fork(ENTRY)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
def test_a_zygote_that_cannot_fork_says_so_and_lives(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise OSError(number, "none left")

    ours, theirs = socket.socketpair()
    monkeypatch.setattr(os, "fork", full)
    with ours, theirs:
        zygote = Zygote(ours, rooms=False)
        answer = zygote._forked({"entry": ENTRY, "room": None}, [os.dup(theirs.fileno())])
    assert answer == {"unforked": f"[Errno {number}] none left"}


def test_threads_share_a_server(server: ForkServer) -> None:
    pids = []

    def once() -> None:
        child = server.fork(ENTRY)
        pids.append(child.pid)
        server.bury(child)

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 8
    assert not any(map(alive, pids))


def test_closing_ends_the_zygote_and_its_children() -> None:
    before = children()
    with ForkServer(PRELOAD) as server:
        (zygote,) = children() - before
        workers = [server.fork(ENTRY) for _ in range(3)]
    assert not any(map(alive, [zygote, *(worker.pid for worker in workers)]))
    for worker in workers:
        worker.sock.close()


def test_closing_before_it_is_ready_does_not_wait_for_the_imports() -> None:
    before = children()
    ForkServer([*PRELOAD, "torch"]).close()
    assert children() == before


def test_closing_twice_is_closing_once() -> None:
    server = ForkServer(PRELOAD)
    server.close()
    server.close()
    with pytest.raises(ForkError, match="was ended"):
        server.fork(ENTRY)


def test_closing_wakes_who_waits_for_an_answer() -> None:
    server = ForkServer([*PRELOAD, "torch"])  # slow to answer for the first time
    errors: list[Exception] = []

    def ask() -> None:
        try:
            server.fork(ENTRY)
        except ForkError as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    server.close()
    thread.join()
    assert len(errors) == 1


def test_a_zygote_that_does_not_start_says_why() -> None:
    with ForkServer(["no_such_module"]) as server, pytest.raises(ForkError, match="No module named 'no_such_module'"):
        server.fork(ENTRY)


def test_a_zygote_does_without_a_module_that_there_may_be() -> None:
    with ForkServer(["no_such_module?", *PRELOAD, *AUTOGRAD]) as server:
        child = server.fork(ENTRY)
        assert server.bury(child).signal is None


def test_the_module_that_autograd_imports_is_where_it_was() -> None:
    """It is torch's own business, and may move."""
    (name,) = AUTOGRAD
    code = (
        "import sys, torch; x = torch.ones(2, requires_grad=True); (x * x).backward(torch.ones(2));"
        f"sys.exit({name.removesuffix('?')!r} not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_zygote_that_was_killed_is_a_fork_error_to_all_that_came_from_it_and_is_replaced() -> None:
    before = children()
    with ForkServer(PRELOAD) as server:
        first, second = server.fork(ENTRY), server.fork(ENTRY)
        (zygote,) = children() - before
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(ForkError, match="ended with status -9"):
            server.bury(first)
        with pytest.raises(ForkError, match="ended with status -9"):
            server.bury(second)
        third = server.fork(ENTRY)
        assert alive(third.pid)
        assert server.bury(third) == End(signal=None, code=None)
        assert eventually(lambda: not alive(first.pid) and not alive(second.pid))
        (other,) = children() - before
        os.kill(other, signal.SIGKILL)
        with pytest.raises(ForkError):
            server.fork(ENTRY)
        fourth = server.fork(ENTRY)
        os.kill(fourth.pid, signal.SIGSEGV)
        assert fourth.sock.recv(1) == b""
        assert server.bury(fourth) == End(signal=signal.SIGSEGV, code=None)
    assert children() == before


def test_a_child_of_a_zygote_that_was_replaced_is_not_looked_for_in_the_next() -> None:
    before = children()
    with ForkServer(PRELOAD) as server:
        old = server.fork(ENTRY)
        (zygote,) = children() - before
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(ForkError):
            server.fork(ENTRY)
        new = server.fork(ENTRY)
        with pytest.raises(ForkError, match="started this worker is no more"):
            server.bury(old)
        assert alive(new.pid)
        server.bury(new)


def test_a_worker_that_cannot_be_walled_in_is_our_fault(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.runner.worker.scratch", lambda: nullcontext("/no/such/folder"))
    with pytest.raises(ForkError, match="could not be walled in: FileNotFoundError"):
        Worker(server, EMPTY, Limits())


# -- what a worker finds around it ------------------------------------------------------------------------------------


def seen(server: ForkServer, expression: str) -> str:
    """What a module sees when it is imported."""
    source = f"import os, resource, sys, threading\nraise RuntimeError({expression})\n"
    worker = Worker(server, Submission("a", "a.py", {"a.py": source.encode()}, ("a.py",)), Limits(memory_mb=256))
    try:
        loaded = worker.load([])
        return loaded.failed[0].text  # type: ignore[union-attr]  # it is a Failure, or the test fails here
    finally:
        worker.close()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            "[name for name in sorted(os.environ) if 'THREADS' not in name]",
            "['HOME', 'LANG', 'PATH', 'PYTHONHASHSEED', 'TMPDIR']",
        ),
        ("os.environ['HOME'] == os.environ['TMPDIR'] == os.getcwd()", "True"),
        ("os.read(0, 1)", "b''"),
        ("os.listdir()", "[]"),
        ("os.path.basename(os.getcwd())[:9]", "gradstep-"),
        ("os.getpgid(0) == os.getpid()", "True"),
        ("threading.active_count()", "1"),
        ("len(os.listdir('/proc/self/task'))", "1"),
        ("[p for p in sys.path if not p]", "[]"),
        ("resource.getrlimit(resource.RLIMIT_CORE)", "(1, 1)"),
        ("sorted({'torch', 'reference', 'harness.grading', 'harness.runner'} & {*sys.modules})", "[]"),
        ("[each for each in (1, 2) if os.isatty(each)]", "[]"),
        ("open('file', 'w').write('x')", "1"),
        ("oct(os.stat(os.open('mine', os.O_CREAT)).st_mode)", "0o100700"),
    ],
)
def test_surroundings(leveled: ForkServer, expression: str, expected: str) -> None:
    assert seen(leveled, expression) == expected


def test_no_descriptor_but_the_null_device_the_output_and_the_connection(leveled: ForkServer) -> None:
    others = [Worker(leveled, EMPTY, Limits()) for _ in range(2)]
    there = "{fd: f'/proc/self/fd/{fd}' for fd in os.listdir('/proc/self/fd')}.items()"  # and what it is read through
    links = seen(leveled, f"{{fd: os.readlink(link) for fd, link in {there} if os.path.lexists(link)}}")
    for other in others:
        other.close()
    found = ast.literal_eval(links)
    connection = found.keys() - {"0", "1", "2"}
    assert found["0"] == "/dev/null"
    assert found["1"] == found["2"]
    assert found["1"].startswith("pipe:")
    assert [found[each].partition(":")[0] for each in connection] == ["socket"]


def test_nothing_of_the_graders_environment(level: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "the seed")
    with ForkServer(PRELOAD, level) as server:
        assert "SECRET" not in seen(server, "sorted(os.environ)")
        assert "SECRET" not in seen(server, "open(f'/proc/{os.getppid()}/environ').read()")


@pytest.mark.parametrize(
    "litter",
    [
        "open('file', 'w').write('x')",
        "os.makedirs('a/b/c'); os.chmod('a/b', 0)",
        "os.symlink('/', 'root')",
        "os.rmdir(os.getcwd())",
        "os.mkfifo('pipe')",
    ],
)
def test_the_temporary_folder_is_removed_with_whatever_is_in_it(
    leveled: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, litter: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen(leveled, f"exec({litter!r})")
    assert list(tmp_path.iterdir()) == []


# -- when one of ours dies --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_killed_zygote_costs_nobody_a_point_and_only_its_killer_the_result() -> None:
    sources = {
        "killer": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
        "after it": MOMENTUM,
        "beside it, with torch": f"import torch\n{MOMENTUM}",
    }
    results = grade(sources, asked("momentum"), jobs=1)
    assert {id: algorithm(each, "momentum").status for id, each in results.items()} == {
        "killer": "harness_error",
        "after it": "pass",
        "beside it, with torch": "pass",
    }
    assert {each.score for each in results.values()} == {1}


@pytest.mark.slow
def test_a_killed_grader_leaves_no_process(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The submission notes who it is, its daemon and its zygote, and then never ends."""
    source = f"""
        import os, time
        if not os.fork():
            os.setsid()
            if os.fork():
                os._exit(0)
            os.mkdir(f"{tmp_path}/{{os.getpid()}}")
            time.sleep(600)
        os.wait()
        for pid in (os.getppid(), os.getpid()):
            os.mkdir(f"{tmp_path}/{{pid}}")
        time.sleep(600)
        """
    script = f"from tests.graded import *; grade({{'a': {textwrap.dedent(source)!r}}}, asked('momentum', seconds=600))"
    folders = tmp_path_factory.mktemp("folders")  # a killed grader cannot remove its own
    grader = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], env={**os.environ, "TMPDIR": str(folders)}
    )
    assert eventually(lambda: len(list(tmp_path.iterdir())) == 3)
    pids = [int(file.name) for file in tmp_path.iterdir()]
    assert all(map(alive, pids))
    grader.kill()
    grader.wait()
    assert eventually(lambda: not any(map(alive, pids)))


def test_where_there_is_no_room_for_a_folder_it_is_tried_again(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = tempfile.mkdtemp, iter([errno.ENOSPC, errno.ENOSPC])

    def made(*arguments: Any, **more: Any) -> str:
        if (number := next(refusals, None)) is not None:
            raise OSError(number, "No space left on device")
        return real(*arguments, **more)

    monkeypatch.setattr("tempfile.mkdtemp", made)
    Worker(server, EMPTY, Limits()).close()
    monkeypatch.setattr("harness.runner.worker.CROWDED_SECONDS", 0.0)
    refusals = iter([errno.ENOSPC] * 9)
    with pytest.raises(ForkError, match="no folder could be made for a worker to write in"):
        Worker(server, EMPTY, Limits())
