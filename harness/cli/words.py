"""The pages' words, handed to the reports, which know results only."""

from __future__ import annotations

from harness.report.catalogue import AlgorithmText, Catalogue, VariantText
from reference import Page, Variant, pages


def catalogue() -> Catalogue:
    """Every algorithm's words, in the lecture's order."""
    return {id: _algorithm(page) for id, page in pages().items()}


def _algorithm(page: Page) -> AlgorithmText:
    return AlgorithmText(
        id=page.id,
        title=page.title,
        topic=page.topic,
        call=page.call,
        slide=page.slide,
        paper=page.paper,
        text=page.text.replace("``", "`"),
        steps=page.steps,
        variants={variant.id: _variant(page, variant) for variant in page.variants},
    )


def _variant(page: Page, variant: Variant) -> VariantText:
    return VariantText(variant.kind, variant.id, variant.headline, variant.remedy, variant.home, page.touched(variant))
