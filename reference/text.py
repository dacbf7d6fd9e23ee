"""A page's own text: reading it, quoting from it, and making programs of it with some pieces replaced."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import FunctionType
from typing import Any, TypeAlias

from reference import maths

Edits: TypeAlias = Mapping[str, str]
"""Pieces of the algorithm, quoted exactly, and what replaces each."""

Span: TypeAlias = tuple[int, int, str]
"""A piece of the algorithm's text, from where to before where, and what replaces it."""


class PageError(Exception):
    """A page contradicts itself: a quote that is not there, an id given twice, a file named otherwise."""


class Text:
    """The file a function stands in, and the function's own lines."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.path = Path(function.__code__.co_filename)

    @cached_property
    def docstring(self) -> str:
        """The file's, not the function's."""
        return inspect.cleandoc(ast.get_docstring(self._tree) or "")

    @cached_property
    def source(self) -> str:
        """The algorithm's own lines, without its decorator."""
        node = self._definition
        return "\n".join(self._file.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"

    @cached_property
    def _file(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse(self._file)

    @cached_property
    def _definition(self) -> ast.FunctionDef:
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == self.function.__name__:
                return node
        raise PageError(f"{self.path.name}: holds no function {self.function.__name__} at its top level")

    @cached_property
    def _body(self) -> int:
        """Where in :attr:`source` the signature ends; only what follows can be quoted."""
        node = self._definition
        return sum(len(line) + 1 for line in self.source.splitlines()[: node.body[0].lineno - node.lineno])

    @cached_property
    def inner(self) -> tuple[str, ...]:
        """The arguments of the function defined in this one's body, which it gives back."""
        inner = next(node for node in self._definition.body if isinstance(node, ast.FunctionDef))
        return tuple(each.arg for each in inner.args.args)

    # -- quoting and replacing ------------------------------------------------------------------------------------

    def count(self, quote: str) -> int:
        """How often a quote occurs in the algorithm's body."""
        return self.source.count(quote, self._body)

    def spans(self, edits: Edits) -> list[Span]:
        """Where the quotes stand; each must occur once."""
        starts = ((self.source.index(quote, self._body), quote, new) for quote, new in edits.items())
        return [(start, start + len(quote), new) for start, quote, new in starts]

    def program(self, name: str, spans: Sequence[Span]) -> tuple[Callable[..., Any], str]:
        """The function with the spans replaced, and its source. ``name`` is what tracebacks call its file."""
        source = self.source
        for start, end, new in sorted(spans, reverse=True):
            source = source[:start] + new + source[end:]
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        space = {**vars(maths), **self.function.__globals__, "_rounds": _rounds}
        exec(compile("from __future__ import annotations\n" + textwrap.dedent(source), name, "exec"), space)
        return space[self.function.__name__], source

    # -- which step a replaced piece belongs to -------------------------------------------------------------------

    @cached_property
    def _steps(self) -> Mapping[str, str]:
        """The step that each variable becomes, by the dict that the algorithm ends with: ``{"mean": mu}``."""
        ends = (node.value for node in ast.walk(self._definition) if isinstance(node, ast.Yield | ast.Return))
        return {
            value.id: str(key.value)
            for end in ends
            if isinstance(end, ast.Dict)
            for key, value in zip(end.keys, end.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(value, ast.Name)
        }

    def touched(self, spans: Iterable[Span]) -> set[str]:
        """The steps on the replaced lines; where such a line makes no step, as ``t = t + 1``, those made of it."""
        changed = {name for span in spans for name in self._assigned(span)}
        lines = [line.partition("=") for line in self.source[self._body :].splitlines()]
        while more := {name.strip() for name, _, value in lines if self._inner(changed) & _words(value)} - changed:
            changed |= more
        return {self._steps[name] for name in changed & self._steps.keys()}

    def _assigned(self, span: Span) -> list[str]:
        """What stands before the = on the lines of a span."""
        start, end, _ = span
        first = self.source.rfind("\n", 0, start) + 1
        lines = self.source[first : self.source.find("\n", end)].splitlines()
        return [line.partition("=")[0].strip() for line in lines]

    def _inner(self, names: set[str]) -> set[str]:
        return names - self._steps.keys()


def overlap(spans: Sequence[Span]) -> bool:
    """Whether two spans share a place, and so cannot both be replaced."""
    return any(after[0] < before[1] for before, after in pairwise(sorted(spans)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _rounds(value: Any, term: Any) -> Any:
    """``value``; on numbers that carry a rounding bound, a bound wider by one rounding of ``term``."""
    widen = getattr(value, "widen", None)
    return value if widen is None else widen(term)
