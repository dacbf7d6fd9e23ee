"""Driving searches and layers: what is passed, what comes back, and what is made of what is no trial."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pytest
import torch

from harness.worker.cases import run_case
from tests.worker.driving import FILE, defined

SPACE = {"lr": [0.1, 0.2], "layers": [[8], []]}
TRIALS = [{"lr": 0.1}, {"lr": 0.2}, {"lr": 0.3}]


def run(form: str, source: str, run: dict[str, Any], ask: Any = None) -> Any:
    """The one reply to one run."""
    thing = defined(source)
    (reply,) = run_case(thing, form, {"id": "a", "runs": [run]}, {FILE}, lambda array: array, ask=ask)
    return reply


def strange(quantity: str, type: str, wanted: str = "one of those in the space") -> dict[str, Any]:
    return {"kind": "wrong_type", "quantity": quantity, "type": type, "wanted": wanted}


def grid(source: str) -> Any:
    return run("plain", source, {"space": SPACE})


# -- grids ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "result",
    [
        "[{'lr': 1}, {'lr': 2}]",
        "({'lr': v} for v in (1, 2))",
        "({'lr': 1}, {'lr': np.int64(2)})",
        "np.array([{'lr': 1}, {'lr': 2}])",
        "map(lambda v: {'lr': torch.tensor(v)}, (1, 2))",
        "[type('Mine', (dict,), {'items': None, '__iter__': None})(lr=v) for v in (1, 2)]",
    ],
)
def test_any_iterable_of_dicts_is_trials(result: str) -> None:
    reply = grid(f"def Thing(space): return {result}")
    assert reply == {"trials": [{"lr": 1}, {"lr": 2}], "count": 2, "problem": None}


def test_a_class_is_made_and_called() -> None:
    assert grid("class Thing:\n def __call__(self, space): return [{}]")["trials"] == [{}]


def test_the_space_is_a_copy_with_its_names_in_order() -> None:
    reply = grid("def Thing(space): yield dict(space); space['layers'][0].append(9); space.clear()")
    assert list(SPACE) == ["lr", "layers"]
    assert SPACE["layers"] == [[8], []]
    assert reply["count"] == 1


def test_a_dict_handed_out_again_and_again_is_looked_at_in_the_end() -> None:
    source = """
        def Thing(space):
            trial = {}
            for value in space["lr"]:
                trial["lr"] = value
                yield trial
        """
    assert grid(source)["trials"] == [{"lr": 0.2}, {"lr": 0.2}]


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ("print()", {"kind": "returns_nothing"}),
        ("{'lr': 1}", {"kind": "not_trials", "type": "a dict"}),
        ("'lr'", {"kind": "not_trials", "type": "a str"}),
        ("3", {"kind": "not_trials", "type": "an int"}),
        ("[object()]", strange("a trial", "an object", "a dict")),
        ("[{1: 2}]", strange("something in a trial", "a dict with a name that is no text, or a long one")),
        ("[{'lr': 'x' * 10**6}]", strange("something in a trial", "a long text")),
        ("[{'lr': 10**400}]", strange("something in a trial", "an integer of more than 64 bits")),
    ],
)
def test_what_is_no_trials(result: str, problem: dict[str, Any]) -> None:
    assert grid(f"def Thing(space): return {result}")["problem"] == problem


def test_trials_without_end_and_within_themselves_end() -> None:
    assert grid("def Thing(space):\n while True: yield {}")["count"] == 1001
    reply = grid("def Thing(space):\n trials = []; trials.append(trials); return trials")
    assert reply["problem"] == strange("a trial", "data larger than what was passed in", "a dict")
    reply = grid("def Thing(space):\n trial = {}; trial['lr'] = trial; return [trial]")
    assert reply["problem"] == strange("something in a trial", "data larger than what was passed in")


def test_as_many_trials_come_back_as_there_is_room_for() -> None:
    reply = grid("def Thing(space): return [{'lr': 'x' * 100}] * 900")
    assert reply["count"] == 900
    assert 10 < len(reply["trials"]) < 100


def test_a_body_that_is_not_written_and_one_that_raises() -> None:
    assert grid("def Thing(space): ...")["problem"] == {"kind": "not_started"}
    assert grid("def Thing(space): raise NotImplementedError")["problem"] == {"kind": "not_started"}
    assert grid("def Thing(space, more): return []")["problem"]["kind"] == "signature"
    assert grid("def Thing(space): 1 / 0")["problem"]["type"] == "ZeroDivisionError"


# -- searches ---------------------------------------------------------------------------------------------------------


def search(source: str) -> tuple[Any, list[Any]]:
    """The reply, and what was asked."""
    asked: list[Any] = []

    def ask(question: Any) -> float | None:
        asked.append(question["trial"])
        assert question["case"] == "a"
        return float(TRIALS.index(question["trial"])) if question["trial"] in TRIALS else None

    return run("objective", source, {"trials": TRIALS, "questions": 9}, ask), asked


def test_the_objective_asks_and_gives_a_number() -> None:
    reply, asked = search("""
        def Thing(objective, trials):
            values = [objective(trial) for trial in trials]
            assert [type(value) for value in values] == [float] * 3
            return trials[1], np.float64(values[1])
        """)
    assert reply == {"best": [{"lr": 0.2}, 1.0], "problem": None}
    assert asked == TRIALS


@pytest.mark.parametrize("wrong", ["0.1", "[0.1]", "{'lr': 0.4}", "{'lr': 0.1, 'more': 1}", "object()", "None"])
def test_what_is_no_trial_raises_in_the_students_code(wrong: str) -> None:
    reply, _ = search(f"def Thing(objective, trials): return objective({wrong})")
    assert reply["problem"]["type"] == "ValueError"
    assert reply["problem"]["text"].startswith("objective(trial) takes one of the trials, as it was given; got ")


def test_too_many_calls_raise() -> None:
    reply, asked = search("def Thing(objective, trials):\n while True: objective(trials[0])")
    assert (reply["problem"]["type"], len(asked)) == ("RuntimeError", 9)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("print()", "returns_nothing"),
        ("trials[0]", "returns_other"),
        ("1, 2, 3", "returns_other"),
        ("trials[0], object()", "wrong_type"),
        ("trials[0], 1j", "complex_given"),
        ("trials[0], type('Float', (float,), {})()", "subclass_given"),
        ("trials[0], torch.zeros((), device='meta')", "meta_given"),
        ("type('Pair', (tuple,), {'__len__': None, '__iter__': None})((trials[0], 1j))", "complex_given"),
    ],
)
def test_what_is_no_trial_and_value(result: str, kind: str) -> None:
    assert search(f"def Thing(objective, trials): return {result}")[0]["problem"]["kind"] == kind


# -- draws ------------------------------------------------------------------------------------------------------------


def sample(source: str) -> Any:
    return run("sampler", source, {"space": {"a": [0, 1], "b": [1, 10, "log"]}, "n": 3, "seed": 5})


def test_a_space_holds_tuples_and_the_generator_has_the_seed() -> None:
    reply = sample("""
        def Thing(space, n, rng):
            assert space == {"a": (0, 1), "b": (1, 10, "log")}
            return [{"b": 2.0, "a": rng.random()} for _ in range(n)]
        """)
    expected = np.random.default_rng(5).random(3)
    np.testing.assert_array_equal(reply["values"], np.column_stack([expected, [2.0] * 3]))
    assert (reply["count"], reply["whole"], reply["problem"]) == (3, [], None)


@pytest.mark.parametrize("value", ["0.5", "np.float32(0.5)", "np.array(0.5)", "torch.tensor(0.5)"])
def test_a_number_of_any_kind_is_a_value(value: str) -> None:
    reply = sample(f"def Thing(space, n, rng): return [dict(a={value}, b=0.5)] * n")
    np.testing.assert_array_equal(reply["values"], np.full((3, 2), 0.5))


@pytest.mark.parametrize("value", ["1", "np.int64(1)", "torch.tensor(1)"])
def test_whole_numbers_are_noted(value: str) -> None:
    reply = sample(f"def Thing(space, n, rng): return [dict(a=0.5, b={value})] * n")
    assert reply["whole"] == ["b"]
    assert reply["values"][0, 1] == 1


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("print()", "returns_nothing"),
        ("{'a': [1.0], 'b': [1.0]}", "not_trials"),
        ("[(0.5, 0.5)] * n", "not_trials"),
        ("[{'a': 0.5}] * n", "other_names"),
        ("[{'a': 0.5, 'b': 0.5, 'c': 0.5}] * n", "other_names"),
        ("[{'a': 'x', 'b': 0.5}] * n", "text_given"),
        ("[{'a': True, 'b': 0.5}] * n", "booleans_given"),
        ("[{'a': np.zeros(1), 'b': 0.5}] * n", "wrong_shape"),
    ],
)
def test_what_is_no_draws(result: str, kind: str) -> None:
    assert sample(f"def Thing(space, n, rng): return {result}")["problem"]["kind"] == kind


@pytest.mark.parametrize(("count", "rows"), [("n - 1", 2), ("n + 1", 3), ("10**6", 3)])
def test_too_few_and_too_many_trials_are_counted(count: str, rows: int) -> None:
    reply = sample(f"def Thing(space, n, rng):\n for _ in range({count}): yield dict(a=0.5, b=0.5)")
    assert len(reply["values"]) == rows
    assert reply["count"] == {"n - 1": 2, "n + 1": 4, "10**6": 7}[count]


# -- layers -----------------------------------------------------------------------------------------------------------

LAYER = """
    class Thing:
        made = 0
        def __init__(self, rate, noise_shape="unset", seed="unset"):
            Thing.made += 1
            self.told = (rate, noise_shape, seed)
            self.number = Thing.made
        def __call__(self, x, training):
            {line}
    """


def layers(line: str, *calls: dict[str, Any], backend: Any = lambda array: array) -> list[Any]:
    base = {"instance": 0, "rate": 0.5, "made": {}, "x": np.ones((2, 3)), "training": True}
    case = {"id": "a", "runs": [base | call for call in calls or ({},)]}
    source = textwrap.dedent(LAYER).format(line=line)
    return run_case(defined(source), "layer", case, {FILE}, backend)


def test_a_layer_is_made_once_and_called_again() -> None:
    replies = layers("return x * self.number", {}, {"instance": 1}, {}, {"instance": 1})
    assert [reply["results"]["y"][0, 0] for reply in replies] == [1, 2, 1, 2]


def test_what_is_not_told_is_not_passed_and_noise_shape_is_a_tuple() -> None:
    for made, told in (({}, "('unset', 'unset')"), ({"noise_shape": [None, 1], "seed": 0}, "((None, 1), 0)")):
        (reply,) = layers(f"assert self.told == (0.5, *{told}); return x", {"made": made})
        assert reply["problem"] is None


def test_training_comes_by_name_as_a_bool_and_x_as_a_fresh_array() -> None:
    line = "x += 1; return x if training is True and x.max() == 2 else None"
    assert [reply["problem"] for reply in layers(line, {}, {})] == [None, None]
    assert layers(line, {"training": False})[0]["problem"] == {"kind": "returns_nothing"}


def test_a_layer_on_tensors() -> None:
    (reply,) = layers("return torch.nn.functional.relu(x)", backend=torch.from_numpy)
    assert (reply["dtypes"], reply["problem"]) == ({"y": "float64"}, None)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("pass", "not_started"),
        ("raise NotImplementedError", "not_started"),
        ("return x[0]", "wrong_shape"),
        ("return 'x'", "text_given"),
        ("1 / 0", "raised"),
    ],
)
def test_how_a_call_of_a_layer_ends(line: str, kind: str) -> None:
    assert layers(line)[0]["problem"]["kind"] == kind


def test_what_is_no_layer() -> None:
    case = {"id": "a", "runs": [{"instance": 0, "rate": 0.5, "made": {}, "x": np.ones(2), "training": True}]}
    for source, kind in (
        ("def Thing(rate): return 3", "no_step"),
        ("class Thing:\n def __init__(self, rate): pass", "no_step"),
        ("class Thing:\n def __call__(self, x, training): return x", "signature"),
        ("def Thing(rate): return lambda x: x", "signature"),
        ("def Thing(rate): ...", "not_started"),
    ):
        (reply,) = run_case(defined(source), "layer", case, {FILE}, lambda array: array)
        assert reply["problem"]["kind"] == kind, source
