import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models
from reference.compilations import counted_compilations

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import ExpSyn, ExpSynJax
from bouton.parameters import Constant

N, STEPS = 3, 20
SERIES = np.random.default_rng(0).uniform(0, 1, size=(2, STEPS, N))
PARAMETERS = {
    "defaults": {"tau": 10e-3},
    "scalar": {"tau": 0.03},
    "per synapse": {"tau": np.array([0.005, 0.01, 0.1])},
    "another dt": {"tau": 0.02, "dt": 5e-3},
}


@pytest.fixture(params=[ExpSyn, ExpSynJax], ids=["plain", "functional"])
def cls(request):
    return request.param


@pytest.mark.parametrize("name", PARAMETERS)
def test_outputs_records_and_states_are_those_of_the_equations(cls, name):
    parameters = PARAMETERS[name]
    expected = models.batched(models.exp_syn, SERIES, **parameters)
    module = cls(N) if name == "defaults" else cls(N, **parameters)
    out, state, record = module(SERIES, record=True)
    assert_allclose(out, expected, rtol=1e-5)
    assert list(record) == ["isyn"]
    assert_array_equal(record["isyn"], out)
    assert_allclose(state["isyn"], expected[0, -1], rtol=1e-5)
    assert_allclose(module.isyn, expected[0, -1] if cls is ExpSyn else np.zeros(N), rtol=1e-5)


def test_one_event_decays_exponentially():
    events = np.zeros((30, 1))
    events[0] = 1.0
    out = ExpSyn(1, tau=0.015)(events)[0][0, :, 0]
    assert_allclose(out, np.exp(-np.arange(1, 31) * 1e-3 / 0.015), rtol=1e-5)


def test_compiled_looped_and_eager_runs_agree():
    expected = models.exp_syn(SERIES[0], PARAMETERS["per synapse"]["tau"])
    compiled, looped = (ExpSyn(N, **PARAMETERS["per synapse"]) for _ in range(2))
    assert_allclose(bm.jit(lambda x: compiled(x)[0])(SERIES[0])[0], expected, rtol=1e-5)
    assert_allclose(bm.for_loop(lambda x: looped(x[None])[0][0, 0], SERIES[0]), expected, rtol=1e-5)
    assert_allclose(compiled.isyn, looped.isyn, rtol=1e-6)


@pytest.mark.parametrize("dt", [1e-3, 4e-3])
def test_noise_has_the_standard_deviation_of_the_equation(dt):
    # i' = d (i + s sqrt(dt) xi) has the variance s^2 dt d^2 / (1 - d^2), which is near s^2 tau / 2.
    sigma, tau, units = 2.0, 0.05, 600
    syn = ExpSyn(units, tau=tau, noise_std=sigma, dt=dt, rng_key=1)
    syn(np.zeros((int(8 * tau / dt), 1)))
    decay = np.exp(-dt / tau)
    std = sigma * np.sqrt(dt) * decay / np.sqrt(1 - decay**2)
    assert_allclose(std, sigma * np.sqrt(tau / 2), rtol=0.09)
    assert abs(np.std(syn.isyn) - std) < 4 * std / np.sqrt(2 * units)
    assert abs(np.mean(syn.isyn)) < 4 * std / np.sqrt(units)


def test_the_gradient_is_that_of_finite_differences_and_of_the_closed_form():
    syn = ExpSynJax(1, tau=0.02)
    event = np.zeros((10, 1))
    event[0] = 1.0

    def loss(params, x):
        return syn.set_attributes(params)(x)[0][0, -1, 0]

    by_tau, by_input = jax.grad(loss, argnums=(0, 1))(syn.parameters(), jnp.asarray(event, jnp.float32))
    # exp(-n dt / tau): derivative n dt / tau^2 exp(-n dt / tau)
    assert_allclose(np.ravel(by_tau["tau"]), 10e-3 / 0.02**2 * np.exp(-10e-3 / 0.02), rtol=1e-4)
    assert_allclose(by_input[:, 0], np.exp(-(10 - np.arange(10)) * 1e-3 / 0.02), rtol=1e-5)
    step = 1e-6
    differences = [models.exp_syn(SERIES[0][:, :1], 0.02 + s * step)[-1, 0] for s in (1, -1)]
    gradient = jax.grad(loss)(syn.parameters(), SERIES[0][:, :1])["tau"]
    assert_allclose(np.ravel(gradient), (differences[0] - differences[1]) / (2 * step), rtol=1e-3)


def test_changing_any_number_compiles_nothing():
    syn = ExpSyn(N)
    x = jnp.asarray(SERIES, jnp.float32)
    syn(x)
    syn(x)
    with counted_compilations() as compiled:
        syn.tau = np.array([0.1, 0.2, 0.3])
        syn.dt = 2e-3
        syn.isyn = np.ones(N)
        syn(x)
    assert compiled.count == 0


def test_attributes_have_the_documented_kinds_families_and_defaults(cls):
    module = cls(N)
    assert list(module.parameters()) == ["tau"]
    assert list(module.parameters("taus")) == ["tau"]
    assert list(module.state()) == (["isyn"] if cls is ExpSyn else ["rng_key", "isyn"])
    assert list(module.simulation_parameters()) == ["dt", "noise_std"]
    assert_allclose(module.tau, np.full(N, 0.01))
    assert module.spiking_input
    assert not module.spiking_output
    assert cls(N, tau=Constant(0.1)).parameters() == {}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"shape": (2, 3)},
            ShapeError,
            r"\(shape=\.\.\.\): expected one dimension, N, got \(2, 3\)\. Each synapse has one input",
        ),
        ({"tau": np.ones(2)}, ShapeError, r"\.tau: expected shape \(3,\) or \(\), got \(2,\)"),
        ({"tau": -1.0}, ValueRefused, r"\.tau: expected at least 0 s, got -1\.0"),
        ({"noise_std": -1.0}, ValueRefused, r"\.noise_std: expected at least 0\.0, got -1\.0"),
        ({"dt": "1 ms"}, KindError, r"\.dt: expected a number, got str"),
    ],
)
def test_bad_arguments_are_refused(cls, arguments, error, words):
    with pytest.raises(error, match=words):
        cls(**{"shape": N, **arguments})
