"""Reaching into other processes: the zygote, the grader, the others' workers. Signals are number 0: they only ask."""

from __future__ import annotations

from tests.attacks.attack import STEP, probe

ATTACKS = (
    probe("signals to the zygote", "must_fail(os.kill, os.getppid(), 0)"),
    probe("signals to the grader", "must_fail(os.kill, GRADER, 0)"),
    probe("signals to everybody", "must_fail(os.kill, -1, 0)"),
    probe("signals to its group", "must_fail(os.kill, 0, 0)"),
    probe("signals to a thread of the zygote's", "must_be_refused('tgkill', os.getppid(), os.getppid(), 0)"),
    probe("signals by the older call", "must_be_refused('tkill', os.getppid(), 0)"),
    probe(
        "signals with a message", "must_be_refused('rt_sigqueueinfo', os.getppid(), 0, 0)", limited={"error", "pass"}
    ),
    probe("signals by descriptor", "must_fail(lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0))"),
    probe("traces the zygote", "must_be_refused('ptrace', 99, os.getppid(), 0, 0)"),  # a real one would stop it
    probe(
        "reads the zygote's memory",
        """
        there = ctypes.create_string_buffer(8)
        vector = struct.pack("PL", ctypes.addressof(there), 8)
        must_be_refused("process_vm_readv", os.getppid(), vector, 1, struct.pack("PL", id(None), 8), 1, 0)
        """,
    ),
    probe("writes the zygote's memory", "must_be_refused('process_vm_writev', os.getppid(), 0, 0, 0, 0, 0)"),
    probe(
        "takes descriptors of the zygote's",
        """
        with contextlib.suppress(OSError):
            fd = os.pidfd_open(os.getppid())
            if call("pidfd_getfd", fd, 0, 0) >= 0:
                breach("a descriptor")
        """,
    ),
    probe("compares itself with the zygote", "must_be_refused('kcmp', os.getpid(), os.getppid(), 0, 0, 0)"),
    probe("the zygote's limits", "must_fail(resource.prlimit, os.getppid(), resource.RLIMIT_NOFILE)"),
    probe(
        "the zygote's priority",
        "must_fail(os.setpriority, os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))",
    ),
    probe("the priority of all of this user's", "must_be_refused('setpriority', 99, 0, 0)"),
    probe(
        "the zygote's processors", "must_fail(os.sched_setaffinity, os.getppid(), os.sched_getaffinity(os.getppid()))"
    ),
    probe("the zygote's schedule", "must_fail(os.sched_setscheduler, os.getppid(), os.SCHED_OTHER, os.sched_param(0))"),
    probe("the zygote's disk priority", "must_be_refused('ioprio_set', 1, os.getppid(), 0)"),
    probe("the zygote's pages", "must_be_refused('process_madvise', -1, 0, 0, 0, 0)"),
    probe(
        "the zygote's place in memory",
        """
        must_be_refused('move_pages', os.getppid(), 0, 0, 0, 0, 0)
        must_be_refused('migrate_pages', os.getppid(), 0, 0, 0)
        """,
    ),
    probe("the zygote's group", "must_be_refused('setpgid', 0, -1)"),
    probe(
        "has a file's owner signalled",
        """
        import fcntl
        must_fail(fcntl.fcntl, connection(), fcntl.F_SETOWN, os.getppid())
        must_fail(fcntl.ioctl, connection(), 0x8901, struct.pack("i", os.getppid()))
        must_fail(fcntl.ioctl, connection(), 0x8902, struct.pack("i", os.getppid()))
        """,
    ),
    probe(
        "has everybody wait who opens a library",
        """
        import fcntl
        fd = os.open(f"{os.path.dirname(np.__file__)}/matlib.py", os.O_RDONLY)
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            breach("a lease")
        """,
        limited={"pass", "error"},  # of the file's owner only, and where the file system knows leases
    ),
    probe(
        "the zygote's folder and program",
        "for each in ('cwd', 'exe', 'root'): must_fail(os.readlink, f'/proc/{os.getppid()}/{each}')",
    ),
    probe(
        "types into a terminal",
        """
        import fcntl
        for each in (21522, 21532):
            try:
                fcntl.ioctl(1, each, b'x')
            except PermissionError:
                continue
            except OSError as error:
                breach(error)
        """,
        at=STEP,
    ),
)
