"""CS231n's functions behind the contract's signatures, called as the contract calls them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from harness.adapters import cs231n
from tests.adapters.students import LAYERS, OPTIM, STARTER, module, replaced

X = np.array([[1.0, -2.0, 4.0], [0.5, 8.0, -1.0], [3.0, 1.0, 2.0], [-4.0, 0.25, 1.0]])
DY = np.array([[1.0, 0.5, -1.0], [2.0, -0.25, 0.0], [0.5, 4.0, 1.0], [-2.0, 1.0, 3.0]])
GAMMA, BETA = np.array([1.0, 2.0, -0.5]), np.array([0.0, -1.0, 3.0])
U = np.array([[0.1, 0.9, 0.3], [0.6, 0.2, 0.7], [0.8, 0.4, 0.05], [0.35, 0.15, 0.95]])
RATE = 0.25


def adapted(source: str) -> dict[str, Any]:
    return cs231n.adapt(module(source))


def test_it_gives_what_the_module_has_and_nothing_else() -> None:
    assert set(adapted(OPTIM)) == {"gradient_descent", "momentum", "rmsprop", "adam"}
    assert set(adapted(LAYERS)) == {
        "batch_norm_forward",
        "batch_norm_backward",
        "batch_norm_inference",
        "inverted_dropout",
        "dropout_backward",
    }
    assert adapted("adam = None\ndef affine_forward(x, w, b): ...") == {}


# -- optimizers -------------------------------------------------------------------------------------------------------


def test_the_config_is_given_in_full_with_the_contracts_defaults_and_t_0() -> None:
    source = "def adam(x, dx, config=None):\n    seen.append(dict(config))\n    return x, config\nseen = []"
    student = module(source)
    optimizer = cs231n.adapt(student)["adam"]
    optimizer().step(np.zeros(2), np.ones_like)
    assert student.seen.pop() == {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    optimizer(lr=0.5, beta1=0.25, beta2=0.125, eps=2.0).step(np.zeros(2), np.ones_like)
    assert student.seen.pop() == {"learning_rate": 0.5, "beta1": 0.25, "beta2": 0.125, "epsilon": 2.0, "t": 0}


def test_the_config_stays_the_config_behind_another_argument() -> None:
    extra = replaced(OPTIM, ("def sgd(w, dw, config=None)", "def sgd(w, dw, loss=None, config=None)"))
    np.testing.assert_array_equal(adapted(extra)["gradient_descent"](lr=0.5).step(np.zeros(1), np.ones_like), [-0.5])
    needed = replaced(OPTIM, ("def sgd(w, dw, config=None)", "def sgd(w, dw, loss, config=None)"))
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'loss'"):
        adapted(needed)["gradient_descent"]().step(np.zeros(1), np.ones_like)


def test_a_config_of_another_name_is_passed_by_position() -> None:
    renamed = replaced(OPTIM, ("def sgd(w, dw, config=None):\n", "def sgd(w, dw, cfg):\n    config = cfg\n"))
    np.testing.assert_array_equal(adapted(renamed)["gradient_descent"](lr=0.5).step(np.zeros(1), np.ones_like), [-0.5])


ADVANCED = '    config["t"] += 1\n'
LATER = replaced(OPTIM, (ADVANCED, ""), ("np.sqrt(v_hat) + eps)\n", "np.sqrt(v_hat) + eps)\n" + ADVANCED))
FROM_1 = ('config.setdefault("t", 0)', 'config.setdefault("t", 1)')
UNCOUNTED = replaced(OPTIM, (ADVANCED, ""), FROM_1)
RATE_FIRST = replaced(
    LATER,
    ('m_hat = m / (1 - beta1 ** config["t"])', 'lr_t = config["learning_rate"] / (1 - beta1 ** config["t"])'),
    ('config["learning_rate"] * m_hat', "lr_t * m"),
)


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        pytest.param(OPTIM, (1, 2, 3), id="from 0, advanced first"),
        pytest.param(replaced(OPTIM, FROM_1), (1, 2, 3), id="from 1, advanced first, as in 2017"),
        pytest.param(replaced(LATER, FROM_1), (1, 2, 3), id="from 1, advanced last"),
        pytest.param(replaced(RATE_FIRST, FROM_1), (1, 2, 3), id="from 1, advanced last, in Python's numbers"),
        pytest.param(UNCOUNTED, (1, 1, 1), id="from 1, never advanced"),
    ],
)
def test_t_begins_where_the_students_code_can_begin(source: str, counts: tuple[int, ...]) -> None:
    optimizer = adapted(source)["adam"](lr=0.5, beta1=0.75, beta2=0.875, eps=0.25)
    w, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    for t in counts:
        expected = w.copy()
        g = np.array([0.5, t])
        m, v = 0.75 * m + 0.25 * g, 0.875 * v + 0.125 * g**2
        expected -= 0.5 * (m / (1 - 0.75**t)) / (np.sqrt(v / (1 - 0.875**t)) + 0.25)
        w = optimizer.step(w, lambda w, g=g: g.copy())
        np.testing.assert_allclose(w, expected)


@pytest.mark.parametrize(
    "source",
    [LATER, replaced(LATER, ('    config.setdefault("t", 0)\n', ""))],
    ids=["its own t is 0", "it has no t of its own"],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_cannot_begin_at_its_own_t_either_begins_at_0(source: str) -> None:
    optimizer = adapted(source)["adam"]()
    assert np.isnan(optimizer.step(np.zeros(1), np.zeros_like)).all()
    assert optimizer.config["t"] == 1


def test_the_first_step_of_adam_changes_w_once() -> None:
    source = replaced(LATER, FROM_1, ('next_w = w - config["learning_rate"] * m_hat', "next_w = w; next_w -= m_hat"))
    w = np.zeros(1)
    step = adapted(source)["adam"](beta1=0.5, beta2=0.5, eps=1.0).step
    assert step(w, np.ones_like) is w
    np.testing.assert_array_equal(w, [-0.5])


def test_each_instance_keeps_its_own_config_from_step_to_step() -> None:
    momentum = adapted(OPTIM)["momentum"]
    first, second = momentum(lr=1.0, gamma=0.5), momentum(lr=1.0, gamma=0.5)
    w = first.step(np.zeros(1), lambda w: np.ones(1))
    np.testing.assert_array_equal(second.step(np.zeros(1), lambda w: np.ones(1)), [-1.0])
    np.testing.assert_array_equal(first.step(w, lambda w: np.ones(1)), [-2.5])
    np.testing.assert_array_equal(first.v, [1.5])


def test_a_result_that_is_no_pair_is_told_as_such() -> None:
    adam = adapted("def adam(w, dw, config=None): return w")["adam"]
    with pytest.raises(TypeError, match="adam returned ndarray, not two values"):
        adam().step(np.zeros(2), np.ones_like)


# -- batch normalization ----------------------------------------------------------------------------------------------


def batch_norm(x: Any, eps: float) -> Any:
    return GAMMA * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + BETA


def test_batch_norm_there_and_back() -> None:
    layers = adapted(LAYERS)
    y, cache = layers["batch_norm_forward"](X, GAMMA, BETA, eps=0.5)
    np.testing.assert_allclose(y, batch_norm(X, 0.5))
    dx, dgamma, dbeta = layers["batch_norm_backward"](DY, cache)
    step = 1e-6
    numeric = np.empty_like(X)
    for place in np.ndindex(X.shape):
        moved = np.zeros_like(X)
        moved[place] = step
        numeric[place] = np.sum(DY * (batch_norm(X + moved, 0.5) - batch_norm(X - moved, 0.5))) / (2 * step)
    np.testing.assert_allclose(dx, numeric, atol=1e-8)
    np.testing.assert_allclose(dgamma, np.sum(DY * (y - BETA) / GAMMA, axis=0))
    np.testing.assert_allclose(dbeta, DY.sum(axis=0))


def test_inference_uses_the_statistics_it_is_given() -> None:
    mean, var = np.array([1.0, 2.0, 3.0]), np.array([4.0, 1.0, 0.25])
    y = adapted(LAYERS)["batch_norm_inference"](X, GAMMA, BETA, mean, var, eps=0.5)
    np.testing.assert_allclose(y, GAMMA * (X - mean) / np.sqrt(var + 0.5) + BETA)


@pytest.mark.parametrize(
    "change",
    [
        ("cache = (xhat, std, gamma)", "cache = [xhat, std, gamma]"),
        ("cache = (xhat, std, gamma)", "cache = {'xhat': xhat, 'std': std, 'gamma': gamma}"),
        ("np.sum(dout * xhat, axis=0)", "np.sum(dout * xhat, axis=0, keepdims=True)"),
    ],
    ids=["list", "dict", "(1, D)"],
)
def test_the_cache_is_the_students_own(change: tuple[str, str]) -> None:
    source = replaced(LAYERS, change)
    if "'xhat'" in source:
        source = replaced(source, ("= cache\n", "= cache['xhat'], cache['std'], cache['gamma']\n"))
    right, layers = adapted(LAYERS), adapted(source)
    expected = right["batch_norm_backward"](DY, right["batch_norm_forward"](X, GAMMA, BETA)[1])
    got = layers["batch_norm_backward"](DY, layers["batch_norm_forward"](X, GAMMA, BETA)[1])
    for one, other in zip(expected, got, strict=True):
        np.testing.assert_array_equal(np.squeeze(one), np.squeeze(other))


def test_a_cache_that_is_a_dict_is_one_of_python_2() -> None:
    source = replaced(
        LAYERS,
        ("cache = (xhat, std, gamma)", "cache = {'xhat': xhat, 'std': std, 'gamma': gamma}"),
        ("xhat, std, gamma = cache", "xhat, std, gamma = (val for key, val in cache.iteritems())"),
    )
    right, layers = adapted(LAYERS), adapted(source)
    expected = right["batch_norm_backward"](DY, right["batch_norm_forward"](X, GAMMA, BETA)[1])
    got = layers["batch_norm_backward"](DY, layers["batch_norm_forward"](X, GAMMA, BETA)[1])
    np.testing.assert_array_equal(got[0], expected[0])


def test_the_alternative_backward_counts_where_only_that_is_written() -> None:
    backward = LAYERS[LAYERS.index("def batchnorm_backward") : LAYERS.index("def dropout_forward")]
    alt = backward.replace("batchnorm_backward", "batchnorm_backward_alt")
    starter = STARTER[STARTER.index("def batchnorm_backward") : STARTER.index("def dropout_forward")]
    expected = module(LAYERS).batchnorm_backward(DY, (X, GAMMA, BETA))
    for source in ("import numpy as np\n" + alt, "import numpy as np\n" + starter + alt):
        got = adapted(source)["batch_norm_backward"](DY, (X, GAMMA, BETA))
        for one, other in zip(expected, got, strict=True):
            np.testing.assert_array_equal(one, other)


# -- dropout ----------------------------------------------------------------------------------------------------------

KEPT = U < 1 - RATE
"""What a student keeps who keeps below p: the contract's dialect other_tail, as most do."""

DROPS = replaced(LAYERS, ("We keep each neuron", "We drop each neuron"), ("< p) / p", ">= p) / (1 - p)"))


@pytest.mark.parametrize(
    ("draw", "kept"),
    [
        ("np.random.rand(*x.shape) < p", KEPT),
        ("np.random.random(x.shape) < p", KEPT),
        ("np.random.random_sample(x.shape) < p", KEPT),
        ("np.random.uniform(size=x.shape) < p", KEPT),
        ("np.random.rand(*x.shape) >= 1 - p", U >= RATE),
        ("np.random.binomial(1, p, size=x.shape)", U >= RATE),
        ("np.random.choice([0, 1], size=x.shape, p=[1 - p, p])", U >= RATE),
        ("np.random.choice([1, 0], size=x.shape, p=[p, 1 - p])", KEPT),
    ],
)
def test_a_mask_is_made_of_u_however_it_is_drawn(draw: str, kept: Any) -> None:
    layers = adapted(replaced(LAYERS, ("np.random.rand(*x.shape) < p", draw)))
    np.testing.assert_allclose(layers["inverted_dropout"](X, RATE, U, True), X * kept / (1 - RATE))
    np.testing.assert_array_equal(layers["inverted_dropout"](X, RATE, U, False), X)
    np.testing.assert_allclose(layers["dropout_backward"](DY, RATE, U), DY * kept / (1 - RATE))


def test_a_mask_of_normal_numbers_is_refused() -> None:
    layers = adapted(replaced(LAYERS, ("np.random.rand(", "np.random.randn(")))
    with pytest.raises(ValueError, match="randn draws normal numbers"):
        layers["inverted_dropout"](X, RATE, U, True)


@pytest.fixture(params=["docstring", "keep", "drop"])
def setting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(cs231n, "SETTING", request.param)
    return str(request.param)


def test_p_keeps_or_drops_by_the_setting(setting: str) -> None:
    keeps = adapted(LAYERS)["inverted_dropout"](X, RATE, U, True)
    drops = adapted(DROPS)["inverted_dropout"](X, RATE, U, True)
    silent = adapted(replaced(LAYERS, ('    """We keep each neuron output with probability p."""\n', "")))
    right = X * KEPT / (1 - RATE), X * (U >= RATE) / (1 - RATE)
    swapped = X * (U < RATE) / RATE, X * (U >= 1 - RATE) / RATE
    np.testing.assert_allclose(keeps, swapped[0] if setting == "drop" else right[0])
    np.testing.assert_allclose(drops, swapped[1] if setting == "keep" else right[1])
    np.testing.assert_allclose(silent["inverted_dropout"](X, RATE, U, True), keeps)


def test_every_setting_is_declared() -> None:
    assert cs231n.SETTING == cs231n.SETTINGS[0] == "docstring"


# -- what is not written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "arguments"),
    [
        ("batch_norm_forward", (X, GAMMA, BETA)),
        ("batch_norm_inference", (X, GAMMA, BETA, BETA, GAMMA)),
        ("batch_norm_backward", (DY, None)),
        ("inverted_dropout", (X, RATE, U, True)),
        ("dropout_backward", (DY, RATE, U)),
    ],
)
def test_the_starters_none_is_not_started(id: str, arguments: Any) -> None:
    with pytest.raises(NotImplementedError):
        adapted(STARTER)[id](*arguments)


def test_a_backward_that_is_not_written_behind_a_right_forward_is_not_started() -> None:
    source = LAYERS[: LAYERS.index("def dropout_backward")] + STARTER[STARTER.index("def dropout_backward") :]
    with pytest.raises(NotImplementedError):
        adapted(source)["dropout_backward"](DY, RATE, U)


# -- the Python of the time -------------------------------------------------------------------------------------------

OLD = """
from __future__ import print_function, division
from builtins import range, object
from past.builtins import xrange, basestring
from past.utils import old_div
from future import standard_library
from future.utils import iteritems
import numpy as np
standard_library.install_aliases()

def sgd(w, dw, config=None):
    for i in xrange(np.int(old_div(3, 2))):
        w = w - config['learning_rate'] * dw.astype(np.float)
    assert config.has_key('learning_rate') and dict(iteritems(config)) == dict(config.iteritems())
    return w, config
"""


@pytest.fixture
def _nothing_stays() -> Iterator[None]:
    modules, names, numpys = dict(sys.modules), dict(vars(builtins)), dict(vars(np))
    finders = list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for space, kept in ((sys.modules, modules), (vars(builtins), names), (vars(np), numpys)):
        for name in space.keys() - kept.keys():
            del space[name]


@pytest.mark.usefixtures("_nothing_stays")
def test_old_code_finds_what_it_needs() -> None:
    cs231n.before()
    optimizer = adapted(OLD)["gradient_descent"]
    np.testing.assert_array_equal(optimizer(lr=0.5).step(np.zeros(2), np.ones_like), [-0.5, -0.5])


def test_importing_the_adapter_changes_nothing() -> None:
    assert not hasattr(builtins, "xrange")
    assert not hasattr(np, "int")
