"""All attacks, by class and by name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks import (
    answers,
    disk,
    dying,
    ending,
    exceptions,
    faking,
    floods,
    forking,
    frames,
    kernel,
    layers,
    looking,
    memory,
    network,
    patching,
    reaching,
    sharing,
    state,
    writing,
)
from tests.attacks.attack import Attack, Where

CLASSES: Mapping[str, tuple[Attack, ...]] = {
    "ending": ending.ATTACKS,
    "forking": forking.ATTACKS,
    "memory": memory.ATTACKS,
    "disk": disk.ATTACKS,
    "floods": floods.ATTACKS,
    "frames": frames.ATTACKS,
    "dying": dying.ATTACKS,
    "exceptions": exceptions.ATTACKS,
    "answers": answers.ATTACKS,
    "patching": patching.ATTACKS,
    "looking": looking.ATTACKS,
    "network": network.ATTACKS,
    "writing": writing.ATTACKS,
    "faking": faking.ATTACKS,
    "state": state.ATTACKS,
    "sharing": sharing.ATTACKS,
    "reaching": reaching.ATTACKS,
    "kernel": kernel.ATTACKS,
    "layers": layers.ATTACKS,
}

STRIKES: Mapping[str, tuple[Attack, Where]] = {
    f"{name}: {attack.id}, at {where}": (attack, where)
    for name, attacks in CLASSES.items()
    for attack in attacks
    for where in attack.at
}
"""Every attack and each place where it strikes."""
