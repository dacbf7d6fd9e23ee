"""What the terminal says of the algorithms themselves: the list, and each one's page. It needs no results."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from textwrap import fill

from harness.report.catalogue import AlgorithmText, Catalogue, VariantText
from harness.report.pen import INDENT, WIDTH, Pen, indented, paragraph


def listing(catalogue: Catalogue, color: bool) -> str:
    """The algorithms in the lecture's order, under their topics, each as it is to be called."""
    pen = Pen(color)
    topics = groupby(catalogue.values(), key=lambda text: text.topic)
    return "\n\n".join(f"{pen.strong(topic)}\n{_calls(texts)}" for topic, texts in topics) + "\n"


def _calls(texts: Iterable[AlgorithmText]) -> str:
    return "\n".join(fill(text.call, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT * 3) for text in texts)


def explain_page(text: AlgorithmText, source: str, color: bool) -> str:
    """Everything known of one algorithm: words, formula, code, known mistakes and dialects, each with its id."""
    pen = Pen(color)
    of_kind = {kind: [each for each in text.variants.values() if each.kind == kind] for kind in ("mistake", "dialect")}
    sources = [("slide", text.slide), ("paper", text.paper)]
    parts = [
        f"{pen.strong(text.title)}\n{text.call}",
        text.text,
        "\n".join(pen.quiet(f"{kind}: {source}") for kind, source in sources if source),
        _section("On the slide" if text.slide else "The formula", list(text.steps.values()), pen),
        _section("As code", source.rstrip().splitlines(), pen),
        _section("Known mistakes", [_variant(each, pen) for each in of_kind["mistake"]], pen),
        _section(
            "Dialects: right elsewhere; the assignment says what they earn",
            [_variant(each, pen) for each in of_kind["dialect"]],
            pen,
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, lines: list[str], pen: Pen) -> str:
    return "\n".join([pen.strong(title), *(indented(line) for line in lines)]) if lines else ""


def _variant(variant: VariantText, pen: Pen) -> str:
    home = pen.quiet(f"Right in: {variant.home}.") if variant.home else ""
    remedy = paragraph(variant.remedy, INDENT)
    headline = f"{variant.headline}  {pen.quiet(variant.id)}"
    return "\n".join(line for line in (headline, remedy, f"{INDENT}{home}" if home else "") if line)
