"""What a worker takes while it runs, where the kernel keeps no count: it is ended for too much, for nothing less."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import numpy as np
import pytest

from harness.intake import Submission
from harness.runner.forks import ForkServer
from harness.runner.output import FLOOD_MB
from harness.runner.replies import Ended, Failure, Loaded
from harness.runner.scratch import FILES, FOLDER_MB
from harness.runner.watch import THREADS, Excess, Watch
from harness.runner.worker import Limits, Task, Worker
from tests.graded import algorithm, asked, grade

pytestmark = pytest.mark.slow

LIMITS = Limits(seconds=120, memory_mb=1024)

THREADS_STARTED = """
threading.stack_size(1 << 16)
for _ in range({number}):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""

IMPORTS = """
import contextlib, ctypes, mmap, os, stat, sys, tempfile, threading, time
libc = ctypes.CDLL(None)
"""

TAKEN = {
    "many threads": ("threads", THREADS_STARTED.format(number=2 * THREADS)),
    "many files": ("files", f"for at in range({2 * FILES}): open(str(at), 'w').close()"),
    "many folders": ("files", f"for at in range({2 * FILES}): os.mkdir(str(at))"),
    "large files": ("files", f"for at in range(4): open(str(at), 'wb').write(bytes({FOLDER_MB} << 19))"),
    "large files that no folder holds": (
        "files",
        f"kept = [tempfile.TemporaryFile() for _ in range(4)]; [each.write(bytes({FOLDER_MB} << 19)) for each in kept]",
    ),
    "folders too far down to be looked into": (
        "files",
        "for at in range(30): os.mkdir(str(at) + 'x' * 200); os.chdir(str(at) + 'x' * 200)",
    ),
    "much printed": ("flood", f"for at in range({2 * FLOOD_MB}): print('x' * (1 << 20))"),
}

HALF_A_FRAME = """
for each in map(int, os.listdir("/proc/self/fd")):
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(os.fstat(each).st_mode):
            os.write(each, bytes(1))
"""

HIDDEN = {
    "large files that are only mapped": (
        "files",
        f"""
        for at in range(4):
            with tempfile.TemporaryFile() as file:
                os.posix_fallocate(file.fileno(), 0, {FOLDER_MB} << 19)
                libc.mmap(None, ctypes.c_size_t(4096), 1, 2, file.fileno(), ctypes.c_long(0))
        """,
    ),
    "large files, the first thread being gone": (
        "files",
        f"""
        def fill():
            kept = [tempfile.TemporaryFile() for _ in range(4)]
            for each in kept: os.posix_fallocate(each.fileno(), 0, {FOLDER_MB} << 19)
            time.sleep(600)
        threading.Thread(target=fill).start()
        libc.pthread_exit(None)
        """,
    ),
    **{
        f"{what} after half a frame": (TAKEN[what][0], HALF_A_FRAME + TAKEN[what][1])
        for what in ("many threads", "many files", "much printed")
    },
}
"""Taken where it is not seen at once."""

ALLOWED = {
    "some threads": THREADS_STARTED.format(number=THREADS // 2),
    "some files": f"for at in range({FILES // 2}): open(str(at), 'w').close()",
    "a large file, written again and again": f"for at in range(9): open('a', 'wb').write(bytes({FOLDER_MB} << 19))",
    "a mapping of a file that no folder holds": """
kept = tempfile.TemporaryFile()
kept.write(bytes(1 << 20))
kept.flush()
kept = mmap.mmap(kept.fileno(), 1 << 20)
""",
    "a hole": f"open('a', 'wb').truncate({FOLDER_MB - 1} << 20); open('b', 'wb').truncate({FOLDER_MB - 1} << 20)",
    "much printed, but not that much": f"for at in range({FLOOD_MB // 2}): print('x' * (1 << 20))",
}


def after(server: ForkServer, code: str, then: str) -> Loaded | Failure | Ended:
    """How importing a module ends that does something and ``then`` something else."""
    source = f"{IMPORTS}\n{textwrap.dedent(code)}\n{then}\n"
    worker = Worker(server, Submission("a", "a.py", {"a.py": source.encode()}, ("a.py",)), LIMITS)
    try:
        return worker.load([])
    finally:
        worker.close()


@pytest.mark.parametrize("what", TAKEN)
def test_too_much_is_ended_long_before_its_time_is_up(leveled: ForkServer, what: str) -> None:
    kind, code = TAKEN[what]
    counted = {"threads": leveled.isolation.strict, "files": leveled.isolation.rooms}.get(kind, False)
    found = after(leveled, code, "time.sleep(600)" if not counted else "time.sleep(1)")
    if counted:  # the kernel keeps count: what is too much is an error in the student's own code, if it is one at all
        assert not isinstance(found, Ended)
    else:
        assert isinstance(found, Ended), found
        assert found.kind == kind


@pytest.mark.parametrize("what", HIDDEN)
def test_too_much_is_ended_where_it_is_hidden_too(server: ForkServer, what: str) -> None:
    kind, code = HIDDEN[what]
    found = after(server, code, "time.sleep(600)")
    assert isinstance(found, Ended), found
    assert found.kind == kind


def test_too_much_is_ended_while_a_request_is_not_listened_to(server: ForkServer) -> None:
    code = f"""
{IMPORTS}
from harness.worker import wire
wire.receive = lambda *_, **__: time.sleep(600)
def fill():
    time.sleep(0.5)
    {TAKEN["many files"][1]}
threading.Thread(target=fill).start()
"""
    task = Task("a", "function", [{"id": "large", "runs": [], "numbers": np.zeros(1 << 20)}], 0)
    worker = Worker(server, Submission("a", "a.py", {"a.py": code.encode()}, ("a.py",)), LIMITS)
    try:
        assert isinstance(worker.load([]), Loaded)
        found = worker.run(task, "numpy")
    finally:
        worker.close()
    assert isinstance(found, Ended)
    assert found.kind == "files"


def test_what_is_taken_between_many_quick_questions_is_seen_as_well() -> None:
    source = """
import os, time

def run_search(objective, trials):
    for at, trial in enumerate(trials):
        open(str(at), "wb").write(bytes(60 << 20))
        time.sleep(0.1)
        value = objective(trial)
    return trial, value
"""
    found = grade({"a": source}, asked("run_search", seconds=120), jobs=1)
    message = algorithm(found["a"], "run_search").message
    assert message is not None
    assert message.id == "files"


@pytest.mark.parametrize("what", ALLOWED)
def test_what_is_not_too_much_is_not(leveled: ForkServer, what: str) -> None:
    found = after(leveled, ALLOWED[what], "time.sleep(1)")
    assert isinstance(found, Loaded)
    assert not found.failed


@pytest.mark.parametrize(("mode", "too_much"), [(0o300, 1), (0, 0), (0o400, 0)])
def test_what_cannot_be_looked_into_but_filled_is_too_much(tmp_path: Path, mode: int, too_much: int) -> None:
    watch = Watch(os.getpid, str(tmp_path))
    watch.look()
    (tmp_path / "closed").mkdir(mode)
    pid = os.fork()
    if pid == 0:
        kind = ""
        try:
            if os.geteuid() == 0:
                os.chmod(tmp_path, 0o777)
                os.chdir(tmp_path)
                os.setresuid(65534, 65534, 65534)
            Watch(os.getpid, ".").look()
        except Excess as excess:
            kind = excess.kind
        finally:
            os._exit(["", "files"].index(kind))
    _, status = os.waitpid(pid, 0)
    (tmp_path / "closed").rmdir()
    assert os.waitstatus_to_exitcode(status) == too_much


def test_who_is_gone_takes_nothing() -> None:
    Watch(lambda: None, "/").look()
    Watch(lambda: 1 << 22, None).look()
