"""The network: only the loopback and TEST-NET are named. ``PORT`` is a listener that must not hear of anything."""

from __future__ import annotations

from tests.attacks.attack import STEP, probe

ATTACKS = (
    probe("connects to a neighbour", "must_fail(socket.create_connection, ('127.0.0.1', PORT), 1)"),
    probe(
        "fetches a page",
        """
        import urllib.request
        must_fail(urllib.request.urlopen, f'http://127.0.0.1:{PORT}/', timeout=1)
        """,
        limited={"pass", "error", "timeout"},
        at=STEP,
    ),
    probe(
        "sends a datagram", "must_fail(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT)))"
    ),
    probe(
        "sends a datagram outside",
        "must_fail(lambda: socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9)))",
        limited={"pass", "error"},
    ),
    probe("listens", "must_fail(socket.create_server, ('127.0.0.1', 0))"),
    probe("speaks to a socket of this machine", "must_fail(lambda: socket.socket(socket.AF_UNIX).connect(UNIX))"),
    probe("speaks to a socket without a file", "must_fail(lambda: socket.socket(socket.AF_UNIX).connect(ABSTRACT))"),
    probe("a pair of sockets", "must_fail(socket.socketpair)"),
    probe("asks the kernel for its addresses", "must_fail(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
    probe("raw packets", "must_fail(socket.socket, socket.AF_INET, socket.SOCK_RAW, 255)", limited={"pass", "error"}),
    probe("IPv6", "must_fail(socket.socket, socket.AF_INET6)", limited={"pass", "error"}),
    probe(
        "packets of the machine it runs on",
        "must_fail(socket.socket, 40, socket.SOCK_STREAM)",
        limited={"pass", "error"},
    ),
)
