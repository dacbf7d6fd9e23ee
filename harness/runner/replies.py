"""What a worker may answer, and how it is read. Student code may have written any of it: where a reply is not exactly
what was asked for, reading it raises one of :data:`MALFORMED`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from harness.worker import wire

Form = Literal["class", "generator", "function"]

DEFAULT_BACKENDS = ("numpy",)

MALFORMED = (wire.WireError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading a reply raises where it is not what was asked for: any of it can be anything."""

FRAMES, TEXT = 6, 1000
"""The most that is kept of a traceback, in frames, and of any text, in characters."""


@dataclass(frozen=True)
class Course:
    """A file that holds code in another course's shape: its names, and the adapter that reaches them."""

    file: str
    adapter: str
    names: Sequence[str]


@dataclass(frozen=True)
class Failure:
    """An exception in the worker, as its own account has it.

    ``unused`` says that it is an import without use, ``library`` which foreign one is missing, ``course`` what the file
    that was imported holds of another course, ``adapter`` which adapter raised it.
    """

    type: str
    text: str
    frames: Sequence[Mapping[str, Any]] = ()
    file: str | None = None
    unused: bool = False
    library: str | None = None
    adapter: str | None = None
    course: Course | None = None

    @property
    def out_of_memory(self) -> bool:
        return self.type == "MemoryError"


@dataclass(frozen=True)
class Ended:
    """The worker is no more, or is not to be talked to any longer."""

    kind: Literal["timeout", "crash", "garbled", "overtime", "threads", "files", "flood"]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """What was found for one algorithm. ``shape`` names the adapter that reaches it, where that is needed."""

    name: str
    form: Form
    file: str
    line: int
    backends: Sequence[str]
    others: Sequence[str]
    shape: str = ""


@dataclass(frozen=True)
class Loaded:
    """What a submission offers, which of its files failed, in which of these something else was to be found, what its
    files hold of other courses under names that no algorithm has, and every name that an adapter gave."""

    offers: Mapping[str, Offer]
    failed: Sequence[Failure | Ended]
    lost: Mapping[str, str] = field(default_factory=dict)
    courses: Sequence[Course] = ()
    names: Sequence[str] = ()
    barred: Sequence[str] = ()
    """What it may not use and has imported, past everything that keeps it from that."""


@dataclass(frozen=True)
class Ran:
    """What one algorithm did, case by case, as it came over the wire and unjudged."""

    cases: Sequence[Mapping[str, Any]]
    out_of_memory: bool = False
    barred: Sequence[str] = ()


def failure(data: Mapping[str, Any]) -> Failure:
    named = {key: _text(data[key]) for key in ("file", "library", "adapter") if data.get(key) is not None}
    frames = tuple(map(_frame, data["frames"][:FRAMES]))
    course = _course(data["course"]) if data.get("course") else None
    unused = data.get("unused") is True
    return Failure(_text(data["type"]), _text(data["text"]), frames, unused=unused, course=course, **named)


def _course(data: Mapping[str, Any]) -> Course:
    return Course(_text(data["file"]), _text(data["adapter"]), tuple(map(_text, data["names"])))


def _frame(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"line": _number(data["line"]), **{name: _text(data[name]) for name in ("file", "function", "code")}}


def loaded(reply: Mapping[str, Any], ids: Sequence[str], adapted: bool) -> Loaded:
    """Where no adapter is in use, none can have failed."""
    offers = {id: _offer(reply["found"][id]) for id in ids if id in reply["found"]}
    lost = {id: _text(reply["lost"][id]) for id in ids if id in reply["lost"]}
    failed = tuple(each if adapted else replace(each, adapter=None) for each in map(failure, reply["failed"]))
    courses = tuple(map(_course, reply["courses"]))
    return Loaded(offers, failed, lost, courses, tuple(map(_text, reply["names"])), _barred(reply))


def _offer(data: Mapping[str, Any]) -> Offer:
    if (form := data["form"]) not in get_args(Form):
        raise ValueError(f"a form {form!r}")
    return Offer(
        name=_text(data["name"]),
        form=form,
        file=_text(data["file"]),
        line=max(_number(data["line"]), 1),
        backends=tuple(dict.fromkeys(map(_text, data["backends"]))) or DEFAULT_BACKENDS,
        others=tuple(map(_text, data["others"])),
        shape=_text(data["shape"]),
    )


def ran(reply: Mapping[str, Any], given: Sequence[Mapping[str, Any]], asked: Sequence[Any] = ()) -> Ran:
    """What became of the cases that were ``given``. What was asked on the way stands with its case: the grader saw it,
    whatever the worker says."""
    cases = reply["cases"]
    if [case["id"] for case in cases] != [case["id"] for case in given]:
        raise ValueError("the reply holds other cases than were asked for")
    problems = [run["problem"] for case in cases for run in case["runs"]]
    cases = [{**case, "asked": [each for each in asked if each["case"] == case["id"]]} for case in cases]
    out_of_memory = any(problem is not None and problem["kind"] == "memory" for problem in problems)
    return Ran(tuple(cases), out_of_memory, _barred(reply))


def _barred(reply: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(map(_text, reply["barred"]))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} instead of a text")
    return value[:TEXT]


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} instead of a whole number")
    return value
