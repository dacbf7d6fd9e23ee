"""The words of the algorithms: what pages and tables say about them. The command line builds it from the reference.

A results file may be older or newer than the catalogue. So nothing here is looked up directly: :func:`algorithm_text`
and :func:`variant_text` fall back to what an id alone can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind = Literal["mistake", "dialect"]


@dataclass(frozen=True)
class VariantText:
    """A known mistake or dialect in words. ``touched`` names the steps whose lines it changes."""

    kind: Kind
    id: str
    headline: str
    remedy: str
    home: str = ""
    touched: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The shortest name for people: ``no bias correction``."""
        return self.id.replace("_", " ")


@dataclass(frozen=True)
class AlgorithmText:
    """An algorithm in words. ``steps`` maps each named step, in order, to its line of the slide."""

    id: str
    title: str
    topic: str
    call: str
    slide: str = ""
    text: str = ""
    steps: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, VariantText] = field(default_factory=dict)
    paper: str = ""

    @property
    def stepwise(self) -> bool:
        """Whether it is run step by step: what takes no gradient is a plain function."""
        return "grad" in self.call


Catalogue: TypeAlias = Mapping[str, AlgorithmText]
"""Algorithms by id, in the lecture's order."""


def algorithm_text(catalogue: Catalogue, id: str) -> AlgorithmText:
    """What is known of an algorithm; of an unknown one, its id."""
    return catalogue.get(id) or AlgorithmText(id, title=id, topic="", call=id)


def variant_text(text: AlgorithmText, kind: Kind, id: str) -> VariantText:
    """What is known of a mistake or dialect; of an unknown one, its id."""
    known = text.variants.get(id)
    return known or VariantText(kind, id, headline=f"Known {kind}: {id.replace('_', ' ')}.", remedy="")
