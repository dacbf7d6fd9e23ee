"""All attacks end as they must, at every level that this machine can reach, and nothing of them is left."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from harness.runner.isolation import NEEDED, IsolationError
from tests.attacks import missing
from tests.attacks.attack import NOT_RIGHT
from tests.attacks.corpus import CLASSES, STRIKES
from tests.attacks.graders import SETTINGS, Setting, found

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the levels are Linux's"),
]

Found = Mapping[str, Any]

GRADER_MB = 300
"""What the grader itself may use at its largest, whatever it is sent."""


@pytest.fixture(scope="module", params=SETTINGS, ids=str)
def setting(request: pytest.FixtureRequest) -> Setting:
    return request.param  # type: ignore[no-any-return]  # one of SETTINGS


@pytest.fixture(scope="module")
def attacked(setting: Setting) -> Iterator[Found]:
    try:
        yield found(setting)
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture
def walled(attacked: Found) -> Found:
    if attacked["level"] == "limited":
        pytest.skip("limited is no security boundary: there, attacks get through by nature")
    return attacked


def of(result: Mapping[str, Any], id: str) -> Mapping[str, Any]:
    return next(each for each in result["algorithms"] if each["id"] == id)


def ended_oddly(attacked: Found, setting: Setting) -> dict[str, Any]:
    """How those attacks ended that did not end as they must."""
    odd = {}
    for name, result in attacked["results"].items():
        if name in STRIKES:
            attack, where = STRIKES[name]
            ends = attack.ends(attacked["level"])
            assert ends is not None
            if setting.who == "nobody":  # who has no rights is refused much without a wall, too
                ends |= attack.walled
            ended, other = of(result, "gradient_descent"), of(result, "momentum")["status"]
            if ended["status"] not in ends or (where == "step" and other not in attack.other):
                odd[name] = (ended["status"], ended.get("message") or result.get("load_error"), other)
    return odd


def test_every_attack_ends_as_it_must(attacked: Found, setting: Setting) -> None:
    assert ended_oddly(attacked, setting) == {}


@pytest.mark.parametrize("layer", missing.LAYERS)
def test_a_layer_that_is_missing_is_missed(layer: str) -> None:
    """With all the others standing, and however little that may hurt."""
    if missing.LAYERS[layer].roots and os.geteuid() != 0:
        pytest.skip("only a worker of root's can be seen to lack it")
    setting = Setting(missing.LAYERS[layer].level, "this user", "step")
    try:
        attacked = found(setting, layer)
    except IsolationError as error:
        pytest.skip(str(error))
    assert {*ended_oddly(attacked, setting)} == {f"{name}, at step" for name in missing.LAYERS[layer].seen_by}


def test_every_layer_is_left_out_once() -> None:
    assert [*missing.LAYERS] == [layer for layers in NEEDED.values() for layer in layers]
    assert all(layer in NEEDED[each.level] for layer, each in missing.LAYERS.items())


def test_every_attack_can_fail() -> None:
    """None may end in every way there is, wherever it is tried, and none may drag the other algorithm along so."""
    every = {"pass", *NOT_RIGHT}
    for id, (attack, _) in STRIKES.items():
        ends = (attack.ends(level) or set() for level in ("limited", *NEEDED))
        assert not any(each >= every for each in (*ends, attack.other)), id


def test_the_controls_beside_them_get_full_marks_and_the_same(attacked: Found) -> None:
    controls = [result for name, result in attacked["results"].items() if name.startswith("control ")]
    assert len(controls) > 10
    assert {control["score"] for control in controls} == {2.0}
    alike = {json.dumps({"algorithms": each["algorithms"], "notes": each.get("notes")}) for each in controls}
    assert len({re.sub(r"\d{4}c\.py", "control.py", text) for text in alike}) == 1


def test_no_attack_gets_through(walled: Found) -> None:
    assert [name for name, result in walled["results"].items() if "BREACH" in json.dumps(result)] == []


def test_nothing_secret_is_in_any_result(walled: Found) -> None:
    text = json.dumps(walled["results"])
    assert [each for each in walled["secrets"] if each in text] == []


def test_nothing_outside_was_reached(walled: Found) -> None:
    assert walled["heard"] == []
    assert [each for each in walled["made"] if not each.endswith("/open/socket")] == []
    assert walled["victim"]
    assert walled["prey"]


def test_nothing_is_left(attacked: Found) -> None:
    assert [f"{kind}: {each}" for kind, left in attacked["left"].items() for each in left] == []


def test_the_graders_own_memory_is_bounded(attacked: Found) -> None:
    assert attacked["memory_mb"] < GRADER_MB
    assert attacked["witness"] is None


def test_the_corpus_has_something_of_everything() -> None:
    assert all(len(attacks) >= 8 for attacks in CLASSES.values())
    assert sum(map(len, CLASSES.values())) >= 60
    assert len(STRIKES) == sum(len(attack.at) for attacks in CLASSES.values() for attack in attacks)
