"""What the grader does in one way for optimizers, in another for functions: a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from harness.grading.expected import Reference
from harness.grading.judge import Judged, Witness
from reference import Case, Edition, Page


class Form(Protocol):
    """One way of putting an algorithm to a student's code and of judging what comes back. It holds no state.

    A case has one or more *runs* (streams, calls); what the student's code did in one is what :meth:`read` makes of
    it, and nothing else looks inside.
    """

    pairs_in_every_way: bool
    """Whether two mistakes at once are looked for in every way to make each, or in the first: where an edition has to
    draw thousands of numbers, running one is not cheap."""

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        """Case ``number`` as the worker gets it: inputs only."""

    def reply_bytes(self, reference: Reference, number: int) -> int:
        """The most that the arrays of an honest reply to it come to."""

    def read(self, reference: Reference, number: int, reply: Any) -> list[Any]:
        """A worker's reply to it, run by run.

        Raises TypeError, KeyError, ValueError or AttributeError where it is not what was asked for.
        """

    def judge(self, reference: Reference, number: int, runs: Sequence[Any], witnesses: Sequence[Witness]) -> Judged:
        """What the runs come to. ``witnesses`` is empty where torch was not asked."""

    def broke_off(self, run: Any) -> bool:
        """Whether a run ended in a problem that no formula accounts for: it then has only to agree up to there."""

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Any) -> bool:
        """Whether run ``at`` of a case is what an edition of the page comes to."""

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Any) -> bool:
        """Whether that match says anything: the student's numbers are wrong for the slide by more than a match asks."""

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Any) -> int:
        """How many of the inner steps that the student offers in a run are those of an edition that matches it."""

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        """torch's account of a case, run by run. Called where torch is, never in the grader."""
