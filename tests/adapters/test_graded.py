"""Students' repositories graded through the adapters that ship, by the whole chain: none of their files is changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness import adapter, intake
from harness.adapters import cs231n as cs231n_adapter
from harness.adapters import scratch as scratch_adapter
from harness.cli.words import catalogue
from harness.intake import Submission
from harness.report.terminal import digest
from harness.results import Message, Source, SubmissionResult
from reference import pages
from tests.adapters.students import BOOK1, BOOK2, COMMON_LAYERS, LAYERS, OPTIM, STARTER, module, replaced, written
from tests.graded import algorithm, asked, grade

IN_PLACE = replaced(
    OPTIM,
    ("next_w = w + v", "w += v; next_w = w"),
    ("next_w = w - config", "next_w = w; next_w -= config"),
)
YEAR_2017 = replaced(OPTIM, ('"t", 0', '"t", 1'), ("rmsprop(w, dw", "rmsprop(x, dx"), ("adam(w, dw", "adam(x, dx"))
YEAR_2017 = YEAR_2017.replace("def adam(x, dx, config=None):", "def adam(x, dx, config=None):\n    w, dw = x, dx")
YEAR_2017 = YEAR_2017.replace("def rmsprop(x, dx, config=None):", "def rmsprop(x, dx, config=None):\n    w, dw = x, dx")
PYTHON_2 = replaced(
    OPTIM,
    (
        "import numpy as np\n",
        "from __future__ import print_function\nfrom builtins import range\nfrom past.builtins import xrange\n"
        "from future import standard_library\nimport numpy as np\nstandard_library.install_aliases()\n"
        "print('run the following from the cs231n directory')\n",
    ),
    ("    next_w = w + v\n", "\tfor _ in xrange(np.int(1)):\n\t\tnext_w = w + v\n".replace("\t", "    ")),
    ('    config["velocity"] = v\n', '    dict(config.iteritems())\n    config["velocity"] = v\n'),
)
TABS = replaced(OPTIM, ("    ", "\t"))
WRONG = replaced(
    OPTIM,
    ('* v - config["learning_rate"] * dw', '* v - (1 - config["momentum"]) * config["learning_rate"] * dw'),
    ('decay * config["cache"] + (1 - decay)', '(1 - decay) * config["cache"] + decay'),
    ('m_hat = m / (1 - beta1 ** config["t"])', "m_hat = m"),
    ('v_hat = v / (1 - beta2 ** config["t"])', "v_hat = v"),
)
T_LATE = replaced(
    OPTIM,
    ('    config["t"] += 1\n', ""),
    (
        '    next_w = w - config["learning_rate"] * m_hat',
        '    config["t"] += 1\n    next_w = w - config["learning_rate"] * m_hat',
    ),
)
T_FROM_1 = replaced(T_LATE, ('"t", 0', '"t", 1'))
T_CONSTANT = replaced(OPTIM, ('    config["t"] += 1\n', ""), ('"t", 0', '"t", 1'))
OWN_EPS = replaced(
    OPTIM,
    ('config["decay_rate"], config["epsilon"]', 'config["decay_rate"], 1e-7'),
    ('config["beta2"], config["epsilon"]', 'config["beta2"], 1e-8'),
)
INSIDE = replaced(OPTIM, ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"))
RELATIVE = replaced(
    OPTIM,
    ("import numpy as np\n", "from .helpers import np\nfrom cs231n.helpers import root\n"),
    ("np.sqrt", "root"),
)
HELPERS = "import numpy as np\nroot = np.sqrt\n"
PRINTS = "def affine_forward(x):\n    print 'hello'\n"
UNUSED = "import numpy as np\nfrom pyparsing import col\n" + LAYERS

CS231N: Mapping[str, Mapping[str, str]] = {
    "in_place": {"cs231n/__init__.py": "", "cs231n/optim.py": IN_PLACE},
    "year_2017": {"optim.py": YEAR_2017},
    "python_2": {"cs231n/optim.py": PYTHON_2, "cs231n/layers.py": PRINTS, "run.py": "import no_such_module"},
    "tabs": {"assignment2/cs231n/optim.py": TABS, "assignment2/cs231n/layers.py": UNUSED},
    "relative": {"a2/cs231n/optim.py": RELATIVE, "a2/cs231n/helpers.py": HELPERS, "a2/cs231n/data.py": "import six"},
    "eps_inside": {"optim.py": INSIDE},
    "wrong": {"optim.py": WRONG},
    "t_late": {"optim.py": T_LATE},
    "t_from_1": {"optim.py": T_FROM_1},
    "t_constant": {"optim.py": T_CONSTANT},
    "own_eps": {"optim.py": OWN_EPS},
    "starter": {"cs231n/optim.py": STARTER, "cs231n/layers.py": STARTER},
    "one_file": {"hand_in.py": OPTIM},
}
RIGHT = ("pass", "pass", "eps_outside_root", "eps_outside_root")
CS231N_GOT = {
    **dict.fromkeys(("in_place", "year_2017", "python_2", "tabs", "relative", "t_from_1", "one_file"), RIGHT),
    "eps_inside": ("pass", "pass", "eps_outside_root", "pass"),
    "wrong": ("pass", "velocity_averaged", "weights_swapped", "no_bias_correction"),
    "t_late": ("pass", "pass", "eps_outside_root", "t_off_by_one"),
    "t_constant": ("pass", "pass", "eps_outside_root", "t_constant"),
    "own_eps": ("pass", "pass", "eps_ignored", "eps_ignored"),
    "starter": ("not_adapted", "not_started", "not_started", "not_started"),
}
IDS = ("gradient_descent", "momentum", "rmsprop", "adam")

FED_THE_NEW_V = replaced(
    BOOK1,
    ("            params[key] += self.momentum * self.momentum * self.v[key]\n", ""),
    ("            params[key] -= (1 + self.momentum) * self.lr * grads[key]\n", ""),
    (
        "            self.v[key] -= self.lr * grads[key]\n",
        "            self.v[key] -= self.lr * grads[key]\n"
        "            params[key] += self.momentum * self.momentum * self.v[key]\n"
        "            params[key] -= (1 + self.momentum) * self.lr * grads[key]\n",
    ),
    ("lr_t = self.lr * np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)", "lr_t = self.lr"),
    ("self.h[key] += grads[key] * grads[key]", "self.h[key] += grads[key]"),
)
STUBS = replaced(
    BOOK1,
    ("class Momentum:", "class Momentum:\n    pass\n\n\nclass _Momentum:"),
    ("class Adam:", "class Adam:\n    def __init__(self, lr=0.001): ...\n\n\nclass _Adam:"),
)
NP = "import numpy as np\nGPU = False\n"
BOOK_LAYERS = (
    "from common.np import *\nfrom common.config import GPU\nfrom common.functions import softmax, relu\n"
    "from common.util import im2col\n" + COMMON_LAYERS
)
GPU = """\
from common.config import GPU

if GPU:
    import cupy as np

    np.cuda.set_allocator(np.cuda.MemoryPool().malloc)
    np.add.at = np.scatter_add
else:
    import numpy as np
"""
OWN_WORDS = replaced(
    BOOK1,
    ("lr=", "learning_rate="),
    ("self.lr, self.", "self.rate, self."),
    ("self.lr = lr", "self.rate = learning_rate"),
    ("self.lr", "self.rate"),
    ("= lr, ", "= learning_rate, "),
    ("decay_rate", "decay"),
    ("beta", "b"),
    ("class RMSprop", "class RMSProp"),
)
OWN_EPS_1 = replaced(BOOK1, ("1e-7", "1e-8"))
SCRATCH: Mapping[str, Mapping[str, str]] = {
    "book_1": {"common/optimizer.py": BOOK1, "ch06/optimizer_compare.py": "import matplotlib"},
    "book_2": {"book2/common/optimizer.py": BOOK2, "book2/common/np.py": NP, "book2/common/__init__.py": ""},
    "gpu": {"common/optimizer.py": BOOK2, "common/np.py": GPU, "common/config.py": "GPU = True"},
    "own_words": {"common/optimizer.py": OWN_WORDS},
    "own_eps": {"common/optimizer.py": OWN_EPS_1},
    "folder": {"optimizer.py": BOOK2, "np.py": NP, "trainer.py": "import matplotlib"},
    "one_file": {"optimizer.py": BOOK2},
    "one_layer_file": {"layers.py": BOOK_LAYERS},
    "wrong": {"common/optimizer.py": FED_THE_NEW_V},
    "stubs": {"common/optimizer.py": STUBS},
}
SCRATCH_IDS = ("gradient_descent", "momentum", "nag", "adagrad", "rmsprop", "adam")
BOOK_1_GOT = (
    "pass",
    "pass",
    "lookahead_iterates",
    "eps_outside_root",
    "eps_outside_root",
    "eps_before_correction",
)
SCRATCH_GOT = {
    **dict.fromkeys(("book_1", "own_words", "own_eps"), BOOK_1_GOT),
    **dict.fromkeys(
        ("book_2", "gpu", "folder", "one_file"),
        ("pass", "pass", "not_adapted", "eps_outside_root", "not_adapted", "not_adapted"),
    ),
    "one_layer_file": ("not_adapted",) * 6,
    "wrong": ("pass", "pass", "new_velocity_twice", "gradient_not_squared", "eps_outside_root", "no_bias_correction"),
    "stubs": (
        "pass",
        "not_adapted",
        "lookahead_iterates",
        "eps_outside_root",
        "eps_outside_root",
        "not_adapted",
    ),
}


def graded(
    repositories: Mapping[str, Mapping[str, str]], folder: Path, name: str, ids: tuple[str, ...]
) -> dict[str, SubmissionResult]:
    for id, files in repositories.items():
        written(folder / id, files)
    return grade(intake.find(folder), asked(*ids), adapter=adapter.load(name))


@pytest.fixture(scope="module")
def cs231n(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    return graded(CS231N, tmp_path_factory.mktemp("cs231n"), "cs231n", IDS)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    return graded(SCRATCH, tmp_path_factory.mktemp("scratch"), "scratch", SCRATCH_IDS)


def got(result: SubmissionResult, id: str) -> str:
    """What was found: the diagnosis, else the message, else the status."""
    one = algorithm(result, id)
    if one.diagnosis:
        return one.diagnosis.id
    return one.message.id if one.message else one.status


@pytest.mark.parametrize("id", CS231N)
def test_cs231n(cs231n: Mapping[str, SubmissionResult], id: str) -> None:
    assert tuple(got(cs231n[id], each) for each in IDS) == CS231N_GOT[id]


@pytest.mark.parametrize("id", SCRATCH)
def test_scratch(scratch: Mapping[str, SubmissionResult], id: str) -> None:
    assert tuple(got(scratch[id], each) for each in SCRATCH_IDS) == SCRATCH_GOT[id]


@pytest.mark.parametrize("id", SCRATCH)
def test_what_lies_beside_the_books_modules_is_not_imported(scratch: Mapping[str, SubmissionResult], id: str) -> None:
    assert scratch[id].load_error is None


def test_what_a_module_that_fails_should_hold_is_told_with_it(tmp_path: Path) -> None:
    files = {"cs231n/optim.py": OPTIM, "cs231n/layers.py": PRINTS}
    ids = ("momentum", "nag", "batch_norm_forward", "inverted_dropout")
    result = graded({"kim": files}, tmp_path, "cs231n", ids)["kim"]
    assert [got(result, id) for id in ids] == ["pass", "not_adapted", "not_loaded", "not_loaded"]
    assert algorithm(result, "inverted_dropout").message == Message("not_loaded", {"file": "cs231n/layers.py"})
    shown = " ".join(digest(result, catalogue(), color=False).split())
    assert "Not found, since cs231n/layers.py could not be loaded: batch_norm_forward, inverted_dropout." in shown
    assert "Not found: nag." in shown


@pytest.mark.parametrize(
    ("bridge", "sources"),
    [
        (cs231n_adapter, {"optim": OPTIM, "layers": LAYERS}),
        (scratch_adapter, {"common/optimizer": BOOK1, "common/layers": COMMON_LAYERS}),
    ],
)
def test_the_adapters_say_what_their_course_has_in_each_module(bridge: Any, sources: Mapping[str, str]) -> None:
    given = {name: {*bridge.adapt(module(source))} for name, source in sources.items()}
    assert given == {name: {*ids} for name, ids in bridge.MODULES.items()}


def test_it_is_said_that_an_adapter_was_used(cs231n: Mapping[str, SubmissionResult]) -> None:
    said = Message("adapted", {"adapter": "cs231n"})
    assert [id for id, result in cs231n.items() if said not in result.notes] == []


def test_the_reports_point_at_the_students_own_lines(
    cs231n: Mapping[str, SubmissionResult], scratch: Mapping[str, SubmissionResult]
) -> None:
    line = OPTIM.splitlines().index("def adam(w, dw, config=None):") + 1
    assert algorithm(cs231n["tabs"], "adam").source == Source("assignment2/cs231n/optim.py", line)
    line = BOOK1.splitlines().index("class Nesterov:") + 1
    assert algorithm(scratch["book_1"], "nag").source == Source("common/optimizer.py", line)


def test_inner_steps_are_seen_through_the_bridge(cs231n: Mapping[str, SubmissionResult]) -> None:
    """The velocity, which has the other sign there, and G are known to be wrong from the first step on."""
    for id, step in (("momentum", "v"), ("rmsprop", "G")):
        message = algorithm(cs231n["wrong"], id).message
        assert message is not None
        assert message.params["quantity"] == step
    message = algorithm(cs231n["wrong"], "adam").message
    assert message is not None
    assert message.params["right"] == ["m", "v"]


def test_layers_that_fail_cost_the_optimizers_nothing_and_the_line_is_named(
    cs231n: Mapping[str, SubmissionResult],
) -> None:
    for id, name, file in (
        ("python_2", "syntax_error", "cs231n/layers.py"),
        ("tabs", "import_unused", "assignment2/cs231n/layers.py"),
    ):
        error = cs231n[id].load_error
        assert cs231n[id].score == 4
        assert error is not None
        assert (error.message.id, error.message.params["file"], error.message.params["line"]) == (name, file, 2)
    assert cs231n["relative"].load_error is None  # what else lies about is not imported


# -- hyper-parameters that a course hard-codes ------------------------------------------------------------------------

HARD_CODED = """
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.m = self.v = self.t = 0

    def step(self, w, grad):
        g = grad(w)
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat, v_hat = self.m / (1 - self.beta1**self.t), self.v / (1 - self.beta2**self.t)
        return w - self.lr * m_hat / (v_hat + 1e-3) ** 0.5
"""
FIXING = b"""
FIXED = {"adam": {"eps": 1e-3}}
def adapt(module):
    return {"adam": module.Adam}
"""


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    file = tmp_path_factory.mktemp("adapter") / "course.py"
    file.write_bytes(FIXING)
    sources = {
        "right": HARD_CODED,
        "another": HARD_CODED.replace("1e-3", "1.001e-3"),
        "uncorrected": HARD_CODED.replace("v_hat = self.m / (1 - self.beta1**self.t)", "v_hat = self.m"),
        "outside": HARD_CODED.replace("(v_hat + 1e-3) ** 0.5", "(v_hat**0.5 + 1e-3)"),
        "defaults": HARD_CODED.replace("lr=0.001", "lr=0.01"),
    }
    return grade(sources, asked("adam"), adapter=adapter.load(str(file)))


def test_what_is_fixed_is_not_passed_and_decides_every_case(fixed: Mapping[str, SubmissionResult]) -> None:
    cases = algorithm(fixed["right"], "adam").cases
    assert len(cases) == len(pages()["adam"].makers)
    assert all(case.status == "pass" and case.error_ratio is not None and case.error_ratio < 0.5 for case in cases)
    assert all(case.torch_ratio is not None and case.torch_ratio <= 1 for case in cases)
    assert {case.status for case in algorithm(fixed["another"], "adam").cases} == {"fail"}


@pytest.mark.parametrize(
    ("id", "found"),
    [("uncorrected", "first_moment_uncorrected"), ("outside", "eps_outside_root"), ("defaults", "wrong_defaults")],
)
def test_a_mistake_is_recognised_with_what_is_fixed(fixed: Mapping[str, SubmissionResult], id: str, found: str) -> None:
    assert got(fixed[id], "adam") == found


# -- the instructor's faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("def adapt(module):\n    return {'adam': module.Adm}", 2, "module 'a' has no attribute 'Adm'"),
        ("def adapt(module):\n    return [module.Adam]", None, "adapt returned list, not a dict"),
        ("import no_such_module\ndef adapt(module): ...", 1, "No module named 'no_such_module'"),
    ],
    ids=["raises", "no dict", "cannot be run"],
)
def test_an_adapter_that_fails_is_named_with_its_line(tmp_path: Path, source: str, line: int | None, text: str) -> None:
    file = tmp_path / "course.py"
    file.write_text(source)
    result = grade({"a": HARD_CODED}, asked("adam"), adapter=adapter.load(str(file)))["a"]
    assert result.load_error is not None
    message = result.load_error.message
    assert message.id == "adapter_raised"
    assert (message.params["adapter"], message.params["line"], message.params["text"]) == (str(file), line, text)
    assert algorithm(result, "adam").status == "error"


def test_names_that_are_no_algorithms_are_told_and_cost_nothing(tmp_path: Path) -> None:
    file = tmp_path / "course.py"
    file.write_text("def adapt(module):\n    return {'adma': module.Adam, 'nag': None, 'adam': module.Adam}")
    source = HARD_CODED.replace("1e-3", "1e-8").replace("beta2=0.999", "beta2=0.999, eps=0")
    result = grade({"a": source}, asked("momentum", "adam"), adapter=adapter.load(str(file)))["a"]
    assert Message("adapter_names", {"adapter": str(file), "names": ["adma"]}) in result.notes
    assert got(result, "momentum") == "not_adapted"
    assert result.load_error is None


# -- without the adapter ----------------------------------------------------------------------------------------------


def test_code_of_another_shape_is_told_which_adapter_reaches_it() -> None:
    sources = {"optim": OPTIM, "optimizer": BOOK1, "both": HARD_CODED + OPTIM, "mixed": OPTIM + BOOK1}
    results = grade(sources, asked("sgd", "momentum", "rmsprop", "adam"))
    assert [got(results["optim"], each) for each in ("sgd", "momentum", "rmsprop", "adam")] == [
        "other_shape", "missing", "other_shape", "other_shape",
    ]  # fmt: skip
    told = algorithm(results["optim"], "sgd")
    assert told.message == Message("other_shape", {"adapter": "cs231n", "name": "sgd"})
    assert (told.status, told.points, told.source) == ("error", 0, Source("optim.py", 4))
    assert algorithm(results["optim"], "adam").message == Message("other_shape", {"adapter": "cs231n", "name": "adam"})
    assert [got(results["optimizer"], each) for each in ("sgd", "momentum", "rmsprop", "adam")] == [
        "other_shape", "other_shape", "other_shape", "other_shape",
    ]  # fmt: skip
    assert algorithm(results["optimizer"], "sgd").message == Message(
        "other_shape", {"adapter": "scratch", "name": "SGD"}
    )
    assert [got(results["mixed"], each) for each in ("sgd", "momentum", "rmsprop", "adam")] == [
        "other_shape", "other_shape", "other_shape", "other_shape",
    ]  # fmt: skip
    assert algorithm(results["both"], "adam").cases  # the one of the contract's shape is preferred


def test_a_file_of_another_course_is_recognised_where_it_fails_or_has_no_name_of_the_contracts() -> None:
    dropout = (
        "import numpy as np\n" + LAYERS[LAYERS.index("def dropout_forward") : LAYERS.index("def dropout_backward")]
    )
    results = grade(
        {
            "past": "from past.builtins import xrange\n" + OPTIM,
            "book_2": BOOK2,
            "dropout": dropout,
            "book_layers": COMMON_LAYERS,
        },
        asked("momentum", "inverted_dropout"),
    )
    for id, message, name in (
        ("past", "import_other_course", "cs231n"),
        ("book_2", "import_other_course", "scratch"),
        ("dropout", "other_course", "cs231n"),
        ("book_layers", "other_course", "scratch"),
    ):
        error = results[id].load_error
        assert results[id].unloaded
        assert error is not None
        assert (error.message.id, error.message.params["adapter"]) == (message, name)


def test_what_else_is_of_that_course_is_told_in_a_note() -> None:
    """In full, where no algorithm tells of it."""
    results = grade({"optim": OPTIM}, asked("momentum", "adam"))
    names = {"file": "optim.py", "adapter": "cs231n", "names": ["sgd", "sgd_momentum", "rmsprop"]}
    assert results["optim"].notes == (Message("other_course_too", names),)
    two = Submission("two", "two", {"a.py": HARD_CODED.encode(), "optim.py": OPTIM.encode()}, ("a.py", "optim.py"))
    notes = grade([two], asked("momentum", "adam"))["two"].notes
    assert [note.params["file"] for note in notes if note.id == "other_course"] == ["optim.py"]
