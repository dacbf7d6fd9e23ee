"""What may be asked of the kernel: a filter over system calls. See ``seccomp(2)``.

Every call that was known when this was written is allowed but what is listed, since what numpy and torch ask for is
theirs to choose; what newer kernels have is not there. Of the calls with many doors, ``prctl``, ``fcntl`` and
``ioctl``, those alone are open that Python and its libraries use. A call that is refused fails as it does for a user
who may not make it; nothing is killed for trying.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.worker.wall.kernel import MACHINE, syscall

_AUDIT: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_MODE_FILTER, _ALL_THREADS = 1, 1

_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000

REFUSED: Final[dict[str, dict[str, tuple[int | None, int | None]]]] = {
    "other processes": {
        "fork": (57, None),
        "vfork": (58, None),
        "execve": (59, 221),
        "execveat": (322, 281),
        "unshare": (272, 97),
        "setns": (308, 268),
        "tkill": (200, 130),
        "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240),
        "pidfd_open": (434, 434),
        "pidfd_send_signal": (424, 424),
        "pidfd_getfd": (438, 438),
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "process_madvise": (440, 440),
        "process_mrelease": (448, 448),
        "kcmp": (312, 272),
        "get_robust_list": (274, 100),
        "setsid": (112, 157),
        "setpgid": (109, 154),
        "setpriority": (141, 140),
        "ioprio_set": (251, 30),
        "sched_setaffinity": (203, 122),
        "sched_setattr": (314, 274),
        "sched_setparam": (142, 118),
        "sched_setscheduler": (144, 119),
        "migrate_pages": (256, 238),
        "move_pages": (279, 239),
    },
    "sockets": {
        "socket": (41, 198),
        "socketpair": (53, 199),
        "bind": (49, 200),
        "connect": (42, 203),
        "listen": (50, 201),
        "accept": (43, 202),
        "accept4": (288, 242),
    },
    "memory outside the limit, and what outlives a process": {
        "memfd_create": (319, 279),
        "memfd_secret": (447, 447),
        "shmget": (29, 194),
        "shmat": (30, 196),
        "shmctl": (31, 195),
        "semget": (64, 190),
        "semop": (65, 193),
        "semtimedop": (220, 192),
        "semctl": (66, 191),
        "msgget": (68, 186),
        "msgsnd": (69, 189),
        "msgrcv": (70, 188),
        "msgctl": (71, 187),
        "mq_open": (240, 180),
        "mq_unlink": (241, 181),
        "mq_notify": (244, 184),
        "io_setup": (206, 0),
        "fallocate": (285, 47),  # tens of gigabytes of a disk before anybody can look
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
    },
    "what Landlock does not ask about: links, modes, owners, attributes, watching; before version 3, truncating": {
        "truncate": (76, 45),
        "link": (86, None),
        "linkat": (265, 37),
        "symlink": (88, None),
        "symlinkat": (266, 36),
        "mknod": (133, None),
        "mknodat": (259, 33),
        "chmod": (90, None),
        "fchmod": (91, 52),
        "fchmodat": (268, 53),
        "fchmodat2": (452, 452),
        "chown": (92, None),
        "fchown": (93, 55),
        "lchown": (94, None),
        "fchownat": (260, 54),
        "setxattr": (188, 5),
        "lsetxattr": (189, 6),
        "fsetxattr": (190, 7),
        "setxattrat": (463, 463),
        "removexattr": (197, 14),
        "lremovexattr": (198, 15),
        "fremovexattr": (199, 16),
        "removexattrat": (466, 466),
        "file_setattr": (469, 469),
        "utime": (132, None),
        "utimes": (235, None),
        "futimesat": (261, None),
        "utimensat": (280, 88),
        "inotify_init": (253, None),
        "inotify_init1": (294, 26),
        "inotify_add_watch": (254, 27),
        "name_to_handle_at": (303, 264),
        "open_by_handle_at": (304, 265),
    },
    "the machine": {
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "open_tree": (428, 428),
        "move_mount": (429, 429),
        "fsopen": (430, 430),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fspick": (433, 433),
        "mount_setattr": (442, 442),
        "open_tree_attr": (467, 467),
        "swapon": (167, 224),
        "swapoff": (168, 225),
        "reboot": (169, 142),
        "sethostname": (170, 161),
        "setdomainname": (171, 162),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "acct": (163, 89),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "statmount": (457, 457),
        "listmount": (458, 458),
        "lsm_set_self_attr": (460, 460),
        "sync": (162, 81),
        "syncfs": (306, 267),
        "settimeofday": (164, 170),
        "clock_settime": (227, 112),
        "clock_adjtime": (305, 266),
        "adjtimex": (159, 171),
        "iopl": (172, None),
        "ioperm": (173, None),
        "syslog": (103, 116),
        "vhangup": (153, 58),
    },
    "the kernel's wide doors": {
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "fanotify_init": (300, 262),
        "personality": (135, 92),
        "modify_ldt": (154, None),
    },
}
"""What is refused: by what it is refused for, by name, the call's numbers on x86-64 and aarch64 (None: it has none)."""

UNDONE: Final = ("chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "futimesat", "utimensat")
"""Of these, what is answered as if it were done: Python sets modes and times on its way, as in ``shutil.copy`` and
``Path.touch``, and nobody misses them."""

ASKED: Final[dict[str, tuple[int | None, int | None]]] = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "close_range": (436, 436),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
}
"""The calls whose arguments decide."""

_CLONE_FILES, _CLONE_THREAD = 0x400, 0x10000  # a thread has its process's descriptors, or the grader could not see them
_PRCTL_ALLOWED: Final = (3, 15, 16, 0x53564D41)  # is it dumpable, this thread's name, a mapping's name
_IOCTL_ALLOWED: Final = (
    *(0x5401, 0x802C542A, 0x5413),  # is it a terminal, and how large
    *(0x541B, 0x5421, 0x5450, 0x5451),  # what can be read of it, whether reading waits, whether it is closed on exec
    0x40049409,  # a copy that shares its blocks, as shutil makes them: of a file that may be read, in one of its own
)
_FCNTL_ALLOWED: Final = (
    *range(8),  # copies, flags and locks: no signals to others when a file is ready
    *(36, 37, 38),  # locks of an open file
    *(1030, 1031, 1032),  # copies that are closed on exec, the size of a pipe: no leases, no watching of folders
)

_LAST: Final = 469
"""The last number that is known here, on both machines; what a newer kernel has beyond it is not there."""

_TRUNCATING: Final = os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC | os.O_RDONLY
"""Opening a file to read it, and emptying it: what to look at in the flags, and what must not be there."""

_UNASKED: Final = os.O_ACCMODE, os.O_ACCMODE
"""Opening a file neither to read nor to write, for its ioctls: Landlock then asks for no right to it, and up to version
2 not even where it is emptied."""

# Offsets in struct seccomp_data; the arguments are two words each, the low one first.
_NUMBER, _ARCHITECTURE = 0, 4
_X32: Final = 0x40000000  # the other calling convention of x86-64, with numbers of its own


@dataclass(frozen=True)
class Step:
    """One instruction of the filter's machine: jumps count the instructions to skip."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0

    def packed(self) -> bytes:
        return struct.pack("HBBI", self.code, self.if_true, self.if_false, self.value)


def _load(offset: int) -> Step:
    return Step(0x20, offset)


def _argument(at: int) -> Step:
    return _load(16 + 8 * at)


def _return(action: int) -> Step:
    return Step(0x06, action)


def _equals(value: int, *then: Step) -> list[Step]:
    """``then``, which ends in a return, where what was loaded equals ``value``."""
    return [Step(0x15, value, 0, len(then)), *then]


_EPERM, _ENOSYS, _DONE = (_return(_REFUSE | each) for each in (errno.EPERM, errno.ENOSYS, 0))


def program(machine: str, pid: int) -> list[Step]:
    """The filter for the process ``pid``. Raises KeyError for a machine whose call numbers are not known."""
    at = ("x86_64", "aarch64").index(machine) if machine in _AUDIT else None
    if at is None:
        raise KeyError(machine)
    answers = {
        number: _DONE if name in UNDONE else _EPERM
        for group in REFUSED.values()
        for name, calls in group.items()
        if (number := calls[at]) is not None
    }
    asked = {name: number for name, pair in ASKED.items() if (number := pair[at]) is not None}
    steps = [_load(_ARCHITECTURE), Step(0x15, _AUDIT[machine], 1, 0), _return(_KILL), _load(_NUMBER)]
    if machine == "x86_64":
        steps += [Step(0x35, _X32, 0, 1), _return(_KILL)]
    steps += [Step(0x35, _LAST + 1, 0, 1), _ENOSYS]
    for number, answer in answers.items():
        steps += _equals(number, answer)
    for call in ("clone3", "openat2"):  # their flags lie in memory, out of sight: libc then takes the older ones
        steps += _equals(asked[call], _ENOSYS)
    threads = [_argument(0), Step(0x54, _CLONE_FILES | _CLONE_THREAD)]
    steps += _equals(asked["clone"], *threads, *_equals(_CLONE_FILES | _CLONE_THREAD, _return(_ALLOW)), _EPERM)
    steps += _equals(asked["close_range"], _argument(2), *_equals(0, _return(_ALLOW)), _EPERM)
    for call in ("kill", "tgkill"):
        steps += _equals(asked[call], _argument(0), *_equals(pid, _return(_ALLOW)), _EPERM)
    steps += _equals(asked["prlimit64"], _argument(0), *_one_of((0, pid), _ALLOW), _EPERM)
    steps += _equals(asked["prctl"], _argument(0), *_one_of(_PRCTL_ALLOWED, _ALLOW), _EPERM)
    for call, allowed in (("ioctl", _IOCTL_ALLOWED), ("fcntl", _FCNTL_ALLOWED)):
        steps += _equals(asked[call], _argument(1), *_one_of(allowed, _ALLOW), _EPERM)
    for call, flags in (("open", 1), ("openat", 2)):
        if call in asked:
            steps += _equals(asked[call], *_masked(flags, *_TRUNCATING), *_masked(flags, *_UNASKED), _return(_ALLOW))
    return [*steps, _return(_ALLOW)]


def _masked(argument: int, mask: int, refused: int) -> list[Step]:
    """Refuse a call where its argument, of which the mask is left, is what is refused."""
    return [_argument(argument), Step(0x54, mask), *_equals(refused, _EPERM)]


def _one_of(values: Sequence[int], action: int) -> list[Step]:
    return [step for value in values for step in _equals(value, _return(action))]


def restrict() -> None:
    """Put the filter on every thread of this process. Needs ``no_new_privileges``. Raises OSError or KeyError."""
    steps = b"".join(step.packed() for step in program(MACHINE, os.getpid()))
    code = ctypes.create_string_buffer(steps, len(steps))
    header = struct.pack("HxxxxxxP", len(steps) // 8, ctypes.addressof(code))
    syscall(_SECCOMP[MACHINE], ctypes.c_uint(_MODE_FILTER), ctypes.c_uint(_ALL_THREADS), ctypes.c_char_p(header))
