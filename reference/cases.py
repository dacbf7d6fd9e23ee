"""What is checked: the cases of a page, and the inputs they hand to a student's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

Dtype = Literal["float32", "float64"]

Trial: TypeAlias = dict[str, Any]
"""One choice of hyper-parameters: name → value."""


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
class Seed:
    """A numpy Generator to be: every run of a call gets one of its own, ``default_rng(value)``."""

    value: int

    def generator(self) -> Generator:
        from numpy.random import default_rng

        return default_rng(self.value)


@dataclass(frozen=True)
class Objective:
    """A function of a trial, given by its value for each; equal trials have equal values.

    Raises ValueError where it is called with anything else.
    """

    trials: tuple[Trial, ...]
    values: tuple[float, ...]

    def __call__(self, trial: Any) -> float:
        return self.values[self.trials.index(trial)]


@dataclass
class Watched:
    """An objective that notes what it is called with."""

    objective: Objective
    asked: list[Any] = field(default_factory=list)

    def __call__(self, trial: Any) -> float:
        self.asked.append(trial)
        return self.objective(trial)


@dataclass(frozen=True)
class Call:
    """The inputs of one call of a function: its positional arguments by name, in the signature's order.

    Floating arrays are of the case's dtype, integer ones int64. Of a page that comes ``after`` another, they are that
    one's arguments and this one's own, without what is handed over.

    A :class:`Seed` stands for a generator. Of a layer they are those of its constructor and of the call; calls of the
    same ``instance`` go to one object, made at the first of them.
    """

    args: Mapping[str, Any]
    instance: int = 0


@dataclass(frozen=True)
class Case:
    """One thing to check. ``id`` says what it stresses and ``why`` says it in a sentence.

    ``hyper`` is passed by keyword; when empty, nothing is passed and the contract's defaults count. An optimizer gets
    ``streams``: two of them are run by two instances, in turn. A function gets ``calls``, one after another.
    """

    id: str
    why: str
    hyper: Mapping[str, Any]
    streams: tuple[Stream, ...] = ()
    dtype: Dtype = "float64"
    weight: float = 1.0
    calls: tuple[Call, ...] = ()

    @property
    def runs(self) -> tuple[Stream, ...] | tuple[Call, ...]:
        """What is run one by one: the streams, or the calls."""
        return self.streams or self.calls


CaseMaker: TypeAlias = Callable[["Generator"], Case]
