"""The disk: large files, many files, sparse ones, trees that are hard to delete, links that lead elsewhere."""

from __future__ import annotations

from tests.attacks.attack import PASS, STEP, Attack, harmless, probe

SLOW = frozenset({"pass", "timeout"})  # a disk may be slower than the limit

ATTACKS = (
    Attack(
        "a file of 70 MB",
        """
        with contextlib.suppress(OSError), open("large", "wb", 0) as file:
            for _ in range(70):
                file.write(bytes(1 << 20))
            breach("70 MB")
        """,
        SLOW,
        SLOW,
        at=STEP,
    ),
    Attack(
        "ten files of 10 MB",
        """
        with contextlib.suppress(OSError):
            for number in range(10):
                with open(f"large{number}", "wb", 0) as file:
                    for _ in range(10):
                        if file.write(bytes(1 << 20)) < 1 << 20:
                            return
            raise RuntimeError("100 MB were written")
        """,
        walled=PASS,
        limited=frozenset({"error", "timeout"}),
        but={"confined": frozenset({"error", "timeout"})},
        at=STEP,
    ),
    Attack(
        "files without end",
        """
        with contextlib.suppress(OSError):
            for number in itertools.count():
                with open(f"large{number}", "wb", 0) as file:
                    file.write(bytes(1 << 20))
        """,
        walled=PASS,
        limited=frozenset({"error"}),
        but={"confined": frozenset({"error"})},
        at=STEP,
    ),
    Attack(
        "files without end that no folder holds",
        """
        with contextlib.suppress(OSError):
            for number in range(250):
                hoard.append(open("x", "wb", 0))
                os.unlink("x")
                hoard[-1].write(bytes(1 << 22))
            while True: time.sleep(1)
        """,
        walled=PASS,
        limited=frozenset({"error"}),
        but={"confined": frozenset({"error"})},
        at=STEP,
    ),
    Attack(
        "five thousand files",
        """
        with contextlib.suppress(OSError):
            for number in range(5000):
                os.close(os.open(f"{number}", os.O_CREAT))
            raise RuntimeError("5000 files were made")
        """,
        walled=PASS,
        limited=frozenset({"error", "timeout"}),
        but={"confined": frozenset({"pass", "error", "timeout"})},
        at=STEP,
    ),
    harmless(
        "a sparse file of a terabyte", "must_fail(lambda: os.truncate(os.open('x', os.O_CREAT | os.O_RDWR), 1 << 40))"
    ),
    Attack(
        "a tree a thousand folders deep",
        """
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        """,
        SLOW,
        SLOW,
    ),
    harmless(
        "odd names",
        """
        for name in (b"-rf", b"\\n", b"\\xff\\xfe", b" ", b"*", b"x" * 255, "\\u202e".encode(), b"\\x1b[31m"):
            os.close(os.open(name, os.O_CREAT))
        """,
        at=STEP,
    ),
    harmless(
        "folders that nobody may enter",
        """
        os.makedirs("a/b/c")
        os.mkdir("closed", 0)
        with contextlib.suppress(OSError):
            os.chmod("a/b", 0)
            os.chmod("a", 0)
        """,
    ),
    probe(
        "a folder that cannot be deleted",
        """
        import fcntl
        os.mkdir("fixed")
        fd = os.open("fixed", os.O_RDONLY)
        must_fail(fcntl.ioctl, fd, 0x40086602, struct.pack("l", 0x10))
        """,
        limited=None,  # where it works, only root can take it back
    ),
    harmless(
        "its own folder removed",
        """
        with contextlib.suppress(OSError):
            os.rmdir(os.getcwd())
        """,
        at=STEP,
    ),
    probe("a link to a folder of others", "must_fail(os.symlink, os.path.dirname(VICTIM), 'link')"),
    probe("a hard link to a file of others", "must_fail(os.link, VICTIM, 'link')", limited={"pass", "error"}),
    probe("a pipe with a name", "must_fail(os.mkfifo, 'pipe')"),
    probe("a device", "must_fail(os.mknod, 'device', 0o600 | stat.S_IFCHR, os.makedev(1, 3))"),
    probe("a socket with a name", "must_fail(lambda: socket.socket(socket.AF_UNIX).bind('socket'))"),
    probe("attributes of a file", "os.close(os.open('x', os.O_CREAT)); must_fail(os.setxattr, 'x', 'user.x', b'x')"),
    harmless(
        "files that are open and deleted",
        """
        for number in range(100):
            hoard.append(open("x", "wb"))
            os.unlink("x")
        """,
        at=STEP,
    ),
)
