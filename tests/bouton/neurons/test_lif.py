"""Leaky integrate-and-fire neurons against closed forms."""

import inspect
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ValueRefused
from bouton.neurons import LIF
from bouton.neurons._spiking import reset


def test_arguments_and_defaults_are_those_of_the_specification():
    parameters = inspect.signature(LIF).parameters
    names = " ".join(parameters)
    assert names.startswith(
        "size keep_size V_rest V_reset V_th R tau tau_ref V_initializer noise mode spike_fun input_var ref_var "
    )
    assert names.endswith(" ref_var method name")
    defaults = {name: p.default for name, p in parameters.items()}
    assert isinstance(defaults["V_initializer"], bp.init.ZeroInit)
    assert defaults["spike_fun"] is bm.surrogate.inv_square_grad
    wanted = {"V_rest": 0, "V_reset": -5, "V_th": 20, "R": 1, "tau": 10, "tau_ref": None, "noise": None, "mode": None}
    wanted |= {"input_var": True, "ref_var": False, "method": "exp_auto", "keep_size": False, "name": None}
    assert {name: defaults[name] for name in wanted} == wanted


@pytest.mark.parametrize("method", ["exp_auto", "rk4"])
def test_below_threshold_the_membrane_relaxes_exponentially(simulate, method):
    tau = np.array([5.0, 20.0])
    found = simulate(
        LIF(2, V_rest=-60.0, V_reset=-60.0, V_th=-40.0, R=2.0, tau=tau, V_initializer=-70.0, method=method), 5.0, 20.0
    )
    t = np.arange(1, 201)[:, None] * 0.1
    assert_allclose(found["V"], -50.0 - 20.0 * np.exp(-t / tau), rtol=1e-5)
    assert not found["spike"].any()


def test_the_default_method_is_exact_whatever_the_step(simulate):
    found = simulate(LIF(1, V_th=100.0), 30.0, 100.0, dt=25.0)
    assert_allclose(found["V"][:, 0], 30.0 * (1 - np.exp(-np.arange(1, 5) * 2.5)), rtol=1e-5)


@pytest.mark.parametrize("tau_ref", [None, 3.0])
def test_the_rate_is_that_of_the_formula(simulate, tau_ref):
    # For a constant current: the time from reset to threshold, and the pause.
    currents = np.array([19.9, 20.5, 25.0, 40.0, 100.0])
    lif = LIF(5, tau_ref=tau_ref)
    spikes = simulate(lif, currents[None], 1000.0, dt=0.05)["spike"]
    for k, current in enumerate(currents):
        times = np.flatnonzero(spikes[:, k]) * 0.05
        if current < 20.0:
            assert times.size == 0
            continue
        interval = 10.0 * np.log((current + 5.0) / (current - 20.0)) + (tau_ref or 0.0)
        assert_allclose(np.diff(times).mean(), interval, atol=0.05)


def test_a_spike_resets_and_stays_for_one_step():
    lif = LIF(2, V_initializer=np.array([19.9, 0.0]))
    assert_array_equal(lif(100.0), [True, False])
    assert lif.spike.dtype == bool
    assert_allclose(lif.V, [-5.0, 100.0 * (1 - np.exp(-0.01))], rtol=1e-5)
    assert_array_equal(lif(0.0), [False, False])
    assert_array_equal(lif.spike, [False, False])


@pytest.mark.parametrize("mode", [bm.nonbatching_mode, bm.training_mode])
def test_a_potential_at_the_threshold_spikes(mode):
    # Where it rests it stays, exactly.
    lif = LIF(2, V_rest=np.array([20.0, 19.999]), V_th=20.0, V_initializer=np.array([20.0, 19.999]), mode=mode)
    assert_array_equal(np.ravel(lif()), [1, 0])


@pytest.mark.parametrize("dt", [0.1, 0.05, 0.3])
@pytest.mark.parametrize("offset", [0.0, 731.7, 25_000.0])
def test_the_membrane_is_kept_for_the_refractory_time(dt, offset):
    lif = LIF(1, tau_ref=3.0, ref_var=True, V_initializer=np.array([30.0]))
    with bm.environment(dt=dt), bp.share.restored({}):
        kept = []
        for k in range(round(3.0 / dt) + 2):
            bp.share.save(t=jnp.float32(offset + k * dt))
            lif(5.0)
            kept.append((float(lif.V[0]), bool(lif.refractory[0])))
        first = round(3.0 / dt) + 1
    assert kept[:first] == [(-5.0, True)] * first
    assert kept[first][0] > -5.0
    assert not kept[first][1]
    assert_allclose(lif.t_last_spike, offset, rtol=1e-6)


@pytest.mark.parametrize("shared", [False, True])
def test_intervals_are_the_same_where_nobody_tells_the_time(shared):
    lif = LIF(1, tau_ref=3.0)

    def turn(t):
        if shared:
            bp.share.save(t=t)
        return lif(40.0)

    with bp.share.restored({}):
        spikes = np.flatnonzero(bm.for_loop(turn, jnp.arange(600, dtype=jnp.float32) * 0.1))
    # From -5 to 20 under 40, and the pause.
    assert_array_equal(np.diff(spikes), np.full(len(spikes) - 1, np.ceil(100 * np.log(45 / 20)) + 30))
    assert len(spikes) > 3


def test_a_spike_of_a_run_that_began_earlier_holds_nothing():
    lif = LIF(2, tau_ref=3.0, V_th=1e3)
    lif.t_last_spike.value = jnp.array([99.0, -1.0])
    with bp.share.restored({"t": 0.0}):
        lif(10.0)
    assert_allclose(lif.V, [10.0 * (1 - np.exp(-0.01)), 0.0], rtol=1e-4)


@pytest.mark.parametrize("mode", [bm.nonbatching_mode, bm.training_mode])
def test_nothing_spikes_in_refractory_time_not_even_under_synapses_that_make_it_jump(mode):
    lif, spikes = LIF(1, tau_ref=3.0, mode=mode), []
    for _ in range(64):
        lif.V += 30.0
        spikes.append(bool(lif()))
    assert np.flatnonzero(spikes).tolist() == [0, 31, 62]


def test_half_a_spike_resets_half_of_the_way():
    lif = LIF(3, spike_fun=lambda x: jnp.clip(0.5 + x, 0.0, 1.0), mode=bm.training_mode, tau_ref=1.0, method="euler")
    lif.V.value = jnp.array([[10.0, 20.1, 30.0]])
    spike = np.clip(0.5 + np.array([-10.1, -0.101, 9.7]), 0, 1)
    before = np.array([10.0, 20.1, 30.0]) * 0.99
    assert_allclose(lif(0.0)[0], spike, rtol=1e-4)
    assert_allclose(lif.V[0], before + (-5.0 - before) * spike, rtol=1e-4)
    assert_array_equal(lif.t_last_spike[0], [-1e7, -1e7, 0.0])


def test_a_whole_spike_resets_to_the_last_digit_and_parts_of_one_pass_parts_of_gradients():
    values, parts, to = jnp.array([1e4, 3.0, 20.0, 20.0]), jnp.array([1.0, 1.0, 0.25, 0.0]), jnp.float32(-0.3)
    assert_array_equal(reset(values, parts, to)[:2], np.full(2, np.float32(-0.3)))
    for slope in (jax.jacfwd, jax.jacrev):
        by_value, by_target = slope(lambda v, r: reset(v, parts, r), (0, 1))(values, to)
        assert_array_equal(by_value, np.diag([0.0, 0.0, 0.75, 1.0]))
        assert_array_equal(by_target, parts)
    mapped = jax.vmap(jax.grad(lambda v, did: reset(v, did, to)))(values, parts)
    assert_array_equal(mapped, [0.0, 0.0, 0.75, 1.0])


def test_what_passed_all_bounds_before_a_reset_is_forgotten_by_derivatives_too():
    change = jax.jvp(lambda v: reset(v, jnp.ones(2), 0.0), (jnp.full(2, 3e38),), (jnp.array([jnp.inf, jnp.nan]),))[1]
    assert_array_equal(change, [0.0, 0.0])


def test_a_reset_to_the_threshold_or_above_is_refused():
    fix = "Give V_reset as well as V_th: from there a neuron would spike in every step"
    with pytest.raises(ValueRefused, match=rf"LIF\(V_reset=\.\.\.\): expected less than V_th, -40\.0 mV, got -5\.0 mV\. {fix}"):
        LIF(1, V_rest=-60.0, V_th=-40.0)
    with pytest.raises(ValueRefused, match=r"expected less than V_th, 0\.0 mV, got 0\.0 mV"):
        LIF(2, V_reset=np.array([-1.0, 0.0]), V_th=0.0)


def test_what_cannot_make_spikes_is_refused():
    with pytest.raises(KindError, match=r"LIF\(spike_fun=\.\.\.\): expected a function of the distance .* got 'sigmoid'"):
        LIF(1, spike_fun=cast(Any, "sigmoid"))


def test_nothing_about_refractoriness_is_kept_where_it_is_not_asked_for():
    assert not {"t_last_spike", "refractory"} & set(LIF(1).vars("relative"))
    assert set(LIF(1, ref_var=True).vars("relative")) >= {"refractory"}
    assert_array_equal(LIF(1, tau_ref=1.0).t_last_spike, [-1e7])


def test_calls_in_a_row_are_each_driven_with_their_own_input():
    lif = LIF(1)
    for k in range(1, 4):
        lif(10.0)
        assert_allclose(lif.V, 10.0 * (1 - np.exp(-0.01 * k)), rtol=1e-4)
    assert_array_equal(lif.input, [0.0])


def test_what_synapses_add_drives_like_an_argument():
    added, passed = LIF(3), LIF(3, input_var=False)
    added.input += jnp.array([1.0, 2.0, 3.0])
    added()
    passed(np.array([1, 2, 3]))
    assert_allclose(added.V, passed.V)
    assert "input" not in passed.vars("relative")
    passed()
    assert_allclose(passed.V, np.array([1.0, 2.0, 3.0]) * (1 - np.exp(-0.01)) * np.exp(-0.01), rtol=1e-5)


def test_another_parameter_between_two_runs_compiles_nothing():
    lif = LIF(2, tau=10.0)

    @bm.jit
    def end():
        lif.reset_state()
        bm.for_loop(lif, jnp.full(100, 10.0))
        return lif.V.value

    for name, value, wanted in [
        ("tau", 10.0, 10 * (1 - np.exp(-1.0))),
        ("tau", 12.0, 10 * (1 - np.exp(-10 / 12))),
        ("R", 1.5, 15 * (1 - np.exp(-10 / 12))),
        ("V_rest", 1.0, 16 - 15 * np.exp(-10 / 12) - np.exp(-10 / 12)),
    ]:
        setattr(lif, name, value)
        assert_allclose(end(), np.full(2, wanted), rtol=1e-4)
    assert end.compilations == 1
    lif.method = "euler"
    assert_allclose(end(), np.full(2, 16 * (1 - (1 - 0.1 / 12) ** 100)), rtol=1e-4)
    assert end.compilations == 2


def test_in_training_a_batch_of_spikes_is_floats_that_can_be_differentiated():
    lif = LIF(2, mode=bm.TrainingMode(3), V_initializer=bp.init.Constant(19.0))
    assert lif.V.shape == lif.spike.shape == (3, 2)
    spike = lif(jnp.array([[0.0, 200.0]] * 3))
    assert spike.dtype == lif.spike.dtype == jnp.float32
    assert_array_equal(spike, [[0.0, 1.0]] * 3)
    assert_allclose(lif.V[:, 1], -5.0)


def test_the_gradient_passes_spikes_by_the_surrogate_and_resets_not_at_all():
    # A wide surrogate: where the gradient passed resets, it would show in spikes that do not come as well.
    wide = bm.surrogate.InvSquareGrad(alpha=1.0)
    lif = LIF(1, V_th=1.0, V_reset=0.0, mode=bm.training_mode, spike_fun=wide)
    decay = np.exp(-0.01)

    def total(x):
        lif.reset_state()
        return bm.for_loop(lif, x[:, None, None]).sum()

    xs = np.array([150.0, 50.0, 20.0], np.float32)
    # By hand: v1 = 150 (1 - d) > 1 spikes; then v is 0, and no derivative is left of it.
    slope = [1 / (abs(v - 1) + 1) ** 2 for v in (xs[0] * (1 - decay), xs[1] * (1 - decay))]
    v3 = xs[1] * (1 - decay) * decay + xs[2] * (1 - decay)
    third = 1 / (abs(v3 - 1) + 1) ** 2
    wanted = (1 - decay) * np.array([slope[0], slope[1] + decay * third, third])
    assert xs[0] * (1 - decay) > 1 > v3
    assert_allclose(bm.grad(total)(jnp.asarray(xs)), wanted, rtol=2e-3)


def test_gradients_reach_parameters_that_are_trained():
    tau = bm.TrainVar(jnp.asarray(10.0))
    lif = LIF(4, tau=tau, V_th=100.0, mode=bm.training_mode)

    def end():
        lif.reset_state()
        bm.for_loop(lif, jnp.full(100, 10.0))
        return lif.V.value.mean()

    # d/dtau of 10 (1 - exp(-T/tau)) is -10 T/tau² exp(-T/tau), T = 10
    assert_allclose(bm.grad(end, grad_vars=tau)(), -np.exp(-1.0), rtol=1e-4)


def test_a_mode_changes_no_numbers(simulate):
    x = 30.0 * np.random.default_rng(0).random((500, 1, 4))
    plain = simulate(LIF(4, tau_ref=1.0), x[:, 0], 50.0)
    for mode in (bm.BatchingMode(2), bm.TrainingMode(2)):
        other = simulate(LIF(4, tau_ref=1.0, mode=mode), x, 50.0)
        for name in plain:
            assert_array_equal(other[name], np.stack([plain[name]] * 2, 1))


def test_noise_has_the_variance_of_an_ornstein_uhlenbeck_process(simulate):
    bm.random.seed(3)
    lif = LIF(2000, V_th=1e3, noise=2.0, tau=5.0)
    found = simulate(lif, 0.0, 40.0, dt=0.2)["V"]
    assert_allclose(found[-1].std(), 2.0 * np.sqrt(5.0 / 2), rtol=0.05)
    assert_allclose(found[-1].mean(), 0.0, atol=0.3)
    assert lif.entry("noise").unit == "mV/√ms"
