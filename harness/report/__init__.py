"""Everything people look at, drawn from the results: pages for the browser, tables for the terminal."""

from __future__ import annotations

from harness.report.catalogue import AlgorithmText, Catalogue, VariantText

__all__ = ["AlgorithmText", "Catalogue", "VariantText"]
