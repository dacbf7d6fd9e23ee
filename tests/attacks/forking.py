"""Processes and threads: children, daemons, bombs of at most fifty, other programs, and threads that outlive."""

from __future__ import annotations

from tests.attacks.attack import PASS, STEP, Attack, end, harmless, probe

CRASH = frozenset({"crash"})

ATTACKS = (
    probe("forks", "must_fail(lambda: [child() for _ in range(5)])"),
    probe(
        "starts a daemon",
        """
        def daemon():
            pid = os.fork()
            if pid == 0:
                os.setsid()
                if os.fork():
                    os._exit(0)
                time.sleep(600)
                os._exit(0)
            os.waitpid(pid, 0)
        must_fail(daemon)
        """,
    ),
    probe(
        "a fork bomb of fifty that ignore signals",
        """
        def bomb(left):
            for each in (1, 2, 15):
                signal.signal(each, signal.SIG_IGN)
            if left:
                child(lambda: bomb(left - 1))
        must_fail(child, lambda: bomb(49))
        """,
    ),
    probe(
        "a chain of fifty that hand on and die",
        """
        def chain():
            if os.fork() == 0:
                for _ in range(50):
                    if os.fork():
                        os._exit(0)
                time.sleep(600)
                os._exit(0)
        must_fail(chain)
        """,
    ),
    probe("a child that is stopped", "must_fail(child, lambda: os.kill(os.getpid(), signal.SIGSTOP))"),
    probe("a child of another group", "must_fail(child, lambda: os.setpgid(0, 0))"),
    probe("starts a program", "must_fail(subprocess.run, ['/bin/true'])"),
    probe("has libc start a program", "must_fail(os.posix_spawn, '/bin/true', ['true'], {})"),
    probe("has a shell start one that stays", "must_fail(lambda: 1 / (os.system('sleep 600 &') == 0))"),
    probe(
        "forks by a raw call",
        """
        pid = call("clone", signal.SIGCHLD, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            breach(f"a child {pid}")
        """,
    ),
    probe(
        "forks by clone3",
        """
        pid = call("clone3", struct.pack("8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            breach(f"a child {pid}")
        """,
    ),
    probe(
        "a process by multiprocessing",
        """
        import multiprocessing
        must_fail(multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True).start)
        """,
    ),
    Attack("becomes another program", "must_fail(os.execv, '/bin/true', ['true'])", PASS, CRASH),
    Attack(
        "becomes another program by its descriptor",
        "must_fail(os.execve, os.open('/bin/true', os.O_PATH), ['true'], {})",
        PASS,
        CRASH,
    ),
    harmless(
        "fifty threads that sleep",
        """
        threading.stack_size(1 << 18)
        [threading.Thread(target=time.sleep, args=(600,)).start() for _ in range(50)]
        """,
    ),
    harmless(
        "daemon threads that sleep",
        """
        threading.stack_size(1 << 18)
        [threading.Thread(target=time.sleep, args=(600,), daemon=True).start() for _ in range(50)]
        """,
        at=STEP,
    ),
    Attack(
        "threads by the thousand",
        """
        threading.stack_size(1 << 16)
        with contextlib.suppress(RuntimeError):
            for _ in range(3000):
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
            while True: time.sleep(1)
        """,
        frozenset({"error", "memory", "pass"}),  # it is ended, or, where the kernel keeps count, no more of them start
        frozenset({"error", "memory"}),
        but={"confined": frozenset({"error", "memory"})},
        at=STEP,
    ),
    probe(
        "a thread with descriptors of its own",
        """
        pid = call("clone", 0x50900, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            breach(f"a thread {pid}")
        """,
        limited=None,  # two threads on one stack: nobody knows how that ends
    ),
    probe("descriptors of its own, later", "must_be_refused('close_range', 900, 901, 2)", limited={"error"}),
    end(
        "threads that let nobody in",
        """
        sys.setswitchinterval(1e6)
        def busy():
            while True: pass
        [threading.Thread(target=busy).start() for _ in range(4)]
        """,
        "timeout",
        at=STEP,
    ),
)
