"""Where sources name what is barred."""

from __future__ import annotations

import time

import pytest

from harness.intake import Use, uses
from harness.intake.means import FILE_LIMIT, READ_LIMIT

BARRED = ("torch.optim", "keras")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import torch\n\nx = torch.optim.SGD", 3),
        ("import torch as t\nx = t.optim", 2),
        ("import torch.optim", 1),
        ("import torch.optim as o", 1),
        ("import torch.optim.lr_scheduler", 1),
        ("\nfrom torch import optim", 2),
        ("from torch.optim import SGD", 1),
        ("from torch.optim import *", 1),
        ("def f():\n    from torch.optim.sgd import sgd", 2),
        ("import importlib\n\nx = importlib.import_module('torch.optim')", 3),
        ("x = __import__('torch.optim')", 1),
        ("from torch import nn, optim as o", 1),
        ("import torch\nx = [torch.nn.Linear(2, 2).weight.T, torch.optim.Adam([]).step().x]", 2),
    ],
)
def test_what_names_it(source: str, line: int) -> None:
    assert uses({"a.py": source.encode()}, BARRED) == [Use("torch.optim", "a.py", line)]


@pytest.mark.parametrize(
    "source",
    [
        "optim = 3\noptim.x",
        "class torch:\n    optim = 1\nx = torch.optim",
        "import torch\ntorch.optimal.x",
        "import kerasy",
        "from . import optim",
        "from .torch import optim",
        "x = 'torch.optim'  # torch.optim",
        "print(__import__)",
        "def (",
        "\0",
        "\xff",
    ],
)
def test_what_does_not(source: str) -> None:
    assert uses({"a.py": source.encode("latin-1")}, BARRED) == []


def test_the_first_place_in_each_file() -> None:
    files = {"a.py": b"import keras\nimport keras\nimport torch.optim", "b.py": b"\nimport keras"}
    assert uses(files, BARRED) == [
        Use("keras", "a.py", 1),
        Use("torch.optim", "a.py", 3),
        Use("keras", "b.py", 2),
    ]


@pytest.mark.parametrize(
    "source",
    ["-" * 120_000 + "1", "(" * 120_000, "a\n" * 60_000, "a" + ".b" * 60_000, ("a" + ".b" * 900 + "\n") * 70],
)
def test_sources_written_to_be_slow_to_read(source: str) -> None:
    began = time.process_time()
    assert uses({f"{number}.py": source.encode() for number in range(100)}, BARRED) == []
    assert time.process_time() - began < 30


def test_what_is_too_long_is_not_read() -> None:
    line = b"import keras\n"
    padded = line + b"#" * (FILE_LIMIT - len(line))
    assert len(uses({"a.py": padded}, BARRED)) == 1
    assert uses({"a.py": padded + b"#"}, BARRED) == []
    assert len(uses({f"{number}.py": padded for number in range(20)}, BARRED)) == READ_LIMIT // FILE_LIMIT
