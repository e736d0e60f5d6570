import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models
from reference.compilations import counted_compilations

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import Rate, RateJax, unit_eigs
from bouton.parameters import Constant, SimulationParameter

N, STEPS = 3, 25
RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(2, STEPS, N))
W_REC = RNG.normal(size=(N, N)) * 0.8
PARAMETERS = {
    "defaults": {},
    "scalars": {"tau": 0.05, "bias": 0.2, "threshold": 0.1},
    "per unit": {
        "tau": np.array([0.011, 0.05, 0.2]),
        "bias": np.array([0.1, -0.2, 0.3]),
        "threshold": np.array([0.0, 0.1, -0.1]),
    },
    "clipped tau": {"tau": np.array([1e-4, 0.009, 0.011])},
    "another dt": {"dt": 5e-3, "tau": 0.08},
    "recurrent": {"w_rec": W_REC, "bias": 0.3},
}


@pytest.fixture(params=[Rate, RateJax], ids=["plain", "functional"])
def cls(request):
    return request.param


def made(cls, parameters, act="relu"):
    return cls(N, has_rec="w_rec" in parameters, activation_func=act, **parameters)


@pytest.mark.parametrize("act", ["ReLU", "tanh", "SIGMOID"])
@pytest.mark.parametrize("name", PARAMETERS)
def test_outputs_records_and_states_are_those_of_the_equations(cls, name, act):
    parameters = PARAMETERS[name]
    outputs, recurrent, activity = models.batched(models.rate, SERIES, act=act.lower(), **parameters)
    module = made(cls, parameters, act)
    out, state, record = module(SERIES, record=True)
    assert_allclose(out, outputs, rtol=1e-4, atol=1e-5)
    assert list(record) == ["rec_input", "x"]
    assert_allclose(record["rec_input"], recurrent, rtol=1e-4, atol=1e-5)
    assert_allclose(record["x"], activity, rtol=1e-4, atol=1e-5)
    assert_allclose(state["x"], activity[0, -1], rtol=1e-4, atol=1e-5)
    expected = activity[0, -1] if cls is Rate else np.zeros(N)
    assert_allclose(module.x, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["per unit", "recurrent"])
def test_compiled_looped_and_eager_runs_agree(name):
    parameters = PARAMETERS[name]
    expected = models.rate(SERIES[0], act="tanh", **parameters)[0]
    eager, compiled, looped = (made(Rate, parameters, "tanh") for _ in range(3))
    assert_allclose(eager(SERIES[0])[0][0], expected, rtol=1e-4, atol=1e-5)
    run = bm.jit(lambda x: compiled(x)[0])
    assert_allclose(run(SERIES[0])[0], expected, rtol=1e-4, atol=1e-5)
    steps = bm.for_loop(lambda x: looped(x[None])[0][0, 0], SERIES[0])
    assert_allclose(steps, expected, rtol=1e-4, atol=1e-5)
    for module in (compiled, looped):
        assert_allclose(module.x, eager.x, rtol=1e-4, atol=1e-5)


def test_an_activation_may_be_a_function():
    def act(x, threshold):
        return jnp.square(x) - threshold

    out, _, _ = Rate(N, activation_func=act, threshold=0.5)(SERIES)
    expected = models.batched(models.rate, SERIES, act=lambda x, th: x * x - th, threshold=0.5)[0]
    assert_allclose(out, expected, rtol=1e-4, atol=1e-5)


def test_a_variable_that_an_activation_reads_is_seen_when_it_changes():
    gain = bm.Variable(1.0)
    rate = Rate(1, activation_func=lambda x, threshold: gain.value * x)
    compiled = bm.jit(lambda x: rate(x)[0])
    one = rate(np.ones((1, 1)))[0][0, 0, 0]
    for factor in (10.0, 100.0):
        gain.value = factor
        for run in (lambda x: rate(x)[0], compiled, lambda x: bm.grad(lambda y: (0.0 * y.sum(), rate(y)[0]), has_aux=True)(x)[1]):
            rate.reset_state()
            assert_allclose(run(jnp.ones((1, 1)))[0, 0, 0], factor * one, rtol=1e-6)


def test_the_output_of_the_default_is_never_negative():
    assert (np.asarray(Rate(N)(SERIES)[0]) >= 0).all()


# -- noise ------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [1e-3, 5e-3])
def test_noise_has_the_standard_deviation_of_the_equation(dt):
    # x' = (1 - a) x + a s sqrt(dt) xi has the stationary variance a s^2 dt / (2 - a).
    sigma, tau = 2.0, 0.05
    alpha = dt / tau
    rate = Rate(400, tau=tau, noise_std=sigma, dt=dt, activation_func=lambda x, _: x, rng_key=0)
    burn = int(10 / alpha)
    out = np.asarray(rate(np.zeros((burn + 50, 400)))[0])[0, burn:]
    std = np.sqrt(alpha * sigma**2 * dt / (2 - alpha))
    # 400 independent units; samples of one unit are correlated, so count the units only.
    assert abs(out.std() - std) < 4 * std / np.sqrt(2 * 400)
    assert abs(out.mean()) < 4 * std / np.sqrt(400)


def test_noise_differs_between_units_batch_elements_steps_and_calls():
    rate = Rate(2, noise_std=1.0, activation_func=lambda x, _: x, rng_key=1, tau=1e-2)
    x = np.zeros((2, 3, 2))
    one = np.asarray(rate(x, record=True)[2]["x"])
    rate.x = np.zeros(2)
    two = np.asarray(rate(x, record=True)[2]["x"])
    drawn = np.concatenate([np.diff(a, axis=1, prepend=0).ravel() for a in (one, two)])
    assert len(np.unique(drawn)) == drawn.size


def test_the_same_seed_gives_the_same_noise(cls):
    x = np.zeros((20, N))
    keys = (5, np.int64(5), jax.random.PRNGKey(5), jax.random.key(5), np.asarray(jax.random.PRNGKey(5)))
    runs = [np.asarray(cls(N, noise_std=1.0, rng_key=key, activation_func="tanh")(x)[0]) for key in keys]
    for run in runs[1:]:
        assert_array_equal(run, runs[0])
    other = cls(N, noise_std=1.0, rng_key=6, activation_func="tanh")
    assert not np.array_equal(other(x)[0], runs[0])


def test_noise_switched_on_later_takes_effect_even_in_compiled_code():
    rate = Rate(N, rng_key=0, activation_func="tanh")
    run = bm.jit(lambda x: rate(x)[0])
    x = jnp.zeros((5, N))
    assert_array_equal(run(x), np.zeros((1, 5, N)))
    rate.noise_std = 1.0
    first = np.asarray(run(x))
    assert (first != 0).all()
    rate.noise_std = 0.0
    rate.reset_state()
    with counted_compilations() as compiled:
        quiet = run(x)
    assert_array_equal(quiet, np.zeros((1, 5, N)))
    assert compiled.count == 0


# -- parameters compile nothing -----------------------------------------------------


def test_changing_any_number_compiles_nothing():
    rate = Rate(N, has_rec=True, noise_std=0.1)
    run = bm.jit(lambda x: rate(x)[0])
    x = jnp.asarray(SERIES[0], jnp.float32)
    rate(x)
    run(x)
    entries = [e for e in rate.entries() if e.is_array and e.kind in ("parameter", "simulation", "state")]
    values = {e.path: (np.asarray(e.value) * 0.5 + 0.01).astype(np.float32) for e in entries}
    before = np.asarray(rate(x)[0])
    with counted_compilations() as compiled:
        for entry in entries:
            entry.set(values[entry.path])
            rate(x)
            run(x)
    assert compiled.count == 0
    assert run.compilations == 1
    assert not np.allclose(rate(x)[0], before)


def test_another_activation_takes_effect_everywhere():
    rate = Rate(N, bias=0.3)
    run = bm.jit(lambda x: rate(x)[0])
    for act in ("ReLU", "tanh", "sigmoid", "relu"):
        rate.act_fn = act
        expected = models.rate(SERIES[0], act=act.lower(), bias=0.3)[0]
        for call in (run, lambda x: rate(x)[0]):
            rate.reset_state()
            assert_allclose(call(SERIES[0])[0], expected, rtol=1e-4, atol=1e-5)


# -- gradients ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tau", "bias", "threshold", "w_rec"])
def test_gradients_are_those_of_finite_differences(name):
    parameters = {**PARAMETERS["per unit"], "w_rec": W_REC}
    rate = RateJax(N, has_rec=True, activation_func="tanh", **parameters)
    weights = np.linspace(-1, 1, STEPS * N).reshape(STEPS, N)

    def loss(params):
        return (rate.set_attributes(params)(SERIES[0])[0][0] * weights).sum()

    gradient = np.asarray(jax.grad(loss)(rate.parameters())[name])
    for index in np.ndindex(gradient.shape):
        difference = 0.0
        for sign in (1, -1):
            moved = {k: np.array(v) for k, v in parameters.items()}
            step = 1e-5 * max(1.0, abs(moved[name][index]))
            moved[name][index] += sign * step
            difference += sign * (models.rate(SERIES[0], act="tanh", **moved)[0] * weights).sum() / (2 * step)
        assert_allclose(gradient[index], difference, rtol=2e-3, atol=2e-3)


def test_gradients_by_cells_of_a_plain_module_leave_its_state_moved_once():
    rate, twin = (Rate(N, activation_func="tanh", **PARAMETERS["per unit"]) for _ in range(2))

    def loss():
        return (rate(SERIES[0])[0] ** 2).sum()

    by_cell = bm.grad(loss, grad_vars={"tau": rate.cell("tau"), "bias": rate.cell("bias")})()
    functional = RateJax(N, activation_func="tanh", **PARAMETERS["per unit"])
    expected = jax.grad(lambda p: (functional.set_attributes(p)(SERIES[0])[0] ** 2).sum())(functional.parameters())
    assert_allclose(by_cell["tau"], expected["tau"], rtol=1e-5)
    assert_allclose(by_cell["bias"], expected["bias"], rtol=1e-5)
    twin(SERIES[0])
    assert_allclose(rate.x, twin.x, rtol=1e-6)


# -- construction ---------------------------------------------------------------------


def test_attributes_have_the_documented_kinds_families_and_defaults(cls):
    module = cls(N, has_rec=True)
    assert list(module.parameters()) == ["tau", "bias", "threshold", "w_rec"]
    for family, name in (("taus", "tau"), ("bias", "bias"), ("thresholds", "threshold"), ("weights", "w_rec")):
        assert list(module.parameters(family)) == [name]
    assert list(module.simulation_parameters()) == ["dt", "noise_std", "act_fn"]
    assert list(module.state()) == (["x"] if cls is Rate else ["rng_key", "x"])
    assert_allclose([module.tau[0], module.bias[0], module.threshold[0], module.dt, module.noise_std], [0.02, 0, 0, 1e-3, 0])
    assert module.w_rec.shape == (N, N)
    assert "w_rec" not in cls(N).parameters()


def test_permitted_shapes_are_kept(cls):
    assert cls(N, tau=0.1).tau.shape == ()
    assert cls(N, tau=np.ones(N)).tau.shape == (N,)
    assert cls((N, N)).x.shape == (N,)


def test_a_constant_is_no_parameter(cls):
    module = cls(N, tau=Constant(0.1), w_rec=Constant(W_REC), has_rec=True)
    assert list(module.parameters()) == ["bias", "threshold"]
    assert list(module.simulation_parameters("weights")) == ["w_rec"]
    assert_allclose(module(SERIES)[0], models.batched(models.rate, SERIES, tau=0.1, w_rec=W_REC)[0], rtol=1e-4, atol=1e-5)


def test_default_recurrent_weights_have_eigenvalues_in_the_unit_circle():
    bm.random.seed(0)
    weights = np.asarray(unit_eigs((300, 300)))
    assert abs(np.abs(np.linalg.eigvals(weights)).max() - 1) < 0.1
    assert_allclose(weights.std(), 1 / np.sqrt(300), rtol=0.02)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"shape": (2, 3)},
            ShapeError,
            r"\(shape=\.\.\.\): expected as many outputs as inputs, got \(2, 3\)\. Put a Linear in front",
        ),
        (
            {"w_rec": np.ones((N, N))},
            ValueRefused,
            r"\.w_rec: expected no recurrent weights, since has_rec is False, got weights of shape",
        ),
        ({"w_rec": Constant(np.ones((N, N)))}, ValueRefused, r"got weights of shape \(3, 3\)\. Pass has_rec=True to use them\."),
        ({"w_rec": np.ones((2, 2)), "has_rec": True}, ShapeError, r"\.w_rec: expected shape \(3, 3\), got \(2, 2\)"),
        ({"tau": np.ones(2)}, ShapeError, r"\.tau: expected shape \(3,\) or \(\), got \(2,\)\. Give data of a permitted shape"),
        ({"tau": -0.1}, ValueRefused, r"\.tau: expected at least 0 s, got -0\.1"),
        ({"tau": "slow"}, KindError, r"\.tau: expected a number or an array, got str"),
        ({"dt": -1.0}, ValueRefused, r"\.dt: expected above 0 s and finite, got -1\.0"),
        ({"dt": 0}, ValueRefused, r"\.dt: expected above 0 s and finite, got 0\.0"),
        ({"dt": np.inf}, ValueRefused, r"\.dt: expected above 0 s and finite, got inf"),
        ({"dt": True}, KindError, r"\.dt: expected a number, got bool"),
        ({"dt": "ms"}, KindError, r"\.dt: expected a number, got str\. Pass an int or a float\."),
        ({"dt": [1e-3, 2e-3]}, ShapeError, r"\.dt: expected shape \(\), got \(2,\)"),
        ({"noise_std": -1.0}, ValueRefused, r"\.noise_std: expected at least 0\.0, got -1\.0"),
        ({"noise_std": None}, KindError, r"\.noise_std: expected a number, got NoneType"),
        (
            {"activation_func": "softplus"},
            ValueRefused,
            r"activation_func: expected 'ReLU', 'tanh', 'sigmoid' or a func.*got 'softplus'",
        ),
        ({"activation_func": 3}, ValueRefused, r"activation_func: .*got 3\. Choose one of these names, or pass a function\."),
        (
            {"rng_key": "seed"},
            KindError,
            r"rng_key: expected a JAX key, or an int for a seed, got str\. Write for instance rng_key=0",
        ),
        ({"rng_key": np.zeros(2)}, KindError, r"rng_key: expected a JAX key.*got ndarray of shape \(2,\)"),
    ],
)
def test_bad_arguments_are_refused(cls, arguments, error, words):
    with pytest.raises(error, match=words) as refused:
        cls(**{"shape": N, **arguments})
    if words.startswith((r"\.", r"\(")):
        assert refused.value.where.startswith(cls.__name__)


def test_an_unknown_activation_is_refused_on_assignment_too():
    rate = Rate(N)
    with pytest.raises(ValueRefused, match="activation_func: expected 'ReLU'"):
        rate.act_fn = "softplus"
    with pytest.raises(ValueRefused, match="act_fn: expected 'ReLU'"):
        rate.entry("act_fn").set(None)
    assert rate.act_fn.__name__ == "relu"


@pytest.mark.parametrize("dt", [1, np.int64(1), np.float32(1), jnp.array(1.0)], ids=repr)
def test_a_time_step_of_any_numeric_type_works(dt):
    assert_allclose(Rate(1, dt=dt, tau=20)(np.ones((1, 1)))[0], [[[0.05]]], rtol=1e-6)


def test_an_attribute_that_an_activation_reads_is_seen_when_it_changes():
    class Settings(bp.Object):
        def __init__(self):
            self.kind = SimulationParameter("one")

    settings = Settings()
    rate = Rate(2, activation_func=lambda x, threshold: x * 0 + (1.0 if settings.kind == "one" else 2.0))
    compiled = bm.jit(rate)
    for run in (rate, compiled):
        settings.kind = "one"
        assert run(np.zeros((1, 2)))[0][0, 0, 0] == 1
        settings.kind = "two"
        assert run(np.zeros((1, 2)))[0][0, 0, 0] == 2
