"""The assignment file: what it may say, and what is said of one that says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.assignment import DEFAULT, KEYS, Assignment, AssignmentError, choose, load, nearest
from reference import pages

ALL = list(pages())


def written(folder: Path, text: str) -> Assignment:
    file = folder / "hw.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


# -- what it says -----------------------------------------------------------------------------------------------------


def test_the_default_asks_for_everything_at_a_point_each() -> None:
    assert load() == Assignment(
        "hw8",
        "Training Neural Networks III",
        dict.fromkeys(ALL, 1.0),
        forbid=("torch.optim", "keras", "tensorflow", "sklearn"),
    )


def test_the_default_shows_every_key() -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    assert [key for keys in KEYS.values() for key in keys if f"{key} =" not in text] == []


def test_an_empty_file_is_the_default_under_the_files_name(tmp_path: Path) -> None:
    assert written(tmp_path, "") == Assignment("hw", "hw", dict.fromkeys(ALL, 1.0))


def test_every_key(tmp_path: Path) -> None:
    text = """
        [assignment]
        id = "최적화"
        title = "Optimizers"
        lecture = "lecture08"
        algorithms = ["momentum", "ada*"]
        dialects = "half"
        partial = false
        forbid = ["torch.optim", "pytorch_optimizer"]
        [points]
        momentum = 10
        adam = 2.5
        adagrad = 0
        [limits]
        seconds = 0.5
        submission_seconds = 20
        memory_mb = 512
        """
    points = {"momentum": 10.0, "adagrad": 0.0, "adadelta": 1.0, "adam": 2.5}
    barred = ("torch.optim", "pytorch_optimizer")
    assert written(tmp_path, text) == Assignment("최적화", "Optimizers", points, "half", False, 0.5, 20, 512, barred)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["adam"], ["adam"]),
        (["*"], ALL),
        (["adam", "momentum", "adam"], ["momentum", "adam"]),
        (["ada*"], ["adagrad", "adadelta", "adam"]),
        (["?a?"], ["nag"]),
        (["[ns][ag]*"], ["sgd", "nag"]),
        (["Adam", "Ada_Delta", "NAG"], ["nag", "adadelta", "adam"]),
        (["GradientDescent"], ["gradient_descent"]),
        (["gradient_*", "AMS*"], ["gradient_descent", "amsgrad"]),
        ([], []),
    ],
)
def test_choosing_keeps_the_lectures_order(patterns: list[str], expected: list[str]) -> None:
    assert choose(patterns, ALL) == expected


def test_only_keeps_everything_else(tmp_path: Path) -> None:
    assignment = written(tmp_path, '[assignment]\ndialects = "half"\n[points]\nadam = 7\n')
    assert assignment.only(["adam"]) == Assignment("hw", "hw", {"adam": 7.0}, "half")


# -- what it may not say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[assignement]", "there is an unknown key 'assignement'; did you mean 'assignment'?"),
        ("[assignment]\ntitel = 'x'", "[assignment] has an unknown key 'titel'; did you mean 'title'?"),
        ("[limits]\nsecond = 1", "[limits] has an unknown key 'second'; did you mean 'seconds'?"),
        ("[points]\nadma = 1", "[points] has an unknown key 'adma'; did you mean 'adam'?"),
        ("[points]\nxyz = 1", "unknown key 'xyz'; there are adadelta, adagrad"),
        ("[assignment]\nalgorithms = ['Adma']", "'Adma' is no algorithm of this assignment; did you mean 'adam'?"),
        ("[assignment]\nalgorithms = ['torch_*']", "'torch_*' is no algorithm"),
        ("[assignment]\nalgorithms = 'adam'", "algorithms is 'adam'; a list is needed"),
        ("[assignment]\nalgorithms = []", "algorithms is empty"),
        ("[assignment]\nid = 8", "id is 8; a text is needed"),
        ("[assignment]\nid = 'a/b'", "id is 'a/b'; it names a folder"),
        ("[assignment]\nid = '..'", "id is '..'; it names a folder"),
        ("[assignment]\nid = ''", "id is ''; it names a folder"),
        ("[assignment]\npartial = 1", "partial is 1; true or false is needed"),
        ("[assignment]\ndialects = 'yes'", "dialects is 'yes'; it must be accept, half or reject"),
        ("[assignment]\nforbid = 'keras'", "forbid is 'keras'; a list is needed"),
        ("[assignment]\nforbid = ['torch.']", "forbid holds 'torch.'; names of modules are needed"),
        ("[assignment]\nforbid = [1]", "forbid holds 1; names of modules are needed"),
        ("[assignment]\nforbid = ['numpy']", "forbid holds 'numpy'; numpy and Python's own modules cannot be barred"),
        ("[assignment]\nforbid = ['os.path']", "forbid holds 'os.path'; numpy and Python's own"),
        ("[limits]\nsubmission_seconds = 0", "submission_seconds is 0; a number between 0.1 and 86400 is needed"),
        ("assignment = 1", "assignment must be a table, [assignment]"),
        ("points = 1", "points must be a table, [points]"),
        ("[points]\nadam = -1", "adam is -1; a number from 0 on is needed"),
        ("[points]\nadam = true", "adam is True; a number"),
        ("[points]\nadam = nan", "adam is nan; a number"),
        ("[points]\nadam = inf", "adam is inf; a number"),
        ("[points]\nadam = '1'", "adam is '1'; a number"),
        ("[limits]\nseconds = 0", "seconds is 0; a number between 0.1 and 86400 is needed"),
        ("[limits]\nseconds = 1e300", "seconds is 1e+300; a number between"),
        ("[limits]\nmemory_mb = 1", "memory_mb is 1; a number between 64 and 1048576 is needed"),
        ("[limits]\nmemory_mb = 1e12", "memory_mb is 1000000000000.0; a number between"),
        ("[assignment", "is no TOML"),
        ("[a]\n[a]", "is no TOML"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_that_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        written(tmp_path, text)
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.startswith(f"{tmp_path / 'hw.toml'}: ")
    assert sentence.endswith((".", "'?"))
    assert "\n" not in sentence


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"nowhere\.toml: cannot be read \(No such file"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(AssignmentError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "hw.toml").write_bytes(b"\xff")
    with pytest.raises(AssignmentError, match="is no TOML"):
        load(tmp_path / "hw.toml")


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("adma", "; did you mean 'adam'?"),
        ("RMSPROP", "; did you mean 'rmsprop'?"),
        ("xyz", f"; there are {', '.join(ALL[:12])}."),
    ],
)
def test_the_nearest_name(name: str, clause: str) -> None:
    assert nearest(name, ALL) == clause
