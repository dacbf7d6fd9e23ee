"""The vocabulary of the reference pages: what an algorithm, a case, a mistake and a dialect are.

A page is a file in this folder that holds one function decorated with :func:`algorithm`. The decorator turns the
function into a :class:`Page`; the rest of the file tells the page its oracle, its cases and its known mistakes.
Nothing else needs to know of a new page: :func:`reference.pages` finds it by scanning the folder.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from reference.cases import Case, CaseMaker, Seed
from reference.text import Edits, PageError, Span, Text, overlap

if TYPE_CHECKING:
    pass

Array: TypeAlias = Any
"""What a page computes on: a numpy array, or any type that answers numpy's functions as one."""

Gradient: TypeAlias = Callable[..., Array]
"""``grad(w)``, or for mini-batches ``grad(w, batch)``: the gradient of the loss at ``w``, of the shape of ``w``."""

Steps: TypeAlias = Iterator[dict[str, Array]]
"""What a page's generator yields after every step: each named step and its value."""

Values: TypeAlias = dict[str, Array]
"""What a page of a plain function returns: each named step and its value, in the order they are computed."""

Kind = Literal["mistake", "dialect"]
Form = Literal["optimizer", "epoch", "function", "plain", "objective", "sampler", "layer"]
"""How a submission is driven: a step at a time over recorded gradients, an epoch of batches, or by plain calls; and
among those of hyper-parameter search and dropout, whose results are no arrays of determined numbers, a call that gives
plain data, one that calls an objective back, one that draws from a generator, and a layer that draws its own masks."""
Oracle: TypeAlias = Callable[..., dict[str, Any]]
Law: TypeAlias = Callable[..., Any]


@dataclass(frozen=True)
class Variant:
    """A known departure from the page, executable: the algorithm with some quoted pieces replaced.

    ``edits`` holds one or more ways to write the same departure. ``headline`` is what a student reads first,
    ``remedy`` what to do about it. ``home`` names where a dialect is right. A mistake in a ``detail`` is told after
    another one that is made beside it.
    """

    kind: Kind
    id: str
    headline: str
    remedy: str
    edits: tuple[Edits, ...]
    home: str = ""
    detail: bool = False


@dataclass(frozen=True)
class Twin:
    """The same algorithm in a form of its own: right, though it rounds otherwise than the page's own lines.

    Its rounding bound counts as much as theirs: the tolerance is the larger one. A twin with a ``note`` is right as far
    as its digits go and loses many; what only it accounts for passes with that note.
    """

    reason: str
    edits: Edits
    note: str = ""


@dataclass(frozen=True)
class Hint:
    """A rounding error that right code written another way makes and the page's own lines do not."""

    reason: str
    edits: Edits


@dataclass(frozen=True)
class Edition:
    """One executable text of a page: the algorithm as the slide has it, or with some variants written in."""

    run: Callable[..., Any]
    source: str
    touched: tuple[str, ...] = ()
    """The steps whose lines the variants change, in the page's order."""
    twins: tuple[Edition, ...] = ()
    """The same in the page's other right forms, as far as the variants leave room for them."""
    loose: tuple[tuple[str, Edition], ...] = ()
    """The same in forms that lose digits, each with the note it is worth."""


@dataclass
class Page:
    """One algorithm: its words, its executable text, its oracle, its cases, its mistakes and dialects.

    Calling a page calls its function. Attributes mirror the arguments of :func:`algorithm`.
    """

    function: FunctionType
    title: str
    topic: str
    order: int
    lecture: int
    slide: str
    paper: str
    steps: Mapping[str, str]
    form: Form
    returns: tuple[str, ...]
    after: str = ""
    free_shape: tuple[str, ...] = ()
    variants: list[Variant] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    makers: dict[str, CaseMaker] = field(default_factory=dict)
    _oracle: Oracle | None = None
    _law: Law | None = None
    _editions: dict[tuple[tuple[str, int], ...], Edition | None] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Hyper-parameters that a course hard-codes; see :meth:`fixing`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

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

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The names of what is passed by position; of a layer, to its constructor and then to its call."""
        own = tuple(p.name for p in self.signature.parameters.values() if p.kind is not p.KEYWORD_ONLY)
        return (*own, *self.inner) if self.form == "layer" else own

    @property
    def inner(self) -> tuple[str, ...]:
        """The arguments of the function that a layer's function gives back: those of ``__call__``."""
        return self._text.inner

    @property
    def _before(self) -> Page:
        from reference import pages

        return pages()[self.after]

    @property
    def results(self) -> tuple[str, ...]:
        """Those named steps that are graded: what is returned, less what is the student's own, as a cache."""
        return tuple(name for name in self.returns if name in self.steps)

    @property
    def call(self) -> str:
        """The signature as a student writes it: ``adam(w, grad, *, lr=0.001, …)``; a layer is made and then called."""
        signature = _bare(self.signature.parameters.values())
        if self.form == "layer":
            return f"{''.join(map(str.capitalize, self.id.split('_')))}{signature}({', '.join(self.inner)})"
        return f"{self.id}{signature}"

    @property
    def constructor(self) -> str:
        """The same for a class: ``__init__(self, lr=0.001, …)``."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        keywords = [inspect.Parameter(name, kind, default=default) for name, default in self.defaults.items()]
        if self.form == "layer":
            keywords = [*self.signature.parameters.values()]
        return f"__init__{_bare([inspect.Parameter('self', kind), *keywords])}"

    @cached_property
    def _text(self) -> Text:
        return Text(self.function)

    @property
    def text(self) -> str:
        """The page's own docstring: what the algorithm is, and where its sources disagree."""
        return self._text.docstring

    @property
    def path(self) -> Path:
        return self._text.path

    @property
    def source(self) -> str:
        """The algorithm's own lines, without its decorator."""
        return self._text.source

    # -- what the rest of the file tells it -----------------------------------------------------------------------

    def oracle(self, function: Oracle) -> Oracle:
        """Register the same algorithm by torch, along another route.

        ``oracle(torch, w, grads, **hyper)`` gets float64 tensors, ``w`` of any shape and ``grads`` of shape
        ``(steps, *w.shape)`` (for mini-batches also ``order``), and returns named steps stacked over time, ``w``
        among them; ``point`` is where the gradient is asked, where that is not the w before. That of a plain function
        gets a call's arguments in order, ``oracle(torch, x, …, **hyper)``, and returns named steps, the results among
        them.
        """
        self._oracle = function
        return function

    def witness(self, torch: Any, *args: Any, **hyper: Any) -> dict[str, Any]:
        """What the oracle says; see :meth:`oracle`."""
        if self._oracle is None:
            raise PageError(f"{self.path.name}: has no oracle")
        return self._oracle(torch, *args, **hyper)

    def law(self, function: Law) -> Law:
        """Register the distribution function of what a sampler draws: ``law(x, *argument)`` is the probability of a
        value below ``x``. Its oracle is the same by torch."""
        self._law = function
        return function

    def probability(self, x: Array, *parameters: Any) -> Array:
        """How probable a smaller value is; see :meth:`law`."""
        if self._law is None:
            raise PageError(f"{self.path.name}: has no law")
        return self._law(x, *parameters)

    def settings(self, hyper: Mapping[str, Any]) -> dict[str, Any]:
        """Every hyper-parameter of a run: those of a case, the contract's defaults for the rest."""
        before = self._before.defaults if self.after else {}
        return {**before, **self.defaults, **hyper}

    def evaluate(self, edition: Edition, args: Mapping[str, Any], settings: Mapping[str, Any]) -> Values:
        """One call of an edition of a plain function.

        Where the page comes after another, that one runs first, as the slide has it; all that it was given and
        computed is the reference's own cache.
        """
        if self.form == "layer":
            layer = edition.run(**{name: args[name] for name in self.signature.parameters if name in args})
            return layer(**{name: args[name] for name in self.inner})  # type: ignore[no-any-return]  # likewise
        own = [_fresh(args[name]) for name in self.arguments if name in args]
        if not self.after:
            return edition.run(*own, **settings)  # type: ignore[no-any-return]  # an edition's type is its page's
        first = [args[name] for name in self._before.arguments]
        computed = self._before.slide_edition.run(*first, **settings)
        cache = {**args, **settings, **computed}
        return edition.run(*own, cache)  # type: ignore[no-any-return]  # likewise

    def cases(self, *makers: CaseMaker) -> None:
        """Add cases. A maker draws one :class:`Case` from the generator it is given; its name is the case's id."""
        for maker in makers:
            name = maker.__name__.strip("_").replace("_", "-")
            if name in self.makers:
                raise PageError(f"{self.path.name}: two cases are called {name!r}")
            self.makers[name] = maker

    def mistake(self, id: str, headline: str, remedy: str, *edits: Edits, detail: bool = False) -> None:
        """Add a known mistake: wrong everywhere. Several ``edits`` are several ways to make it."""
        self._add(Variant("mistake", id, headline, remedy, self._checked(id, edits), detail=detail))

    def dialect(self, id: str, headline: str, remedy: str, *edits: Edits, home: str) -> None:
        """Add a known dialect: right at ``home`` (a library, a paper), not as the slides have it."""
        self._add(Variant("dialect", id, headline, remedy, self._checked(id, edits), home))

    def rounds(self, reason: str, edits: Edits) -> None:
        """Say that right code in another form rounds more than the page's own lines do.

        Each quoted expression keeps its value and adds the rounding of the term beside it to its bound.
        """
        hinted = {quote: f"_rounds({quote}, {term})" for quote, term in edits.items()}
        self.hints.append(Hint(reason, self._checked("rounds", (hinted,))[0]))

    def twin(self, reason: str, edits: Edits) -> None:
        """Say that right code is also written so, and rounds otherwise: see :class:`Twin`."""
        self.twins.append(Twin(reason, self._checked("twin", (edits,))[0]))

    def loses_digits(self, note: str, reason: str, edits: Edits) -> None:
        """Say that right code written so loses digits on some inputs, which costs it nothing but the note."""
        self.twins.append(Twin(reason, self._checked(note, (edits,))[0], note))

    def _add(self, variant: Variant) -> None:
        if any(known.id == variant.id for known in self.variants):
            raise PageError(f"{self.path.name}: {variant.id} is listed twice")
        self.variants.append(variant)

    def _checked(self, id: str, edits: tuple[Edits, ...]) -> tuple[Edits, ...]:
        if not edits:
            raise PageError(f"{self.path.name}: {id} quotes nothing")
        for quote in (quote for each in edits for quote in each):
            if (found := self._text.count(quote)) != 1:
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
        changed = self._text.touched(span for way in variant.edits for span in self._text.spans(way))
        return tuple(step for step in self.steps if step in changed)

    @property
    def slide_edition(self) -> Edition:
        edition = self.edition()
        assert edition is not None  # no variants, so nothing that could clash
        return edition

    def _compose(self, key: tuple[tuple[str, int], ...], edits: list[Edits]) -> Edition | None:
        spans = [span for each in edits for span in self._text.spans(each)]
        if overlap(spans):
            return None
        twins, loose = [], []
        for at, twin in enumerate(self.twins):
            turned = spans + self._text.spans(twin.edits)
            if not overlap(turned):
                edition = self._written((*key, (twin.note or "twin", at)), turned)
                if twin.note:
                    loose.append((twin.note, edition))
                else:
                    twins.append(edition)
        changed = self._text.touched(spans)
        touched = tuple(step for step in self.steps if step in changed)
        return replace(self._written(key, spans), touched=touched, twins=tuple(twins), loose=tuple(loose))

    def _written(self, key: tuple[tuple[str, int], ...], spans: list[Span]) -> Edition:
        for hint in self.hints:
            hinted = spans + self._text.spans(hint.edits)
            if not overlap(hinted):  # a hint stands back where a variant rewrites its line
                spans = hinted
        name = f"<reference {self.id}{''.join(f', {id} {way}' for id, way in key)}>"
        return Edition(*self._text.program(name, spans))


def _fresh(argument: Any) -> Any:
    return argument.generator() if isinstance(argument, Seed) else argument


def _bare(parameters: Iterable[inspect.Parameter]) -> str:
    """A signature without annotations, its numbers as people write them: 1e-8, not 1e-08."""
    signature = inspect.Signature([each.replace(annotation=inspect.Parameter.empty) for each in parameters])
    return str(signature).replace("e-0", "e-")


def algorithm(
    *,
    title: str,
    topic: str,
    order: int,
    lecture: int,
    slide: str,
    steps: Mapping[str, str],
    paper: str = "",
    returns: Iterable[str] = (),
    after: str = "",
    free_shape: Iterable[str] = (),
    form: Form | None = None,
) -> Callable[[Callable[..., Any]], Page]:
    """Turn a function into a page: a generator for an optimizer, a plain function that returns its named steps else.

    ``order`` is its place in the lecture, ``steps`` maps each named step, in the order they are computed, to its
    line on the slide. ``returns`` names what a student's function gives back, where that is more than the last step; a
    name that is no step is the student's own object. ``after`` is the page whose function is called before, with
    the same hyper-parameters, and whose own object this one takes as its last argument. A step of ``free_shape`` may
    have sides of length 1 more or less. ``form`` is given where the signature does not tell it.

    Raises :class:`PageError` where the file does not bear the algorithm's name, since that is how everything else
    finds it.
    """

    def register(function: Callable[..., Any]) -> Page:
        assert isinstance(function, FunctionType)
        page = Page(
            function,
            title,
            topic,
            order,
            lecture,
            slide,
            paper,
            steps=MappingProxyType(dict(steps)),
            form=form or _form(function),
            returns=tuple(returns) or (list(steps)[-1],),
            after=after,
            free_shape=tuple(free_shape),
        )
        if page.path.stem != page.id:
            raise PageError(f"{page.path.name}: holds {page.id}; a page's file bears its algorithm's name")
        return page

    return register


def _form(function: FunctionType) -> Form:
    """What is handed gradients is an optimizer, or an epoch where it takes an ``order`` as well."""
    parameters = inspect.signature(function).parameters
    if "grad" not in parameters:
        return "function"
    return "epoch" if "order" in parameters else "optimizer"
