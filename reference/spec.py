"""The vocabulary of the reference pages: what an algorithm, a case, a mistake and a dialect are.

A page is a file in this folder that holds one function decorated with :func:`algorithm`. The decorator turns the
function into a :class:`Page`; the rest of the file tells the page its oracle, its cases and its known mistakes.
Nothing else needs to know of a new page: :func:`reference.pages` finds it by scanning the folder.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from reference import maths

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

Array: TypeAlias = Any
"""What a page computes on: a numpy array, or any type that answers numpy's functions as one."""

Gradient: TypeAlias = Callable[..., Array]
"""``grad(w)``, or for mini-batches ``grad(w, batch)``: the gradient of the loss at ``w``, of the shape of ``w``."""

Steps: TypeAlias = Iterator[dict[str, Array]]
"""What a page's generator yields after every step: each named step and its value."""

Kind = Literal["mistake", "dialect"]
Form = Literal["optimizer", "epoch"]
Dtype = Literal["float32", "float64"]
Oracle: TypeAlias = Callable[..., dict[str, Any]]
Edits: TypeAlias = Mapping[str, str]
"""Pieces of the algorithm, quoted exactly, and what replaces each."""


class PageError(Exception):
    """A page contradicts itself: a quote that is not there, an id given twice, a file named otherwise."""


@dataclass(frozen=True)
class Stream:
    """The inputs of one instance: where it starts and which gradients it is handed, one after another.

    ``w`` has any shape; ``grads`` has shape ``(steps, *w.shape)``. For mini-batches ``grads`` holds the gradient of
    each *example*, ``(examples, *w.shape)``, and ``order`` the permutation to walk them in, ``(examples,)``.
    """

    w: NDArray[Any]
    grads: NDArray[Any]
    order: NDArray[Any] | None = None


@dataclass(frozen=True)
class Case:
    """One thing to check. ``id`` says what it stresses and ``why`` says it in a sentence.

    ``hyper`` is passed by keyword; when empty, nothing is passed and the contract's defaults count. Two streams
    are run by two instances, in turn.
    """

    id: str
    why: str
    hyper: Mapping[str, float]
    streams: tuple[Stream, ...]
    dtype: Dtype = "float64"
    weight: float = 1.0


CaseMaker: TypeAlias = Callable[["Generator"], Case]


@dataclass(frozen=True)
class Variant:
    """A known departure from the page, executable: the algorithm with some quoted pieces replaced.

    ``edits`` holds one or more ways to write the same departure. ``headline`` is what a student reads first,
    ``remedy`` what to do about it. ``home`` names where a dialect is right.
    """

    kind: Kind
    id: str
    headline: str
    remedy: str
    edits: tuple[Edits, ...]
    home: str = ""


@dataclass(frozen=True)
class Hint:
    """A rounding error that right code written another way makes and the page's own lines do not."""

    reason: str
    edits: Edits


@dataclass(frozen=True)
class Edition:
    """One executable text of a page: the algorithm as the slide has it, or with some variants written in."""

    run: Callable[..., Steps]
    source: str
    touched: tuple[str, ...]
    """The steps whose lines the variants change, in the page's order."""


@dataclass
class Page:
    """One algorithm: its words, its executable text, its oracle, its cases, its mistakes and dialects.

    Calling a page calls its generator. Attributes mirror the arguments of :func:`algorithm`.
    """

    function: FunctionType
    title: str
    topic: str
    order: int
    lecture: int
    slide: str
    paper: str
    steps: Mapping[str, str]
    variants: list[Variant] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    makers: dict[str, CaseMaker] = field(default_factory=dict)
    _oracle: Oracle | None = None
    _editions: dict[tuple[tuple[str, int], ...], Edition | None] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Hyper-parameters that a course hard-codes; see :meth:`fixing`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Steps:
        return self.function(*args, **kwargs)  # type: ignore[no-any-return]  # FunctionType hides the signature

    # -- the words ----------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self.function.__name__

    @cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @property
    def defaults(self) -> dict[str, Any]:
        """The keyword arguments of the contract and their defaults, or the values they are fixed at."""
        defaults = {p.name: p.default for p in self.signature.parameters.values() if p.kind is p.KEYWORD_ONLY}
        return {**defaults, **self.fixed}

    @property
    def form(self) -> Form:
        """How a submission is driven: ``epoch`` where the signature takes an ``order``, else ``optimizer``."""
        return "epoch" if "order" in self.signature.parameters else "optimizer"

    @property
    def call(self) -> str:
        """The signature as a student writes it: ``adam(w, grad, *, lr=0.001, …)``."""
        return f"{self.id}{_bare(self.signature.parameters.values())}"

    @property
    def constructor(self) -> str:
        """The same for a class: ``__init__(self, lr=0.001, …)``."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        keywords = [inspect.Parameter(name, kind, default=default) for name, default in self.defaults.items()]
        return f"__init__{_bare([inspect.Parameter('self', kind), *keywords])}"

    @cached_property
    def text(self) -> str:
        """The page's own docstring: what the algorithm is, and where its sources disagree."""
        return inspect.cleandoc(ast.get_docstring(self._tree) or "")

    @property
    def path(self) -> Path:
        return Path(self.function.__code__.co_filename)

    @cached_property
    def _file(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse(self._file)

    @cached_property
    def _definition(self) -> ast.FunctionDef:
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == self.id:
                return node
        raise PageError(f"{self.path.name}: holds no function {self.id} at its top level")

    @cached_property
    def source(self) -> str:
        """The algorithm's own lines, without its decorator."""
        node = self._definition
        return "\n".join(self._file.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"

    @cached_property
    def _body(self) -> int:
        """Where in :attr:`source` the signature ends; only what follows can be quoted."""
        node = self._definition
        return sum(len(line) + 1 for line in self.source.splitlines()[: node.body[0].lineno - node.lineno])

    # -- what the rest of the file tells it -----------------------------------------------------------------------

    def oracle(self, function: Oracle) -> Oracle:
        """Register the same algorithm by torch, along another route.

        ``oracle(torch, w, grads, **hyper)`` gets float64 tensors, ``w`` of any shape and ``grads`` of shape
        ``(steps, *w.shape)`` (for mini-batches also ``order``), and returns named steps stacked over time, ``w``
        among them; ``point`` is where the gradient is asked, where that is not the w before.
        """
        self._oracle = function
        return function

    def witness(self, torch: Any, *args: Any, **hyper: Any) -> dict[str, Any]:
        """What the oracle says; see :meth:`oracle`."""
        if self._oracle is None:
            raise PageError(f"{self.path.name}: has no oracle")
        return self._oracle(torch, *args, **hyper)

    def cases(self, *makers: CaseMaker) -> None:
        """Add cases. A maker draws one :class:`Case` from the generator it is given; its name is the case's id."""
        for maker in makers:
            name = maker.__name__.strip("_").replace("_", "-")
            if name in self.makers:
                raise PageError(f"{self.path.name}: two cases are called {name!r}")
            self.makers[name] = maker

    def mistake(self, id: str, headline: str, remedy: str, *edits: Edits) -> None:
        """Add a known mistake: wrong everywhere. Several ``edits`` are several ways to make it."""
        self._add(Variant("mistake", id, headline, remedy, self._checked(id, edits)))

    def dialect(self, id: str, headline: str, remedy: str, *edits: Edits, home: str) -> None:
        """Add a known dialect: right at ``home`` (a library, a paper), not as the slides have it."""
        self._add(Variant("dialect", id, headline, remedy, self._checked(id, edits), home))

    def rounds(self, reason: str, edits: Edits) -> None:
        """Say that right code in another form rounds more than the page's own lines do.

        Each quoted expression keeps its value and adds the rounding of the term beside it to its bound.
        """
        hinted = {quote: f"_rounds({quote}, {term})" for quote, term in edits.items()}
        self.hints.append(Hint(reason, self._checked("rounds", (hinted,))[0]))

    def _add(self, variant: Variant) -> None:
        if any(known.id == variant.id for known in self.variants):
            raise PageError(f"{self.path.name}: {variant.id} is listed twice")
        self.variants.append(variant)

    def _checked(self, id: str, edits: tuple[Edits, ...]) -> tuple[Edits, ...]:
        if not edits:
            raise PageError(f"{self.path.name}: {id} quotes nothing")
        for quote in (quote for each in edits for quote in each):
            if (found := self.source.count(quote, self._body)) != 1:
                raise PageError(f"{self.path.name}: {id} quotes {quote!r}, which occurs {found} times; once is needed")
        return tuple(MappingProxyType(dict(each)) for each in edits)

    def fixing(self, values: Mapping[str, Any]) -> Page:
        """The page of a course that hard-codes some hyper-parameters: no case passes them any longer, and everything
        that is expected has these values in their place."""
        return replace(self, fixed=MappingProxyType(dict(values)))

    # -- its executable texts -------------------------------------------------------------------------------------

    def draw(self, seed: int) -> tuple[Case, ...]:
        """The page's cases for a seed. Each has a generator of its own, so that no case depends on another."""
        import zlib

        from numpy.random import default_rng

        return tuple(
            self._passing(make(default_rng([seed, zlib.crc32(self.id.encode()), zlib.crc32(name.encode())])))
            for name, make in self.makers.items()
        )

    def _passing(self, case: Case) -> Case:
        """The case without what is fixed: a student's code that hard-codes a number takes no argument for it."""
        hyper = {name: value for name, value in case.hyper.items() if name not in self.fixed}
        return replace(case, hyper=hyper) if self.fixed else case

    def edition(self, *choices: tuple[Variant, int]) -> Edition | None:
        """The algorithm with variants written in, each a variant and which of its ways.

        None where two variants change the same place and so cannot stand together. With no choices: the slide's.
        """
        key = tuple((variant.id, way) for variant, way in choices)
        if key not in self._editions:
            self._editions[key] = self._compose(key, [variant.edits[way] for variant, way in choices])
        return self._editions[key]

    def touched(self, variant: Variant) -> tuple[str, ...]:
        """The steps whose lines some way of a variant changes, in the page's order."""
        changed = {step for way in variant.edits for step in self._touched([self._span(*each) for each in way.items()])}
        return tuple(step for step in self.steps if step in changed)

    @property
    def slide_edition(self) -> Edition:
        edition = self.edition()
        assert edition is not None  # no variants, so nothing that could clash
        return edition

    def _compose(self, key: tuple[tuple[str, int], ...], edits: list[Edits]) -> Edition | None:
        spans = [self._span(quote, new) for each in edits for quote, new in each.items()]
        touched = self._touched(spans)
        for hint in self.hints:
            hinted = [self._span(quote, new) for quote, new in hint.edits.items()]
            if not _overlap(spans + hinted):  # a hint stands back where a variant rewrites its line
                spans += hinted
        if _overlap(spans):
            return None
        source = self.source
        for start, end, new in sorted(spans, reverse=True):
            source = source[:start] + new + source[end:]
        name = f"<reference {self.id}{''.join(f', {id} {way}' for id, way in key)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        space = {**vars(maths), **self.function.__globals__, "_rounds": _rounds}
        exec(compile("from __future__ import annotations\n" + textwrap.dedent(source), name, "exec"), space)
        return Edition(space[self.id], source, touched)

    def _span(self, quote: str, new: str) -> tuple[int, int, str]:
        start = self.source.index(quote, self._body)
        return start, start + len(quote), new

    def _touched(self, spans: list[tuple[int, int, str]]) -> tuple[str, ...]:
        """The steps on the changed lines; where such a line makes no step, as ``t = t + 1``, those made of it."""
        changed = set()
        for start, end, _ in spans:
            first = self.source.rfind("\n", 0, start) + 1
            for line in self.source[first : self.source.find("\n", end)].splitlines():
                changed.add(line.partition("=")[0].strip())
        for line in self.source[self._body :].splitlines():
            step, _, value = line.partition("=")
            if (changed - self.steps.keys()) & set(re.findall(r"\w+", value)):
                changed.add(step.strip())
        return tuple(step for step in self.steps if step in changed)


def _bare(parameters: Iterable[inspect.Parameter]) -> str:
    """A signature without annotations, its numbers as people write them: 1e-8, not 1e-08."""
    signature = inspect.Signature([each.replace(annotation=inspect.Parameter.empty) for each in parameters])
    return str(signature).replace("e-0", "e-")


def _overlap(spans: list[tuple[int, int, str]]) -> bool:
    return any(after[0] < before[1] for before, after in pairwise(sorted(spans)))


def _rounds(value: Array, term: Array) -> Array:
    """``value``; on numbers that carry a rounding bound, a bound wider by one rounding of ``term``."""
    widen = getattr(value, "widen", None)
    return value if widen is None else widen(term)


def algorithm(
    *, title: str, topic: str, order: int, lecture: int, slide: str, steps: Mapping[str, str], paper: str = ""
) -> Callable[[Callable[..., Steps]], Page]:
    """Turn a generator into a page.

    ``order`` is its place in the lecture, ``steps`` maps each named step, in the order they are computed, to its
    line on the slide. Raises :class:`PageError` where the file does not bear the algorithm's name, since that is
    how everything else finds it.
    """

    def register(function: Callable[..., Steps]) -> Page:
        assert isinstance(function, FunctionType)
        page = Page(function, title, topic, order, lecture, slide, paper, MappingProxyType(dict(steps)))
        if page.path.stem != page.id:
            raise PageError(f"{page.path.name}: holds {page.id}; a page's file bears its algorithm's name")
        return page

    return register
