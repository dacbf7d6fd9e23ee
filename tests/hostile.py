"""Text that acts where it is not escaped, and results that are full of it."""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from harness.results import AlgorithmResult, Diagnosis, LoadError, Message, Printed, Results, Status, SubmissionResult
from harness.results.file import NOT_FINITE
from tests.cohort import COHORT, EXAMPLES, got, student

TEXTS = (
    # markup
    "<script>document.title = 'pwned'</script>",
    '"><img src=x onerror="document.title = \'pwned\'">',
    "' onmouseover='alert(1)",
    "</title></style></pre></textarea><svg onload=alert(1)><h1>pwned</h1>",
    "<!-- -- > <![CDATA[ &lt;b&gt; &#60;b&#62; javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %} {0} {case} %s",
    # a terminal
    "\x1b[31m\x1b[2J\x1b]0;pwned\x07\x1b]8;;http://192.0.2.1/\x07link",
    "\x9b31m \x90 \x84 \x7f \b\b\b\b \x00",
    "one\ntwo\rthree\vfour\ffive\x85six\u2028seven\u2029eight",
    # the direction of text, and what cannot be seen
    "\u202egnp.exe \u2066 \u2067 \u200f \u061c",
    "\ufeff \u200b \u00ad \U000e0041 \ud800 \udfff",
    # a log that a CI system reads
    "::error file=adam.py,line=1::pwned",
    "it raised\n::add-mask::a\n  ::set-output name=a::b\n\t::stop-commands::c",
    "word " * 30 + "".join(f"{'x' * n} ::warning::pwned " for n in range(40)),
    "##[error]pwned and ##vso[task.complete result=Succeeded;] and ##teamcity[buildStop] and ###[group]",
    # a spreadsheet
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\ufeff=1",
    "＝1",
    'a";=1;"=1',
    "a,=1\r\n=1,=1",
    # a file system, a shell
    "../../etc/passwd",
    "..",
    "con",
    "/",
    "$(reboot) `reboot` '; reboot; \" & reboot",
    "--help",
    # nothing, and too much of it
    "",
    " ",
    "A" * 10_000,
    "e\u0301" * 500,
)


_TOLD = [Message(id, params) for id, params in EXAMPLES.items()]

BASE = dataclasses.replace(
    COHORT,
    submissions=(
        student("statuses", *(got(f"as_{status}", status, "raised") for status in get_args(Status))),
        dataclasses.replace(student("messages"), algorithms=tuple(got("adam", "fail", each.id) for each in _TOLD)),
        dataclasses.replace(
            student("all the rest"),
            notes=tuple(_TOLD),
            load_error=LoadError(Message("import_raised", EXAMPLES["import_raised"]), "File x\nline\nlast line"),
            printed=Printed("printed\nby the code", 100_000),
        ),
        student("unloaded", load_error=LoadError(Message("syntax_error", EXAMPLES["syntax_error"]), "trace")),
    ),
)
"""Every status, every message as a result and as a note, and all else that a results file can hold."""

_IDS = {(Message, "id"), (AlgorithmResult, "id"), (Diagnosis, "id")}
"""What is chosen from what gradstep knows, unless the file is forged."""


_ORDER = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


def inert(text: str) -> bool:
    """Whether it only shows, in a terminal and in a log."""
    return all(char.isprintable() or char == "\n" for char in text) and not orders(text)


def orders(text: str) -> bool:
    """Whether a CI system that reads it in a log finds an order in it."""
    return _ORDER.search(text) is not None


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def filled(text: str, forged: bool) -> Results:
    """:data:`BASE` with ``text`` for every text in it; if it is ``forged``, also for the ids of messages and
    algorithms, by which words and lines of the slide are looked up."""
    numbers = itertools.count()

    def value(old: Any) -> Any:
        if dataclasses.is_dataclass(old):
            hints = _hints(type(old))
            new = {name: field(type(old), name, hint, getattr(old, name)) for name, hint in hints.items()}
            return dataclasses.replace(old, **new)  # type: ignore[type-var]  # an instance, not a class
        if isinstance(old, str):
            return old if old in NOT_FINITE else text
        if isinstance(old, Mapping):
            return {key: {text: value(each)} if key in ("hyper", "call") else value(each) for key, each in old.items()}
        return type(old)(map(value, old)) if isinstance(old, (list, tuple)) else old

    def field(kind: type, name: str, hint: Any, old: Any) -> Any:
        if (kind, name) == (SubmissionResult, "id"):
            return f"{text}{next(numbers)}"  # no two are alike
        if name == "schema" or "Literal" in str(hint) or ((kind, name) in _IDS and not forged):
            return old
        return value(old)

    return value(BASE)  # type: ignore[no-any-return]
