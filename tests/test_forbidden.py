"""What the assignment bars is not to be had, by whatever way; and nothing else is the worse for it."""

from __future__ import annotations

import textwrap
from contextlib import nullcontext
from dataclasses import replace

import pytest

from harness.results import SubmissionResult
from harness.runner import isolation
from tests import levels
from tests.graded import GRADIENT_DESCENT, algorithm, asked, grade

BASIS = """
import torch
from torch import nn

BACKEND = "torch"


{reach}


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        p = nn.Parameter(w.clone())
        p.grad = grad(w)
        descend(p, self.lr)
        return p.detach()
"""

USES = {
    "attribute": """
        def descend(p, lr):
            torch.optim.SGD([p], lr=lr).step()
        """,
    "import": """
        import torch.optim

        def descend(p, lr):
            torch.optim.SGD([p], lr=lr).step()
        """,
    "from_torch": """
        from torch import optim

        def descend(p, lr):
            optim.SGD([p], lr=lr).step()
        """,
    "from_optim": """
        from torch.optim import SGD

        def descend(p, lr):
            SGD([p], lr=lr).step()
        """,
    "from_deeper": """
        from torch.optim.sgd import SGD as descent

        def descend(p, lr):
            descent([p], lr=lr).step()
        """,
    "functional": """
        import torch.optim.sgd as functional

        @torch.no_grad()
        def descend(p, lr):
            functional.sgd([p], [p.grad], [None], weight_decay=0, momentum=0, lr=lr, dampening=0, nesterov=False,
                           maximize=False, has_sparse_grad=False, foreach=False)
        """,
    "import_module": """
        import importlib

        def descend(p, lr):
            importlib.import_module("torch" + ".op" + "tim").SGD([p], lr=lr).step()
        """,
    "dunder_import": """
        def descend(p, lr):
            __import__("torch.optim").optim.SGD([p], lr=lr).step()
        """,
    "getattr": """
        def descend(p, lr):
            getattr(getattr(torch, "op" + "tim"), "SGD")([p], lr=lr).step()
        """,
    "vars": """
        def descend(p, lr):
            vars(torch)["optim"].SGD([p], lr=lr).step()
        """,
    "eval": """
        def descend(p, lr):
            eval("torch." + "optim.SGD")([p], lr=lr).step()
        """,
    "pickle": """
        import pickle

        def descend(p, lr):
            pickle.loads(b"ctorch.optim\\nSGD\\n.")([p], lr=lr).step()
        """,
    "subclass": """
        def descend(p, lr):
            class Mine(torch.optim.SGD):
                pass
            Mine([p], lr=lr).step()
        """,
    "swallowed": """
        def descend(p, lr):
            try:
                torch.optim.SGD([p], lr=lr).step()
            except ImportError:
                raise
        """,
    "subclasses": """
        def descend(p, lr):
            every = [object]
            for each in every:
                every += type.__subclasses__(each)
            next(each for each in every if each.__name__ == "SGD" and "optim" in each.__module__)([p], lr=lr).step()
        """,
    "without_init": """
        def descend(p, lr):
            every = [object]
            for each in every:
                every += type.__subclasses__(each)
            SGD = next(each for each in every if each.__name__ == "SGD" and "optim" in each.__module__)
            opt = object.__new__(SGD)
            opt.state, opt.defaults = {p: {}}, {"differentiable": False}
            group = dict(params=[p], lr=lr, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False,
                         foreach=False, differentiable=False, fused=False)
            opt.param_groups = [group]
            opt._optimizer_step_pre_hooks, opt._optimizer_step_post_hooks = {}, {}
            SGD.step(opt)
        """,
    "wrapped_step": """
        @torch.no_grad()
        def descend(p, lr):
            every = [object]
            for each in every:
                every += type.__subclasses__(each)
            SGD = next(each for each in every if each.__name__ == "SGD" and "optim" in each.__module__)
            inner = SGD.step
            while inner.__closure__:
                inner = next(c.cell_contents for c in inner.__closure__ if hasattr(c.cell_contents, "__code__"))
            opt = type("O", (), {})()
            opt.state, opt._cuda_graph_capture_health_check = {p: {}}, lambda: None
            opt.param_groups = [dict(params=[p], lr=lr, momentum=0, dampening=0, weight_decay=0, nesterov=False,
                                maximize=False, foreach=False, differentiable=False, fused=False)]
            opt._init_group = lambda g, ps, gs, ms: (ps.append(p), gs.append(p.grad), ms.append(None), False)[-1]
            inner(opt)
        """,
}
"""Ways to ``descend`` by torch's own optimizer that find it, or a name of it: they end as forbidden."""

DIGS = {
    "sys_modules": """
        import sys

        def descend(p, lr):
            sys.modules["torch.optim"].SGD([p], lr=lr).step()
        """,
    "modules_by_file": """
        import sys

        def descend(p, lr):
            for name, module in list(sys.modules.items()):
                if "optim/sgd" in str(getattr(module, "__file__", "")):
                    return module.SGD([p], lr=lr).step()
            raise LookupError
        """,
    "referents": """
        import gc, sys

        seen, waiting, found = set(), [dict(sys.modules)], []
        while waiting and not found:
            each = waiting.pop()
            if id(each) not in seen:
                seen.add(id(each))
                if type(each) is type and each.__name__ == "SGD":
                    found.append(each)
                waiting += gc.get_referents(each)

        def descend(p, lr):
            found[0]([p], lr=lr).step()
        """,
    "globals_of_others": """
        import sys

        def descend(p, lr):
            for name, module in list(sys.modules.items()):
                for value in list(getattr(module, "__dict__", {}).values()):
                    if isinstance(value, type) and value.__name__ == "Optimizer" and "optim" in value.__module__:
                        SGD = next(each for each in value.__subclasses__() if each.__name__ == "SGD")
                        return SGD([p], lr=lr).step()
            raise LookupError
        """,
    "no_finder": """
        import sys

        sys.meta_path[:] = [each for each in sys.meta_path if "forbid" not in type(each).__module__]
        for name in [name for name in sys.modules if name.startswith("torch.optim")]:
            del sys.modules[name]

        def descend(p, lr):
            import torch.optim.sgd as found
            try:
                found.SGD([p], lr=lr).step()
            finally:
                for name in [name for name in sys.modules if name.startswith("torch.optim")]:
                    del sys.modules[name]
        """,
    "reload": """
        import importlib, sys

        def descend(p, lr):
            importlib.reload(sys.modules["torch.optim.sgd"]).SGD([p], lr=lr).step()
        """,
    "spec": """
        import importlib.util, os

        def descend(p, lr):
            file = os.path.join(os.path.dirname(torch.__file__), "optim", "sgd.py")
            spec = importlib.util.spec_from_file_location("torch.optim.again", file)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            module.SGD([p], lr=lr).step()
        """,
    "source": """
        import os, types, sys

        def descend(p, lr):
            folder = os.path.join(os.path.dirname(torch.__file__), "optim")
            package = types.ModuleType("mine")
            package.__path__ = []
            sys.modules["mine"] = package
            for name in ("optimizer", "sgd"):
                module = types.ModuleType(f"mine.{name}")
                module.__package__ = "mine"
                sys.modules[module.__name__] = module
                text = open(os.path.join(folder, name + ".py")).read()
                text = text.replace("from torch.optim.optimizer", "from mine.optimizer")
                exec(compile(text, name, "exec", dont_inherit=True), vars(module))
            sys.modules["mine.sgd"].SGD([p], lr=lr).step()
        """,
}
"""Ways that dig for it: they end without it, as forbidden or in an exception of their own."""

READS = ("no_finder", "source")
"""Those of them that read its files. Only the wall keeps them from that."""

HONEST = {
    "never_used": """
        import keras
        import tensorflow as tf
        import torch.optim
        from sklearn import datasets
        from torch.optim import SGD, lr_scheduler

        def configured(model: torch.optim.Optimizer, other: SGD | None = None) -> "torch.optim.Adam":
            return torch.optim.Adam(model)

        def descend(p, lr):
            assert not isinstance(p, SGD)
            p.data -= lr * p.grad
        """,
    "a_variable": """
        optim = {"lr": 1}

        class keras:
            optim = optim

        def descend(p, lr):
            p.data -= keras.optim["lr"] * lr * p.grad
        """,
    "all_of_torch": """
        import torch.nn.functional as F
        from torch import autograd, jit, fx
        from torch.autograd import Function, gradcheck
        from torch.distributions import Bernoulli, Normal
        from torch.func import grad as gradient, vmap
        from torch.nn.utils import clip_grad_norm_, parameters_to_vector
        from torch.nn.utils.parametrizations import weight_norm
        from torch.utils.checkpoint import checkpoint
        from torch.utils.data import DataLoader, TensorDataset

        class Double(Function):
            @staticmethod
            def forward(ctx, x):
                return 2 * x

            @staticmethod
            def backward(ctx, g):
                return 2 * g

        x = torch.linspace(-1, 1, 6, dtype=torch.float64, requires_grad=True)
        F.cross_entropy(Double.apply(x).reshape(2, 3), torch.tensor([0, 1])).backward()
        assert gradcheck(Double.apply, (x,))
        assert vmap(gradient(lambda v: (v**2).sum()))(torch.ones(3, 2)).sum() == 12
        assert nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())(torch.ones(5, 3)).shape == (5, 4)
        layer = weight_norm(nn.Linear(3, 4))
        for (batch,) in DataLoader(TensorDataset(torch.ones(4, 3)), batch_size=2):
            layer(batch).sum().backward()
        clip_grad_norm_(layer.parameters(), 1.0)
        Normal(0.0, 1.0).log_prob(Bernoulli(0.5).sample())
        checkpoint(lambda v: v.sin(), x, use_reentrant=False).sum().backward()
        torch.jit.script(nn.Linear(2, 2))
        fx.symbolic_trace(nn.Linear(2, 2))
        with torch.autograd.profiler.profile():
            torch.save(layer.state_dict(), "weights.pt")
            layer.load_state_dict(torch.load("weights.pt"))

        def descend(p, lr):
            with torch.no_grad():
                p.add_(p.grad, alpha=-lr)
        """,
}


def graded(
    reaches: dict[str, str], *, forbid: tuple[str, ...] | None = None, wall: bool = True
) -> dict[str, SubmissionResult]:
    sources = {name: BASIS.format(reach=textwrap.dedent(reach)) for name, reach in reaches.items()}
    assignment = asked("gradient_descent", seconds=60)
    assignment = assignment if forbid is None else replace(assignment, forbid=forbid)
    with levels.best() if wall else nullcontext(isolation.basic()) as chosen:
        return grade(sources, assignment, isolation=chosen)


@pytest.fixture(scope="module", params=[False, True], ids=["no wall", "wall"])
def walled(request: pytest.FixtureRequest) -> bool:
    if request.param and not isolation.best(isolation.probe()).walled:
        pytest.skip("no wall on this machine")
    return bool(request.param)


@pytest.fixture(scope="module")
def results(walled: bool) -> dict[str, SubmissionResult]:
    return graded({**USES, **DIGS, **HONEST}, wall=walled)


def said(result: SubmissionResult) -> tuple[str, str]:
    """Status and message of the one algorithm, or why it could not be loaded."""
    of = algorithm(result, "gradient_descent")
    message = of.message or (result.load_error and result.load_error.message)
    return of.status, str(message)


@pytest.mark.slow
def test_what_is_tried_here_works_where_nothing_is_barred() -> None:
    results = graded({**USES, **DIGS}, forbid=(), wall=False)
    assert {name: said(result) for name, result in results.items() if said(result)[0] != "pass"} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", USES)
def test_what_is_used_is_forbidden(results: dict[str, SubmissionResult], name: str) -> None:
    assert said(results[name])[0] == "forbidden", said(results[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", DIGS)
def test_what_is_dug_for_is_not_found(results: dict[str, SubmissionResult], walled: bool, name: str) -> None:
    if name in READS and not walled:
        pytest.skip("its files can be read where there is no wall")
    assert said(results[name])[0] in ("forbidden", "error"), said(results[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_what_is_not_used_costs_nothing(results: dict[str, SubmissionResult], name: str) -> None:
    assert said(results[name])[0] == "pass", (said(results[name]), results[name].load_error)


@pytest.mark.slow
def test_where_it_is_used_and_where_it_is_named_is_told(results: dict[str, SubmissionResult]) -> None:
    message = algorithm(results["from_torch"], "gradient_descent").message
    assert message is not None
    assert message.params["name"] == "torch.optim.SGD"
    assert message.params["frames"][-1]["line"] == 12
    assert message.params["frames"][-1]["code"] == "optim.SGD([p], lr=lr).step()"
    named = [note for note in results["never_used"].notes if note.id == "names_forbidden"]
    places = [(note.params["name"], note.params["line"]) for note in named]
    assert places == [("keras", 9), ("tensorflow", 10), ("torch.optim", 11), ("sklearn", 12)]
    assert not results["a_variable"].notes


BY_NAME = {
    "a_class": """
        def descend(p, lr):
            torch.nn.Linear(1, 1)
            p.data -= lr * p.grad
        """,
    "a_class_by_another_name": """
        def descend(p, lr):
            torch.nn.modules.linear.Linear(1, 1)
            p.data -= lr * p.grad
        """,
    "a_function": """
        from torch.nn.functional import mse_loss

        def descend(p, lr):
            mse_loss(p, p)
            p.data -= lr * p.grad
        """,
    "a_function_of_c": """
        def descend(p, lr):
            torch.addcmul(p.data, p.grad, torch.full_like(p, -lr), out=p.data)
        """,
    "neither": """
        def descend(p, lr):
            torch.nn.functional.l1_loss(p.data, p.data)
            torch.nn.Bilinear(1, 1, 1)
            p.data -= lr * p.grad
        """,
}


@pytest.mark.slow
def test_what_is_in_a_module_can_be_barred_by_name() -> None:
    names = ("torch.nn.Linear", "torch.nn.functional.mse_loss", "torch.addcmul", "torch.no_such_thing")
    sources = {id: BASIS.format(reach=textwrap.dedent(reach)) for id, reach in BY_NAME.items()}
    found = grade(sources, replace(asked("gradient_descent"), forbid=names))
    statuses = {id: algorithm(result, "gradient_descent").status for id, result in found.items()}
    assert statuses == {**dict.fromkeys(BY_NAME, "forbidden"), "neither": "pass"}
    (note,) = found["a_function_of_c"].notes
    assert (note.id, note.params["name"]) == ("names_forbidden", "torch.addcmul")


LATE = {
    "imported": "import jinja2\nuse = lambda: jinja2.Template('')",
    "from": "from jinja2 import Template as use",
    "again": "import sys, jinja2\ndel sys.modules['jinja2']\nimport jinja2\nuse = lambda: jinja2.Template('')",
    "reloaded": "import importlib, jinja2\nimportlib.reload(jinja2)\nuse = lambda: jinja2.Template('')",
    "where_it_is_defined": "import jinja2, jinja2.environment\nuse = lambda: jinja2.environment.Template('')",
    "another": "import jinja2\nuse = lambda: jinja2.Environment()",
    "of_torch": "import importlib\nuse = lambda: importlib.import_module('tor' + 'ch').nn.Linear(1, 1)",
    "another_of_torch": "import importlib\nuse = lambda: importlib.import_module('tor' + 'ch').nn.Bilinear(1, 1, 1)",
}
"""Packages that nobody has imported yet when they are barred."""


@pytest.mark.slow
@pytest.mark.parametrize("walled", [False, True])
def test_what_is_in_a_module_that_is_imported_later_is_barred_too(walled: bool) -> None:
    late = {id: f"{code}\n{GRADIENT_DESCENT.replace('return', 'use(); return')}" for id, code in LATE.items()}
    barred = replace(asked("gradient_descent", seconds=60), forbid=("jinja2.Template", "torch.nn.Linear"))
    with levels.best() if walled else nullcontext(isolation.basic()) as chosen:
        found = grade(late, barred, isolation=chosen)
    statuses = {id: algorithm(result, "gradient_descent").status for id, result in found.items()}
    assert statuses == {**dict.fromkeys(LATE, "forbidden"), "another": "pass", "another_of_torch": "pass"}


BY_TORCH = GRADIENT_DESCENT.replace("self.lr * grad(w)", "torch.mul(self.lr, grad(w))")
ALL_OF_TORCH = {
    "numpy": GRADIENT_DESCENT,
    "by_torch": f'import torch\n\nBACKEND = "torch"\n{BY_TORCH}',
    "unused": f"import torch\n{GRADIENT_DESCENT}",
}


@pytest.mark.slow
@pytest.mark.parametrize("walled", [False, True])
def test_a_package_whose_classes_cannot_be_changed_is_barred_too(walled: bool) -> None:
    barred = replace(asked("gradient_descent"), forbid=("torch",))
    with levels.best() if walled else nullcontext(isolation.basic()) as chosen:
        found = grade(ALL_OF_TORCH, barred, isolation=chosen)
    statuses = {id: algorithm(result, "gradient_descent").status for id, result in found.items()}
    assert statuses == {"numpy": "pass", "by_torch": "forbidden", "unused": "pass"}
