"""What an adapter makes of a student's modules in the worker, and what is told of one that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.worker.load import load
from harness.worker.shapes import shape, shapes
from tests.worker.test_load import _nothing_stays, found  # noqa: F401  # the fixture: importing leaves traces
from tests.worker.test_load import loaded as plainly_loaded

IDS = ("adam", "momentum")
OPTIM = "\n\nclass Adam:\n    pass\n\ndef velocity(w, dw): ...\n"
ADAPTER = """
class Bridge:
    def __init__(self, student):
        self.student = student

    def __call__(self): ...

def adapt(module):
    return {"adam": Bridge(module.Adam), "momentum": getattr(module, "velocity", None)}
"""


def loaded(
    adapter: str, files: Mapping[str, str], entries: Sequence[str] | None = None, setting: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    sources = {path: text.encode() for path, text in files.items()}
    told = {"file": "course.py", "source": adapter.encode(), "setting": setting}
    return load(sources, entries or list(files), (), IDS, told)


def test_what_it_gives_is_offered_and_points_at_the_students_lines() -> None:
    things, told = loaded(ADAPTER, {"optim.py": OPTIM})
    assert things.keys() == {"adam", "momentum"}
    assert {id: (each["name"], each["file"], each["line"]) for id, each in told["found"].items()} == {
        "adam": ("Adam", "optim.py", 3),
        "momentum": ("velocity", "optim.py", 6),
    }


def test_an_object_that_does_not_say_what_it_drives_points_at_the_module() -> None:
    _, told = loaded("def adapt(module):\n    return {'adam': lambda w, grad: module.Adam}", {"a/optim.py": OPTIM})
    assert (told["found"]["adam"]["file"], told["found"]["adam"]["line"]) == ("a/optim.py", 1)


def test_nothing_else_counts_beside_it() -> None:
    things, _ = loaded("def adapt(module):\n    return {}", {"optim.py": "class Adam:\n    def step(self): ..."})
    assert things == {}


def test_every_name_is_told_and_none_given_as_none() -> None:
    adapter = "def adapt(module):\n    return {'adam': module.Adam, 'adma': module.Adam, 'nag': None}"
    _, told = loaded(adapter, {"optim.py": OPTIM})
    assert told["names"] == ["adam", "adma"]


def test_one_module_that_it_fails_on_does_not_cost_the_others() -> None:
    things, told = loaded(ADAPTER, {"empty.py": "", "optim.py": OPTIM})
    assert things.keys() == {"adam", "momentum"}
    (failed,) = told["failed"]
    assert (failed["adapter"], failed["file"], failed["type"]) == ("course.py", "empty.py", "AttributeError")
    assert [frame["line"] for frame in failed["frames"]] == [9]
    assert failed["frames"][0]["code"].startswith('return {"adam"')


def test_its_failure_is_told_before_a_students() -> None:
    _, told = loaded(ADAPTER, {"broken.py": "1 / 0", "empty.py": ""})
    assert [each["type"] for each in told["failed"]] == ["AttributeError", "ZeroDivisionError"]


def test_a_name_that_another_module_imported_is_given_once() -> None:
    _, told = loaded(ADAPTER, {"optim.py": OPTIM, "again.py": "from optim import *"})
    assert told["found"]["adam"]["others"] == []


def test_before_comes_before_the_submission_and_the_setting_is_set() -> None:
    adapter = """
SETTING = "drop"
def before():
    import sys
    sys.modules["vanished"] = sys
    sys.vanished_setting = SETTING
def adapt(module):
    return {"adam": module.Adam} if SETTING == "keep" else {}
"""
    source = "import vanished\nclass Adam:\n    setting = vanished.vanished_setting\n"
    things, _ = loaded(adapter, {"optim.py": source}, setting="keep")
    assert things["adam"].setting == "keep"
    assert loaded(adapter, {"optim.py": source})[0] == {}


def test_it_may_begin_with_one_that_ships() -> None:
    adapter = """
from harness.adapters import cs231n

MODULES = ("homework2",)

def adapt(module):
    return cs231n.adapt(module) | {"momentum": None}
"""
    source = "def adam(w, dw, config): ...\ndef sgd_momentum(w, dw, config): ..."
    things, told = loaded(adapter, {"homework2.py": source})
    assert things.keys() == {"adam"}
    assert told["found"]["adam"]["line"] == 1


def test_it_may_hold_dataclasses() -> None:
    """Which look for their module by name."""
    adapter = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Bridge:\n    student: object\n"
        "def adapt(module):\n    return {'adam': Bridge(module.Adam)}"
    )
    assert loaded(adapter, {"optim.py": OPTIM})[0].keys() == {"adam"}


@pytest.mark.parametrize(
    "imported",
    ["from common.np import zero", "from .np import zero", "from np import zero", "from deep.common.np import zero"],
)
def test_the_root_around_an_entry_is_on_the_path(imported: str) -> None:
    """So are its own folder, as in Python 2, and the submission's top."""
    files = {
        "deep/common/optimizer.py": f"{imported}\nclass Adam:\n    start = zero\n",
        "deep/common/np.py": "zero = 0",
    }
    things, told = loaded(ADAPTER, files, ["deep/common/optimizer.py"])
    assert told["failed"] == []
    assert things["adam"].student.start == 0


@pytest.mark.parametrize("imported", ["from common.np import zero", "from .np import zero", "from np import zero"])
@pytest.mark.parametrize("init", [{}, {"__init__.py": ""}], ids=["a folder", "a package"])
def test_a_submission_may_be_only_what_the_courses_folder_holds(imported: str, init: dict[str, str]) -> None:
    files = {"optimizer.py": f"{imported}\nclass Adam:\n    start = zero\n", "np.py": "zero = 0", **init}
    things, told = loaded(ADAPTER + 'PACKAGE = "common"', files, ["optimizer.py"])
    assert told["failed"] == []
    assert things["adam"].student.start == 0
    assert told["found"]["adam"]["file"] == "optimizer.py"


def test_what_the_course_has_in_a_module_that_fails_is_lost_in_it() -> None:
    adapter = ADAPTER + 'MODULES = {"common/layers": ("adam",), "optim": ("momentum",)}'
    for path in ("layers.py", "a/common/layers.py"):
        assert loaded(adapter, {path: "print 'hello'"})[1]["lost"] == {"adam": path}
    assert loaded(adapter, {"a/layers.py": "1 / 0"})[1]["lost"] == {}
    assert loaded(ADAPTER + 'MODULES = ("layers",)', {"layers.py": "1 / 0"})[1]["lost"] == {}


# -- other courses' shapes, where there is no adapter -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "adapter"),
    [
        ("def adam(w, dw, config=None): ...", "cs231n"),
        ("def adam(x, dx, config=None): ...", "cs231n"),
        ("def adam(x, gamma, beta, bn_param): ...", "cs231n"),
        ("def adam(x, dropout_param): ...", "cs231n"),
        ("class Adam:\n    def update(self, params, grads): ...", "scratch"),
        ("class Base:\n    def update(self, params, grads): ...\nclass Adam(Base): ...", "scratch"),
        ("class Adam:\n    def forward(self, x, train_flg=True): ...", "scratch"),
        ("def adam(w, grad, lr=0.1): ...", ""),
        ("def adam(w, grad, *, config=None): ...", ""),
        ("def adam(dout, cache): ...", ""),
        ("class Adam:\n    def step(self, w, grad): ...\n    def update(self, params, grads): ...", ""),
        ("class Adam:\n    def epoch(self, w, grad, order): ...\n    def update(self, params, grads): ...", ""),
        ("class Adam:\n    def update(self, w, grad): ...", ""),
        ("class Adam:\n    update = 3", ""),
        ("class Adam: ...", ""),
    ],
)
def test_a_shape_is_recognised_by_its_parameters(source: str, adapter: str) -> None:
    """In what was imported, and in its source."""
    assert found(source)["adam"]["shape"] == adapter
    assert {*shapes(source.encode()).values()} == ({adapter} if adapter else set())


def test_a_source_that_python_cannot_read_has_no_shapes() -> None:
    assert [shapes(source) for source in (b"print 'hello'\ndef adam(w, dw, config): ...", b"a\0b")] == [{}, {}]


def test_what_a_decorator_made_may_have_any_shape() -> None:
    assert shapes(b"@bridged\ndef adam(w, dw, config): ...\n@bridged\nclass SGD:\n    def step(self): ...") == {}


def courses(files: str | Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    _, told = plainly_loaded(files)
    assert told["failed"] == []
    return [(each["file"], each["adapter"], each["names"]) for each in told["courses"]]


def test_another_course_is_recognised_by_shapes_under_names_of_its_own() -> None:
    """What an algorithm is called after is told with that algorithm."""
    source = "def sgd_momentum(w, dw, config=None): ...\ndef dropout_forward(x, dropout_param): ...\n"
    assert courses(source) == [("hand_in.py", "cs231n", ["sgd_momentum", "dropout_forward"])]
    assert courses(source + "def adam(w, dw, config=None): ...") == courses(source)
    books = "class Dropout:\n    def forward(self, x, train_flg=True): ...\n"
    assert courses({"a.py": source, "b.py": books}) == [*courses({"a.py": source}), ("b.py", "scratch", ["Dropout"])]
    assert courses(source + books)[0][1:] == ("cs231n", ["sgd_momentum", "dropout_forward"])  # what there is more of


def test_helpers_of_what_has_the_contracts_shape_are_nobodys_course() -> None:
    source = "class Adam:\n    def step(self, w, grad): ...\ndef one_step(w, dw, config): ...\n"
    assert courses(source) == []


@pytest.mark.parametrize("imported", ["from past.builtins import xrange", "from .im2col_cython import *"])
def test_another_course_is_recognised_in_a_file_that_cannot_be_imported(imported: str) -> None:
    files = {"a.py": "1 / 0", "layers.py": f"{imported}\ndef dropout_forward(x, dropout_param): ...\n"}
    _, told = plainly_loaded(files)
    first, second = told["failed"]
    assert first["course"] == {"file": "layers.py", "adapter": "cs231n", "names": ["dropout_forward"]}
    assert second["course"] is None
    _, told = loaded("def adapt(module):\n    return {}", {"layers.py": files["layers.py"]})
    assert told["failed"][0]["course"] is None  # with an adapter it is known


def test_dropouts_backward_is_recognised_by_its_name_as_well() -> None:
    def dropout_backward(dout: Any, cache: Any) -> None: ...
    def batchnorm_backward(dout: Any, cache: Any) -> None: ...

    assert (shape(dropout_backward), shape(batchnorm_backward)) == ("cs231n", "")


def test_what_has_the_contracts_shape_is_preferred() -> None:
    source = "def adam(w, dw, config=None): ...\nclass Adam:\n    def step(self, w, grad): ..."
    assert found(source)["adam"]["name"] == "Adam"
