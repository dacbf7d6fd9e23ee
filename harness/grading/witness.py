"""torch's account of every case: the second witness, computed once a batch in a process of its own.

The process is forked from a zygote that has imported torch anyway, before or beside the students' workers but never
with any student's code in it. The grader itself never imports torch.
"""

from __future__ import annotations

import importlib
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.grading.forms import FORMS
from harness.grading.judge import Witness
from harness.worker import wire
from reference import Page, pages

ENTRY = "harness.grading.witness:serve"
BODY_LIMIT = 1 << 30
HEADER_LIMIT = 8 << 20


@dataclass(frozen=True)
class Testimony:
    """torch's values by algorithm, case and stream, and the devices it finds on this machine."""

    witnesses: Mapping[str, Sequence[Sequence[Witness]]]
    devices: tuple[str, ...]


def ask(sock: socket.socket, asked: Sequence[Page], seed: int, seconds: float) -> Testimony:
    """Raises TimeoutError, ``wire.Closed`` or ``wire.WireError``."""
    wire.send(sock, {"fixed": {page.id: dict(page.fixed) for page in asked}, "seed": seed})
    reply = wire.receive(sock, deadline=time.monotonic() + seconds, body_limit=BODY_LIMIT, header_limit=HEADER_LIMIT)
    return Testimony(reply["witnesses"], tuple(reply["devices"]))


def serve(sock: socket.socket) -> None:
    """The other side: one request, one answer."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    request = wire.receive(sock, deadline=time.monotonic() + 60, body_limit=0)
    chosen = [pages()[id].fixing(values) for id, values in request["fixed"].items()]
    sock.settimeout(None)
    witnesses = {page.id: _page(torch, page, request["seed"]) for page in chosen}
    wire.send(sock, {"witnesses": witnesses, "devices": devices(torch)})


def devices(torch: Any) -> list[str]:
    """The devices torch can compute on: the CPU, and an accelerator where there is one."""
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return ["cpu"] if found is None else ["cpu", found.type]


def _page(torch: Any, page: Page, seed: int) -> list[list[Mapping[str, Any]]]:
    return [FORMS[page.form].testify(torch, page, case) for case in page.draw(seed)]
