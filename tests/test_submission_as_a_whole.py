"""What a submission uses up and prints as a whole, by the whole chain."""

from __future__ import annotations

from dataclasses import replace
from textwrap import indent

import pytest

from harness.intake import Submission
from harness.report.pages import student_page
from harness.report.terminal import digest
from harness.results import Printed
from harness.runner import isolation
from harness.runner.output import KEPT
from tests.cohort import CATALOGUE, COHORT
from tests.graded import GRADIENT_DESCENT, MOMENTUM, algorithm, asked, grade
from tests.hostile import inert

SLOW = f"""
import time
{MOMENTUM}

class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr, self.slept = lr, False

    def step(self, w, grad):
        if not self.slept:
            time.sleep(0.5)
        self.slept = True
        return w - self.lr * grad(w)
"""


@pytest.mark.slow
def test_what_is_left_when_the_time_is_used_up_is_not_run() -> None:
    assignment = replace(asked("gradient_descent", "momentum", seconds=20), submission_seconds=1)
    results = grade({"slow": SLOW, "quick": GRADIENT_DESCENT + MOMENTUM}, assignment, isolation=isolation.basic())
    assert [each.status for each in results["quick"].algorithms] == ["pass", "pass"]
    slow = results["slow"]
    assert algorithm(slow, "gradient_descent").status == "pass", "what had begun is carried through"
    assert algorithm(slow, "momentum").status == "timeout"
    message = algorithm(slow, "momentum").message
    assert message is not None
    assert (message.id, message.params) == ("overtime", {"seconds": 1})
    assert slow.score == 1
    assert "Not run: the submission as a whole had used up its 1 s." in digest(slow, CATALOGUE, color=False)


@pytest.mark.slow
def test_the_time_of_all_imports_together_is_limited_as_well() -> None:
    names = [f"loop{at}.py" for at in range(8)]
    endless = Submission("loops", "loops", dict.fromkeys(names, b"while True: pass"), tuple(names))
    assignment = replace(asked("momentum", seconds=0.5), submission_seconds=1)
    result = grade([endless], assignment, isolation=isolation.basic())["loops"]
    assert result.load_error is not None
    assert (result.load_error.message.id, result.score) == ("import_overtime", 0)
    assert "Importing the files takes more than the submission's 1 s." in digest(result, CATALOGUE, color=False)


PRINTING = f"""
import os, sys

print("at import")
print("to stderr", file=sys.stderr)
os.write(1, b"not \\xff UTF-8\\n")
print("::error::pwned ##[error]pwned <script>alert(1)</script> \\x1b[31m \\u202e")
{GRADIENT_DESCENT}

def momentum(w, grad, *, lr=0.01, gamma=0.9):
    print("in a step")
    os.abort()
    yield w


def nag(w, grad, *, lr=0.01, gamma=0.9):
    print("after it died")
    yield w
"""


@pytest.mark.slow
def test_what_is_printed_is_shown_and_does_not_act() -> None:
    """At import, in a step, right before a crash and by the next worker."""
    assignment = asked("gradient_descent", "momentum", "nag")
    (result,) = grade({"kim": PRINTING}, assignment, isolation=isolation.basic()).values()
    assert [each.status for each in result.algorithms][:2] == ["pass", "crash"]
    assert result.printed is not None
    lines = result.printed.text.split("\n")
    assert lines[:3] == ["at import", "to stderr", "not \N{REPLACEMENT CHARACTER} UTF-8"]
    assert lines[4:6] == ["in a step", "at import"], "the worker after it begins with the import"
    assert "after it died" in lines
    shown = digest(result, CATALOGUE, color=False)
    assert inert(shown)
    assert "  │ at import\n  │ to stderr\n" in shown
    page = student_page(result, COHORT, CATALOGUE)
    assert "<span>at import</span><span>to stderr</span>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \\x1b[31m \\u202e" in page


@pytest.mark.slow
def test_a_flood_is_counted_and_its_beginning_kept() -> None:
    source = f"print('x' * 99 + '\\n' + 'y' * {10 * KEPT})\n{MOMENTUM}"
    (result,) = grade({"kim": source}, asked("momentum"), isolation=isolation.basic()).values()
    assert algorithm(result, "momentum").status == "pass"
    assert result.printed == Printed("x" * 99 + "\n" + "y" * (KEPT - 100), 10 * KEPT + 101)
    assert "bytes" in student_page(result, COHORT, CATALOGUE)


ENDLESS = "import time\nwhile True: print('y' * 99), time.sleep(0.001)"


@pytest.mark.parametrize(
    ("source", "ended", "counted"),
    [
        (ENDLESS, "import_timeout", False),
        (f"def momentum(w, grad, *, lr=0.01, gamma=0.9):\n{indent(ENDLESS, '    ')}\n    yield w", "timeout", False),
        ("while True: print('y' * (1 << 20))", "import_flood", False),
        ("import os\nos.write(1, b'y' * 9999)\nos.abort()", "import_crash", True),
    ],
)
def test_how_much_it_printed_is_not_told_of_what_was_ended(source: str, ended: str, counted: bool) -> None:
    """How far it comes in its time is another thing in every run; how far until it ends by itself is not."""
    (result,) = grade({"kim": source}, asked("momentum", seconds=3), isolation=isolation.basic()).values()
    told = result.load_error.message if result.load_error else algorithm(result, "momentum").message
    assert told is not None
    assert told.id == ended
    assert result.printed is not None
    assert len(result.printed.text) == KEPT
    assert result.printed.bytes == (9999 if counted else None)
    begins = "The beginning of what the code printed before it was ended:\n  │ yyy"
    assert (begins in digest(result, CATALOGUE, color=False)) is not counted
    page = student_page(result, COHORT, CATALOGUE)
    assert ("The beginning of what it printed before it was ended." in page) is not counted


def test_the_terminal_says_how_much_it_leaves_out() -> None:
    result = replace(COHORT.submissions[0], printed=Printed("".join(f"line {n}\n" for n in range(100)), 5000))
    shown = digest(result, CATALOGUE, color=False)
    assert "  │ line 19\n  … (4,850 more bytes)\n" in shown
    assert "line 20" not in shown
    whole = replace(result, printed=Printed("all of it\n", 10))
    assert "more bytes" not in digest(whole, CATALOGUE, color=False)
