"""Driving a student's optimizer: what is called, what is recorded, and how a run ends early."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from harness.worker.drive import Gradients
from tests.worker.driving import FILE, defined, gradients, run, stream

DESCENT = """
    class Thing:
        def step(self, w, grad):
            return w - grad(w)
    """
GENERATOR = """
    def Thing(w, grad):
        while True:
            w = w - grad(w)
            yield w
    """
EXPECTED = -np.cumsum(gradients(), axis=0)  # 1, 2 and 3 subtracted one after another


def step(line: str) -> str:
    """A class whose step is one line."""
    return f"class Thing:\n def step(self, w, grad): {line}"


OPTIMIZERS = {
    "class": DESCENT,
    "class, in place": """
        class Thing:
            def step(self, w, grad):
                w -= grad(w)
        """,
    "class, in place and returned": """
        class Thing:
            def step(self, w, grad):
                w -= grad(w)
                return w
        """,
    "class whose step is set in __init__": """
        class Thing:
            def __init__(self):
                self.step = lambda w, grad: w - grad(w)
        """,
    "generator": GENERATOR,
    "generator, in place": """
        def Thing(w, grad):
            while True:
                w -= grad(w)
                yield w
        """,
    "generator of dicts": """
        def Thing(w, grad):
            while True:
                w = w - grad(w)
                yield {"w": w, "anything": None}
        """,
    "generator that ends in time": """
        def Thing(w, grad):
            for _ in range(3):
                w = w - grad(w)
                yield w
        """,
    "function that returns an iterator": """
        from itertools import accumulate, repeat
        def Thing(w, grad):
            return (point for point in list(accumulate(repeat(None, 3), lambda w, _: w - grad(w), initial=w))[1:])
        """,
    "function that returns an object": """
        class Walk:
            def __init__(self, w, grad): self.w, self.grad = w, grad
            def __iter__(self): return self
            def __next__(self):
                self.w = self.w - self.grad(self.w)
                return self.w
        def Thing(w, grad): return Walk(w, grad)
        """,
}


@pytest.mark.parametrize("source", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_forms_of_an_optimizer(source: str) -> None:
    reply = run(source)
    assert reply["problem"] is None
    np.testing.assert_array_equal(reply["w"], EXPECTED)
    assert reply["asked"] == 3


@pytest.mark.parametrize("source", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_forms_of_an_optimizer_on_tensors(source: str) -> None:
    reply = run(source, backend=torch.from_numpy)
    assert reply["problem"] is None
    np.testing.assert_array_equal(reply["w"], EXPECTED)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3, 4)])
def test_w_of_any_shape(shape: tuple[int, ...]) -> None:
    reply = run(DESCENT, stream(shape=shape))
    assert reply["w"].shape == reply["points"].shape == (3, *shape)


def test_a_0d_w_may_be_a_python_float() -> None:
    reply = run(step("return float(w - grad(w))"), stream(shape=()))
    np.testing.assert_array_equal(reply["w"], [-1, -3, -6])


# -- where and how often the gradient was asked -----------------------------------------------------------------------


def test_the_points_are_where_the_gradient_was_asked() -> None:
    reply = run(step("return w - grad(w + 100)"))
    np.testing.assert_array_equal(reply["points"], np.array([[0, 0], [-1, -1], [-3, -3]]) + 100)


def test_a_point_that_changes_later_is_kept_as_it_was() -> None:
    reply = run(OPTIMIZERS["class, in place"])
    np.testing.assert_array_equal(reply["points"], [[0, 0], [-1, -1], [-3, -3]])


@pytest.mark.parametrize(
    ("result", "calls"),
    [("w - grad(w)", [1, 1, 1]), ("w", [0, 0, 0]), ("w - grad(w) - grad(w)", [2, 2, 2])],
)
def test_calls_of_grad_are_counted_step_by_step(result: str, calls: list[int]) -> None:
    reply = run(step(f"return {result}"))
    assert reply["calls"].tolist() == calls
    assert reply["asked"] == sum(calls)


def test_every_call_draws_the_next_gradient_and_the_last_is_followed_by_the_first() -> None:
    source = """
        seen = []
        class Thing:
            def step(self, w, grad):
                seen.extend(float(grad(w)[0]) for _ in range(2))
                return w
        """
    thing = defined(source)
    run(thing)
    assert thing.step.__globals__["seen"] == [1, 2, 3, 1, 2, 3]


def test_more_calls_than_are_recorded_are_counted_all_the_same() -> None:
    reply = run("class Thing:\n def step(self, w, grad):\n  for _ in range(1000): grad(w)\n  return w")
    assert reply["asked"] == 3000
    assert len(reply["points"]) == 7  # one a step and four


def test_points_end_where_one_is_no_array_of_ws_shape() -> None:
    source = """
        class Thing:
            t = 0
            def step(self, w, grad):
                self.t += 1
                return w - grad("here" if self.t == 2 else w)
        """
    reply = run(source)
    assert reply["problem"] is None
    assert len(reply["points"]) == 1


def test_gradients_and_inputs_are_fresh_copies() -> None:
    spoiled, inputs = stream(), stream()
    run("class Thing:\n def step(self, w, grad):\n  g = grad(w); g += 99; w += 99", spoiled)
    np.testing.assert_array_equal(spoiled["w"], inputs["w"])
    np.testing.assert_array_equal(spoiled["grads"], inputs["grads"])


# -- instances --------------------------------------------------------------------------------------------------------


def test_two_instances_take_their_steps_in_turn() -> None:
    thing = defined("""
        log = []
        class Thing:
            def step(self, w, grad):
                log.append(w.shape)
                return w - grad(w)
        """)
    run(thing, stream(shape=(1,)), stream(shape=(2,)))
    assert thing.step.__globals__["log"] == [(1,), (2,)] * 3


def test_state_that_instances_share_shows() -> None:
    source = """
        class Thing:
            seen = []
            def step(self, w, grad):
                self.seen.append(1)
                return w - len(self.seen) * grad(w)
        """
    first, second = run(source, stream(), stream())
    assert not np.array_equal(first["w"], second["w"])


def test_one_instance_that_fails_does_not_stop_the_other() -> None:
    source = """
        class Thing:
            def step(self, w, grad):
                return w / 0 if w.shape == (1,) and 1 // 0 else w - grad(w)
        """
    first, second = run(source, stream(shape=(1,)), stream())
    assert first["problem"]["type"] == "ZeroDivisionError"
    assert second["problem"] is None


def test_hyper_parameters_come_by_keyword_as_python_numbers() -> None:
    source = """
        class Thing:
            def __init__(self, *, lr, n): self.types = (type(lr), type(n))
            def step(self, w, grad): assert self.types == (float, int); return w
        """
    assert run(source, hyper={"lr": 0.5, "n": 3})["problem"] is None


# -- dtypes -----------------------------------------------------------------------------------------------------------


def test_the_dtypes_that_w_came_in_are_told_from_the_step_on() -> None:
    source = """
        class Thing:
            t = 0
            def step(self, w, grad):
                self.t += 1
                return w.astype(np.float32 if self.t == 2 else np.float64)
        """
    assert run(source)["dtypes"] == [["float64", 1], ["float32", 2], ["float64", 3]]


def test_changing_dtypes_do_not_fill_the_reply() -> None:
    source = """
        class Thing:
            def step(self, w, grad):
                return w.astype(np.float32 if w.dtype == np.float64 else np.float64)
        """
    assert len(run(source, stream(steps=100))["dtypes"]) == 8


# -- steps that are offered -------------------------------------------------------------------------------------------


def offered(body: str, names: list[str], steps: int = 2) -> dict[str, list[Any]]:
    """The first elements of what a class with this line in its step offers."""
    source = f"class Thing:\n def step(self, w, grad):\n  self.t = getattr(self, 't', 0) + 1; {body}\n  return w"
    reply = run(source, stream(steps), names=[*names, "w"])
    assert reply["problem"] is None
    return {name: values[:, 0].tolist() for name, values in reply["steps"].items()}


@pytest.mark.parametrize("attribute", ["v_max", "_v_max", "vmax", "V_Max", "vMax"])
def test_attributes_are_offered_under_any_writing_of_the_name(attribute: str) -> None:
    assert offered(f"self.{attribute} = w + self.t", ["v_max"]) == {"v_max": [1, 2]}


def test_a_letter_keeps_its_case() -> None:
    assert offered("self.g = w + 1", ["G"]) == {}
    assert offered("self.G = w + 1", ["G"]) == {"G": [1, 1]}
    assert offered("self._G = w + 1", ["G"]) == {"G": [1, 1]}


def test_the_exact_name_goes_first() -> None:
    assert offered("self._v = w + 2; self.v = w + 1; self.v_ = w + 3", ["v"]) == {"v": [1, 1]}


@pytest.mark.parametrize(
    "body",
    [
        "self.v = 'no array'",
        "self.v = None",
        "self.v = [1.0, 2.0]",
        "self.v = np.zeros(3)",
        "self.v = np.zeros(2, int)",
        "self.v = self.t == 1 and w",
        "self.__dict__.update({'v': w} if self.t == 2 else {})",
        "self.__dict__[3] = w",
        "self.__dict__ = type('D', (dict,), {})(v=w, t=self.t)",
    ],
)
def test_what_is_no_array_of_ws_size_at_every_step_is_not_offered(body: str) -> None:
    assert offered(body, ["v"]) == {}


def test_an_offered_step_is_kept_as_it_was_and_in_ws_shape() -> None:
    assert offered("self.v = getattr(self, 'v', np.zeros((1, 2))); self.v += 1", ["v"]) == {"v": [1, 2]}


@pytest.mark.parametrize(("shape", "kept"), [((2, 3), True), ((1, 2, 3, 1), True), ((3, 2), False), ((6,), False)])
def test_an_offered_step_has_ws_shape_once_squeezed(shape: tuple[int, ...], kept: bool) -> None:
    source = f"def Thing(w, grad):\n while True: yield {{'w': w, 'v': np.zeros({shape})}}"
    assert (run(source, stream(shape=(2, 3)), names=["v"])["steps"].keys() == {"v"}) is kept


def test_the_keys_of_a_yielded_dict_are_offered() -> None:
    source = """
        def Thing(w, grad):
            while True:
                yield {"w": w, "m_hat": w + 1, "m": w + 2, "other": 3, 4: w, "MHat": w + 9}
        """
    reply = run(source, names=["m", "m_hat", "v"])
    assert reply["steps"].keys() == {"m", "m_hat"}
    assert reply["steps"]["m_hat"].max() == 1


def test_an_object_without_attributes_offers_none() -> None:
    assert run("class Thing:\n __slots__ = ('v',)\n def step(self, w, grad): return w", names=["v"])["steps"] == {}


# -- epochs -----------------------------------------------------------------------------------------------------------

EPOCHS = {
    "generator": "def Thing(w, grad, order):\n for b in order.reshape(2, 2): w = w - grad(w, b); yield w",
    "generator of dicts": """
        def Thing(w, grad, order):
            for b in order.reshape(2, 2):
                w = w - grad(w, b)
                yield {"w": w}
        """,
    "class, generator": """
        class Thing:
            def epoch(self, w, grad, order):
                for b in order.reshape(2, 2):
                    w = w - grad(w, b)
                    yield w
        """,
    "function, last w": "def Thing(w, grad, order):\n for b in order.reshape(2, 2): w = w - grad(w, b)\n return w",
    "function, in place": "def Thing(w, grad, order):\n for b in order.reshape(2, 2): w -= grad(w, b)",
    "class, last w": """
        class Thing:
            def epoch(self, w, grad, order):
                for b in order.reshape(2, 2):
                    w = w - grad(w, b)
                return w
        """,
    "class, in place": """
        class Thing:
            def epoch(self, w, grad, order):
                for b in order.reshape(2, 2):
                    w -= grad(w, b)
        """,
    "batches that are lists": """
        def Thing(w, grad, order):
            for b in order.reshape(2, 2):
                w = w - grad(w, b.tolist())
                yield w
        """,
    "batches in another order": """
        def Thing(w, grad, order):
            for b in order.reshape(2, 2):
                w = w - grad(w, b[[1, 0]])
                yield w
        """,
}


@pytest.mark.parametrize("source", EPOCHS.values(), ids=EPOCHS)
@pytest.mark.parametrize("shape", [(), (2,)])
def test_forms_of_an_epoch(source: str, shape: tuple[int, ...]) -> None:
    reply = run(source, stream(4, shape, order=[3, 0, 1, 2]), form="epoch")
    assert reply["problem"] is None
    each = [-2.5, -5]  # the means of 4 and 1, and of 2 and 3
    assert reply["w"].reshape(len(reply["w"]), -1)[:, 0].tolist() == each[-len(reply["w"]) :]
    assert reply["calls"].sum() == reply["asked"] == 2


@pytest.mark.parametrize("source", [EPOCHS["generator"], EPOCHS["class, last w"], EPOCHS["batches that are lists"]])
def test_an_epoch_on_tensors(source: str) -> None:
    source = source.replace("b.tolist()", "[int(i) for i in b]")
    reply = run(source, stream(4, order=[3, 0, 1, 2]), form="epoch", backend=torch.from_numpy)
    assert reply["problem"] is None
    assert reply["w"][-1, 0] == -5


def test_an_epoch_that_never_ends_is_left_after_as_many_batches_as_examples() -> None:
    reply = run("def Thing(w, grad, order):\n while True: yield w", stream(4, order=range(4)), form="epoch")
    assert (len(reply["w"]), reply["problem"]) == (4, None)


@pytest.mark.parametrize(
    "batch", ["", ", None", ", 0", ", []", ", [0.0]", ", [[0]]", ", [True]", ", 'ab'", ", [[0], [1, 2]]"]
)
def test_a_batch_that_is_no_list_of_examples_raises_in_the_students_line(batch: str) -> None:
    reply = run(f"def Thing(w, grad, order):\n yield grad(w{batch})", stream(4, order=range(4)), form="epoch")
    assert reply["problem"]["type"] == "ValueError"
    assert "batch of example indices" in reply["problem"]["text"]
    assert reply["problem"]["frames"][-1]["line"] == 2


# -- problems ---------------------------------------------------------------------------------------------------------


def said(kind: str, **details: Any) -> dict[str, Any]:
    return {"kind": kind, **details}


PROBLEMS = {
    "raised": ("def Thing(w, grad):\n yield w\n 1 / 0", said("raised", step=2, type="ZeroDivisionError")),
    "raised at once": (
        "class Thing:\n def __init__(self): 1 / 0\n def step(self, w, grad): pass",
        said("raised", step=1),
    ),
    "sys.exit": (step("raise SystemExit(3)"), said("raised", type="SystemExit")),
    "Ctrl-C": (step("raise KeyboardInterrupt"), said("raised", type="KeyboardInterrupt")),
    "stop iteration": (step("next(iter(()))"), said("raised")),
    "too deep": (step("return self.step(w, grad)"), said("raised", type="RecursionError")),
    "not started": (step("raise NotImplementedError"), said("not_started")),
    "not started, in a block": (step("\n  with np.errstate(): raise NotImplementedError"), said("not_started")),
    "not started, passed on": (
        step("\n  try: raise NotImplementedError\n  except ValueError: pass"),
        said("not_started"),
    ),
    "what torch cannot do": (
        step("return torch.zeros(2, device='meta').cpu()"),
        said("raised", type="NotImplementedError"),
    ),
    "memory": (step("raise MemoryError"), said("memory")),
    "memory, numpy": (step("return np.ones((1 << 50,))"), said("memory")),
    "memory, torch": (step("return torch.ones(1 << 50)"), said("memory")),
    "no step": (
        "class Thing:\n def update(self): pass\n n = 3\n def _step(self): pass",
        said("no_step", has=["update"], wanted="step"),
    ),
    "a step of pass set in __init__": (
        "def nothing(w, grad): pass\nclass Thing:\n def __init__(self): self.step = nothing",
        said("not_started"),
    ),
    "grad times": (step("return w - 0.5 * grad"), said("grad_not_called")),
    "grad by an array": (step("return w * grad"), said("grad_not_called")),
    "grad by a tensor": (step("return torch.ones(2) * grad"), said("grad_not_called")),
    "grad squared": (step("return w - grad ** 2"), said("grad_not_called")),
    "grad in a ufunc": (step("return np.square(grad)"), said("grad_not_called")),
    "grad in a function": (step("return np.zeros_like(grad)"), said("grad_not_called")),
    "grad as an array": (step("return np.asarray(grad)"), said("grad_not_called")),
    "grad in torch": (step("return torch.square(grad)"), said("grad_not_called")),
    "grad of a key": (step("return w - grad['W1']"), said("grad_not_called")),
    "grad unrolled": (step("return [g for g in grad]"), said("grad_not_called")),
    "grad has a shape": (step("return np.zeros(grad.shape)"), said("grad_not_called")),
    "step no method": ("class Thing:\n step = 3", said("no_step", has=[])),
    "signature, class": (
        "class Thing:\n def __init__(self, rate): pass\n def step(self, w, grad): pass",
        said("signature", text="missing a required argument: 'rate'"),
    ),
    "signature, generator": ("def Thing(w): yield w", said("signature", text="too many positional arguments")),
    "step takes more": ("class Thing:\n def step(self, w, grad, t): return t", said("raised", type="TypeError")),
    "an array returned": ("def Thing(w, grad): return w", said("not_iterator", type="an array")),
    "a list returned": ("def Thing(w, grad): return [w]", said("not_iterator", type="a list of 1")),
    "nothing returned": ("def Thing(w, grad): grad(w)", said("not_iterator", type="None")),
    "a body of pass": ("def Thing(w, grad): pass", said("not_started")),
    "a body of dots": ("def Thing(w, grad): ...", said("not_started")),
    "a body of words": ("def Thing(w, grad):\n 'v = ...'", said("not_started")),
    "a method of pass": ("class Thing:\n def step(self, w, grad): pass", said("not_started")),
    "a class of pass": ("class Thing: pass", said("not_started")),
    "a class with a start": ("class Thing:\n def __init__(self, lr): self.lr = lr", said("not_started")),
    "a start that takes others": ("class Thing:\n def __init__(self, rate): ...", said("not_started")),
    "a method that nobody calls": ("class Thing:\n def _go(self): ...", said("no_step", has=[])),
    "stopped early": ("def Thing(w, grad):\n yield w\n yield w", said("stopped_early", step=3, steps=3)),
    "no w": ("def Thing(w, grad):\n while 1: yield {'v': w, 3: w}", said("no_w", step=1, keys=["v", "3"])),
    "a text": (step("return 'w'"), said("text_given", step=1, quantity="w", type="text")),
    "integers": (step("return w.astype(int)"), said("integers_given", type="an array of integers (int64)")),
    "nothing yielded": ("def Thing(w, grad):\n while 1: yield", said("none_given", type="None")),
    "not implemented": (step("return NotImplemented"), said("not_started")),
    "no w among lies": (
        "class Key(str):\n  __str__ = None\ndef Thing(w, grad):\n while 1: yield {Key('w'): w}",
        said("no_w", keys=["Key"]),
    ),
    "a class that cannot be asked": (
        "class Asked(type):\n"
        " def __getattribute__(cls, name): raise SystemExit\n"
        "class Thing:\n"
        " def step(self, w, grad): return Asked('Kind', (), {})()",
        said("wrong_type", type="a Kind"),
    ),
    "a tuple": (step("return w, w"), said("tuple_given", type="a tuple of 2")),
    "another shape": (step("return w[:1]"), said("wrong_shape", step=1, actual=[1], expected=[2])),
    "a number for an array": (step("return 0.5"), said("wrong_shape", actual=[], expected=[2])),
}


@pytest.mark.parametrize(("source", "expected"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems(source: str, expected: dict[str, Any]) -> None:
    problem = run(source)["problem"]
    assert {key: problem.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (step("return w"), {"kind": "no_step", "has": ["step"], "wanted": "epoch"}),
        ("def Thing(w, grad): yield w", {"kind": "signature"}),
        ("def Thing(w, grad, order): return 'w'", {"kind": "text_given", "type": "text"}),
        ("def Thing(w, grad, order): return [w]", {"kind": "list_given", "type": "a list of 1"}),
        ("def Thing(w, grad, order):\n yield w\n 1 / 0", {"kind": "raised", "step": 2}),
    ],
)
def test_problems_of_an_epoch(source: str, expected: dict[str, Any]) -> None:
    problem = run(source, stream(4, order=range(4)), form="epoch")["problem"]
    assert {key: problem.get(key) for key in expected} == expected


def test_what_was_done_before_a_problem_is_kept() -> None:
    reply = run("def Thing(w, grad):\n yield w - grad(w)\n yield 'no more'")
    np.testing.assert_array_equal(reply["w"], EXPECTED[:1])


def test_a_hyper_parameter_that_is_not_taken_is_named() -> None:
    problem = run(DESCENT, hyper={"lr": 0.1})["problem"]
    assert problem == {"kind": "signature", "text": "got an unexpected keyword argument 'lr'"}


def test_what_a_problem_quotes_is_capped() -> None:
    name = "n" * 10_000
    source = f"class Thing:\n def {name}(self): pass"
    assert len(str(run(source)["problem"])) < 1000
    assert len(str(run(f"def Thing(w, grad):\n yield {{{name!r}: w}}")["problem"])) < 1000
    assert len(str(run(f"class {name}: pass\ndef Thing(w, grad): return {name}()")["problem"])) < 1000


# -- exceptions -------------------------------------------------------------------------------------------------------


def raised(source: str) -> Any:
    return run(source)["problem"]


def test_an_exception_is_told_by_the_students_own_lines() -> None:
    source = """
        import json
        def inner(x):
            return json.loads(x)
        class Thing:
            def step(self, w, grad):
                return inner("{")
        """
    frames = raised(source)["frames"]
    assert [(each["file"], each["function"], each["line"]) for each in frames] == [
        (FILE, "step", 7),
        (FILE, "inner", 4),
    ]


@pytest.mark.parametrize(
    "error",
    [
        "ValueError('x' * 10**6)",
        "ValueError('\\ud800')",
        "type('E' * 500, (Exception,), {})()",
        "type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "type('E', (Exception,), {'__str__': lambda self: 3})()",
        "type('E', (Exception,), {'__repr__': lambda self: 1 / 0, '__str__': lambda self: self.args[9]})()",
        "type('E', (BaseException,), {})()",
        "ExceptionGroup('many', [ValueError(1)] * 1000)",
    ],
)
def test_exceptions_that_are_huge_or_fail_to_print(error: str) -> None:
    problem = raised(step(f"raise {error}"))
    assert problem["kind"] == "raised"
    assert type(problem["text"]) is str
    assert len(str(problem)) < 3000


def test_a_deep_recursion_is_told_by_its_innermost_lines() -> None:
    assert len(raised(step("return self.step(w, grad)"))["frames"]) == 5


def test_grad_may_be_asked_whether_it_is_an_array() -> None:
    grad = Gradients(np.ones((1, 2)), np.asarray)
    assert not hasattr(grad, "shape")
    assert callable(grad)
