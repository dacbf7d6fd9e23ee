"""Several algorithms with one root cause: told once, with the others listed under it.

A pure function of the results. What makes a cause is the diagnosis, or the message and those of its parameters that its
entry says mean one (:attr:`harness.report.messages.Entry.cause`); what depends on another algorithm goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.findings import Finding
from harness.report.messages import ENTRIES
from harness.results import Message

Cause = tuple[str, ...]

SAME_NAME = ("NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError")
"""Exceptions whose text names what is not there: the same one in another line has the same cause."""


@dataclass(frozen=True)
class Root:
    """One cause: the finding that is told in full, and the others it is the cause of."""

    told: Finding
    others: tuple[Finding, ...] = ()

    @property
    def all(self) -> tuple[Finding, ...]:
        return (self.told, *self.others)

    def differs(self, other: Finding) -> tuple[str, ...]:
        """What is to be said of one of the others because it is not said of the one told."""
        sentences = [
            (each.sentence.headline, each.besides, each.elsewhere, each.sentence.remedy) for each in (other, self.told)
        ]
        return tuple(own for own, known in zip(*sentences, strict=True) if own and own != known)


def roots(found: Sequence[Finding]) -> tuple[Root, ...]:
    """The findings by cause, in the order of the first of each."""
    causes: dict[str, Cause] = {}
    groups: dict[Cause, list[Finding]] = {}
    for each in found:
        causes[each.id] = _cause(each, causes)
        groups.setdefault(causes[each.id], []).append(each)
    return tuple(Root(first, tuple(others)) for first, *others in groups.values())


def _cause(finding: Finding, before: Mapping[str, Cause]) -> Cause:
    """Equal for two findings of one cause; of a finding whose cause is unknown, its own. ``before`` are the causes of
    the algorithms before it, on which it may depend."""
    message, found = finding.result.message, finding.result.diagnosis
    if found and (message is None or message.id == found.kind):
        return found.kind, found.id, "" if finding.text.stepwise else finding.text.topic
    entry = ENTRIES.get(message.id) if message else None
    if message is None or entry is None or entry.cause is None:
        return "", finding.id
    if entry.cause == ("needs",):
        needs = str(message.params.get("needs"))
        return before.get(needs, ("needs", needs))
    if message.id == "raised":
        return _exception(finding, message.params)
    return message.id, *(str(message.params.get(name)) for name in entry.cause)


def _exception(finding: Finding, params: Mapping[str, Any]) -> Cause:
    """Where it was raised; of a name that is not there, the name."""
    kind, text = str(params.get("type")), str(params.get("text"))
    if kind in SAME_NAME or (kind == "AttributeError" and text.startswith("module ")):
        return "raised", kind, text
    file, line = params.get("file"), params.get("line")
    return ("raised", kind, str(file), str(line)) if file and line else ("", finding.id)


def once(notes: Iterable[Message]) -> tuple[Message, ...]:
    """Notes of several algorithms that say the same, as one that names them all."""
    groups: dict[Cause, list[Message]] = {}
    for at, note in enumerate(notes):
        entry = ENTRIES.get(note.id)
        same = entry.cause if entry and "algorithm" in note.params else None
        own = (str(at),) if same is None else tuple(str(note.params.get(name)) for name in same)
        groups.setdefault((note.id, *own), []).append(note)
    return tuple(_merged(group) for group in groups.values())


def _merged(group: Sequence[Message]) -> Message:
    first, *others = group
    algorithms = [str(each.params["algorithm"]) for each in group] if others else first.params.get("algorithm")
    return Message(first.id, {**first.params, "algorithm": algorithms}) if others else first
