"""The pages: ``index.html`` for the instructor, ``s/<student>.html`` for each student, drawn from the results alone."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.report import tally
from harness.report.catalogue import Catalogue
from harness.report.charts import histogram
from harness.report.findings import Finding, Findings, findings
from harness.report.marks import LEGEND, MARKS, NOT_STARTED
from harness.report.matrix import matrix
from harness.report.roots import once, roots
from harness.report.speak import explain
from harness.report.wording import error, points, ratio, short, visible
from harness.results import Results, SubmissionResult
from harness.results.file import write_atomically

HERE = Path(__file__).parent
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAMED = re.compile(rf"{_PLAIN.pattern}\.html")  # no page_name() is any other
_TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)|.*-[0-9a-f]{16}")


def write_pages(results: Results, catalogue: Catalogue, out: Path) -> list[Path]:
    """Write all pages under ``out``, remove those of students who are no longer there, and say which were written.

    Raises OSError.
    """
    (out / "s").mkdir(parents=True, exist_ok=True)
    pages = [out / "index.html", *(out / "s" / page_name(submission.id) for submission in results.submissions)]
    write_atomically(pages[0], cohort_page(results, catalogue))
    for path, submission in zip(pages[1:], results.submissions, strict=True):  # one at a time: there may be thousands
        write_atomically(path, student_page(submission, results, catalogue))
    for path in (out / "s").glob("*.html"):
        if path not in pages and _NAMED.fullmatch(path.name):
            path.unlink()
    return pages


def page_name(id: str) -> str:
    """A file name for a student's page: the id where it is plain, else what is plain of it and a hash of all.

    No two ids share a name, not even on file systems that ignore case: a plain id that looks like a hashed one,
    or that some systems reserve, is hashed as well.
    """
    if _PLAIN.fullmatch(id) and not _TAKEN.fullmatch(id):
        return f"{id}.html"
    plain = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")[:40]
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{plain or 'student'}-{digest}.html"


# -- one student --------------------------------------------------------------------------------------------------


def student_page(submission: SubmissionResult, results: Results, catalogue: Catalogue) -> str:
    """The page of one student: self-contained, with nothing in it of anyone else."""
    found, failed = findings(submission, catalogue), submission.load_error
    return _render(
        "student",
        submission=submission,
        assignment=results.assignment,
        environment=results.environment,
        found=found,
        causes=roots(found.to_fix),
        dialects=roots(found.dialects),
        open=roots(found.open),
        part=sum(each.result.points for each in found.to_fix),
        topics=_by_topic(found.all),
        passed=_by_topic(found.right),
        legend=[(mark, count) for mark in LEGEND if (count := sum(each.mark == mark for each in found.all))],
        load_error=explain(failed.message, None, catalogue) if failed else None,
        traceback=failed.traceback.splitlines()[-12:] if failed else [],
        notes=[explain(note, None, catalogue) for note in once(submission.notes)],
        file=_file(submission),
        command=_command(submission, found),
    )


def _by_topic(found: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    return [(topic, list(group)) for topic, group in groupby(found, key=lambda each: each.text.topic)]


def _file(submission: SubmissionResult) -> str:
    return PurePosixPath(submission.path).name or submission.path


def _command(submission: SubmissionResult, found: Findings) -> str:
    """What to type to check again. It is going to be pasted into a shell, so the file's name is quoted."""
    file = visible(_file(submission))
    path = shlex.quote(f"./{file}" if file.startswith("-") else file)
    only = f" --only {shlex.quote(','.join(visible(each.id) for each in found.to_fix))}" if found.to_fix else ""
    return f"gradstep check {path}{only}"


# -- the cohort ---------------------------------------------------------------------------------------------------


def cohort_page(results: Results, catalogue: Catalogue) -> str:
    """The instructor's page."""
    mistakes = tally.variants(results, catalogue, "mistake")
    unexplained = tally.unexplained(results, catalogue)
    median = tally.median_score(results)
    by_score = sorted(results.submissions, key=lambda each: (each.unloaded, -each.score, each.id))
    found = [(student, findings(student, catalogue)) for student in by_score]
    return _render(
        "cohort",
        results=results,
        assignment=results.assignment,
        environment=results.environment,
        graded=len(tally.graded(results)),
        median=median,
        unloaded=[(s, explain(s.load_error.message, None, catalogue)) for s in by_score if s.load_error],
        ours=[(student, each) for student, its in found for each in its.open if each.result.status == "harness_error"],
        mistakes=mistakes,
        teach=[each for each in mistakes if tally.common(each, results)][:2],
        unexplained=unexplained,
        open_count=sum(map(len, unexplained)),
        dialects=tally.variants(results, catalogue, "dialect"),
        steps=tally.first_wrong(results, catalogue),
        scores=histogram(by_score, results.assignment.max_points, median),
        matrix=matrix(found, catalogue, _href),
        legend=LEGEND,
        square=Markup("<i></i>"),
    )


def _href(id: str) -> str:
    return f"s/{page_name(id)}"


# -- rendering ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """A page's style sheet and the content security policy that lets in it and nothing else."""

    text: Markup
    policy: str


def _render(name: str, **names: Any) -> str:
    return (
        _templates()
        .get_template(f"{name}.html")
        .render(style=_style(name), marks=MARKS, not_started=NOT_STARTED, **names)
    )


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "breakable": _breakable,
        "error": error,
        "heading": _heading,
        "href": _href,
        "moment": _moment,
        "points": points,
        "quoted": lambda text: shlex.quote(visible(text)),  # it is going to be pasted into a shell
        "ratio": ratio,
        "short": lambda text, *longest: short(str(text), *longest),
    }
    return templates


def _finalize(value: object) -> object:
    """No text reaches a page with a character in it that acts instead of showing."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _style(name: str) -> Style:
    text = "".join((HERE / "static" / f"{each}.css").read_text(encoding="utf-8") for each in ("base", name))
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Style(Markup(text), f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")


def _breakable(id: str) -> Markup:
    """An id that may go on in the next line after an underscore."""
    return escape(short(id)).replace("_", Markup("_<wbr>"))


def _heading(sentence: str) -> str:
    """A sentence as a heading: without its full stop."""
    return sentence.removesuffix(".")


def _moment(time: str) -> str:
    """A time of the results file for people."""
    try:
        return f"{datetime.fromisoformat(time).astimezone(UTC):%Y-%m-%d, %H:%M} UTC"
    except ValueError:
        return time
