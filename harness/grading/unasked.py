"""Results that are not what was asked for: of another type, of another shape, or right but not quite as asked.

What a worker says of them is one of a closed set; each has its own sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.results import Message
from reference import Page

GIVEN = (
    "wrong_type",
    "list_given",
    "tuple_given",
    "dict_given",
    "none_given",
    "text_given",
    "function_given",
    "iterator_given",
    "integers_given",
    "floats_given",
    "booleans_given",
    "complex_given",
    "objects_given",
    "matrix_given",
    "masked_given",
    "subclass_given",
    "sparse_given",
    "meta_given",
)
"""What a worker may find in place of an array or a number."""

SHAPES = (
    "wrong_shape",
    "array_for_number",
    "number_for_array",
    "axes_reordered",
    "side_of_one",
    "laid_out_otherwise",
    "broadcastable",
)
"""How an array's shape may be another one."""

REMARKS = ("array_for_tensor", "tensor_for_array", "requires_grad", "tuple_of_one")
"""What a worker may remark on a right result, each the id of a note."""


def misshapen(actual: Any, expected: Any) -> str:
    """How a shape is another than the expected one. Both are lists of a worker's, which may be anything."""
    if not (_is_shape(actual) and _is_shape(expected)):
        return "wrong_shape"
    if not expected or not actual:
        return "number_for_array" if expected else "array_for_number"
    if sorted(actual) == sorted(expected):
        return "axes_reordered"
    if [side for side in actual if side != 1] == [side for side in expected if side != 1]:
        return "side_of_one"
    if math.prod(actual) == math.prod(expected):
        return "laid_out_otherwise"
    missing = len(expected) - len(actual)
    fits = all(side in (1, wanted) for side, wanted in zip(actual, expected[missing:], strict=False))
    return "broadcastable" if missing >= 0 and fits else "wrong_shape"


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(type(side) is int and side >= 0 for side in value)


def read_remarks(reply: Mapping[str, Any]) -> tuple[str, ...]:
    """A reply's remarks. Raises KeyError, TypeError or ValueError where they are none."""
    found = tuple(reply["remarks"])
    if any(each not in REMARKS for each in found):
        raise ValueError("a remark of no known kind")
    return found


def remark_notes(page: Page, remarks: Iterable[Sequence[str]]) -> tuple[Message, ...]:
    return tuple(Message(each, {"algorithm": page.id}) for some in remarks for each in some)
