"""Grade the whole corpus beside honest controls and write down what came of it, as JSON.

``python -m tests.attacks.run LEVEL WHERE FOLDER [LAYER]`` does so in a process of its own, so that another user, or
another Python, can be the grader. WHERE is ``everywhere``, or ``step`` to leave out what strikes at import. FOLDER is
empty and this user's, and ``GRADSTEP_CANARY`` in the environment is what nobody may find there; ``FOLDER/found.json``
says what came of it, or why LEVEL cannot be had here. LAYER is a layer of the wall that is to be missing: then only
what must see it is tried.
"""

from __future__ import annotations

import json
import os
import random
import resource
import secrets
import socket
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from harness import intake
from harness.batch import Batch, batch
from harness.cli.environment import environment, now
from harness.cli.words import catalogue
from harness.export.gradebook import write_gradebook
from harness.report import terminal
from harness.report.pages import write_pages
from harness.results import Results, plain, read_results, write_results
from harness.runner import isolation
from harness.runner.forks import ForkServer
from harness.worker.wall import seccomp
from harness.worker.wall.kernel import MACHINE
from tests.attacks import missing
from tests.attacks.attack import Attack, Where
from tests.attacks.corpus import STRIKES
from tests.graded import GRADIENT_DESCENT, MOMENTUM, asked

ROOT = Path(__file__).parents[2]

SECONDS, MEMORY_MB, JOBS = 1.5, 256, 4
CONTROL_EVERY = 25
"""How many attacks stand between two controls."""

Strikes = Sequence[tuple[str, Attack, Where]]


def main(level: str, where: str, folder: Path, layer: str | None = None) -> None:
    try:
        chosen = isolation.choose("none" if level == "limited" else level, isolation.probe())
    except isolation.IsolationError as error:
        found: Mapping[str, Any] = {"unreachable": str(error)}
    else:
        if layer is not None:
            batch.ForkServer = without(layer)
        found = attacked(chosen, chosen_strikes(chosen.level, where, layer), folder)
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")


def without(layer: str) -> type[ForkServer]:
    """What starts zygotes whose children lack a layer of the wall."""

    class Without(ForkServer):
        @property
        def _command(self) -> list[str]:
            return missing.command(layer, super()._command)

    return Without


def chosen_strikes(level: str, only: str, layer: str | None) -> Strikes:
    """What is tried at a level, in an order that is the same every time."""
    strikes = [
        (name, attack, where)
        for name, (attack, where) in STRIKES.items()
        if attack.ends(level) is not None and only in ("everywhere", where)
        if layer is None or name.removesuffix(f", at {where}") in missing.LAYERS[layer].seen_by
    ]
    random.Random(0).shuffle(strikes)
    return strikes


def attacked(chosen: isolation.Isolation, strikes: Strikes, folder: Path) -> Mapping[str, Any]:
    """Grade the corpus in ``folder`` at a level."""
    places = {name: folder / name for name in ("submissions", "temporary", "beside", "open")}
    for place in places.values():
        place.mkdir()
    canaries = {name: f"gradstep-canary-{secrets.token_hex(8)}" for name in ("control", "victim")}
    canaries["environment"] = os.environ["GRADSTEP_CANARY"]
    victim, prey = places["beside"] / "victim.txt", places["open"] / "prey" / "prey.txt"
    victim.write_text(canaries["victim"], encoding="utf-8")
    prey.parent.mkdir()
    prey.touch()
    tempfile.tempdir = str(places["temporary"])
    seed, mask = secrets.randbits(62), secrets.randbits(62)
    with listening(places["open"]) as (heard, addresses):
        known = {
            "ROOT": str(ROOT),
            "FOLDER": str(places["submissions"]),
            "TEMPORARY": str(places["temporary"]),
            "OPEN": str(places["open"]),
            "VICTIM": str(victim),
            "PREY": str(prey),
            "GRADER": os.getpid(),
            "MASK": mask,
            "MASKED": seed ^ mask,
            "NUMBERS": numbers(),
            "REFUSED": sorted(
                {call for calls in seccomp.REFUSED.values() for call in calls} & {*numbers()} - {*seccomp.UNDONE}
            ),
            "WALLED": chosen.walled,
            "WORLD": world(),
            **addresses,
        }
        names = submissions(places["submissions"], strikes, known, canaries["control"])
        before = zygotes()
        started = time.monotonic()
        with Batch(
            asked("gradient_descent", "momentum", seconds=SECONDS, memory_mb=MEMORY_MB),
            seed=seed,
            jobs=JOBS,
            isolation=chosen,
        ) as grading:
            graded = tuple(grading.grade(intake.find(places["submissions"])))
            written(Results(grading.info, environment(now(), grading.devices, chosen), graded), folder / "out")
            results = {result.id: plain(result) for result in graded}
        return {
            "level": chosen.level,
            "seconds": round(time.monotonic() - started, 1),
            "results": {name: results[id] for id, name in names.items()},
            "witness": grading.witness_fault,
            "secrets": [*canaries.values(), str(seed)],
            "victim": victim.read_text(encoding="utf-8") == canaries["victim"],
            "prey": prey.exists(),
            "heard": heard(),
            "made": sorted(str(each) for each in places["open"].rglob("*") if each.name not in ("prey", "prey.txt")),
            "left": {
                "folders": os.listdir(places["temporary"]),
                "processes": sorted(settled(lambda: zygotes() - before)),
                "groups": [str(each) for each in Path("/sys/fs/cgroup").glob(f"**/gradstep-{os.getpid()}-*")],
                "shared": [each for each in os.listdir("/dev/shm") if "gradstep" in each],
                "system_v": system_v(),
            },
            "memory_mb": peak_mb(),
            "cpu_seconds": round(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]), 1),
        }


def submissions(folder: Path, strikes: Strikes, known: Mapping[str, Any], canary: str) -> dict[str, str]:
    """Write the hand-ins; what is what, by their ids."""
    names = {}
    for number, (name, attack, where) in enumerate(strikes):
        names[f"{number:04}"] = name
        (folder / f"{number:04}.py").write_text(attack.module(where, known), encoding="utf-8")
        if number % CONTROL_EVERY == 0:
            id = f"{number:04}c"
            names[id] = f"control {len(names)}"
            text = f"# {canary}\n{textwrap.dedent(GRADIENT_DESCENT)}\n{textwrap.dedent(MOMENTUM)}"
            (folder / f"{id}.py").write_text(text, encoding="utf-8")
    return names


def written(results: Results, out: Path) -> None:
    """All that ``gradstep grade`` leaves, which no result may keep it from."""
    out.mkdir()
    write_results(results, out / "results.json")
    write_pages(read_results(out / "results.json"), catalogue(), out)
    write_gradebook(results, out / "gradebook.csv")
    terminal.summary(results, catalogue(), color=False)


def peak_mb() -> int:
    """The most memory that this process had. What getrusage says holds that of the one it was forked from as well."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) >> 10


def numbers() -> Mapping[str, int]:
    """This machine's calls by name, as far as the filter knows them."""
    at = ("x86_64", "aarch64").index(MACHINE)
    table = {call: pair[at] for calls in (*seccomp.REFUSED.values(), seccomp.ASKED) for call, pair in calls.items()}
    return {call: number for call, number in table.items() if number is not None}


def world() -> Mapping[str, Any]:
    """Where this process lives: its namespaces, its /proc, and whose it is."""
    spaces = {name: os.readlink(f"/proc/self/ns/{name}") for name in ("pid", "net", "mnt", "ipc", "uts")}
    return {**spaces, "proc": os.stat("/proc").st_dev, "user": os.getuid()}


@contextmanager
def listening(folder: Path) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Sockets that must not hear of anything: what they heard, and where they are."""
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=100))
        port = tcp.getsockname()[1]
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        named, unnamed = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        abstract = f"\0gradstep-{secrets.token_hex(8)}"
        named.bind(str(folder / "socket"))
        unnamed.bind(abstract)
        for each in (named, unnamed):
            each.listen(100)
        (folder / "socket").chmod(0o777)

        def heard() -> list[str]:
            for each in (tcp, udp, named, unnamed):
                each.setblocking(False)
            return [
                name
                for name, hear in {
                    "tcp": tcp.accept,
                    "udp": lambda: udp.recv(1),
                    "named": named.accept,
                    "unnamed": unnamed.accept,
                }.items()
                if not blocked(hear)
            ]

        yield heard, {"PORT": port, "UNIX": str(folder / "socket"), "ABSTRACT": abstract}


def blocked(hear: Any) -> bool:
    try:
        hear()
    except BlockingIOError:
        return True
    return False


def zygotes() -> set[int]:
    """The processes that run a zygote of this Python, and those that it forked, however they hid."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if command[0] == os.fsencode(sys.executable) and b"harness.worker.zygote" in command:
            found.add(int(pid))
    return found


def settled(look: Any) -> Any:
    """What is seen once nothing is, or after a while."""
    deadline = time.monotonic() + 5
    while (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


def system_v() -> list[str]:
    """The objects of System V that this user has made, or that another has whom a worker can become."""
    return [
        f"{kind} {line.split()[1]}"
        for kind in ("shm", "sem", "msg")
        for line in Path(f"/proc/sysvipc/{kind}").read_text(encoding="ascii").splitlines()[1:]
    ]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
