"""The calls of an objective cross the wall: no value is known before it is asked for, and every call is seen."""

from __future__ import annotations

import textwrap

import pytest

from harness.results import AlgorithmResult
from tests.graded import algorithm, asked, grade

pytestmark = pytest.mark.slow

RIGHT = """
def run_search(objective, trials):
    return min(((trial, objective(trial)) for trial in trials), key=lambda pair: pair[1])
"""

HELPERS = """
import gc, json, os, select, socket, stat, struct, sys, time

def connection():
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                return fd
        except OSError:
            pass

def frame(payload):
    raw = json.dumps({"payload": payload, "arrays": []}).encode()
    return struct.pack(">IQ", len(raw), 0) + raw

def forge(payload):
    os.write(connection(), frame(payload))

def read(count):
    select.select([connection()], [], [])
    return os.read(connection(), count)

def answer():
    header, body = struct.unpack(">IQ", read(12))
    return json.loads(read(header))["payload"]
"""

ENDS = {
    "asks by itself": (
        # It skips the objective and asks the grader: that is a call like any other.
        """
        def run_search(objective, trials):
            def ask(trial):
                forge({"request": 2, "ask": {"case": "five-trials", "trial": trial}})
                return answer()["answer"]
            if len(trials) == 5 and not seen:
                seen.append(1)
                return min([(trial, ask(trial)) for trial in trials for _ in range(2)], key=lambda pair: pair[1])
            return right(objective, trials)
        """,
        "fail",
        "objective_calls",
    ),
    "asks for what is none": (
        """
        def run_search(objective, trials):
            forge({"request": 2, "ask": {"case": "five-trials", "trial": {"lr": 1}}})
            assert answer()["answer"] is None
            return right(objective, trials)
        """,
        "fail",
        "objective_calls",
    ),
    "asks of another case": (
        """
        def run_search(objective, trials):
            forge({"request": 2, "ask": {"case": "no-such-case", "trial": trials[0]}})
            time.sleep(60)
        """,
        "error",
        "garbled",
    ),
    "asks under another number": (
        """
        def run_search(objective, trials):
            forge({"request": 1, "ask": {"case": "five-trials", "trial": trials[0]}})
            time.sleep(60)
        """,
        "error",
        "garbled",
    ),
    "asks without end": (
        """
        def run_search(objective, trials):
            while True:
                forge({"request": 2, "ask": {"case": "five-trials", "trial": trials[0]}})
                answer()
        """,
        "error",
        "garbled",
    ),
    "asks without listening": (
        """
        def run_search(objective, trials):
            question, fd = frame({"request": 2, "ask": {"case": "five-trials", "trial": trials[0]}}), connection()
            while True:
                select.select([], [fd], [])
                os.write(fd, question)
        """,
        "timeout",  # the answers pile up until no more fit
        "timeout",
    ),
    "asks, then sleeps": (
        "def run_search(objective, trials): objective(trials[0]); time.sleep(60)",
        "timeout",
        "timeout",
    ),
    "asks, then dies": ("def run_search(objective, trials): objective(trials[0]); os._exit(0)", "crash", "crash"),
    "asks slowly": (
        """
        def run_search(objective, trials):
            while True:
                time.sleep(0.2)
                objective(trials[0])
        """,
        "timeout",
        "timeout",
    ),
    "calls it with a text": ("def run_search(objective, trials): return objective('x' * 10**6)", "error", "raised"),
    "catches the error": (
        """
        def run_search(objective, trials):
            for wrong in (None, {}, [[]], {"x": "x" * 10**6}):
                try:
                    objective(wrong)
                except ValueError:
                    pass
            return right(objective, trials)
        """,
        "fail",
        "objective_calls",
    ),
}


@pytest.fixture(scope="module")
def results() -> dict[str, AlgorithmResult]:
    sources = {
        name: f"{HELPERS}\nseen = []\n{RIGHT.replace('run_search', 'right')}\n{textwrap.dedent(source)}"
        for name, (source, _, _) in ENDS.items()
    }
    graded = grade({"right": RIGHT, **sources}, asked("run_search", seconds=1.5))
    return {id: algorithm(result, "run_search") for id, result in graded.items()}


def test_a_right_search_passes(results: dict[str, AlgorithmResult]) -> None:
    assert results["right"].status == "pass"
    assert {case.torch_ratio for case in results["right"].cases} == {0.0}


@pytest.mark.parametrize("name", ENDS)
def test_however_it_asks_it_gets_a_verdict(results: dict[str, AlgorithmResult], name: str) -> None:
    _, status, message = ENDS[name]
    found = results[name]
    assert found.message is not None
    assert (found.status, found.message.id) == (status, message), found.message
