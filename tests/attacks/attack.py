"""An attack: a piece of code, where it strikes, and how the algorithm that it stands in may end."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.graded import MOMENTUM

Where = Literal["import", "step"]
Statuses = frozenset[str]

BOTH: tuple[Where, ...] = ("import", "step")
STEP: tuple[Where, ...] = ("step",)

TOOLS = Path(__file__).with_name("tools.py").read_text(encoding="utf-8")
"""What every attack begins with."""

PASS, ERROR = frozenset({"pass"}), frozenset({"error"})
NOT_RIGHT = frozenset({"fail", "error", "timeout", "crash", "memory"})


@dataclass(frozen=True)
class Attack:
    """``code`` is run once: when the module is imported, or in the first step of its gradient descent."""

    id: str
    code: str
    walled: Statuses
    """How gradient descent may end at ``confined`` and above."""
    limited: Statuses | None
    """How it may end at ``limited``; None where it is not tried there, since it would do harm."""
    but: Mapping[str, Statuses] = field(default_factory=dict)
    """How it may end at the levels where that differs from what is above them."""
    at: tuple[Where, ...] = BOTH
    other: Statuses = PASS
    """How momentum may end, which stands in the same file and is right, where the attack is in a step."""
    answer: str = "w"
    """What gradient descent yields for w."""

    def ends(self, level: str) -> Statuses | None:
        """The statuses that are acceptable at a level."""
        if level == "limited":
            return self.limited
        return self.but.get(level, self.walled)

    def module(self, where: Where, known: Mapping[str, Any]) -> str:
        """The hand-in. ``known`` are constants: what an attacker could have found out about this machine."""
        constants = "\n".join(f"{name} = {value!r}" for name, value in known.items())
        body = textwrap.indent(textwrap.dedent(self.code).strip() or "pass", " " * 4)
        once = "attack()" if where == "import" else ""
        first = "if not struck: struck.append(1); attack()" if where == "step" else "pass"
        return f"""{constants}
{TOOLS}
struck = []

def attack():
{body}

{once}

def gradient_descent(w, grad, lr=0.01):
    {first}
    while True:
        w = w - lr * grad(w)
        yield {self.answer}

{MOMENTUM}
"""


def probe(
    id: str, code: str, *, limited: Collection[str] | None = ERROR, at: tuple[Where, ...] = BOTH, **more: Any
) -> Attack:
    """One that is refused behind the wall, so that all goes on and is right, and that gets through without it."""
    return Attack(id, code, PASS, None if limited is None else frozenset(limited), at=at, **more)


def end(id: str, code: str, *statuses: str, at: tuple[Where, ...] = BOTH, **more: Any) -> Attack:
    """One that ends the algorithm, the same way with and without a wall."""
    return Attack(id, code, frozenset(statuses), frozenset(statuses), at=at, **more)


def harmless(id: str, code: str, at: tuple[Where, ...] = BOTH, **more: Any) -> Attack:
    """One that changes nothing: with and without a wall the numbers are right."""
    return Attack(id, code, PASS, PASS, at=at, **more)


def answer(id: str, expression: str, *statuses: str, code: str = "") -> Attack:
    """One that gives back something odd for w."""
    return Attack(id, code, frozenset(statuses), frozenset(statuses), at=STEP, answer=expression)
