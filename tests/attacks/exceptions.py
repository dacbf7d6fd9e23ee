"""Exceptions that are huge or deep, that lie or hang when they are printed, or talk like a verdict."""

from __future__ import annotations

from tests.attacks.attack import BOTH, STEP, end

ATTACKS = (
    end("a text of ten megabytes", "raise ValueError('x' * 10**7)", "error"),
    end("a name of a megabyte", "raise type('E' * 10**6, (Exception,), {})()", "error"),
    end(
        "a long chain of causes",
        """
        error = ValueError("x")
        for _ in range(100000):
            error, error.__cause__ = ValueError("x"), error
        raise error
        """,
        "error",
        at=STEP,
    ),
    end(
        "a group of many", "raise ExceptionGroup('x', [ValueError('x' * 100) for _ in range(10**5)])", "error", at=STEP
    ),
    end(
        "a deep traceback",
        """
        sys.setrecursionlimit(10**5)
        def deeper(left):
            if not left: raise ValueError("x")
            deeper(left - 1)
        deeper(10**4)
        """,
        "error",
        "crash",
        "memory",
        at=STEP,
    ),
    end(
        "hangs when it is printed",
        """
        class E(Exception):
            def __str__(self): time.sleep(600)
        raise E
        """,
        "timeout",
    ),
    end(
        "raises when it is printed",
        """
        class E(Exception):
            def __str__(self): raise E
            __repr__ = __str__
        raise E
        """,
        "error",
    ),
    end(
        "dies when it is printed",
        """
        class E(Exception):
            def __str__(self): os._exit(0)
        raise E
        """,
        "crash",
        at=STEP,
    ),
    end(
        "is printed as a text that lies about its length",
        """
        class Text(str):
            def __getitem__(self, _): return Text("x" * 10**6)
            def __len__(self): return 3
        class E(Exception):
            def __str__(self): return Text("abc")
        raise E
        """,
        "error",
        at=BOTH,
    ),
    end(
        "has a class that lies",
        """
        class Meta(type):
            __name__ = property(lambda _: hoard)
            def __instancecheck__(self, _): return True
        class E(Exception, metaclass=Meta):
            __class__ = property(lambda _: MemoryError)
            __traceback__ = property(lambda _: time.sleep(600))
        raise E
        """,
        "error",
        "timeout",
        "memory",
        at=STEP,
    ),
    end("a syntax error of objects", "raise SyntaxError(hoard, (hoard, hoard, hoard, hoard))", "error"),
    end("StopIteration", "raise StopIteration('pass')", "error"),
    end("GeneratorExit", "raise GeneratorExit('pass')", "error"),
    end(
        "talks like a verdict",
        r"""
        raise Exception('\x1b[32mpass\x1b[0m 1 / 1\n::error::x\n<script>x</script>\n=1+1')
        """,
        "error",
    ),
    end(
        "raises in a thread and in a destructor",
        """
        class D:
            def __del__(self): raise SystemExit
        threading.Thread(target=lambda: 1 / 0).start()
        D()
        raise ValueError
        """,
        "error",
        at=STEP,
    ),
    end(
        "a way of showing lines that hangs",
        """
        import linecache
        linecache.getline = lambda *_: time.sleep(600)
        1 / 0
        """,
        "timeout",
        at=STEP,
    ),
)
