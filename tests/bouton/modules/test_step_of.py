"""One step of a module as a system (D-24), with its units of time (D-18)."""

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import LIF, FromStep, LIFJax, Linear, LinearJax, Rate, Sequential

W = np.array([[0.0, 0.1, 0.05], [0.1, 0.0, 0.0], [0.0, 0.2, 0.1]])
SERIES = np.random.default_rng(0).uniform(0, 0.3, size=(4, 30, 3)).astype(np.float32)
EXPECTED = models.batched(models.lif, SERIES, 3, w_rec=W)["spikes"]


def lif(cls):
    return cls(3, has_rec=True, w_rec=W, rng_key=0)


@pytest.fixture(autouse=True)
def steps_of_a_millisecond():
    with bm.environment(dt=1.0):
        yield


@pytest.mark.parametrize("cls", [LIF, LIFJax])
def test_d24_a_module_becomes_a_system_with_the_same_numbers(cls):
    system = bp.StepOf(lif(cls))
    assert isinstance(system, bp.DynamicalSystem)
    assert EXPECTED.sum() > 10
    assert_array_equal([system(x) for x in SERIES[0, :5]], EXPECTED[0, :5])
    system.reset_state()
    assert_array_equal(bm.for_loop(system, SERIES[0]), EXPECTED[0])
    system.reset_state()
    runner = bp.LoopOverTime(system)
    assert_array_equal(runner(SERIES[0]), EXPECTED[0])


@pytest.mark.parametrize("cls", [LIF, LIFJax])
def test_d24_in_a_mode_with_a_batch_every_element_has_states_of_its_own(cls):
    system = bp.StepOf(lif(cls), mode=bm.BatchingMode(4))
    out = bm.for_loop(system, SERIES.swapaxes(0, 1))
    assert_array_equal(np.swapaxes(out, 0, 1), EXPECTED)
    assert system.held["vmem"].value.shape == (4, 3)
    system.reset_state(2)
    assert_array_equal(np.swapaxes(bm.for_loop(system, SERIES[:2].swapaxes(0, 1)), 0, 1), EXPECTED[:2])
    with pytest.raises(ShapeError, match=r"StepOf\(LIF(Jax)?\): expected a batch of 2, for which it has states, got 3"):
        system(SERIES[:3, 0])


def test_d24_there_and_back_is_the_same_module():
    back = FromStep(bp.StepOf(lif(LIF)), dt=1e-3, shape=3)
    assert_array_equal(back(SERIES)[0], EXPECTED)


def test_d24_a_module_goes_into_a_graph_and_is_trained_there():
    with bm.training_environment():
        module = Sequential(LinearJax((3, 5)), LIFJax(5, bias=0.1))
        net = bp.nn.Input(3) >> bp.nn.FromSystem(bp.StepOf(module)) >> bp.nn.Dense(2)
        net.initialize(4)
    trained = net.train_vars("relative")
    assert {path.rpartition(".")[2] for path in trained} >= {"weight", "tau_mem", "Wff"}

    def loss():
        net.reset_state(4)
        return (bm.for_loop(net, SERIES.swapaxes(0, 1)) ** 2).mean()

    slopes = bm.grad(loss, grad_vars=trained)()
    weights = [slope for path, slope in slopes.items() if path.endswith(".weight")]
    assert np.isfinite(weights[0]).all()
    assert (np.asarray(weights[0]) != 0).any()


def test_d18_a_step_of_another_length_is_refused_with_both_in_milliseconds():
    system = bp.StepOf(LIF(3, dt=2e-3))
    with pytest.raises(ValueRefused, match=r"StepOf\(LIF\): expected steps of 2 ms, .* got 1 ms") as no:
        system(SERIES[0, 0])
    assert no.value.fix == "Run it in bm.environment(dt=2), or set dt to 0.001."
    with bm.environment(dt=2.0):
        assert system(SERIES[0, 0]).shape == (3,)
    system.module.dt = 1e-3
    assert bm.jit(system)(SERIES[0, 0]).shape == (3,)
    # What has no time step goes with any.
    with bm.environment(dt=0.1):
        assert_allclose(bp.StepOf(Linear((3, 3), weight=np.eye(3)))(SERIES[0, 0]), SERIES[0, 0], rtol=1e-6)


def test_elements_of_a_batch_draw_random_numbers_of_their_own():
    system = bp.StepOf(Rate(3, noise_std=1.0, activation_func="tanh", rng_key=0), mode=bm.BatchingMode(4))
    outs = np.asarray(bm.for_loop(system, np.zeros((10, 4, 3), np.float32)))
    assert len(np.unique(outs)) == outs.size
    system.reset_state()
    assert_array_equal(bm.for_loop(system, np.zeros((10, 4, 3), np.float32)), outs)


def test_a_parameter_of_the_module_takes_effect_in_compiled_code():
    system = bp.StepOf(lif(LIFJax), mode=bm.BatchingMode(2))
    run = bm.jit(system)
    run(SERIES[:2, 0])
    system.module.bias = np.full(3, 5.0)
    assert (np.asarray(run(SERIES[:2, 0])) >= 1).all()
    assert run.compilations == 1


def test_it_has_a_pure_form():
    pure = bp.functional(bp.StepOf(lif(LIF)))
    _, outs = jax.lax.scan(lambda m, x: (m.set_attributes((r := m(x))[1]), r[0]), pure, SERIES[0])
    assert_array_equal(outs, EXPECTED[0])


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: bp.StepOf(bp.neurons.LIF(3)),
            KindError,
            r"StepOf\(module\): expected a module .* got LIF",
        ),
        (lambda: bp.StepOf(np.tanh), KindError, r"StepOf\(module\): .* got ufunc\. Pass for instance"),
        (
            lambda: bp.StepOf(LIF(3))(SERIES[:, 0]),
            ShapeError,
            r"expected an input \(channels\), got shape \(4, 3\)\. Build it",
        ),
        (
            lambda: bp.StepOf(LIF(3), mode=bm.BatchingMode(4))(SERIES),
            ShapeError,
            r"expected an input \(batch, channels\), got shape \(4, 30, 3\)\. Give it the input of one step",
        ),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
