"""What holds for all tests: they leave nothing in the home of who runs them, and find nothing there."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADSTEP_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as what a shell starts behind it has it, and all below that
    signal.signal(signal.SIGINT, signal.default_int_handler)
