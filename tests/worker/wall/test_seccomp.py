"""The filter, run call by call in a machine of a few lines, with the numbers of both architectures."""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.worker.wall import seccomp
from harness.worker.wall.seccomp import Step, program

MACHINES = ("x86_64", "aarch64")
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PID = 4711

ALLOW, KILL = 0x7FFF0000, 0x80000000
DONE, EPERM, ENOSYS = (0x00050000 | number for number in (0, errno.EPERM, errno.ENOSYS))

OTHERS = {
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "madvise": 28, "sendto": 44, "exit_group": 231, "close": 3,
               "futex": 202, "recvmsg": 47, "getrandom": 318, "unlink": 87, "setrlimit": 160},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "madvise": 233, "sendto": 206, "exit_group": 94, "close": 57,
                "futex": 98, "recvmsg": 212, "getrandom": 278, "unlinkat": 35, "setrlimit": 164},
}  # fmt: skip
"""A few calls that numpy and torch need."""


def decide(steps: list[Step], number: int, *arguments: int, audit: int) -> int:
    """What the filter says to a call: classic BPF, as far as the filter uses it."""
    padded = [*arguments, *[0] * 6][:6]
    data = struct.pack("=IIQ6Q", number, audit, 0, *(each & (1 << 64) - 1 for each in padded))
    loaded, at = 0, 0
    while True:
        step = steps[at]
        at += 1
        match step.code:
            case 0x20:
                (loaded,) = struct.unpack_from("=I", data, step.value)
            case 0x15 | 0x35 | 0x45:
                true = {0x15: loaded == step.value, 0x35: loaded >= step.value, 0x45: loaded & step.value != 0}
                at += step.if_true if true[step.code] else step.if_false
            case 0x54:
                loaded &= step.value
            case 0x06:
                return step.value
            case _:
                raise AssertionError(f"no such instruction: {step}")


def ask(machine: str, number: int, *arguments: int) -> int:
    return decide(program(machine, PID), number, *arguments, audit=AUDIT[machine])


def numbers(machine: str, *tables: Mapping[str, tuple[int | None, int | None]]) -> dict[str, int]:
    """The numbers on a machine of the calls in some tables, as far as it has them."""
    at = MACHINES.index(machine)
    return {name: number for table in tables for name, pair in table.items() if (number := pair[at]) is not None}


def refused(machine: str) -> dict[str, int]:
    return numbers(machine, *seccomp.REFUSED.values())


def decided(machine: str) -> dict[str, int]:
    return numbers(machine, seccomp.ASKED)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_listed_is_refused_whatever_its_arguments(machine: str) -> None:
    for name, number in refused(machine).items():
        assert {ask(machine, number, *[value] * 6) for value in (0, PID, -1)} == {
            DONE if name in seccomp.UNDONE else EPERM
        }, name


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_not_listed_is_allowed(machine: str) -> None:
    assert {ask(machine, number) for number in OTHERS[machine].values()} == {ALLOW}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_is_either_listed_or_asked_or_allowed_or_new(machine: str) -> None:
    known = {*refused(machine).values(), *decided(machine).values()}
    bad = ((1, 0x5412), (1, 0x200, 0x200))  # for ioctl and fcntl, for opening
    unlike = {number: {ask(machine, number, *each) for each in bad} - {ALLOW} for number in range(600)}
    assert {number for number, answers in unlike.items() if answers and number < 470} == known
    assert all(unlike[number] == {ENOSYS} for number in range(470, 600))


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_kernels_to_come_are_not_there(machine: str) -> None:
    assert max(refused(machine).values()) <= 469
    assert {ask(machine, number) for number in (470, 471, 512, 1000, 0x3FFFFFFF)} == {ENOSYS}


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_ends_the_process(machine: str) -> None:
    steps = program(machine, PID)
    assert {decide(steps, 0, audit=audit) for audit in (0x40000003, 0x40000028, 0)} == {KILL}


def test_the_other_calling_convention_of_x86_ends_the_process() -> None:
    assert {ask("x86_64", 0x40000000 + number) for number in (0, 57, 520, 0x3FFFFFFF)} == {KILL}


THREAD = 0x3D0F00  # what glibc starts a thread with


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), EPERM),
        ("clone", (0x4111,), EPERM),  # vfork
        ("clone", (17 | 1 << 48,), EPERM),
        ("clone3", (0, 88), ENOSYS),
        ("kill", (PID, 9), ALLOW),
        ("kill", (PID + 1, 9), EPERM),
        ("kill", (-PID, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (0, 9), EPERM),
        ("kill", (1, 0), EPERM),
        ("tgkill", (PID, PID + 1, 6), ALLOW),
        ("tgkill", (PID + 1, PID + 1, 6), EPERM),
        ("prlimit64", (0, 9, 0, 0), ALLOW),
        ("prlimit64", (PID, 9, 0, 0), ALLOW),
        ("prlimit64", (1, 9, 0, 0), EPERM),
        ("prctl", (15,), ALLOW),  # its name
        ("prctl", (1, 0), EPERM),  # outliving its parent
        ("prctl", (4, 1), EPERM),  # being dumped
        ("prctl", (22, 0), EPERM),
        ("prctl", (36, 1), EPERM),  # adopting orphans
        ("prctl", (0x59616D61, -1), EPERM),  # who may trace it
        ("ioctl", (0, 0x5401), ALLOW),  # is it a terminal
        ("ioctl", (0, 0x5421), ALLOW),  # does reading wait
        ("ioctl", (0, 0xDEAD), EPERM),
        ("ioctl", (0, 0x5412), EPERM),
        ("ioctl", (0, 0x541C), EPERM),
        ("ioctl", (0, 0x5412 | 1 << 40), EPERM),
        ("ioctl", (3, 0x8901), EPERM),
        ("ioctl", (3, 0x8902), EPERM),
        ("ioctl", (3, 0x40086602), EPERM),
        ("ioctl", (3, 0x40806685), EPERM),
        ("openat", (-100, 0, 0), ALLOW),
        ("openat", (-100, 0, 0o1101), ALLOW),  # written, made, emptied: that needs the right to write
        ("openat", (-100, 0, 0o1000), EPERM),  # read and emptied: that does not, before version 3 of Landlock
        ("openat", (-100, 0, 0o2101000), EPERM),
        ("openat", (-100, 0, 3), EPERM),  # neither read nor written: Landlock does not ask
        ("openat", (-100, 0, 0o1003), EPERM),
        ("openat", (-100, 0, 2), ALLOW),
        ("openat2", (-100, 0, 0, 24), ENOSYS),
        ("fcntl", (0, 4), ALLOW),
        ("fcntl", (0, 8), EPERM),
        ("fcntl", (0, 15), EPERM),
        ("fcntl", (0, 1030), ALLOW),
        ("fcntl", (0, 1024), EPERM),  # a lease: whoever opens the file waits
        ("fcntl", (0, 1026), EPERM),  # watching a folder
        ("fcntl", (0, 1039), EPERM),  # a delegation
    ],
)
def test_where_arguments_decide(machine: str, call: str, arguments: tuple[int, ...], expected: int) -> None:
    assert ask(machine, decided(machine)[call], *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_the_kernel_takes_the_program(machine: str) -> None:
    steps = program(machine, PID)
    assert len(steps) <= 4096
    assert all(0 <= jump < 256 for step in steps for jump in (step.if_true, step.if_false))
    assert steps[-1].code == 0x06
    assert len(steps[0].packed()) == 8


def test_what_x86_has_besides_is_asked_as_well() -> None:
    assert ask("x86_64", 2, 0, 0o1000) == EPERM
    assert ask("x86_64", 2, 0, 0o1001) == ALLOW


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(KeyError):
        program("riscv64", PID)


HEADERS = {
    "x86_64": (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")),
    "aarch64": (Path("/usr/include/asm-generic/unistd.h"),),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_the_kernels(machine: str) -> None:
    """As far as the headers here know the names: newer calls are missing in older ones."""
    header = next((each for each in HEADERS[machine] if each.exists()), None)
    if header is None:
        pytest.skip(f"no kernel headers for {machine} here (linux-libc-dev)")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    official = {name: int(number) for name, number in defined}
    ours = refused(machine) | decided(machine)
    common = {name for name in ours if name in official}
    assert len(common) > 0.9 * len(ours), {*ours} - common
    assert {name: ours[name] for name in common} == {name: official[name] for name in common}
    absent = {name for calls in seccomp.REFUSED.values() for name in calls} - {*refused(machine)}
    assert absent & {*official} == set()
