"""One case of any form: which driver it is for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from harness.worker.call import run_calls
from harness.worker.drive import ToBackend, epoch, optimizer, run_streams


def run_case(
    thing: Any,
    form: str,
    case: Mapping[str, Any],
    files: Collection[str],
    backend: ToBackend,
    before: Any = None,
) -> list[Any]:
    """What a student's ``thing`` does in one case, run by run, as plain data for the wire.

    ``before`` is the student's function that this one comes after, where it is to come after one and there is one.
    Exceptions in student code are part of the answer.
    """
    if form == "function":
        return run_calls(thing, before, case, files, backend)
    return run_streams({"optimizer": optimizer, "epoch": epoch}[form], thing, case, files, backend)
