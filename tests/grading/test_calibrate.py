"""The calibration table, here and where numpy's longdouble is only a double."""

from __future__ import annotations

import subprocess
import sys

import pytest

IDS = ("adam", "keras_adagrad", "batch_norm_forward", "standardize", "step_decay")

HERE = "from tests.benchmarks.calibrate import main; main()"
WITHOUT_EXTENDED_PRECISION = f"import numpy; numpy.longdouble = numpy.float64; {HERE}"


@pytest.mark.slow
@pytest.mark.parametrize("program", [HERE, WITHOUT_EXTENDED_PRECISION], ids=["here", "a double is all there is"])
def test_nothing_right_is_rejected_and_nothing_wrong_accepted(program: str) -> None:
    """The truth then rounds as the student does, and the tolerance is wider by one bound: see ``TRUTH_ERROR``."""
    done = subprocess.run([sys.executable, "-c", program, *IDS], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    table = done.stdout.splitlines()
    assert [line.split()[0] for line in table[3 : 3 + len(IDS)]] == [*IDS]
    (said,) = [line for line in table if line.startswith("Of ")]
    right, rejected, wrong, accepted = (int(word) for word in said.split() if word.isdigit())
    assert (rejected, accepted) == (0, 0)
    assert min(right, wrong) >= len(IDS) * 8
