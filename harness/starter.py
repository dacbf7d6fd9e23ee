"""The starter: modules with the signature and the formula of every algorithm, for students to fill in.

One module a topic: a student works on a topic at a time, and a line that Python cannot read costs that topic only.
Everything in a module follows from the pages, so that what it offers is what is graded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill, indent
from typing import Literal

from reference import Page

WIDTH = 88
"""How long a line of prose may be; a signature is as long as it is."""

_HEAD = '''\
"""{topic}, lecture {lecture}. Write each algorithm where NotImplementedError stands.

    gradstep check {file}
    gradstep explain {id}
"""

import {package}  # noqa: F401  # until you use it

BACKEND = "{backend}"  # whose arrays you are given
'''

_IMPORTS: Mapping[str, str] = {"numpy": "numpy as np", "torch": "torch"}


@dataclass(frozen=True)
class Module:
    """A file of the starter and the algorithms in it."""

    name: str
    text: str
    ids: tuple[str, ...]


def modules(pages: Iterable[Page], backend: Literal["numpy", "torch"]) -> list[Module]:
    """One module a topic, in the lecture's order."""
    return [_module(topic, list(group), backend) for topic, group in groupby(pages, key=lambda page: page.topic)]


def _module(topic: str, pages: Sequence[Page], backend: str) -> Module:
    name = re.sub(r"\W+", "_", topic.lower()) + ".py"
    first = pages[0]
    head = _HEAD.format(
        topic=topic, lecture=first.lecture, file=name, id=first.id, package=_IMPORTS[backend], backend=backend
    )
    return Module(name, "\n\n".join([head, *map(_written, pages)]), tuple(page.id for page in pages))


def _written(page: Page) -> str:
    """A page as a student begins it."""
    return _FORMS[page.form](page)


def _optimizer(page: Page) -> str:
    return _class(page, "step(self, w, grad)", "One step: grad(w) is the gradient at w. Return the new w.")


def _epoch(page: Page) -> str:
    says = "One epoch: grad(w, batch) is the mean gradient of a batch of order. Return the last w."
    return _class(page, "epoch(self, w, grad, order)", says)


def _class(page: Page, method: str, says: str) -> str:
    inner = [step for step in page.steps if step != "w"]
    offer = f"What you keep as {', '.join(f'self.{step}' for step in inner)} is compared as well." if inner else ""
    kept = "\n".join(f"        self.{name} = {name}" for name in page.defaults)
    return f'''\
class {_class_name(page)}:
{_docstring(page, offer)}

    def {page.constructor}:
{kept}

    def {method}:
        """{says}"""
        raise NotImplementedError
'''


def _function(page: Page) -> str:
    return f"""\
def {page.call}:
{_docstring(page, f"Returns {', '.join(page.returns)}.")}
    raise NotImplementedError
"""


_FORMS: Mapping[str, Callable[[Page], str]] = {"optimizer": _optimizer, "epoch": _epoch, "function": _function}


def _docstring(page: Page, end: str) -> str:
    """What the algorithm is, the slide's lines, and what is given back."""
    about = " ".join(page.text.partition("\n\n")[0].split())
    slide = "\n".join(_wrapped(line, hanging=4) for line in page.steps.values())
    parts = [part for part in (_wrapped(f'"""{about}'), slide, _wrapped(end)) if part]
    return indent("\n\n".join(parts) + '\n"""', " " * 4)


def _wrapped(text: str, hanging: int = 0) -> str:
    return fill(text, WIDTH - 4, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)


def _class_name(page: Page) -> str:
    """The title where it is the id but for case, blanks and underscores; else the id's parts, each with a capital."""
    joined = "".join(word[0].upper() + word[1:] for word in page.title.split())
    bare = page.id.replace("_", "")
    return joined if joined.lower() == bare else page.id.title().replace("_", "")
