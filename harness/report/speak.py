"""A message in words: its texts from the registry, filled with what its parameters say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from harness.report.catalogue import AlgorithmText, Catalogue, Kind, VariantText, algorithm_text, variant_text
from harness.report.evidence import evidence
from harness.report.messages import ENTRIES
from harness.report.wording import distance, number, short, unlike
from harness.results import Message

_SHAPES = ("actual", "expected")


@dataclass(frozen=True)
class Sentence:
    """A message in words: what, in one sentence that stands alone; where, expected and got; what to do next."""

    headline: str
    detail: str
    remedy: str


def explain(message: Message, algorithm_id: str | None, catalogue: Catalogue, beside_values: bool = False) -> Sentence:
    """A message in words. One of an unknown id, or without the parameters its texts need, is shown as data.

    ``beside_values``: a table of the values stands with it, so the detail does not repeat them.
    """
    entry = ENTRIES.get(message.id)
    words = _words(message, algorithm_text(catalogue, algorithm_id or ""))
    headline = _first(entry.headline, words) if entry else None
    if entry is None or headline is None:
        return Sentence(f"{short(message.id)}.", _as_data(message.params), "")
    clauses = [text for text in entry.detail if not (beside_values and "yours" in _fields(text))]
    return Sentence(headline, " ".join(_all(clauses, words)), _first(entry.remedy, words) or "")


def _first(texts: tuple[str, ...], words: Mapping[str, str]) -> str | None:
    return next(iter(_all(texts, words)), None)


def _all(texts: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [_closed(_capital(text.format_map(words))) for text in texts if _fields(text) <= words.keys()]


@cache
def _fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _capital(text: str) -> str:
    """Only what begins in words, as ``the point …``; a quantity keeps the case it has in the code."""
    return text[0].upper() + text[1:] if text.startswith("the ") else text


def _closed(text: str) -> str:
    """With a full stop: what Python and students say often has none, and what numpy says may end with a space."""
    text = text.rstrip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _as_data(params: Mapping[str, Any]) -> str:
    return short("; ".join(f"{name}: {value}" for name, value in params.items()))


# -- the words ----------------------------------------------------------------------------------------------------


def _words(message: Message, text: AlgorithmText) -> dict[str, str]:
    """The words a text may name: the parameters that say something, and what follows from them."""
    words = {name: short(_word(name, value)) for name, value in message.params.items() if not _is_left_out(name, value)}
    words["title"] = text.title or text.id
    words["id"] = text.id
    words["method"] = _method(text)
    words["grad"] = "grad" if text.stepwise else ""
    words["above"] = "The lines" if _several(message.params.get("frames")) else ""
    words["one_line"] = "The line shown" if message.params.get("frames") else ""
    words["alone"] = "" if _several(message.params.get("wanted")) else words.get("wanted", "")
    if text.steps:
        words["slide_lines"] = "; ".join(text.steps.values())
    words |= _words_of_values(message, text)
    words["situation"] = ", ".join(words[each].rstrip(".") for each in ("case", "why") if each in words)
    words["seen"] = _seen(message.params.get("seen"), text)
    for kind in ("mistake", "dialect"):
        if message.id == kind:
            words |= _words_of_variant(kind, message.params, text)
    return {name: word for name, word in words.items() if word}


def _several(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 1


def _seen(found: Any, text: AlgorithmText) -> str:
    """What would be said first of a failure that no known mistake explains."""
    if not isinstance(found, Mapping) or not isinstance(found.get("params"), Mapping):
        return ""
    entry = ENTRIES.get(str(found.get("id")))
    words = _words(Message(str(found["id"]), {**found["params"], "seen": None}), text) if entry else {}
    return (_first(entry.headline, words) if entry else None) or ""


def _method(text: AlgorithmText) -> str:
    """What the class form of an algorithm must be able to do."""
    if not text.stepwise:
        return "__call__"
    return "epoch(w, grad, order)" if "order" in text.call else "step(w, grad)"


def _is_left_out(name: str, value: Any) -> bool:
    """An empty list says nothing, except as a shape: there it is a single number's."""
    return value in (None, "") or (value == [] and name not in _SHAPES)


def _word(name: str, value: Any) -> str:
    if name in _SHAPES and isinstance(value, list):
        return f"({', '.join(map(str, value))}{',' if len(value) == 1 else ''})"  # a shape
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return number(value) if isinstance(value, float) else str(value)


def _words_of_values(message: Message, text: AlgorithmText) -> dict[str, str]:
    seen = evidence(message)
    if seen is None:
        return {}
    wrong = seen.around[-1]
    expected, yours = unlike(wrong.expected, wrong.actual)
    offered = ("w", *seen.right, *seen.earlier)
    unseen = [step for step in text.steps if step not in offered] if seen.quantity == "w" else []
    right = ", ".join(seen.right)
    suspect = next(iter(seen.earlier), "")
    words = {
        "why": seen.why.rstrip("."),
        "name": seen.name,
        "place": seen.place,
        "expected": expected,
        "yours": yours,
        "distance": distance(wrong.ratio),
        "formula": text.steps.get(seen.quantity, ""),
        "unseen": ", ".join(unseen),
        "suspect": suspect,
        "suspect_line": text.steps.get(suspect, ""),
        "earlier": ", ".join(f"{name} (from step {step})" for name, step in seen.earlier.items()),
        "spot": "" if seen.stepwise else seen.place,
        "right": right if seen.stepwise else "",
        "right_too": "" if seen.stepwise else right,
    }
    return {name: short(word) for name, word in words.items()}


def _words_of_variant(kind: Kind, params: Mapping[str, Any], text: AlgorithmText) -> dict[str, str]:
    """What is named, what beside it, and what fits as well: each explanation is one variant, or two together."""
    named = variants_named(kind, params, text)
    others = [[variant_text(text, "mistake", id) for id in ids] for ids in _alternatives(params.get("also"))]
    first, *second = named
    return {
        "variant": short(first.headline),
        "variant_remedy": _remedies(named) if others else first.remedy,
        "home": first.home,
        "alike": ", or ".join(map(_quoted, [named, *others])) if others else "",
        "also_remedy": " Or: ".join(map(_remedies, others)),
        "second": "" if others else "".join(map(with_home, second)),
        "second_remedy": "" if others else _remedies(second),
    }


def variants_named(kind: Kind, params: Mapping[str, Any], text: AlgorithmText) -> list[VariantText]:
    """The variant that a message names, and the one beside it."""
    ids = [params.get(kind), params.get("second")]
    return [variant_text(text, kind, str(id)) for id in ids if id or id is ids[0]]


def _alternatives(also: Any) -> list[list[str]]:
    return [[str(id) for id in ids] for ids in also if isinstance(ids, list)] if isinstance(also, list) else []


def _quoted(variants: Sequence[VariantText]) -> str:
    return " with ".join(f"“{short(each.headline.removesuffix('.'))}”" for each in variants)


def with_home(variant: VariantText) -> str:
    """A variant told beside something else: of a dialect it says where it is right."""
    headline = short(variant.headline)
    return f"{headline.removesuffix('.')} (right in: {variant.home})." if variant.home else headline


def _remedies(variants: Sequence[VariantText]) -> str:
    return " ".join(each.remedy for each in variants if each.remedy)
