"""One zygote without torch for a whole file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.runner.forks import ForkServer
from harness.runner.worker import PRELOAD


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer(PRELOAD) as server:
        yield server
