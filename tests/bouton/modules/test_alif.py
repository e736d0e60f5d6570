import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import ShapeError, ValueRefused
from bouton.modules import LIF, aLIF, aLIFJax

N, STEPS = 3, 60
RNG = np.random.default_rng(3)
PARAMETERS = {
    "defaults": (3, {"tau_ada": 0.2, "beta": 0.1}),
    "per neuron": (3, {"tau_ada": np.array([0.02, 0.1, 1.0]), "beta": np.array([0.5, 0.0, 1.5]), "threshold": 0.6}),
    "recurrent, two synapses": (6, {"tau_ada": 0.05, "beta": 0.7, "w_rec": RNG.normal(size=(3, 6)) * 0.05}),
    "another dt": (3, {"tau_ada": 0.1, "beta": 0.4, "dt": 5e-3}),
}


def made(cls, name):
    inputs, parameters = PARAMETERS[name]
    return cls((inputs, N) if inputs > N else N, has_rec="w_rec" in parameters, **parameters)


def series(name, batch=2):
    return np.random.default_rng(11).uniform(0, 0.15, size=(batch, STEPS, PARAMETERS[name][0]))


@pytest.mark.parametrize("cls", [aLIF, aLIFJax], ids=["plain", "functional"])
@pytest.mark.parametrize("name", PARAMETERS)
def test_outputs_records_and_states_are_those_of_the_equations(cls, name):
    data = series(name)
    expected = models.batched(models.lif, data, N, **PARAMETERS[name][1])
    assert expected["spikes"].sum() > 10
    module = made(cls, name)
    out, state, record = module(data, record=True)
    assert_array_equal(out, expected["spikes"])
    assert set(record) == {"irec", "spikes", "vmem", "isyn", "U", "ada"}
    for signal, value in record.items():
        assert_allclose(value, expected[signal], rtol=1e-4, atol=5e-5, err_msg=signal)
    for variable in ("spikes", "isyn", "vmem", "ada"):
        assert_allclose(state[variable], expected[variable][0, -1], rtol=1e-4, atol=5e-5, err_msg=variable)
        kept = expected[variable][0, -1] if cls is aLIF else 0 * expected[variable][0, -1]
        assert_allclose(getattr(module, variable), kept, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["per neuron", "recurrent, two synapses"])
def test_compiled_looped_and_eager_runs_agree(name):
    data = series(name, 1)[0]
    expected = models.lif(data, N, **PARAMETERS[name][1])
    eager, compiled, looped = (made(aLIF, name) for _ in range(3))
    assert_array_equal(eager(data)[0][0], expected["spikes"])
    assert_array_equal(bm.jit(lambda x: compiled(x)[0])(data)[0], expected["spikes"])
    assert_array_equal(bm.for_loop(lambda x: looped(x[None])[0][0, 0], data), expected["spikes"])
    functional = made(aLIFJax, name)
    assert_array_equal(jax.jit(lambda m, x: m(x)[0])(functional, data)[0], expected["spikes"])
    for module in (eager, compiled, looped):
        assert_allclose(module.ada, expected["ada"][-1], rtol=1e-4, atol=1e-5)


def test_without_a_lift_the_neurons_are_lif_neurons():
    data = series("defaults")
    assert_array_equal(aLIF(N, beta=0.0)(data)[0], LIF(N)(data)[0])


def test_the_threshold_is_lifted_by_a_spike_and_comes_back_with_its_time_constant():
    # The membrane forgets at once, so a step spikes where its bias reaches 1 + beta a.
    beta, tau = 0.5, 0.01
    for wait in (1, 10, 50):
        neuron = aLIF(1, tau_mem=1e-6, tau_syn=1e-6, beta=beta, tau_ada=tau)
        neuron.bias = jnp.array([1.0])
        assert neuron(np.zeros((1, 1)))[0][0, 0, 0] == 1
        neuron.bias = jnp.array([0.0])
        if wait > 1:
            neuron(np.zeros((wait - 1, 1)))
        lift = beta * math.exp(-(wait - 1) * 1e-3 / tau)
        for above, spikes in ((1e-3, 1), (-1e-3, 0)):
            twin = aLIF(1, tau_mem=1e-6, tau_syn=1e-6, beta=beta, tau_ada=tau, bias=1 + lift + above)
            twin.set_attributes(neuron.state())
            assert twin(np.zeros((1, 1)))[0][0, 0, 0] == spikes, wait


def test_the_interval_between_spikes_grows():
    neuron = aLIF(1, beta=0.5, tau_ada=1.0, bias=0.2)
    times = np.flatnonzero(np.asarray(neuron(np.zeros((300, 1)))[0])[0, :, 0])
    intervals = np.diff(times)
    assert len(intervals) > 4
    assert np.all(np.diff(intervals) >= 0)
    assert intervals[-1] > 2 * intervals[0]


def test_gradients_reach_every_parameter_and_go_through_the_adaptation():
    module = made(aLIFJax, "recurrent, two synapses")
    data = series("recurrent, two synapses")
    weights = jnp.asarray(RNG.uniform(size=(2, STEPS, N)))
    slopes = jax.grad(lambda p: (module.set_attributes(p)(data)[0] * weights).sum())(module.parameters())
    assert set(slopes) == {"tau_mem", "tau_syn", "bias", "threshold", "w_rec", "tau_ada", "beta"}
    for name, slope in slopes.items():
        assert np.isfinite(slope).all(), name
        assert (np.asarray(slope) != 0).any(), name


def test_attributes_have_the_documented_kinds_families_and_defaults():
    module = aLIF((4, 2), rng_key=0)
    assert list(module.parameters()) == ["tau_mem", "tau_syn", "bias", "threshold", "tau_ada", "beta"]
    assert list(module.parameters("taus")) == ["tau_mem", "tau_syn", "tau_ada"]
    assert list(module.parameters("adaptation")) == ["beta"]
    assert list(module.state()) == ["spikes", "isyn", "vmem", "ada"]
    assert_allclose(module.tau_ada, [0.2, 0.2])
    assert_allclose(module.beta, [0.1, 0.1])
    assert module.entry("tau_ada").unit == "s"
    assert module.spiking_output


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"tau_ada": -0.1}, ValueRefused, r"aLIF\.tau_ada: expected at least 0 s, got -0\.1"),
        ({"beta": np.ones(2)}, ShapeError, r"aLIF\.beta: expected shape \(3,\) or \(\), got \(2,\)"),
        ({"w_rec": np.ones((3, 3))}, ValueRefused, r"aLIF\.w_rec: expected no recurrent weights, since has_rec is False"),
        ({"shape": (4, 3)}, ShapeError, r"aLIF\(shape=\.\.\.\): expected N or \(Nin, N\), with Nin a multiple of N"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        aLIF(**{"shape": 3, **arguments})
