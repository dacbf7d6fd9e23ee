"""The spec: one page (a file) an algorithm, found by scanning this folder.

``reference.pages()`` is the whole lecture. Importing it imports neither numpy nor torch.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from reference.cases import Call, Case, Stream
from reference.spec import Edition, Page, Variant
from reference.text import PageError

__all__ = ["Call", "Case", "Edition", "Page", "PageError", "Stream", "Variant", "pages"]

_NOT_PAGES = {"batteries", "cases", "maths", "spec", "surfaces", "text"}
"""What the pages are made of."""


@cache
def pages() -> MappingProxyType[str, Page]:
    """Every page by its id, in the lecture's order. Raises :class:`PageError` for a page that contradicts itself."""
    found = []
    for module in iter_modules(__path__):
        if module.name not in _NOT_PAGES:
            page = getattr(import_module(f"{__name__}.{module.name}"), module.name, None)
            if not isinstance(page, Page):
                raise PageError(f"{module.name}.py: holds no algorithm called {module.name}")
            found.append(page)
    return MappingProxyType({page.id: page for page in sorted(found, key=lambda page: page.order)})
