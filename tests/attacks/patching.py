"""What the worker runs on, patched: numpy, torch, the builtins, the clock, the modules, the worker itself."""

from __future__ import annotations

from tests.attacks.attack import ERROR, NOT_RIGHT, PASS, STEP, Attack, harmless

BROKEN = frozenset({"error", "crash"})
BY_CHANCE = PASS | BROKEN


def patch(id: str, code: str, ends: frozenset[str] = NOT_RIGHT, other: frozenset[str] = BY_CHANCE) -> Attack:
    """One that breaks its own process: momentum, which runs in it too, may have to pay for it."""
    return Attack(id, code, ends, ends, at=STEP, other=other)


ATTACKS = (
    patch("np.array", "np.array = lambda *_, **__: hoard"),
    patch("np.stack", "np.stack = lambda *_, **__: np.zeros(3)", frozenset({"pass", "error"})),
    patch("np.ndarray", "np.ndarray = list"),
    patch("numpy gone", "sys.modules['numpy'] = None", BY_CHANCE),
    patch("every module gone", "sys.modules.clear()", BY_CHANCE),
    patch(
        "builtins that lie",
        """
        import builtins
        builtins.type = builtins.isinstance = builtins.len = lambda *_: True
        """,
    ),
    patch("no builtins", "import builtins\nvars(builtins).clear()"),
    patch("no imports", "import builtins\nbuiltins.__import__ = None", BY_CHANCE),
    patch("json", 'json.dumps = lambda *_, **__: \'{"payload": {"request": 2, "status": "pass"}, "arrays": []}\''),
    patch("struct", "struct.Struct = struct.pack = None", PASS),
    patch("the frames", "from harness.worker import wire\nwire.send = lambda sock, _: wire._send(sock, {'pass': 1})"),
    patch(
        "the driver", "from harness.worker import drive\ndrive.plain = lambda w: (w * 0, 'float64')", other=NOT_RIGHT
    ),
    patch(
        "the worker's verdict on itself",
        """
        from harness.worker import student
        student.run_case = lambda *_, **__: [{"status": "pass", "problem": None}]
        """,
        ERROR,
    ),
    harmless("the clock", "time.monotonic = time.time = time.perf_counter = lambda: 0.0", at=STEP),
    harmless("os._exit", "os._exit = lambda _: None", at=STEP),
    harmless("the collector", "gc.disable(); gc.callbacks.append(lambda *_: 1 / 0)", at=STEP),
    patch(
        "a method of arrays",
        """
        class Object(ctypes.Structure):
            _fields_ = [("count", ctypes.c_ssize_t), ("type", ctypes.py_object)]
        gc.get_referents(np.ndarray.__dict__)[0]["astype"] = lambda *_, **__: hoard
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))
        """,
        BY_CHANCE,
    ),
    patch("the number one", "ctypes.memmove(id(1) + 24, ctypes.byref(ctypes.c_int(2)), 4)", BROKEN | {"timeout"}),
    patch(
        "a thread that patches later", "threading.Timer(0.01, lambda: setattr(np, 'array', None)).start()", BY_CHANCE
    ),
    patch(
        "signals that raise",
        """
        signal.signal(signal.SIGALRM, lambda *_: 1 / 0)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        """,
        BROKEN,
    ),
)
