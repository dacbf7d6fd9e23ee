"""Reading an adapter without running it: what it declares, and every way in which it is not usable."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.adapter import AdapterError, load, shipped

ADAPT = "def adapt(module):\n    return {}\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "course.py"


def test_the_adapters_that_ship_are_known_by_name() -> None:
    assert shipped() == ["cs231n", "scratch"]
    for name in shipped():
        found = load(name)
        assert (found.name, found.file, found.setting) == (name, f"harness/adapters/{name}.py", None)


@pytest.mark.parametrize("setting", ["docstring", "keep", "drop"])
def test_a_setting_stands_behind_a_colon(setting: str) -> None:
    found = load(f"cs231n:{setting}")
    assert (found.name, found.setting) == (f"cs231n:{setting}", setting)


def test_what_it_declares(course: Path) -> None:
    course.write_text(
        "raise SystemExit  # nothing is run\n"
        "MODULES: tuple[str, ...] = ('optim', 'common/layers')\n"
        "SETTINGS = ['old', 'new']\n"
        "FIXED = {'adam': {'eps': 1e-7, 'lr': -1}, 'nag': {}}\n"
        "def adapt(module): ..."
    )
    found = load("course.py:new")
    assert found.modules == ("optim", "common/layers")
    assert found.fixed == {"adam": {"eps": 1e-7, "lr": -1}, "nag": {}}
    assert (found.name, found.file, found.setting) == ("course.py:new", "course.py", "new")


@pytest.mark.parametrize(
    "source",
    [
        ADAPT,
        "adapt = dict",
        "from harness.adapters.cs231n import adapt",
        "from other import f as adapt",
        "class adapt: ...",
    ],
)
def test_adapt_is_whatever_is_called_so(course: Path, source: str) -> None:
    course.write_text(source)
    assert load("course.py").source == source.encode()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def adapt(module:", "course.py, line 1: Python cannot read it ("),
        ("x = '\0'\n" + ADAPT, "course.py"),
        ("def adopt(module): ...", "course.py: has no function adapt(module)"),
        ("def outer():\n    def adapt(module): ...", "course.py: has no function adapt(module)"),
        ("FIXED = dict(adam=1)\n" + ADAPT, "course.py, line 1: FIXED is no literal; it is read without running"),
        ("FIXED = [1]\n" + ADAPT, "course.py, line 1: FIXED is no dict; one as"),
        (
            "\nFIXED = {\n 'adma': {}}\n" + ADAPT,
            "course.py, line 3: FIXED has an unknown name 'adma'; did you mean 'adam'?",
        ),
        ("FIXED = {3: {}}\n" + ADAPT, "course.py, line 1: FIXED has an unknown name 3; there are gradient_descent"),
        ("FIXED = {'adam': 1e-7}\n" + ADAPT, "course.py, line 1: FIXED['adam'] is no dict"),
        (
            "FIXED = {'adam': {\n'epsilon': 1}}\n" + ADAPT,
            "course.py, line 2: FIXED['adam'] has an unknown name 'epsilon'",
        ),
        ("FIXED = {'adam': {\n'eps':\n'x'}}\n" + ADAPT, "course.py, line 3: eps of adam is 'x'; a number is needed."),
        ("FIXED = {'adam': {'eps': 1e999}}\n" + ADAPT, "course.py, line 1: eps of adam is 1e309; a number is needed."),
        ("MODULES = 'optim'\n" + ADAPT, "course.py, line 1: MODULES is 'optim'; a tuple of texts is needed."),
        ("MODULES = ('optim', 3)\n" + ADAPT, "course.py, line 1: MODULES is ('optim', 3); a tuple of texts is needed."),
        (
            "MODULES = {'optim': 'adam'}\n" + ADAPT,
            "course.py, line 1: MODULES['optim'] is 'adam'; a tuple of algorithms",
        ),
        ("MODULES = {'optim': ('adm',)}\n" + ADAPT, "course.py, line 1: MODULES['optim'] has an unknown name 'adm'"),
        ("MODULES = (name,)\n" + ADAPT, "course.py, line 1: MODULES is no literal"),
    ],
)
def test_what_is_not_usable_is_told_with_its_line(course: Path, source: str, sentence: str) -> None:
    course.write_text(source)
    with pytest.raises(AdapterError) as error:
        load("course.py")
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cs231", "'cs231' is no adapter; did you mean 'cs231n'?"),
        ("lecture", "'lecture' is no adapter; there are cs231n, scratch, FILE.py."),
        ("", "'' is no adapter; there are cs231n, scratch, FILE.py."),
        ("_draws", "'_draws' is no adapter"),
        ("nowhere.py", "nowhere.py: cannot be read (No such file or directory)."),
        ("cs231n:kepe", "cs231n: 'kepe' is no setting of this adapter; did you mean 'keep'?"),
        ("cs231n:", "cs231n: '' is no setting of this adapter; there are docstring, keep, drop."),
        ("scratch:keep", "scratch: 'keep' is no setting of this adapter; it has none."),
        ("lecture:keep", "'lecture:keep' is no adapter"),
    ],
)
def test_what_there_is_not_is_told(course: Path, name: str, sentence: str) -> None:
    with pytest.raises(AdapterError) as error:
        load(name)
    assert str(error.value).startswith(sentence)
