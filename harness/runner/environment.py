"""What a process that runs students' code is told of its surroundings."""

from __future__ import annotations

import os


def clean_environment() -> dict[str, str]:
    """Nothing of the grader's: one thread a process, the same hash and locale everywhere."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
