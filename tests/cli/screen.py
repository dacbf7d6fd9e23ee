"""A terminal's screen, as far as gradstep uses one."""

from __future__ import annotations

import re

from harness.report.wording import columns

_PIECE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|.", re.DOTALL)


class Screen:
    """What is to be seen after all that was written to it: a list of lines, without the blanks at their ends."""

    def __init__(self, width: int = 80) -> None:
        self.width = width
        self._rows: list[list[str]] = [[]]
        self._row = self._column = 0

    @property
    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._rows]

    def write(self, text: str) -> Screen:
        for piece in _PIECE.findall(text):
            self._piece(piece)
        return self

    def _piece(self, piece: str) -> None:
        if piece == "\r":
            self._column = 0
        elif piece == "\n":
            self._down()
        elif piece == "\x1b[J":
            self._rows[self._row :] = [self._rows[self._row][: self._column]]
        elif piece[0] == "\x1b":
            assert re.fullmatch(r"\x1b\[[0-9;]*m", piece), f"an order no test knows: {piece!r}"
        else:
            self._letter(piece)

    def _letter(self, letter: str) -> None:
        if self._column + columns(letter) > self.width:
            self._down()
            self._column = 0
        row = self._rows[self._row]
        row += [" "] * (self._column - len(row))
        row[self._column : self._column + columns(letter)] = [letter, *[""] * (columns(letter) - 1)]
        self._column += columns(letter)

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append([])
