"""Numbers that carry their own rounding bound: how far a right program's result may be off.

A :class:`Bounded` holds the value in extended precision and, beside it, a first-order bound on the rounding error of a
program that computes the same thing in the student's dtype, in units of that dtype's round-off ``u = eps/2``. The
reference pages run on it unchanged, through numpy's own protocols, so that the tolerance of every algorithm derives
from the algorithm itself and nobody writes one down.

Each operation adds up what its operands bring and one rounding of its result (Higham, Accuracy and Stability of
Numerical Algorithms, ch. 3). An operand that is exactly 0, or exactly ±1 in a product, adds no rounding of its own.

The type is in ``numbers``; the rules are in ``elementwise``, ``reductions`` and ``moves``.
"""

from harness.grading.bounded import elementwise, moves, reductions  # noqa: F401  # each enters its rules into tables
from harness.grading.bounded.numbers import EXTENDED_BITS, AmbiguousError, Bounded, Extended

__all__ = ["EXTENDED_BITS", "AmbiguousError", "Bounded", "Extended"]
