"""Modules that stand in for what is not there."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

from harness.adapters import stand_in


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    modules, finders = dict(sys.modules), list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]


def test_what_is_missing_is_found_with_its_names() -> None:
    stand_in({"vanished": {"a": 1}, "vanished.inner": {"b": 2}})
    inner = importlib.import_module("vanished.inner")
    assert (inner.b, sys.modules["vanished"].a, sys.modules["vanished"].inner) == (2, 1, inner)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("vanished.other")


def test_what_is_there_keeps_its_place() -> None:
    stand_in({"colorsys": {"mark": 1}})
    sys.modules.pop("colorsys", None)
    assert not hasattr(importlib.import_module("colorsys"), "mark")
