"""Frames: what was sent is what is received, and nothing else is received at all."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from harness.worker import wire

Pair = tuple[socket.socket, socket.socket]

BODY = 1 << 20

float_arrays = st.sampled_from(["float32", "float64", "int64", "uint8"]).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
)
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | float_arrays,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text().filter(lambda key: key != "__array__"), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def receive(sock: socket.socket, *, seconds: float = 5, body_limit: int = BODY, **more: Any) -> Any:
    return wire.receive(sock, deadline=time.monotonic() + seconds, body_limit=body_limit, **more)


def frame(header: Any, body: bytes = b"") -> bytes:
    """A frame made by hand: ``header`` is JSON's text, or what becomes it."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">IQ", len(raw), len(body)) + raw + body


def arrays_header(*described: Any, payload: Any = None) -> dict[str, Any]:
    return {"payload": payload, "arrays": list(described)}


def same(a: Any, b: Any) -> bool:
    """Equal values of equal types; arrays bit by bit."""
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


# -- what is sent -----------------------------------------------------------------------------------------------------


@given(payloads)
def test_what_is_sent_is_received(payload: Any) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, payload)
        assert same(payload, receive(ours))


@pytest.mark.parametrize(
    "array",
    [
        np.array(1.5),
        np.zeros((0, 3)),
        np.array([np.nan, np.inf, -np.inf, -0.0]),
        np.arange(24.0).reshape(2, 3, 4).T,
        np.arange(10.0)[::-2],
        np.broadcast_to(np.float32(2), (3, 2)),
    ],
    ids=["0-d", "empty", "not finite", "transposed", "strided", "broadcast"],
)
def test_arrays_of_any_layout(pair: Pair, array: Any) -> None:
    wire.send(pair[1], {"a": array})
    assert same(np.ascontiguousarray(array).reshape(array.shape), receive(pair[0])["a"])


def test_a_frame_larger_than_the_sockets_buffer(pair: Pair) -> None:
    big = np.arange(1 << 20, dtype=np.float64)
    sender = threading.Thread(target=wire.send, args=(pair[1], [big]))
    sender.start()
    (received,) = receive(pair[0], body_limit=big.nbytes)
    sender.join()
    assert same(big, received)


def test_an_array_that_stands_in_two_places_is_sent_once(pair: Pair) -> None:
    array = np.arange(3.0)
    wire.send(pair[1], {"a": array, "b": [array, np.arange(3.0)]})
    received = receive(pair[0], body_limit=2 * array.nbytes)
    assert received["a"] is received["b"][0]
    assert all(same(array, each) for each in (received["a"], *received["b"]))


def test_what_is_packed_goes_with_any_frame(pair: Pair) -> None:
    packed = wire.pack({"cases": [{"w": np.arange(3.0)}, np.ones(2, np.int64)], "text": "ä\n"})
    for number in range(2):
        wire.send(pair[1], {"request": number, "none": None}, packed)
        received = receive(pair[0])
        assert list(received) == ["request", "none", "cases", "text"]
        assert (received["request"], received["none"], received["text"]) == (number, None, "ä\n")
        assert same(np.arange(3.0), received["cases"][0]["w"])
        assert same(np.ones(2, np.int64), received["cases"][1])


def test_frames_follow_each_other(pair: Pair) -> None:
    for number in range(3):
        wire.send(pair[1], number)
    assert [receive(pair[0]) for _ in range(3)] == [0, 1, 2]


# -- what is no frame -------------------------------------------------------------------------------------------------

NO_FRAMES = {
    "no JSON": frame(b"{"),
    "no UTF-8": frame(b'"\xff"'),
    "no object": frame([]),
    "a null": frame(None),
    "no payload": frame({"arrays": []}),
    "no arrays": frame({"payload": 1}),
    "NaN": frame(b'{"payload": NaN, "arrays": []}'),
    "infinity": frame(b'{"payload": -Infinity, "arrays": []}'),
    "a float beyond every float": frame(b'{"payload": 1e999, "arrays": []}'),
    "an integer of 5000 digits": frame(b'{"payload": 1%s, "arrays": []}' % (b"0" * 5000)),
    "lists too deep to read": frame(b'{"payload": %s%s, "arrays": []}' % (b"[" * 30_000, b"]" * 30_000)),
    "lists too deep to walk": frame(b'{"payload": %s%s, "arrays": []}' % (b"[" * 700, b"]" * 700)),
    "an object dtype": frame(arrays_header(["object", [1]]), bytes(8)),
    "a dtype that is a list": frame(arrays_header([["float64"], [1]]), bytes(8)),
    "a byte order": frame(arrays_header([">f8", [1]]), bytes(8)),
    "a negative shape": frame(arrays_header(["float64", [-1, -1]]), bytes(8)),
    "a float in a shape": frame(arrays_header(["float64", [1.0]]), bytes(8)),
    "a bool in a shape": frame(arrays_header(["float64", [True]]), bytes(8)),
    "a shape that is a number": frame(arrays_header(["float64", 1]), bytes(8)),
    "a shape that is an object": frame(arrays_header(["float64", {}]), bytes(8)),
    "a shape of 17 dimensions": frame(arrays_header(["float64", [1] * 17]), bytes(8)),
    "a huge shape": frame(arrays_header(["float64", [2**40, 2**40]]), bytes(8)),
    "a huge shape of nothing": frame(arrays_header(["float64", [0, 2**62, 2**62]])),
    "a shape of nothing beyond every integer": frame(arrays_header(["float64", [0, 10**100]])),
    "more bytes than arrays": frame(arrays_header(["float64", [1]]), bytes(16)),
    "more arrays than bytes": frame(arrays_header(["float64", [1]], ["float64", [1]]), bytes(8)),
    "bytes that no array claims": frame(arrays_header(), bytes(1)),
    "an array that is not there": frame(arrays_header(payload={"__array__": 0})),
    "an array numbered from the end": frame(arrays_header(["uint8", [1]], payload={"__array__": -1}), bytes(1)),
    "an array numbered by a bool": frame(arrays_header(["uint8", [1]], payload={"__array__": False}), bytes(1)),
    "an array numbered by a text": frame(arrays_header(["uint8", [1]], payload={"__array__": "0"}), bytes(1)),
    "an array description too short": frame(arrays_header(["uint8"])),
}


@pytest.mark.parametrize("sent", NO_FRAMES.values(), ids=NO_FRAMES)
def test_what_is_no_frame_is_refused(pair: Pair, sent: bytes) -> None:
    pair[1].sendall(sent)
    with pytest.raises(wire.WireError):
        receive(pair[0])


@given(st.binary(max_size=300))
def test_noise_is_a_wire_error_or_no_frame_at_all(noise: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">IQ", len(noise), 0) + noise)
        theirs.close()
        with pytest.raises((wire.WireError, wire.Closed)):
            receive(ours)


@pytest.mark.parametrize(
    ("header", "body"),
    [(wire.HEADER_LIMIT + 1, 0), (2**32 - 1, 0), (2, BODY + 1), (2, 2**64 - 1)],
)
def test_sizes_are_refused_before_anything_is_read(pair: Pair, header: int, body: int) -> None:
    pair[1].sendall(struct.pack(">IQ", header, body))
    with pytest.raises(wire.WireError, match="are allowed"):
        receive(pair[0])


def test_the_largest_frame_that_was_asked_for_is_read(pair: Pair) -> None:
    wire.send(pair[1], np.zeros(100, np.uint8))
    assert len(receive(pair[0], body_limit=100)) == 100


# -- what does not come -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_a_cut_frame_is_a_closed_connection(pair: Pair, cut: int) -> None:
    pair[1].sendall(frame(arrays_header())[:cut])
    pair[1].close()
    with pytest.raises(wire.Closed):
        receive(pair[0])


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_half_a_frame_is_not_waited_for_beyond_the_deadline(pair: Pair, cut: int) -> None:
    pair[1].sendall(frame(arrays_header())[:cut])
    with pytest.raises(TimeoutError):
        receive(pair[0], seconds=0.05)


def test_dripping_does_not_move_the_deadline(pair: Pair) -> None:
    """Each byte comes soon after the last; the frame as a whole would take a minute."""
    over = threading.Event()

    def drip() -> None:
        for byte in frame({"payload": "x" * 1000, "arrays": []}):
            if over.wait(0.05):
                return
            pair[1].sendall(bytes([byte]))

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(TimeoutError):
        receive(pair[0], seconds=0.3)
    over.set()
    dripping.join()


def test_a_reset_is_a_closed_connection(pair: Pair) -> None:
    pair[0].sendall(b"never read")
    pair[1].close()
    with pytest.raises(wire.Closed):
        receive(pair[0])


@pytest.mark.parametrize(("depth", "refused"), [(wire.DEEPEST, False), (wire.DEEPEST + 1, True), (485, True)])
def test_lists_within_lists_have_an_end(pair: Pair, depth: int, refused: bool) -> None:
    header = json.dumps({"payload": 0, "arrays": []}).replace("0", f"{'[' * depth}0{']' * depth}", 1).encode()
    ours, theirs = pair
    ours.sendall(struct.pack(">IQ", len(header), 0) + header)
    with pytest.raises(wire.WireError) if refused else nullcontext():
        wire.receive(theirs, deadline=time.monotonic() + 5, body_limit=0)
