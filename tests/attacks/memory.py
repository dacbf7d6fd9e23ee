"""Memory: private, shared, in other processes, behind descriptors, and the limit itself."""

from __future__ import annotations

from tests.attacks.attack import STEP, end, harmless, probe

ATTACKS = (
    end("one array too large", "np.ones(1 << 40)", "memory"),
    end("a growing list", "while True: hoard.append(bytes(1 << 20))", "memory"),
    end("a growing list of small things", "while True: hoard.append(bytes(400))", "memory", "timeout", at=STEP),
    end("one text too large", "'x' * (1 << 40)", "memory", at=STEP),
    end(
        "goes on at the limit",
        """
        while True:
            try:
                hoard.append(bytes(1 << 20))
            except MemoryError:
                pass
        """,
        "timeout",
        at=STEP,
    ),
    end("says that memory ran out", "raise MemoryError", "memory"),
    end(
        "shared memory",
        """
        for _ in range(8):
            hoard.append(mmap.mmap(-1, 64 << 20))
            hoard[-1].write(bytes(64 << 20))
        breach("512 MB")
        """,
        "error",
        "memory",
        "timeout",
        at=STEP,
    ),
    probe(
        "memory behind a descriptor",
        """
        fd = call("memfd_create", b"x", 0)
        if fd >= 0:
            os.ftruncate(fd, 32 << 20)
            breach(f"descriptor {fd}")
        """,
    ),
    probe(
        "memory in many processes",
        """
        must_fail(lambda: [child(lambda: hoard.append(os.urandom(50 << 20))) for _ in range(5)])
        """,
        at=STEP,
    ),
    probe(
        "lifts the limit",
        """
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        must_fail(resource.setrlimit, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        must_fail(resource.setrlimit, resource.RLIMIT_AS, (hard + (1 << 30), hard + (1 << 30)))
        """,
        limited={"pass", "error"},  # root may
    ),
    end(
        "the room that is kept for saying so",
        """
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        while True: hoard.append(bytes(1 << 20))
        """,
        "memory",
        "crash",
        "error",
        at=STEP,
    ),
    end(
        "threads with large stacks",
        """
        threading.stack_size(64 << 20)
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(600,)).start()
        """,
        "error",
        "memory",
        at=STEP,
    ),
    harmless(
        "pipes that are full",
        """
        for _ in range(50):
            hoard.append(os.pipe())
            os.set_blocking(hoard[-1][1], False)
            with contextlib.suppress(OSError):
                os.write(hoard[-1][1], bytes(1 << 20))
        """,
        at=STEP,
    ),
    end("descriptors without end", "while True: os.dup(0)", "error", at=STEP),
)
