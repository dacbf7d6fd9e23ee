"""Writing where it is not one's own: other files, the machine's, the grader's, one's own code to come."""

from __future__ import annotations

from tests.attacks.attack import STEP, probe

ATTACKS = (
    probe("a file of others", "must_fail(open, VICTIM, 'a')"),
    probe("a file of others made shorter", "must_fail(lambda: os.truncate(VICTIM, os.path.getsize(VICTIM)))"),
    probe("a file of others opened to neither read nor write", "must_fail(os.open, VICTIM, 3)"),
    probe("a new file beside it", "must_fail(open, f'{OPEN}/made', 'w')"),
    probe("a new file without a name", "must_fail(os.open, OPEN, os.O_TMPFILE | os.O_RDWR)"),
    probe("a new folder", "must_fail(os.mkdir, f'{OPEN}/folder{os.getpid()}')"),
    probe("a file moved out", "open('x', 'w').close()\nmust_fail(os.rename, 'x', f'{OPEN}/moved')"),
    probe("a file moved in", "must_fail(os.rename, PREY, 'x')", limited=None),
    probe("a file of others deleted", "must_fail(os.unlink, PREY)", limited=None),
    probe("a folder of others deleted", "must_fail(os.rmdir, f'{OPEN}/prey')", limited=None),
    probe(
        "the mode of others' files",  # it may seem to be set
        """
        mode = os.stat(VICTIM).st_mode
        with contextlib.suppress(OSError):
            os.chmod(VICTIM, mode ^ 0o100)
        if os.stat(VICTIM).st_mode != mode:
            os.chmod(VICTIM, mode)
            breach("it was changed")
        """,
    ),
    probe("the owner of others' files", "must_fail(os.chown, VICTIM, -1, -1)"),
    probe(
        "the times of others' files",
        """
        with contextlib.suppress(OSError):
            os.utime(VICTIM, (0, 0))
        if os.stat(VICTIM).st_mtime == 0:
            os.utime(VICTIM)
            breach("they were changed")
        """,
    ),
    probe("attributes of others' files", "must_fail(os.setxattr, VICTIM, 'user.x', b'x')", limited={"pass", "error"}),
    probe(
        "a file read, and emptied",  # its own: others' would be lost
        """
        os.close(os.open("x", os.O_CREAT))
        must_fail(os.open, "x", os.O_RDONLY | os.O_TRUNC)
        must_fail(os.truncate, "x", 0)
        """,
    ),
    probe(
        "the flags of a file that it may only read",
        """
        import fcntl
        fd = os.open(np.__file__, os.O_RDONLY)
        with contextlib.suppress(OSError):
            must_fail(fcntl.ioctl, fd, 0x40086602, fcntl.ioctl(fd, 0x80086601, bytes(8)))
        """,
        limited={"pass", "error"},
    ),
    probe("the worker's own code", "must_fail(open, f'{ROOT}/harness/worker/student.py', 'a')"),
    probe("Python's code", "must_fail(open, contextlib.__file__, 'a')"),
    probe("numpy's code", "must_fail(open, np.__file__, 'a')"),
    probe(
        "what Python will find first",
        "must_fail(open, f'{os.path.dirname(np.__file__)}/made{os.getpid()}.py', 'x')",
        limited=None,
    ),
    probe("memory that outlives it", "must_fail(lambda: os.unlink(open('/dev/shm/gradstep-attack', 'w').name))"),
    probe("the machine's temporary files", "must_fail(lambda: os.unlink(open(f'{TEMPORARY}/made', 'w').name))"),
    probe("a chance of not being killed", "must_fail(open, '/proc/self/oom_score_adj', 'w')"),
    probe("the kernel's settings", "must_fail(open, '/proc/sys/kernel/core_pattern', 'a')"),
    probe(
        "its control group",
        "must_fail(lambda: open(glob.glob('/sys/fs/cgroup/**/cgroup.procs', recursive=True)[0], 'a'))",
        at=STEP,
    ),
    probe("the terminal", "must_fail(open, '/dev/tty', 'w'); must_fail(os.openpty)"),
    probe("devices", "for each in ('/dev/full', '/dev/kmsg', '/dev/mem', '/dev/ptmx'): must_fail(open, each, 'w')"),
)
