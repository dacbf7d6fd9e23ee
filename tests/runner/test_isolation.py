"""Which level is chosen of what a machine can do."""

from __future__ import annotations

from itertools import takewhile

import pytest

from harness.runner.isolation import BASICS, LEVELS, NEEDED, IsolationError, Layer, above, basic, best, choose, probe

ALL = [name for names in NEEDED.values() for name in names]


def without(*missing: str) -> list[Layer]:
    return [Layer(name, "it is not there" if name in missing else None) for name in ALL]


@pytest.mark.parametrize(
    ("missing", "level"),
    [
        ([], "strict"),
        (["another user"], "isolated"),
        (["cgroup memory"], "isolated"),
        (["network"], "confined"),
        (["own /proc", "another user"], "confined"),
        (["seccomp"], "limited"),
        (["landlock", "processes"], "limited"),
        (["capabilities"], "limited"),
    ],
)
def test_the_best_level_has_all_its_layers_and_those_of_the_levels_below(missing: list[str], level: str) -> None:
    reached = best(without(*missing))
    assert reached.level == level
    assert choose("auto", without(*missing)) == reached
    assert not {*reached.layers} & {*missing}


@pytest.mark.parametrize("wanted", NEEDED)
def test_a_level_that_is_asked_for_has_its_own_layers_and_no_more(wanted: str) -> None:
    chosen = choose(wanted, without())
    below = [*takewhile(lambda level: level != wanted, NEEDED), wanted]
    assert chosen.level == wanted
    layers = (name for level in below for name in NEEDED[level])  # type: ignore[index]  # wanted is one of the levels
    assert chosen.layers == (*basic().layers, *layers)


@pytest.mark.parametrize(
    ("wanted", "missing", "told"),
    [
        ("strict", "another user", "best here is isolated"),
        ("isolated", "mounts", "best here is confined"),
        ("confined", "landlock", "best here is limited"),
        ("strict", "seccomp", "best here is limited"),
    ],
)
def test_a_level_that_cannot_be_had_is_refused_with_its_reason(wanted: str, missing: str, told: str) -> None:
    with pytest.raises(IsolationError) as refused:
        choose(wanted, without(missing))
    assert f"{missing}: it is not there" in str(refused.value)
    assert told in str(refused.value)


def test_what_is_missing_above_the_level_is_nobodys_concern() -> None:
    assert choose("confined", without("processes", "another user")).level == "confined"


def test_none_is_no_wall() -> None:
    assert choose("none", without()) == basic()
    assert not basic().walled
    assert basic().layers == tuple(BASICS[basic().level])


def test_what_a_level_means() -> None:
    walled = {level: choose(level, without()) for level in NEEDED}
    assert [each.walled for each in walled.values()] == [True, True, True]
    assert [each.rooms for each in walled.values()] == [False, True, True]
    assert [each.strict for each in walled.values()] == [False, False, True]
    assert [*BASICS, *NEEDED] == [*LEVELS]


def test_there_is_a_level_above_each_but_the_highest() -> None:
    assert above(basic()) == "confined"
    assert above(choose("confined", without())) == "isolated"
    assert above(choose("strict", without())) is None


def test_every_layer_is_probed_and_has_a_reason_where_it_is_off() -> None:
    layers = probe()
    assert [layer.name for layer in layers] == ALL
    assert all(layer.on or layer.why_not for layer in layers)
