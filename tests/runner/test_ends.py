"""However one algorithm ends, it gets a verdict of its own, and the submission's other algorithms are still graded."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.results import SubmissionResult
from harness.results.model import Status
from tests.graded import MOMENTUM, algorithm, asked, grade
from tests.runner.processes import alive

pytestmark = pytest.mark.slow

MEMORY_MB = 256

HELPERS = """
import ctypes, json, mmap, os, signal, stat, struct, sys, threading, time
import numpy as np

def connection():
    return next(fd for fd in map(int, os.listdir("/proc/self/fd")) if is_socket(fd))

def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:  # the one that the list was read through
        return False

def forge(payload):
    raw = json.dumps({"payload": payload, "arrays": [["uint8", [1]]]}).encode()
    os.write(connection(), struct.pack(">IQ", len(raw), 1) + raw + b"0")

hoard = []
"""

# What gradient_descent does in its first step, the status it gets, and what its message holds.
ENDS: Mapping[str, tuple[str, Status, Mapping[str, Any]]] = {
    "raises": ("1 / 0", "error", {"type": "ZeroDivisionError", "step": 1}),
    "sys.exit": ("sys.exit()", "error", {"type": "SystemExit"}),
    "quit": ("raise KeyboardInterrupt", "error", {"type": "KeyboardInterrupt"}),
    "os._exit(0)": ("os._exit(0)", "crash", {"code": 0, "signal": None}),
    "os._exit(7)": ("os._exit(7)", "crash", {"code": 7, "signal": None}),
    "segfault": ("ctypes.string_at(0)", "crash", {"signal": "SIGSEGV"}),
    "abort": ("os.abort()", "crash", {"signal": "SIGABRT"}),
    "a real-time signal": ("os.kill(os.getpid(), 40)", "crash", {"signal": "signal 40"}),
    "kills itself": ("os.kill(os.getpid(), signal.SIGKILL)", "crash", {}),
    "becomes another program": ("os.execv('/bin/true', ['true'])", "crash", {"code": 0}),
    "C stack overflow": (
        """
        sys.setrecursionlimit(10**9)
        def deeper(_): return list(map(deeper, [0]))
        deeper(0)
        """,
        "crash",
        {"signal": "SIGSEGV"},
    ),
    "endless": ("while True: pass", "timeout", {"seconds": 1.0}),
    "endless, ignoring signals": (
        """
        for each in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(each, signal.SIG_IGN)
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
        """,
        "timeout",
        {},
    ),
    "endless in C": ("10 ** 10 ** 9", "timeout", {}),
    "stops itself": ("os.kill(os.getpid(), signal.SIGSTOP)", "timeout", {}),
    "sleeping": ("time.sleep(60)", "timeout", {}),
    "one array too large": ("np.ones(1 << 40)", "memory", {"mb": MEMORY_MB}),
    "a growing list": ("while True: hoard.append(bytes(1 << 20))", "memory", {"mb": MEMORY_MB}),
    "a growing list of small things": ("while True: hoard.append(bytes(400))", "memory", {"mb": MEMORY_MB}),
    "shared memory": ("hoard.append(mmap.mmap(-1, 1 << 34))", "error", {"type": "OSError"}),
    "closes every descriptor": ("os.closerange(0, 99); time.sleep(60)", "crash", {"signal": None, "code": None}),
    "closes the connection": ("os.close(connection())", "crash", {}),
    "noise on the connection": ("os.write(connection(), os.urandom(9999))", "error", {}),
    "half a frame": ("os.write(connection(), b'\\0'); time.sleep(60)", "timeout", {}),
    "a frame of terabytes": ("os.write(connection(), struct.pack('>IQ', 9, 1 << 60))", "error", {}),
    "the answer to another request": ("forge({'request': 1, 'cases': []})", "error", {}),
    "another answer": ("forge({'request': 2, 'cases': []})", "error", {}),
    "an answer without end": (
        """
        os.write(connection(), struct.pack('>IQ', 60000, 0))
        while True:
            os.write(connection(), b' ')
            time.sleep(0.01)
        """,
        "timeout",
        {},
    ),
}  # fmt: skip

# Answers that a student's code makes up: none of them is our fault, and none earns a point.
FRAME = {"file": "a.py", "line": 1, "function": "f", "code": "x"}
FAILED = {"type": "E", "text": "x", "frames": [FRAME]}
FORGED: Mapping[str, Any] = {
    "a list": [],
    "an array": {"__array__": 0},
    "nothing": None,
    "nothing but the number": {"request": 2},
    "failed: nothing": {"request": 2, "failed": None},
    "failed: a text": {"request": 2, "failed": "badly"},
    "failed: no frames": {"request": 2, "failed": {**FAILED, "frames": None}},
    "failed: frames of numbers": {"request": 2, "failed": {**FAILED, "frames": [1]}},
    "failed: a frame's line": {"request": 2, "failed": {**FAILED, "frames": [{**FRAME, "line": "1"}]}},
    "failed: a frame's file": {"request": 2, "failed": {**FAILED, "frames": [{**FRAME, "file": 1}]}},
    "failed: a type": {"request": 2, "failed": {**FAILED, "type": {"a": 1}}},
    "cases: a number": {"request": 2, "cases": 3},
    "cases: none": {"request": 2, "cases": []},
    "cases: texts": {"request": 2, "cases": ["scalar"]},
    "load's answer": {"request": 2, "found": {}, "failed": [], "backends": []},
}

# What a module does at its top, the status of everything, and the message of the load error.
AT_IMPORT: Mapping[str, tuple[str, Status, str]] = {
    "loops": ("while True: pass", "timeout", "import_timeout"),
    "dies": ("os._exit(0)", "crash", "import_crash"),
    "segfaults": ("ctypes.string_at(0)", "crash", "import_crash"),
    "exits": ("sys.exit(0)", "error", "import_exit"),
    "raises": ("1 / 0", "error", "import_raised"),
    "hoards": ("np.ones(1 << 40)", "memory", "import_memory"),
    "is no Python": ("def", "error", "syntax_error"),
    "forges a frame": ("forge([])", "error", "garbled"),
    "forges an offer": (
        "forge({'request': 1, 'found': {'momentum': {'name': 1}}, 'failed': [], 'backends': []})", "error", "garbled",
    ),
    "forges a form": (
        "forge({'request': 1, 'found': {'momentum': {'name': 'm', 'form': 'f', 'file': 'f', 'line': 1, 'others': []}},"
        " 'failed': [], 'backends': []})", "error", "garbled",
    ),
    "forges backends": (
        "forge({'request': 1, 'found': {'momentum': {'name': 'momentum', 'form': 'class', 'file': 'a.py', 'line': 1,"
        " 'others': [], 'backends': [1]}}, 'failed': []})", "error", "garbled",
    ),
    "forges settling": ("forge({'request': 0, 'unsettled': 'no wall'})", "error", "garbled"),
}  # fmt: skip


def hostile(step: str) -> str:
    """A hand-in whose gradient_descent ends by ``step`` and whose momentum is right."""
    body = textwrap.indent(textwrap.dedent(step).strip(), " " * 4)
    return f"{HELPERS}\ndef gradient_descent(w, grad, lr=0):\n{body}\n    yield w\n{MOMENTUM}"


@pytest.fixture(scope="module")
def results() -> dict[str, SubmissionResult]:
    """All of them in one batch, so that each also stands beside the others."""
    sources = {f"end: {name}": hostile(step) for name, (step, _, _) in ENDS.items()}
    sources |= {f"forged: {name}": hostile(f"forge({payload!r})") for name, payload in FORGED.items()}
    sources |= {f"import: {name}": f"{HELPERS}\n{line}\n{MOMENTUM}" for name, (line, _, _) in AT_IMPORT.items()}
    sources |= {"other: right": MOMENTUM}
    return grade(sources, asked("gradient_descent", "momentum", seconds=1, memory_mb=MEMORY_MB))


@pytest.mark.parametrize("name", ENDS)
def test_every_end_becomes_that_algorithms_status(results: dict[str, SubmissionResult], name: str) -> None:
    _, status, params = ENDS[name]
    ended = algorithm(results[f"end: {name}"], "gradient_descent")
    assert ended.message is not None
    assert (ended.status, ended.points) == (status, 0), ended.message
    assert {key: ended.message.params.get(key) for key in params} == params


@pytest.mark.parametrize("name", FORGED)
def test_no_forged_answer_earns_a_point_or_is_our_fault(results: dict[str, SubmissionResult], name: str) -> None:
    forged = algorithm(results[f"forged: {name}"], "gradient_descent")
    assert forged.message is not None
    assert (forged.status, forged.points, forged.message.id) == ("error", 0, "garbled")


@pytest.mark.parametrize("id", [*(f"end: {name}" for name in ENDS), *(f"forged: {name}" for name in FORGED)])
def test_the_other_algorithms_are_still_graded(results: dict[str, SubmissionResult], id: str) -> None:
    assert algorithm(results[id], "momentum").status == "pass"


@pytest.mark.parametrize("name", AT_IMPORT)
def test_an_end_at_import_is_a_load_error(results: dict[str, SubmissionResult], name: str) -> None:
    _, status, message = AT_IMPORT[name]
    result = results[f"import: {name}"]
    assert result.load_error is not None
    assert result.load_error.message.id == message
    assert {each.status for each in result.algorithms} == {status}
    assert result.score == 0


def test_the_others_beside_them_are_graded(results: dict[str, SubmissionResult]) -> None:
    assert algorithm(results["other: right"], "momentum").status == "pass"


# -- what is left -----------------------------------------------------------------------------------------------------


FORKS = {
    "children": "[child() for _ in range(5)]",
    "a daemon": "daemon(child)",
    "daemons of daemons": "daemon(lambda: (child(), daemon(child), child()))",
    "children, then dies": "child(); os._exit(0)",
    "a daemon, then never ends": "daemon(child); time.sleep(60)",
    "children that ignore signals": "child(lambda: [signal.signal(each, signal.SIG_IGN) for each in (1, 2, 15)])",
    "children that are stopped": "child(lambda: os.kill(os.getpid(), signal.SIGSTOP))",
}


def test_no_process_of_a_students_is_left(tmp_path: Path) -> None:
    """Each child notes its id before it sleeps; its parent waits for the note."""
    helpers = f"""
{HELPERS}
def child(first=lambda: None):
    ours, theirs = os.pipe()
    if os.fork():
        os.read(ours, 1)
        return
    os.mkdir(f"{tmp_path}/{{os.getpid()}}")
    os.write(theirs, b"!")
    first()
    time.sleep(600)
    os._exit(0)

def daemon(work):
    if pid := os.fork():
        os.waitpid(pid, 0)
        return
    os.setsid()
    work()
    os._exit(0)
"""
    sources = {
        name: f"{helpers}\ndef gradient_descent(w, grad, lr=0):\n    if w.ndim == 3: {line}\n    yield w\n{MOMENTUM}"
        for name, line in FORKS.items()
    }
    results = grade(sources, asked("gradient_descent", "momentum", seconds=3))
    children = [int(file.name) for file in tmp_path.iterdir()]
    assert len(children) == 5 + 1 + 3 + 1 + 1 + 1 + 1
    assert [pid for pid in children if alive(pid)] == []
    assert {algorithm(each, "momentum").status for each in results.values()} == {"pass"}


def test_what_a_student_starts_and_floods_holds_nobody_up() -> None:
    sources = {
        "threads": """
            import threading, time
            threading.Thread(target=time.sleep, args=(600,)).start()
            """,
        "stdout": "print('x' * 10**7)",
        "stderr": "import sys\nsys.stderr.write('x' * 10**7)",
        "the end": "import atexit, time\natexit.register(time.sleep, 600)",
        "descriptors": "import os\nkept = [os.dup(0) for _ in range(200)]",
        "a debugger's hook": "import sys\nsys.settrace(lambda *_: None)",
    }
    results = grade(
        {id: textwrap.dedent(source) + MOMENTUM for id, source in sources.items()}, asked("momentum", seconds=5)
    )
    assert {id: algorithm(each, "momentum").status for id, each in results.items()} == dict.fromkeys(sources, "pass")
