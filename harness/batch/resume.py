"""What of an earlier run still holds, and need not be graded again.

A result hangs on the submission's files and on its algorithm's key: a hash over the page, the code that grades, the
assignment, the seed, the adapter, the machine and its versions.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import reference
from harness.adapter import Adapter
from harness.assignment import Assignment
from harness.intake import Submission
from harness.results import AlgorithmResult, Environment, Message, SubmissionResult
from harness.results.journal import Journal, Part, Record
from reference import pages

SHOWN_ONLY = {"cli", "report", "export", "starter.py"}
"""What of this package changes no result."""

ENTANGLED = {"state_survives", "not_repeatable", "overtime"}
"""Messages of an algorithm whose result hangs on what ran before it."""


@dataclass(frozen=True)
class Own:
    """What one algorithm came to by itself, before the others were looked at."""

    result: AlgorithmResult
    notes: Sequence[Message] = ()


def keys(
    assignment: Assignment, fingerprint: str, adapter: Adapter | None, environment: Environment
) -> Mapping[str, str]:
    """Each algorithm's key. Of the seed only its ``fingerprint`` goes in, which is slow to guess from: see
    :class:`harness.results.AssignmentInfo`."""
    asked = {key: value for key, value in asdict(assignment).items() if key not in ("id", "title", "points")}
    where = asdict(replace(environment, devices=(), started="", finished=""))
    common = [_code(), asked, fingerprint, where, adapter and {**asdict(adapter), "source": _hash(adapter.source)}]
    return {
        id: _hash(json.dumps([id, points, _page(id), common], sort_keys=True).encode())
        for id, points in assignment.points.items()
    }


def taken_over(
    submissions: Iterable[Submission], journal: Journal, keys: Mapping[str, str]
) -> dict[str, tuple[SubmissionResult, Sequence[str]]]:
    """By id, the results that stand in the journal and hold as they are, and on which devices they could have run."""
    found: dict[str, tuple[SubmissionResult, Sequence[str]]] = {}
    for submission in submissions:
        record = journal.record(submission.id)
        if record is None or submission.problem or not _same_files(record, submission):
            continue
        if [(part.id, part.key) for part in record.parts] == [*keys.items()]:
            found[submission.id] = replace(record.result, path=submission.path), record.devices
    return found


def kept(record: Record | None, submission: Submission, keys: Mapping[str, str]) -> dict[str, Own]:
    """The algorithms of a submission that need not be run again, where others are.

    None of one that printed something, for what each of them printed is not known, nor of one whose algorithms hang on
    one another.
    """
    if record is None or not _same_files(record, submission) or record.result.printed:
        return {}
    results = {each.id: each for each in record.result.algorithms}
    if entangled(results.values()):
        return {}
    return {
        part.id: Own(replace(results[part.id], message=part.message), part.notes)
        for part in record.parts
        if part.ran and part.id in results and part.key and part.key == keys.get(part.id)
    }


def doubtful(results: Iterable[AlgorithmResult], kept: Collection[str]) -> bool:
    """Whether beside what was kept something came out that may be another after all others have run: what failed may
    be waiting for what one of them leaves."""
    return entangled(results) or any(each.status not in ("pass", "missing") and each.id not in kept for each in results)


def entangled(results: Iterable[AlgorithmResult]) -> bool:
    """Whether what one algorithm did may have changed another's result."""
    return any(each.message is not None and each.message.id in ENTANGLED for each in results)


def record(
    result: SubmissionResult, own: Mapping[str, Own], keys: Mapping[str, str], devices: Sequence[str], whole: bool
) -> Record:
    """A result with what it takes to take it over. A fault of ours is never taken over, nor what was judged without
    all that there is to judge by (``whole`` says that there was)."""
    parts = []
    for each in result.algorithms:
        good = each.status != "harness_error" and (whole or not each.cases)
        alone = own.get(each.id)
        told = (alone.result.message, tuple(alone.notes)) if alone else (None, ())
        parts.append(Part(each.id, keys[each.id] if good else "", alone is not None, *told))
    return Record(result, tuple(parts), tuple(devices))


def _same_files(record: Record, submission: Submission) -> bool:
    return record.result.sha256 == submission.sha256


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def _code() -> str:
    """All that grades but is no page: this package's code, but for what only shows, and what the pages are made of."""
    ours, spec = Path(__file__).parents[1], Path(reference.__file__).parent
    files = [file for file in sorted(ours.rglob("*.py")) if file.relative_to(ours).parts[0] not in SHOWN_ONLY]
    files = [file for file in files if file.parent.name != "adapters" or file.stem.startswith("_")]
    files += [file for file in sorted(spec.rglob("*.py")) if file.parent != spec or file.stem not in pages()]
    return _hash("".join(_hash(file.read_bytes()) for file in files).encode())


@cache
def _page(id: str) -> str:
    """A page's source, with those of the pages that it imports from and the ones that these come after."""
    found: dict[str, bytes] = {}
    waiting = {id}
    while waiting:
        each = waiting.pop()
        found[each] = Path(reference.__file__).with_name(f"{each}.py").read_bytes()
        nodes = ast.walk(ast.parse(found[each]))
        named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        others = {name.removeprefix("reference.") for name in named} | {pages()[each].after}
        waiting |= (others & pages().keys()) - found.keys()
    return _hash("".join(_hash(source) for _, source in sorted(found.items())).encode())
