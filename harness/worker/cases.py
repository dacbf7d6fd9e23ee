"""One case of any form: which driver it is for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from harness.worker.call import run_calls
from harness.worker.drive import ToBackend, epoch, optimizer, run_streams
from harness.worker.layer import run_layers
from harness.worker.search import Ask, run_grid, run_sampler, run_search


def run_case(
    thing: Any,
    form: str,
    case: Mapping[str, Any],
    files: Collection[str],
    backend: ToBackend,
    before: Any = None,
    ask: Ask | None = None,
) -> list[Any]:
    """What a student's ``thing`` does in one case, run by run, as plain data for the wire.

    ``before`` is the student's function that this one comes after, where it is to come after one and there is one.
    ``ask`` gets the value of a trial from the grader. Exceptions in student code are part of the answer.
    """
    match form:
        case "function":
            return run_calls(thing, before, case, files, backend)
        case "plain":
            return run_grid(thing, case, files)
        case "objective":
            assert ask is not None
            return run_search(thing, case, files, ask)
        case "sampler":
            return run_sampler(thing, case, files)
        case "layer":
            return run_layers(thing, case, files, backend)
    return run_streams({"optimizer": optimizer, "epoch": epoch}[form], thing, case, files, backend)
