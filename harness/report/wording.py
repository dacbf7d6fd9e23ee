"""How numbers and other people's text are written, in the terminal and on pages alike."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import accumulate, takewhile

LONGEST = 160
"""No piece of other people's text within a sentence is longer than this."""


def visible(text: str) -> str:
    """``text`` with everything that would act instead of show (control, bidi, half characters) as an escape.

    What it returns it leaves alone when asked again.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    return repr(char)[1:-1] if char in "\t\n\r" else _numbered(ord(char))


def _numbered(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def short(text: str, longest: int = LONGEST) -> str:
    """``text`` made visible and cut to a length that people read."""
    cut = len(text) - longest
    return visible(text) if cut <= 0 else f"{visible(text[:longest])} … ({cut:,} more characters)"


_ORDER = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*:)(?=:)|#(?=#\w*\[)", re.MULTILINE)
"""What CI systems that read a log take for orders to them: ``::error`` at the beginning of a line, ``##[error]``,
``##vso[…]`` or ``##teamcity[…]`` anywhere in one."""


def without_orders(text: str) -> str:
    """Lines as they go to a terminal or a log, in which nothing that stands in them is an order to who reads it."""
    return _ORDER.sub(lambda found: f"{(found[1] or '')[:-1]}\\x{ord(found[0][-1]):02x}", text)


def line(text: str) -> str:
    """A line for a terminal or a log: visible, and no order."""
    return without_orders(visible(text))


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    """Two for a syllable of Hangul and its like, none for what stands on the letter before it."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "FW" else 1


def cut(text: str, room: int) -> str:
    """``text`` in so many columns at most."""
    if columns(text) <= room:
        return text
    ends = accumulate(map(_columns, text))
    return "".join(char for char, end in zip(text, ends, strict=True) if end < room) + "…" * (room > 0)


def duration(seconds: float) -> str:
    """A time as clocks show it: ``1:05``, ``2:00:05``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def number(value: float, digits: int = 6) -> str:
    """A number within a sentence: ``0.25``, not ``0.250000000``."""
    return f"{value:.{digits}g}"


def unlike(a: float, b: float) -> tuple[str, str]:
    """Two numbers within a sentence, with as many digits as it takes to see that they differ."""
    digits = next((d for d in (6, 9, 13) if number(a, d) != number(b, d)), 17)
    return number(a, digits), number(b, digits)


def points(value: float) -> str:
    """Points, to the hundredth, without idle zeros."""
    return f"{round(value, 2):g}"


def error(value: float) -> str:
    """The size of an error: one digit after the first is enough."""
    return "0" if value == 0 else f"{value:.1e}"


def ratio(value: float) -> str:
    """An error in units of its tolerance. What is over 1 never reads as 1."""
    if not math.isfinite(value):
        return "∞"  # a NaN is as far off as a number can be
    if value == 0:
        return "0"
    if value < 0.01:
        return "<0.01"
    if value < 10:
        return ">1" if 1 < value < 1.005 else f"{value:.2f}"
    return f"{value:,.0f}" if value < 1e6 else f"{value:.1e}"


def distance(value: float) -> str:
    """A ratio within a sentence: where it is beyond counting, in words."""
    return f"{ratio(value)} × tolerance" if value < 1e6 else "far beyond rounding"


Writer = Callable[[float], str]


def writer(values: Iterable[float], apart: Iterable[tuple[float, float]] = ()) -> Writer:
    """A way to write ``values`` under one another: nine significant digits of the largest, more where it takes
    more to see the pairs in ``apart`` differ."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    pairs = [(a, b) for a, b in apart if a != b]
    for digits in (9, 13, 17):
        write = _column(sizes, digits)
        if all(write(a) != write(b) for a, b in pairs):
            return write
    return repr


def _column(sizes: list[float], digits: int) -> Writer:
    exponent = math.floor(math.log10(max(sizes))) if sizes else 0
    if not -5 < exponent < digits:
        return lambda value: f"{value:.{digits - 1}e}"
    return lambda value: f"{value:.{digits - 1 - exponent}f}"


def split_digits(expected: str, actual: str) -> tuple[str, str]:
    """``actual`` cut where it begins to differ from ``expected``; all of it differs where their sizes do."""
    if len(expected) != len(actual):
        return "", actual
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(expected, actual, strict=True)))
    return actual[:same], actual[same:]
