"""Never ending: in Python, in C, deaf to signals, stopped, and where the grader's own steps would wait."""

from __future__ import annotations

from tests.attacks.attack import STEP, end

ATTACKS = (
    end("loops", "while True: pass", "timeout"),
    end("loops in C", "10 ** 10 ** 9", "timeout", at=STEP),
    end("loops in a regular expression", "re.match('(a+)+$', 'a' * 60 + 'b')", "timeout", at=STEP),
    end(
        "ignores signals and exceptions",
        """
        for each in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(each, signal.SIG_IGN)
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
        """,
        "timeout",
        at=STEP,
    ),
    end("stops itself", "os.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
    end("waits for itself", "lock = threading.Lock(); lock.acquire(); lock.acquire()", "timeout", at=STEP),
    end(
        "waits for a signal",
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        signal.pause()
        """,
        "timeout",
        at=STEP,
    ),
    end(
        "never leaves a finally",
        """
        try:
            raise ValueError
        finally:
            while True: time.sleep(1)
        """,
        "timeout",
        at=STEP,
    ),
    end(
        "holds every import up",
        """
        class Slow:
            def find_spec(self, *_): time.sleep(600)
        sys.meta_path.insert(0, Slow())
        import no_such_module
        """,
        "timeout",
        at=STEP,
    ),
)
