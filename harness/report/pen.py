"""Writing for a terminal: colours, or none, and lines of a readable length."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # the lists of words have no marks, and are to be instant
    from harness.report.marks import Mark, Tone

WIDTH = 88
INDENT = "  "
COLOURS: dict[Tone, str] = {"wrong": "red", "part": "red", "alarm": "red", "note": "yellow"}
"""Red is wrong, yellow is a note; what is right keeps the terminal's own colour."""


class Pen:
    """Writes with colour, or without."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def strong(self, text: str) -> str:
        return click.style(text, bold=True) if self.color else text

    def quiet(self, text: str) -> str:
        return click.style(text, dim=True) if self.color else text

    def tone(self, text: str, tone: Tone) -> str:
        return click.style(text, fg=COLOURS[tone], bold=True) if self.color and tone in COLOURS else text

    def sign(self, mark: Mark) -> str:
        return self.tone(mark.sign, mark.tone)


def paragraph(text: str, indent: str = "") -> str:
    """``text`` in lines of :data:`WIDTH`."""
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def indented(text: str) -> str:
    """``text`` with its lines moved in."""
    return "\n".join(INDENT + line if line else line for line in text.splitlines())
