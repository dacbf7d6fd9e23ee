"""The connection to the grader: noise, frames that are none, frames that are forged, and the socket itself."""

from __future__ import annotations

from tests.attacks.attack import ERROR, PASS, STEP, Attack, end

ATTACKS = (
    end("closes the connection", "os.close(connection())", "crash"),
    end("closes every descriptor", "os.closerange(0, 99); time.sleep(60)", "crash"),
    end("noise", "os.write(connection(), os.urandom(9999))", "error"),
    end("half a frame", "os.write(connection(), b'\\0'); time.sleep(60)", "timeout", at=STEP),
    end("a frame of terabytes", "os.write(connection(), struct.pack('>IQ', 9, 1 << 60))", "error"),
    end("a header of gigabytes", "os.write(connection(), struct.pack('>IQ', (1 << 32) - 1, 0))", "error", at=STEP),
    end(
        "a frame that drips",
        """
        os.write(connection(), struct.pack(">IQ", 60000, 0))
        while True:
            os.write(connection(), b" ")
            time.sleep(0.01)
        """,
        "timeout",
        at=STEP,
    ),
    end("frames without end", "while True: forge({'request': 99})", "error"),
    end("a header that is deep", "os.write(connection(), struct.pack('>IQ', 60000, 0) + b'[' * 60000)", "error"),
    end(
        "a header that is deep and right",
        """
        raw = b'{"arrays": [], "payload": ' + b"[" * 900 + b"]" * 900 + b"}"
        os.write(connection(), struct.pack(">IQ", len(raw), 0) + raw)
        """,
        "error",
        at=STEP,
    ),
    end("numbers that are none", "forge({'request': float('nan')})", "error", at=STEP),
    end(
        "a number of 60000 digits",
        """
        raw = b'9' * 60000
        os.write(connection(), struct.pack('>IQ', len(raw), 0) + raw)
        """,
        "error",
        at=STEP,
    ),
    end(
        "an array of 2**62 nothings",
        "forge({'request': {'__array__': 0}}, [['float64', [0, 1 << 62]]])",
        "error",
        at=STEP,
    ),
    end("an array of objects", "forge({'request': 2}, [['object', [1]]], b'x' * 8)", "error", at=STEP),
    end("an array that is not there", "forge({'request': {'__array__': 7}})", "error", at=STEP),
    end("the answer to another request", "forge({'request': 7, 'cases': []})", "error"),
    end("that it could not be walled in", "forge({'request': 0, 'unsettled': 'no wall'})", "error"),
    end("a verdict", "forge({'request': 2, 'status': 'pass', 'points': 1, 'score': 100, 'cases': []})", "error"),
    end("a question where none may be asked", "forge({'request': 2, 'ask': {'case': 'x', 'trial': {}}})", "error"),
    end(
        "a failure of ours",
        "forge({'request': 2, 'failed': {'type': 'ForkError', 'text': 'harness_error', 'frames': []}})",
        "error",
        at=STEP,
        other=ERROR,  # what it really did comes as the answer to the next request
    ),
    Attack(
        "answers to what will be asked next",
        """
        def send(): forge({"request": 3, "cases": []})
        threading.Timer(0.05, send).start()
        time.sleep(0.3)
        """,
        walled=frozenset({"error"}),
        limited=frozenset({"error"}),
        at=STEP,
    ),
    Attack(
        "a thread that takes the grader's requests",
        """
        from harness.worker import wire
        sock = socket.socket(fileno=os.dup(connection()))
        def serve():
            while True:
                with contextlib.suppress(Exception):
                    request = wire.receive(
                        sock, deadline=time.monotonic() + 60, body_limit=1 << 30, header_limit=1 << 30
                    )
                    wire.send(sock, {"request": request["request"], "cases": []})
        threading.Thread(target=serve, daemon=True).start()
        """,
        walled=PASS,
        limited=PASS,
        at=STEP,
        other=frozenset({"pass", "error", "crash", "timeout"}),  # by who takes the next request, or half of it
    ),
    end(
        "descriptors for the grader",
        """
        sock = socket.socket(fileno=os.dup(connection()))
        socket.send_fds(sock, [b"x" * 12], [0] * 200)
        time.sleep(0.2)
        """,
        "error",
        at=STEP,
    ),
    Attack(
        "shuts its ear",
        "socket.socket(fileno=os.dup(connection())).shutdown(socket.SHUT_RD)",
        walled=frozenset({"pass"}),
        limited=frozenset({"pass"}),
        at=STEP,
        other=frozenset({"crash"}),  # the next request does not arrive: it was the submission that would not hear it
    ),
    end("shuts its mouth", "socket.socket(fileno=os.dup(connection())).shutdown(socket.SHUT_WR)", "crash", at=STEP),
    end(
        "a byte out of band",
        "socket.socket(fileno=os.dup(connection())).send(b'x', socket.MSG_OOB)",
        "pass",
        "error",
        at=STEP,
    ),
    end(
        "a connection without room",
        """
        sock = socket.socket(fileno=os.dup(connection()))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sock.setblocking(False)
        """,
        "pass",
        at=STEP,
    ),
)
