"""The pages of the cohort, rendered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report.pages import write_pages
from tests.cohort import CATALOGUE, COHORT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    write_pages(COHORT, CATALOGUE, out)
    return out
