"""What is printed: too much, for ever, past Python, with what means something to a terminal, or nowhere at all."""

from __future__ import annotations

from tests.attacks.attack import STEP, end, harmless

ATTACKS = (
    harmless("ten megabytes of output", "print('x' * 10**7, flush=True)"),
    harmless("ten megabytes of errors", "sys.stderr.write('x' * 10**7); sys.stderr.flush()"),
    end("output without end", "while True: os.write(1, bytes(1 << 16))", "error"),
    end("errors without end", "while True: os.write(2, b'x')", "timeout", at=STEP),
    end(
        "a thread that prints without end",
        """
        def flood():
            while True: os.write(1, bytes(1 << 12))
        threading.Thread(target=flood, daemon=True).start()
        """,
        *("pass", "error"),
        at=STEP,
        other=frozenset({"pass", "error"}),
    ),
    harmless(
        "what a terminal obeys",
        r"""
        print("\x1b[2J\x1b]0;title\x07\x1b[31mred \u202e\u2066 ::error file=x::pass <script>alert(1)</script> =1+1")
        """,
    ),
    harmless("no output any more", "sys.stdout.close(); sys.stderr.close()"),
    harmless("output that is no file", "sys.stdout = sys.stderr = None"),
    harmless("its descriptors closed", "os.close(1); os.close(2); os.close(0)"),
    harmless(
        "its own output read", "threading.Thread(target=open, args=('/proc/self/fd/1', 'rb'), daemon=True).start()"
    ),
    end("output onto the connection", "os.dup2(connection(), 1); os.write(1, b'pass' * 9)", "error"),
    harmless(
        "a larger pipe",
        """
        import fcntl
        with contextlib.suppress(OSError):
            fcntl.fcntl(1, 1031, 1 << 20)
        """,
        at=STEP,
    ),
)
