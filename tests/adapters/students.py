"""Students' files in the shapes of other courses: the right samples of ``courses/``, and what these tests add."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType


def module(source: str, name: str = "student") -> ModuleType:
    """A student's module, as the worker imports it."""
    made = ModuleType(name)
    exec(compile(textwrap.dedent(source), f"{name}.py", "exec"), vars(made))
    return made


COURSES = Path(__file__).parents[2] / "courses"


def sample(path: str) -> str:
    """A file of a sample submission."""
    return (COURSES / path).read_text(encoding="utf-8")


def replaced(source: str, *changes: tuple[str, str]) -> str:
    """The source with pieces changed, each of which must be there."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def written(folder: Path, files: Mapping[str, str]) -> None:
    for path, source in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source, encoding="utf-8")


# -- CS231n -----------------------------------------------------------------------------------------------------------

OPTIM = sample("cs231n/right_2018/cs231n/optim.py")

STARTER = """\
def sgd_momentum(w, dw, config=None):
    if config is None: config = {}
    config.setdefault("momentum", 0.9)
    next_w = None
    # your code here
    return next_w, config


def rmsprop(x, dx, config=None):
    next_x = None
    return next_x, config


def adam(x, dx, config=None):
    next_x = None
    return next_x, config


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    out, cache = None, None
    return out, cache


def batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    mask, out = None, None
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    dx = None
    return dx
"""

LAYERS = sample("cs231n/right_2018/cs231n/layers.py")

# -- Deep Learning from Scratch ---------------------------------------------------------------------------------------

BOOK1 = sample("scratch/right_book_1/common/optimizer.py")

BOOK2 = sample("scratch/right_book_2/common/optimizer.py")

COMMON_LAYERS = replaced(sample("scratch/right_book_1/common/layers.py"), ("from common.functions import *\n", ""))
"""Without what it imports from its siblings: it is imported alone as well."""
