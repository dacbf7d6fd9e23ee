"""Importing a submission from memory, and what counts as offering an algorithm."""

from __future__ import annotations

import json
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np  # noqa: F401  # neither of the two can be imported twice in a process
import pytest
import torch  # noqa: F401

from harness.worker import wire
from harness.worker.load import load

IDS = ("adam", "momentum", "rmsprop", "gradient_descent", "nag")

CLASS = "class {0}:\n    def step(self, w, grad):\n        return w\n"
FUNCTION = "def {0}(w, grad):\n    return iter([w])\n"
GENERATOR = "def {0}(w, grad):\n    yield w\n"


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    modules, finders, lines = dict(sys.modules), list(sys.meta_path), dict(linecache.cache)
    yield
    sys.modules.clear()
    sys.modules.update(modules)
    sys.meta_path[:] = finders
    linecache.cache.clear()
    linecache.cache.update(lines)


def loaded(
    files: Mapping[str, str | bytes] | str, entries: Sequence[str] | None = None, spare: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The objects by id, and what is told. The entries are all files at the top, where nothing else is said."""
    files = {"hand_in.py": files} if isinstance(files, str) else files
    sources = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return load(sources, entries or [path for path in sources if "/" not in path], spare, IDS)


def found(files: Mapping[str, str | bytes] | str, entries: Sequence[str] | None = None) -> dict[str, Any]:
    """What is told of the algorithms, where every file loads."""
    _, told = loaded(files, entries)
    assert told["failed"] == []
    return dict(told["found"])


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("adam", "adam"),
        ("Adam", "adam"),
        ("ADAM", "adam"),
        ("A_dam_", "adam"),
        ("RMSProp", "rmsprop"),
        ("rms_prop", "rmsprop"),
        ("GradientDescent", "gradient_descent"),
        ("gradientdescent", "gradient_descent"),
    ],
)
def test_names_match_without_case_and_underscores(name: str, id: str) -> None:
    assert {id: name} == {id: each["name"] for id, each in found(CLASS.format(name)).items()}


@pytest.mark.parametrize(
    "source",
    [
        "",
        CLASS.format("_Adam"),
        CLASS.format("Adams"),
        CLASS.format("Adam2"),
        "MOMENTUM = 0.9",
        "adam = 'Adam'",
        "adam = None",
        "from fractions import Fraction as Adam",
        "import fractions as adam",
        "import torch\nAdam = torch.optim.Adam",
        "from torch.optim import Adam",
        "from math import sqrt as nag",
        "def outer():\n    def adam(w, grad): yield w\n    return adam",
    ],
)
def test_what_the_submission_does_not_define_does_not_count(source: str) -> None:
    assert found(source) == {}


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nclass Adam(torch.optim.Adam): pass",
        "from functools import partial\ndef _adam(w, grad, lr): yield w\nadam = partial(_adam, lr=0.1)",
        "from functools import lru_cache\n@lru_cache\ndef adam(w, grad): return iter([w])",
        "import numpy as np\nadam = np.vectorize(lambda w, grad: w)",
        "class _A:\n    def __call__(self, w, grad): return iter([w])\nadam = _A()",
        "adam = lambda w, grad: iter([w])",
        "Adam = type('Adam', (), {'step': lambda self, w, grad: w})",
        "def deco(f):\n    return lambda *args: f(*args)\n@deco\ndef adam(w, grad): yield w",
    ],
    ids=["subclass", "partial", "cached", "vectorized", "instance", "lambda", "type()", "decorated"],
)
def test_every_way_to_define_something_counts(source: str) -> None:
    assert found(source).keys() == {"adam"}


def test_what_comes_from_the_submissions_other_files_counts() -> None:
    files = {"main.py": "from parts.a import Adam", "parts/a.py": CLASS.format("Adam")}
    assert found(files)["adam"] == {
        "name": "Adam",
        "form": "class",
        "file": "parts/a.py",
        "line": 1,
        "backends": [],
        "others": [],
        "shape": "",
    }


@pytest.mark.parametrize(
    ("source", "chosen", "others"),
    [
        (CLASS.format("Adam") + FUNCTION.format("adam"), "adam", ["Adam (hand_in.py)"]),
        (FUNCTION.format("ADAM") + CLASS.format("Adam"), "Adam", ["ADAM (hand_in.py)"]),
        (FUNCTION.format("ADAM") + FUNCTION.format("Adam"), "ADAM", ["Adam (hand_in.py)"]),
        (CLASS.format("Adam") + "adam = Adam\n", "adam", []),
        (CLASS.format("Adam") + "ADAM = 1\n", "Adam", []),
    ],
    ids=[
        "exact id first",
        "then a class",
        "then what comes first",
        "a second name is no other",
        "a number is no other",
    ],
)
def test_where_several_match_one_is_chosen_and_the_others_named(source: str, chosen: str, others: list[str]) -> None:
    told = found(source)["adam"]
    assert (told["name"], told["others"]) == (chosen, others)


@pytest.mark.parametrize(
    ("source", "form"),
    [(CLASS, "class"), (GENERATOR, "generator"), (FUNCTION, "function")],
    ids=["class", "generator", "function"],
)
def test_forms(source: str, form: str) -> None:
    offered, told = loaded(source.format("Adam"))
    assert told["found"]["adam"]["form"] == form
    assert offered["adam"].__name__ == "Adam"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\n" + CLASS.format("Adam"), 3),
        ("\n" + GENERATOR.format("adam"), 2),
        ("import dataclasses\n\n@dataclasses.dataclass\nclass Adam:\n    lr: float = 0\n", 4),
        ("if True:\n    class Adam:\n        pass\n", 2),
        ("class Solver:\n    pass\nAdam = Solver\n", 1),
        ("import functools\n\n\ndef _adam(w, grad): yield w\nadam = functools.partial(_adam)\n", 5),
    ],
    ids=["class", "function", "decorated class", "nested in an if", "another name", "partial"],
)
def test_where_it_is_defined(source: str, line: int) -> None:
    told = found(source)["adam"]
    assert (told["file"], told["line"]) == ("hand_in.py", line)


def test_the_same_name_in_two_files_is_told() -> None:
    told = found({"a_old.py": CLASS.format("Adam"), "z_final.py": CLASS.format("Adam")})["adam"]
    assert (told["file"], told["others"]) == ("a_old.py", ["Adam (z_final.py)"])


def test_spare_files_are_looked_at_where_the_entries_offer_nothing() -> None:
    files = {"run.py": "x = 1", "src/optim.py": CLASS.format("Adam")}
    assert loaded(files, ["run.py"], ["src/optim.py"])[1]["found"]["adam"]["file"] == "src/optim.py"
    files["run.py"] = CLASS.format("Momentum")
    assert loaded(files, ["run.py"], ["src/optim.py"])[1]["found"].keys() == {"momentum"}


# -- backends ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "backends"),
    [
        ("", []),
        ("BACKEND = None", []),
        ("BACKEND = 'torch'", ["torch"]),
        ("BACKEND = ('numpy', 'torch')", ["numpy", "torch"]),
        ("BACKEND = ['torch', 'torch']", ["torch", "torch"]),
        ("BACKEND = 'jax'", ["jax"]),
        ("BACKEND = 3", ["3"]),
        ("BACKEND = [[0] * 100]", [repr([0] * 100)[:80]]),
    ],
)
def test_the_backends_it_asks_for(source: str, backends: list[str]) -> None:
    assert found(source + "\n" + CLASS.format("Adam"))["adam"]["backends"] == backends


def test_each_module_has_a_backend_of_its_own() -> None:
    files = {"a.py": "BACKEND = 'torch'\n" + CLASS.format("Adam"), "b.py": CLASS.format("Momentum")}
    assert {id: each["backends"] for id, each in found(files).items()} == {"adam": ["torch"], "momentum": []}


def test_a_package_speaks_for_its_modules() -> None:
    files = {"__init__.py": "BACKEND = 'torch'\nfrom .opt import Adam", "opt.py": CLASS.format("Adam")}
    assert found(files)["adam"]["backends"] == ["torch"]


# -- layouts ----------------------------------------------------------------------------------------------------------

ADAM = CLASS.format("Adam")


@pytest.mark.parametrize(
    ("files", "entries"),
    [
        ({"a.py": "import b\nAdam = b.Adam", "b.py": ADAM}, ["a.py"]),
        ({"a.py": "from b import Adam", "b.py": ADAM}, ["a.py", "b.py"]),
        ({"a.py": "from lib.b import Adam", "lib/b.py": ADAM}, ["a.py"]),
        ({"pkg/__init__.py": "from .b import Adam", "pkg/b.py": ADAM}, ["pkg/__init__.py"]),
        ({"pkg/__init__.py": "from .sub import Adam", "pkg/sub/__init__.py": ADAM}, ["pkg/__init__.py"]),
        ({"pkg/__init__.py": "", "pkg/a.py": "from . import b\nAdam = b.Adam", "pkg/b.py": ADAM}, ["pkg/a.py"]),
        ({"deep/er/a.py": "from deep.er.b import Adam", "deep/er/b.py": ADAM}, ["deep/er/a.py"]),
        ({"__init__.py": "from .b import Adam", "b.py": ADAM}, ["__init__.py"]),
        ({"__init__.py": "", "a.py": "from .b import Adam", "b.py": ADAM}, ["a.py"]),
        ({"__init__.py": "", "a.py": "from b import Adam", "b.py": ADAM}, ["a.py"]),
    ],
    ids=[
        "sibling", "both entries", "folder", "package", "subpackage", "relative", "deep",
        "the folder is a package", "relative at the top", "absolute beside an __init__",
    ],
)  # fmt: skip
def test_imports_within_a_submission(files: dict[str, str], entries: list[str]) -> None:
    assert found(files, entries).keys() == {"adam"}


@pytest.mark.parametrize(
    "path",
    [
        "hw8.final.py", "my-adam.py", "adam (1).py", "2nd.py", "class.py", "과제.py", "v1.0/adam.py", "__main__.py",
        "json.py", "random.py", "numpy.py", "pytest.py", "harness/adam.py", "sys.py",
    ],
)  # fmt: skip
def test_files_may_have_any_name(path: str) -> None:
    """Names that are no identifiers, and names that are taken by modules the worker has imported."""
    assert found({path: ADAM}, [path])["adam"]["file"] == path


def test_a_file_that_bears_a_librarys_name_does_not_take_its_place() -> None:
    files = {"random.py": ADAM, "b.py": "import random\nassert random.random() < 1\n" + CLASS.format("Nag")}
    assert found(files).keys() == {"adam", "nag"}


def test_main_is_not_run() -> None:
    assert found("if __name__ == '__main__':\n    raise SystemExit\n" + ADAM).keys() == {"adam"}


# -- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf# BOM\n" + ADAM.encode(),
        "# -*- coding: latin-1 -*-\nNAME = 'Müller'\n".encode("latin-1") + ADAM.encode(),
        "# -*- coding: cp949 -*-\nNAME = '김'\n".encode("cp949") + ADAM.encode(),
        ("# 김\r\n" + ADAM.replace("\n", "\r\n")).encode(),
        ADAM.replace("\n", "\r").encode(),
        "# 김\n".encode("cp949") + ADAM.encode(),
        b"\x0c\n" + ADAM.encode(),
        ADAM.rstrip("\n").encode(),
    ],
    ids=["BOM", "latin-1", "cp949", "CRLF", "CR", "a comment in another coding", "form feed", "no last newline"],
)
def test_every_text_that_python_reads(source: bytes) -> None:
    assert found({"a.py": source}).keys() == {"adam"}


@pytest.mark.parametrize(
    ("source", "type", "line"),
    [
        ("x = 1\ny = (\n", "SyntaxError", 2),
        ("def f():\nreturn 1\n", "IndentationError", 2),
        ("if x:\n\ty = 1\n        z = 1\n", "TabError", 3),
        (b"x = '\xff'\n", "SyntaxError", 1),
        (b"# coding: klingon\n", "SyntaxError", 1),
        ("x = 1\ny = 1 / 0\n", "ZeroDivisionError", 2),
        ("def f():\n    return z\nf()\n", "NameError", 2),
        ("import no_such_module\n", "ModuleNotFoundError", 1),
        ("import sys\nsys.exit(3)\n", "SystemExit", 2),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt", 1),
    ],
)
def test_what_fails_is_told_with_its_line(source: str | bytes, type: str, line: int) -> None:
    _, told = loaded({"a.py": source})
    (failed,) = told["failed"]
    assert failed["type"] == type
    assert failed["file"] == "a.py"
    assert failed["frames"][-1]["file"] == "a.py"
    assert failed["frames"][-1]["line"] == line


@pytest.mark.parametrize("source", [ADAM.encode("utf-16"), b"a\0b"], ids=["UTF-16", "NUL"])
def test_bytes_that_are_no_text_are_told(source: bytes) -> None:
    _, told = loaded({"a.py": source})
    assert [each["file"] for each in told["failed"]] == ["a.py"]


def test_the_failing_line_is_quoted() -> None:
    _, told = loaded("x = 1\ny = 1 / 0  # here\n")
    assert told["failed"][0]["frames"][-1]["code"] == "y = 1 / 0  # here"


def test_one_file_that_fails_does_not_cost_the_others() -> None:
    _, told = loaded({"a.py": "1 / 0", "b.py": ADAM, "c.py": "("})
    assert told["found"].keys() == {"adam"}
    assert [each["file"] for each in told["failed"]] == ["a.py", "c.py"]


def test_a_hundred_files_that_fail_are_told_in_few_words() -> None:
    """The whole answer must fit into a frame's header."""
    _, told = loaded({f"lab{number}.py": f"raise ValueError({number} * '김')" for number in range(900, 1000)})
    first = told["failed"][0]
    assert (first["file"], len(first["text"]), len(first["frames"])) == ("lab900.py", 900, 1)
    assert len(json.dumps(told)) < wire.HEADER_LIMIT * 3 / 4


@pytest.mark.parametrize(
    ("source", "unused", "library"),
    [
        ("from pyparsing import col", True, "pyparsing"),
        ("import pyparsing.core", True, "pyparsing"),
        ("from pyparsing import col\ncol", False, "pyparsing"),
        ("from numpy import no_such_name", True, None),
        ("from . import helpers", True, None),
        ("from b import gone", True, None),
        ("import b.gone", True, None),
        ("1 / 0", False, None),
    ],
)
def test_an_import_that_fails_is_told_with_its_use_and_the_library_that_is_missing(
    source: str, unused: bool, library: str | None
) -> None:
    """What is the submission's own is no library."""
    (failed,) = loaded({"a.py": source, "b.py": ""})[1]["failed"]
    assert (failed["unused"], failed["library"]) == (unused, library)


def test_what_a_file_that_fails_defines_is_lost_in_it_unless_it_stands_elsewhere() -> None:
    """Whether or not Python can read the file."""
    broken = "1 / 0\n" + CLASS.format("Adam") + FUNCTION.format("momentum") + "    def nag(self): ...\n"
    files = {"a.py": broken, "b.py": CLASS.format("Adam"), "c.py": "print 'hello'\nclass RMSProp: pass\n"}
    _, told = loaded(files)
    assert told["lost"] == {"adam": "a.py", "momentum": "a.py", "rmsprop": "c.py"}
    assert told["found"].keys() == {"adam"}
