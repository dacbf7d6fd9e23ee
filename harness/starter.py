"""The starter: modules with the signature and the formula of every algorithm, for students to fill in.

One module a topic: a student works on a topic at a time, and a line that Python cannot read costs that topic only.
Everything in a module follows from the pages, so that what it offers is what is graded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill, indent
from typing import Literal, TypeAlias

from reference import Page

Backend: TypeAlias = Literal["numpy", "torch"]

WIDTH = 88
"""How long a line of prose may be; a signature is as long as it is."""

_HEAD = '''\
"""{topic}, lecture {lecture}: write each algorithm where NotImplementedError stands.

Check what you have: gradstep check {file}
Read about one: gradstep explain {id}
"""

{imports}  # noqa: F401  # until you use it

BACKEND = "{backend}"  # whose arrays you are given
'''

_IMPORTS: Mapping[Backend, str] = {"numpy": "import numpy as np", "torch": "import torch"}


@dataclass(frozen=True)
class Module:
    """A file of the starter and the algorithms in it."""

    name: str
    text: str
    ids: tuple[str, ...]


def modules(pages: Iterable[Page], backend: Backend) -> list[Module]:
    """One module a topic. ``pages`` come in the lecture's order, and so do the modules and what they hold."""
    return [_module(topic, [*its], backend) for topic, its in groupby(pages, key=lambda page: page.topic)]


def _module(topic: str, pages: Sequence[Page], backend: Backend) -> Module:
    name = re.sub(r"\W+", "_", topic.lower()) + ".py"
    head = _HEAD.format(
        topic=topic,
        lecture=pages[0].lecture,
        file=name,
        id=pages[0].id,
        imports=_IMPORTS[backend],
        backend=backend,
    )
    stubs = [_CLASSES.get(page.form, _function)(page) for page in pages]
    return Module(name, "\n\n".join([head, *stubs]), tuple(page.id for page in pages))


# -- one algorithm ------------------------------------------------------------------------------------------------


def _function(page: Page) -> str:
    return f"""\
def {page.call}:
{_docstring(page, _return(page))}
    raise NotImplementedError
"""


def _optimizer(page: Page) -> str:
    return _class(
        page, "step(self, w, grad)", "One step: grad(w) is the gradient at w. Return the new w.", _state(page)
    )


def _epoch(page: Page) -> str:
    says = "One epoch: grad(w, batch) is the mean gradient over a batch of order. Return the last w."
    return _class(page, "epoch(self, w, grad, order)", says, _state(page))


def _layer(page: Page) -> str:
    """What is made and then called: the second pair of parentheses of its call."""
    return _class(page, f"__call__(self, {page.call.rpartition('(')[2]}", "One pass. Return the result.")


_CLASSES: Mapping[str, Callable[[Page], str]] = {"optimizer": _optimizer, "epoch": _epoch, "layer": _layer}
"""The forms that a starter writes as a class; any other is a function."""


def _class(page: Page, method: str, says: str, end: str = "") -> str:
    made = ast.parse(f"def {page.constructor}: ...").body[0]
    assert isinstance(made, ast.FunctionDef)
    kept = "\n".join(f"        self.{each.arg} = {each.arg}" for each in made.args.args[1:])
    return f'''\
class {_class_name(page)}:
{_docstring(page, end)}

    def {page.constructor}:
{kept}

    def {method}:
        """{says}"""
        raise NotImplementedError
'''


def _class_name(page: Page) -> str:
    """The title where it is the id but for case, blanks and underscores; else the id's parts, each with a capital."""
    joined = "".join(word[0].upper() + word[1:] for word in page.title.split())
    return joined if joined.lower() == page.id.replace("_", "") else page.id.title().replace("_", "")


# -- its words ----------------------------------------------------------------------------------------------------


def _docstring(page: Page, end: str) -> str:
    """What the algorithm is, the slide's lines, and what a student has to know beside them."""
    about = " ".join(page.text.partition("\n\n")[0].split())
    slide = "\n".join(_wrapped(line, hanging=4) for line in page.steps.values())
    parts = [part for part in (_wrapped(f'"""{about}'), slide, _wrapped(end)) if part]
    return indent("\n\n".join(parts) + '\n"""', " " * 4)


def _state(page: Page) -> str:
    """What holds for every optimizer that keeps something from step to step."""
    inner = [f"self.{step}" for step in page.steps if step != "w"]
    if not inner:
        return ""
    return f"All state starts at zero. Kept as {', '.join(inner)} it makes messages sharper."


def _return(page: Page) -> str:
    """What is returned, where the slide's lines alone do not say it."""
    own = [name for name in page.returns if name not in page.steps]
    parts = []
    if page.after:
        parts.append(f"{page.arguments[-1]} is the one that your {page.after} returned.")
    if len(page.returns) > 1:
        parts.append(f"Return {', '.join(page.returns)}.")
    elif len(page.steps) > 1:
        parts.append("Return the last of these.")
    parts += [f"What {name} holds is up to you." for name in own]
    return " ".join(parts)


def _wrapped(text: str, hanging: int = 0) -> str:
    return fill(text, WIDTH - 4, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)
