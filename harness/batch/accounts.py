"""What the runner says of a process, as the statuses and messages of a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.intake import Submission, uses
from harness.results import LoadError, Message, Status
from harness.runner.replies import Course, Ended, Failure, Loaded
from harness.runner.worker import Limits

FORBIDDEN = "Forbidden"
"""The exception that using a barred module raises: :class:`harness.worker.forbid.Forbidden`."""

_UNREADABLE = ("SyntaxError", "IndentationError", "TabError")


def unloaded(failed: Failure | Ended, limits: Limits) -> tuple[Status, LoadError]:
    """Why a submission, or one of its modules, could not be imported."""
    if isinstance(failed, Ended):
        return _status(failed), LoadError(Message(_of_import(failed.kind), failed.params))
    if failed.adapter is not None:
        return "error", LoadError(_of_adapter(failed), _traceback(failed))
    if failed.out_of_memory:
        return "memory", LoadError(Message("import_memory", {"mb": limits.memory_mb, "file": failed.file}))
    if failed.type == FORBIDDEN:
        told = _told(failed)
        place = {"file": told["file"], "line": told["line"], "name": _barred(failed)}
        return "forbidden", LoadError(Message("import_forbidden", place), _traceback(failed))
    if failed.type == "SystemExit":
        return "error", LoadError(Message("import_exit", {"file": failed.file}))
    told = _told(failed)
    place = {"file": told["file"], "line": told["line"], "text": failed.text}
    if failed.type in _UNREADABLE:
        code = failed.frames[-1]["code"] if failed.frames else ""
        return "error", LoadError(Message("syntax_error", {**place, "code": code}))
    if failed.course is not None:
        return "error", LoadError(
            Message("import_other_course", {**place, **_of_course(failed.course)}), _traceback(failed)
        )
    if failed.unused:
        return "error", LoadError(Message("import_unused", {**place, "library": failed.library}), _traceback(failed))
    if failed.type == "ModuleNotFoundError":
        return "error", LoadError(Message("import_missing", place), _traceback(failed))
    return "error", LoadError(Message("import_raised", {**place, "type": failed.type}), _traceback(failed))


def in_another_course(course: Course, told: bool = False) -> Message:
    """That a file was written for another course, which an adapter reaches: briefly, where that was ``told``."""
    return Message("other_course_too" if told else "other_course", _of_course(course))


def not_run(outcome: Failure | Ended, limits: Limits) -> tuple[Status, Message]:
    """Why an algorithm came to no results at all."""
    if isinstance(outcome, Ended):
        return _status(outcome), Message(outcome.kind, outcome.params)
    if outcome.out_of_memory:
        return "memory", Message("memory", {"mb": limits.memory_mb})
    if outcome.type == FORBIDDEN:
        return "forbidden", Message("forbidden", {"name": _barred(outcome)})
    return "error", Message("raised", {"case": None, "step": None, **_told(outcome)})


def _barred(failed: Failure) -> str:
    """What was used: the exception begins with its name."""
    return failed.text.partition(" ")[0]


def load_notes(submission: Submission, loaded: Loaded) -> list[Message]:
    """What is worth knowing of a submission that loaded, or loaded in part."""
    known = {offer.shape for offer in loaded.offers.values()}
    notes = [in_another_course(each, told=each.adapter in known) for each in loaded.courses]
    offering = {offer.file for offer in loaded.offers.values()}
    if len(submission.entries) > 1 and not offering.issuperset(submission.entries):
        notes.append(Message("several_modules", {"files": list(submission.entries)}))
    for failed in loaded.failed[1:]:  # the first is the submission's load error
        if isinstance(failed, Failure) and failed.adapter is not None:
            notes.append(_of_adapter(failed))
            continue
        told = {"file": failed.params.get("file"), "text": failed.kind} if isinstance(failed, Ended) else _said(failed)
        notes.append(Message("partly_loaded", told))
    return notes


def names_barred(submission: Submission, limits: Limits) -> list[Message]:
    """Where the sources name what the assignment bars: whether it was used is another question."""
    found = uses(submission.files, limits.forbid)
    return [Message("names_forbidden", {"name": each.name, "file": each.file, "line": each.line}) for each in found]


def _of_course(course: Course) -> dict[str, Any]:
    return {"file": course.file, "adapter": course.adapter, "names": list(course.names)}


def _status(ended: Ended) -> Status:
    if ended.kind == "overtime":
        return "timeout"
    return ended.kind if ended.kind == "timeout" or ended.kind == "crash" else "error"


def _of_import(kind: str) -> str:
    return kind if kind == "garbled" else f"import_{kind}"


def _told(failed: Failure) -> dict[str, Any]:
    inner: Mapping[str, Any] = failed.frames[-1] if failed.frames else {}
    return {
        "type": failed.type,
        "text": failed.text,
        "file": inner.get("file", failed.file),
        "line": inner.get("line"),
        "function": inner.get("function"),
        "frames": [dict(frame) for frame in failed.frames],
    }


def _said(failed: Failure) -> dict[str, Any]:
    return {"file": failed.file, "text": f"{failed.type}: {failed.text}"}


def _of_adapter(failed: Failure) -> Message:
    """What an adapter raised: at its own line, over a module of the student's or by itself."""
    line = failed.frames[-1]["line"] if failed.frames else None
    params = {"adapter": failed.adapter, "line": line, "type": failed.type, "text": failed.text, "file": failed.file}
    return Message("adapter_raised", params)


def _traceback(failed: Failure) -> str:
    lines = [f"{frame['file']}:{frame['line']}: {frame['code']}" for frame in failed.frames]
    return "\n".join([*lines, f"{failed.type}: {failed.text}"])
