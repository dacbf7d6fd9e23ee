"""One zygote without torch for a whole file of tests, and one at each level that this machine reaches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from harness.runner import isolation
from harness.runner.forks import ForkServer
from harness.runner.worker import PRELOAD
from tests import levels


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer(PRELOAD) as server:
        yield server


@pytest.fixture(scope="module", params=isolation.LEVELS[1:])
def level(request: pytest.FixtureRequest) -> Iterator[isolation.Isolation]:
    """Each level that is Linux's; those that this machine does not reach are skipped, with the reason."""
    with ExitStack() as stack:
        try:
            chosen = stack.enter_context(levels.reached(request.param))
        except isolation.IsolationError as error:
            pytest.skip(str(error))
        yield chosen


@pytest.fixture(scope="module")
def leveled(level: isolation.Isolation) -> Iterator[ForkServer]:
    with ForkServer(PRELOAD, level) as server:
        yield server
