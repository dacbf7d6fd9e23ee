"""Every way of dying: by exit, by a signal, by the interpreter, by a limit of one's own, and at its end."""

from __future__ import annotations

from tests.attacks.attack import STEP, end, harmless

ATTACKS = (
    end("sys.exit", "sys.exit(0)", "error"),
    end("os._exit(0)", "os._exit(0)", "crash"),
    end("os._exit(7)", "os._exit(7)", "crash"),
    end("KeyboardInterrupt", "raise KeyboardInterrupt", "error"),
    end("a segmentation fault", "ctypes.string_at(0)", "crash"),
    end("abort", "os.abort()", "crash", at=STEP),
    end("a fatal error of Python's", "ctypes.pythonapi.Py_FatalError(b'pass')", "crash", at=STEP),
    end("kills itself", "os.kill(os.getpid(), signal.SIGKILL)", "crash"),
    end("ends itself", "os.kill(os.getpid(), signal.SIGTERM)", "crash", at=STEP),
    end("interrupts itself", "os.kill(os.getpid(), signal.SIGINT)", "crash", at=STEP),
    end("a real-time signal", "os.kill(os.getpid(), 40)", "crash", at=STEP),
    end("an alarm", "signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(60)", "crash", at=STEP),
    end(
        "the C stack",
        """
        sys.setrecursionlimit(10**9)
        def deeper(_): return list(map(deeper, [0]))
        deeper(0)
        """,
        "crash",
        "memory",
        at=STEP,
    ),
    end("endless recursion", "def deeper(): return deeper()\ndeeper()", "error", at=STEP),
    end(
        "a mapped file that is gone",
        """
        fd = os.open("x", os.O_RDWR | os.O_CREAT)
        os.truncate(fd, 4096)
        mapped = mmap.mmap(fd, 4096)
        os.truncate(fd, 0)
        mapped[0]
        """,
        "crash",
        at=STEP,
    ),
    end(
        "time of its own run out",
        """
        resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
        while True:
            pass
        """,
        "crash",
        at=STEP,
    ),
    end(
        "no stack",
        """
        resource.setrlimit(resource.RLIMIT_STACK, (4096, 4096))

        def f():
            return list(map(lambda _: f(), [0]))
        f()
        """,
        "crash",
        "error",
        at=STEP,
    ),
    end("its thread ended", "ctypes.CDLL(None).pthread_exit(None)", "crash", "timeout", at=STEP),
    harmless("hooks for the end", "import atexit; atexit.register(time.sleep, 600)"),
    harmless("a hook that dies at the end", "import atexit; atexit.register(os.abort)", at=STEP),
    harmless("a debugger's hook", "sys.settrace(lambda *_: None); sys.setprofile(lambda *_: None)", at=STEP),
    end("a debugger's hook that ends it", "sys.setprofile(lambda *_: os._exit(0))\nlen([])", "crash"),
)
