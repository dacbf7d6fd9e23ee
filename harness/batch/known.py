"""What an earlier run left that this one would compute again: torch's testimony on the public cases, and the slide's
trajectories.

The name of what is kept is a hash over all it follows from: the sources of the pages and of the grading, the versions
of everything that computes, the processor, the devices there are.

What torch says decides no status and no point: it stands beside the student's values in messages and is the other ratio
of a case. Trajectories decide everything. They are for who checks their own code, in the folder of their own; where
people are graded, whoever wrote into that folder would write the marks, so that a batch computes them itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from glob import glob
from pathlib import Path

import reference
from harness import __version__
from harness.batch.store import Store
from harness.grading import recorded, witness
from harness.grading.expected import Reference
from harness.grading.judge import Witness
from harness.grading.witness import Testimony
from harness.versions import installed
from reference import Page

DEVICES = ("/dev/nvidia*", "/dev/kfd", "/dev/dri/*", "/dev/accel*")
"""What is there where an accelerator is."""


def testimony(store: Store | None, asked: Iterable[Page]) -> Testimony:
    """What is known of these pages: no devices where those are unknown."""
    if store is None:
        return Testimony({}, ())
    found = {page.id: _witnesses(store.load(_name(page, "torch"))) for page in asked}
    devices = store.load(_name(None, "devices"))
    return Testimony({id: each for id, each in found.items() if each is not None}, tuple(devices or ()))


def keep(store: Store | None, told: Testimony, asked: Iterable[Page]) -> None:
    """Keep what torch said of these pages, for the next run."""
    if store is None:
        return
    for page in asked:
        store.save(_name(page, "torch"), told.witnesses[page.id])
    store.save(_name(None, "devices"), told.devices)


def recall(store: Store, reference: Reference) -> None:
    """Let a reference expect what is known of it; anything else it computes when it is asked."""
    if (records := store.load(_name(reference.page, "slide"))) is not None:
        with contextlib.suppress(LookupError, TypeError, ValueError):
            recorded.recall(reference, records)


def keep_expected(store: Store, references: Iterable[Reference]) -> None:
    """Keep what was computed here and is whole, for the next run."""
    for each in references:
        if recorded.recordable(each):
            store.save(_name(each.page, "slide"), recorded.record(each))


def _witnesses(payload: object) -> Sequence[Sequence[Witness]] | None:
    return payload if isinstance(payload, list) else None  # the checksum is right: it is as it was saved


def _name(page: Page | None, kind: str) -> str:
    """The file's name. A page of a course that hard-codes some hyper-parameters is another page."""
    about = [_surroundings(), kind, page and page.id, page and _written(page.fixed)]
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
    return f"{page.id if page else 'machine'}-{digest}.{kind}"


def _written(fixed: Mapping[str, object]) -> str:
    return json.dumps(dict(fixed), sort_keys=True, default=repr)


@cache
def _surroundings() -> str:
    """One hash over everything but the page's name and what is fixed. All sources of both rooms are in it: which of
    them a page follows from need not be known, and a change of any costs one run its time."""
    digest = hashlib.sha256()
    machine = [sys.platform, platform.machine(), _processor(), *sorted(path for each in DEVICES for path in glob(each))]
    versions = [__version__, sys.version, installed("numpy"), installed("torch")]
    digest.update(json.dumps([machine, versions]).encode())
    for folder in (Path(reference.__file__).parent, Path(witness.__file__).parent):
        for source in sorted(folder.rglob("*.py")):
            content = source.read_bytes()
            digest.update(f"{source.relative_to(folder)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _processor() -> str:
    """What it can do: torch computes otherwise, in the last digits, with other instructions."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    told = (line for line in lines if line.startswith(("model name", "flags", "Features")))
    return "\n".join(sorted(set(told)))
