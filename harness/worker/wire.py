"""Frames between the grader and a worker: a JSON header and raw bytes. No pickle, no code, no objects.

A frame is ``>IQ`` (length of the header, length of the body), the header, the body. The header is
``{"payload": …, "arrays": [[dtype, shape], …]}``; an array of the payload stands in it as ``{"__array__": i}`` and
its bytes stand in the body, in order, without gaps.

The reader trusts nothing: sizes are checked before anything is read, dtypes come from a list, the bytes of all arrays
must add up to the body, and one absolute deadline holds for the whole frame, however slowly it drips.
"""

from __future__ import annotations

import json
import math
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

HEADER_LIMIT = 64 * 1024
"""Bytes of a reply's header. What a student's code causes to be written there is capped far below."""

DEEPEST = 32
"""How deep lists and dicts may lie in one another: whoever writes them out later goes as deep as they do."""

_COPIED = 1 << 16
"""Bytes that are sooner copied than sent by themselves."""

_LENGTHS = struct.Struct(">IQ")
_DTYPES = {name: np.dtype(name) for name in ("float32", "float64", "int64", "uint8", "bool")}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}  # to make a dtype's name anew takes its time


class WireError(Exception):
    """The other side sent something that is no frame, or more than was asked for."""


class Closed(Exception):  # noqa: N818  # the usual end of a conversation
    """The other side closed the connection."""


@dataclass(frozen=True)
class Packed:
    """Plain data made ready for any number of frames: as JSON, and what its arrays are and hold."""

    text: str
    arrays: str
    body: bytes


def pack(payload: Any) -> Packed:
    """``payload`` is plain data in which numpy arrays may stand anywhere; one that stands in many places is sent once,
    and is one array to the reader as well."""
    places: Places = {}
    text = json.dumps(_lift(payload, places))
    arrays = [array for _, array in places.values()]
    body = b"".join(np.ascontiguousarray(array).data for array in arrays)
    kinds = [[_NAMES.get(array.dtype) or array.dtype.name, array.shape] for array in arrays]
    return Packed(text, json.dumps(kinds), body)


class Sink(Protocol):
    """What a frame is written to: a socket, or what is like one."""

    def sendall(self, data: bytes, /) -> None: ...


def send(sock: Sink, payload: Any, more: Packed | None = None) -> None:
    """Write one frame. Where there is ``more``, both are dicts, which go as one, and it holds all the arrays. Raises
    OSError."""
    packed = pack(payload)
    if more:
        assert not packed.body, "arrays beside those that are packed"
        packed = Packed(f"{packed.text[:-1]}, {more.text[1:]}", more.arrays, more.body)
    first = _head(packed)
    if len(packed.body) < _COPIED:
        sock.sendall(first + packed.body)
    else:
        sock.sendall(first)
        sock.sendall(packed.body)


def frame(payload: Any) -> bytes:
    """One frame, as :func:`send` writes it."""
    packed = pack(payload)
    return _head(packed) + packed.body


def _head(packed: Packed) -> bytes:
    header = f'{{"payload": {packed.text}, "arrays": {packed.arrays}}}'.encode()
    return _LENGTHS.pack(len(header), len(packed.body)) + header


class Source(Protocol):
    """What a frame is read from: a socket, or what is like one."""

    def settimeout(self, seconds: float, /) -> None: ...
    def recv_into(self, buffer: memoryview, /) -> int: ...


def receive(sock: Source, *, deadline: float, body_limit: int, header_limit: int = HEADER_LIMIT) -> Any:
    """Read one frame before ``deadline`` (``time.monotonic``).

    Raises TimeoutError, :class:`Closed` or :class:`WireError`.
    """
    header_length, body_length = _LENGTHS.unpack(_exactly(sock, _LENGTHS.size, deadline))
    if header_length > header_limit or body_length > body_limit:
        raise WireError(f"a frame of {header_length} + {body_length} bytes; {header_limit} + {body_limit} are allowed")
    shapes, payload = _header(_exactly(sock, header_length, deadline), body_length)
    return _opened(payload, shapes, _exactly(sock, body_length, deadline))


def opened(data: bytes) -> Any:
    """What stands in one whole frame. Raises :class:`WireError`."""
    if len(data) < _LENGTHS.size or len(data) != _LENGTHS.size + sum(lengths := _LENGTHS.unpack_from(data)):
        raise WireError(f"{len(data)} bytes that are no frame")
    start = _LENGTHS.size + lengths[0]
    shapes, payload = _header(data[_LENGTHS.size : start], lengths[1])
    return _opened(payload, shapes, data[start:])


def _header(raw: bytes | bytearray, body_length: int) -> tuple[list[tuple[str, tuple[int, ...], int]], Any]:
    """The arrays that a header tells of, and the payload that they stand in. Raises :class:`WireError`."""
    try:
        header = json.loads(raw, parse_constant=_finite, parse_float=_finite)
        return list(_shapes(header, body_length)), header["payload"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError(f"a frame with a header that makes no sense ({error})") from error


def _opened(payload: Any, shapes: list[tuple[str, tuple[int, ...], int]], body: bytes | bytearray) -> Any:
    """The payload with its arrays in place. Raises :class:`WireError`."""
    try:
        arrays, at = [], 0
        for dtype, shape, size in shapes:
            arrays.append(np.frombuffer(body, _DTYPES[dtype], math.prod(shape), at).reshape(shape))
            at += size
        return _lower(payload, arrays, DEEPEST)
    except (ValueError, RecursionError) as error:  # a side numpy cannot hold, lists deeper than Python's stack
        raise WireError(f"a frame that cannot be put together ({error})") from error


def _finite(text: str) -> float:
    """JSON as Python reads it has NaN, Infinity and 1e999: numbers that break those who expect a number."""
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:40]} is not a finite number")
    return number


def _shapes(header: Any, body_length: int) -> Iterator[tuple[str, tuple[int, ...], int]]:
    total = 0
    for dtype, shape in header["arrays"]:
        sides = type(shape) is list and len(shape) <= 16 and all(type(n) is int and n >= 0 for n in shape)
        if dtype not in _DTYPES or not sides:
            raise ValueError(f"an array of {dtype} and shape {shape}")
        size = math.prod(shape) * _DTYPES[dtype].itemsize
        total += size
        yield dtype, tuple(shape), size
    if total != body_length:
        raise ValueError(f"arrays of {total} bytes in a body of {body_length}")


def _exactly(sock: Source, count: int, deadline: float) -> bytearray:
    data, at = bytearray(count), 0
    rest = memoryview(data)
    while at < count:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
        try:
            came = sock.recv_into(rest[at:])
        except ConnectionError as error:
            raise Closed from error
        if not came:
            raise Closed
        at += came
    return data


Places = dict[int, tuple[int, np.ndarray[Any, Any]]]
"""Arrays by their id, each with its place among them."""


def _lift(value: Any, places: Places) -> Any:
    """Replace each array in ``value`` by its place."""
    if isinstance(value, np.ndarray):
        return {"__array__": places.setdefault(id(value), (len(places), value))[0]}
    if isinstance(value, dict):
        return {key: _lift(each, places) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lift(each, places) for each in value]
    return value


def _lower(value: Any, arrays: list[np.ndarray[Any, Any]], depth: int) -> Any:
    if depth < 0:
        raise WireError(f"lists within lists, more than {DEEPEST} deep")
    if type(value) is dict:
        if "__array__" in value and len(value) == 1:
            place = value["__array__"]
            if type(place) is not int or not 0 <= place < len(arrays):
                raise WireError(f"an array numbered {place!r} of {len(arrays)}")
            return arrays[place]
        return {key: _lower(each, arrays, depth - 1) for key, each in value.items()}
    if type(value) is list:
        return [_lower(each, arrays, depth - 1) for each in value]
    return value
