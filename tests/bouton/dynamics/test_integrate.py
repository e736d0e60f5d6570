"""Integrators against closed forms: their order, exactness, and noise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.dynamics._integrate import METHODS, step
from bouton.dynamics._tableaux import TABLEAUX
from bouton.errors import KindError, ShapeError, UnsupportedError, ValueRefused


def run(method, f, v, dt, duration):
    """The state after ``duration`` from ``v`` at time 0."""
    advance = step(method)(f)

    def turn(carry, k):
        return advance(carry, k * dt, dt=dt), None

    return jax.lax.scan(turn, v, jnp.arange(float(round(duration / dt))))[0]


def order(run, end, dt=0.02):
    """How fast the error goes down when the step is halved."""
    errors = []
    for h in (dt, dt / 2):
        found = jax.tree_util.tree_leaves(run(h))
        errors.append(max(abs(float(x) - e) for x, e in zip(found, end, strict=True)))
    return np.log2(errors[0] / errors[1])


def by_turns(method, f, v, dt, duration):
    """The state after ``duration``, in Python's own numbers of 64 bits."""
    advance = step(method)(f)
    for k in range(round(duration / dt)):
        v = advance(v, k * dt, dt=dt)
    return v


@pytest.mark.parametrize("method", TABLEAUX)
def test_the_order_of_each_method_is_what_its_name_says(method):
    # v' = v cos t has v = exp(sin t)
    found = order(lambda dt: by_turns(method, lambda v, t: v * np.cos(t), 1.0, dt, 2.0), [np.exp(np.sin(2.0))])
    assert_allclose(found, TABLEAUX[method].order, atol=0.25)


@pytest.mark.parametrize("method", TABLEAUX)
def test_the_coefficients_meet_the_conditions_of_their_order(method):
    inner, b, p = TABLEAUX[method]
    a = np.zeros((len(b), len(b)))
    for k, row in enumerate(inner):
        a[k, : len(row)] = row
    b, c = np.array(b), a.sum(1)
    conditions = {
        1: [(b.sum(), 1)],
        2: [(b @ c, 1 / 2)],
        3: [(b @ c**2, 1 / 3), (b @ a @ c, 1 / 6)],
        4: [(b @ c**3, 1 / 4), (b * c @ a @ c, 1 / 8), (b @ a @ c**2, 1 / 12), (b @ a @ a @ c, 1 / 24)],
    }
    for q in range(1, p + 1):
        for found, wanted in conditions[q]:
            assert_allclose(found, wanted, atol=1e-14)


def rotation(v, t):
    # x' = y, y' = -x has x = cos t, y = -sin t
    return v[1], -v[0]


@pytest.mark.parametrize("method", TABLEAUX)
def test_several_variables_are_a_tuple(method):
    found = order(lambda dt: by_turns(method, rotation, (1.0, 0.0), dt, 1.0), [np.cos(1.0), -np.sin(1.0)])
    assert found > TABLEAUX[method].order - 0.25


def test_several_variables_are_linearised_each_in_itself():
    with bm.environment(x64=True):
        found = order(lambda dt: run("exp_auto", rotation, _wide(1.0, 0.0), dt, 1.0), [np.cos(1.0), -np.sin(1.0)])
        # x' = -x + y, y' = -2 y, each exact where the other is held
        x, y = step("exp_auto")(lambda v, t: (-v[0] + v[1], -2.0 * v[1]))(_wide(1.0, 3.0), 0.0, dt=0.5)
    assert_allclose(found, 1.0, atol=0.1)
    assert_allclose([x, y], [3 + (1 - 3) * np.exp(-0.5), 3 * np.exp(-1.0)], rtol=1e-12)


def _wide(*numbers):
    return tuple(jnp.asarray(x, jnp.float64) for x in numbers)


@pytest.mark.parametrize("method", ["exp_auto", "exp_euler"])
@pytest.mark.parametrize("dt", [0.1, 5.0, 200.0])
def test_exponential_euler_is_exact_for_linear_equations_whatever_the_step(method, dt):
    tau, current = jnp.array([2.0, 10.0, 30.0]), jnp.array([1.0, -2.0, 0.5])
    v = jnp.array([0.0, 5.0, -3.0])
    membrane = step(method)(lambda v, t, current: (-(v + 65.0) + 4.0 * current) / tau)
    end = -65.0 + 4.0 * np.array(current)
    assert_allclose(membrane(v, 0.0, current, dt=dt), end + (np.array(v) - end) * np.exp(-dt / np.array(tau)), rtol=2e-6)


def test_exponential_euler_is_exact_where_nothing_pulls_back():
    assert_allclose(step("exp_auto")(lambda v, t: 3.0 + 0.0 * v)(jnp.ones(2), 0.0, dt=0.5), [2.5, 2.5])
    assert_allclose(step("exp_auto")(lambda v, t: jnp.full(2, 3.0))(jnp.ones(2), 0.0, dt=0.5), [2.5, 2.5])


def test_exponential_euler_is_of_second_order_for_one_equation_without_time():
    # v' = v (1 - v) from 0.1
    end = 0.1 * np.e / (0.9 + 0.1 * np.e)
    with bm.environment(x64=True):
        found = order(lambda dt: run("exp_auto", lambda v, t: v * (1.0 - v), _wide(0.1)[0], dt, 1.0), [end])
    assert_allclose(found, 2.0, atol=0.2)


def test_exponential_euler_does_not_blow_up_where_euler_does():
    def gate(v, t):
        return -50.0 * (v - jnp.tanh(v))

    v = run("exp_auto", gate, jnp.asarray(2.0), 0.1, 2.0)
    assert abs(float(v)) < 2.0
    assert abs(float(run("euler", gate, jnp.asarray(2.0), 0.1, 2.0))) > 100


@pytest.mark.parametrize("method", METHODS)
def test_a_step_is_the_same_compiled_and_mapped(method):
    advance = step(method)(lambda v, t, k: -k * v + t)
    vs = jnp.linspace(-1.0, 1.0, 5)
    eager = np.array([advance(v, 0.5, 2.0, dt=0.1) for v in vs])
    assert_allclose(bm.jit(lambda v: advance(v, 0.5, 2.0, dt=0.1))(vs), eager, rtol=1e-5, atol=1e-6)
    assert_allclose(bm.vmap(lambda v: advance(v, 0.5, 2.0, dt=0.1))(vs), eager, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_derivatives_pass_through_a_step(method):
    tau = bm.TrainVar(jnp.asarray(10.0))
    advance = step(method)(lambda v, t: -v / tau.value)
    found = bm.grad(lambda: advance(jnp.asarray(1.0), 0.0, dt=0.1), grad_vars=tau)()
    assert_allclose(found, 0.1 / 100 * np.exp(-0.01), rtol=0.011 if method == "euler" else 1e-3)


@pytest.mark.parametrize("rate", [0.0, 1e-6, 1e-3, -0.4, -0.6, 1.0])
def test_derivatives_by_the_rate_are_right_also_near_zero(rate):
    # v ← exp(r dt) v, by r
    advance = step("exp_auto")(lambda v, t, r: r * v)
    found = jax.grad(lambda r: advance(jnp.asarray(2.0), 0.0, r, dt=0.1))(rate)
    assert_allclose(found, 0.2 * np.exp(0.1 * rate), rtol=1e-5)


def test_the_step_is_the_shared_one_unless_one_is_given():
    advance = step("euler")(lambda v, t: jnp.ones_like(v))
    with bm.environment(dt=0.25):
        assert advance(jnp.zeros(()), 0.0) == 0.25
    with bp.share.restored({"dt": 0.5}):
        assert advance(jnp.zeros(()), 0.0) == 0.5


# -- noise


@pytest.mark.parametrize("method", ["euler", "exp_auto"])
@pytest.mark.parametrize("dt", [0.01, 0.1, 0.5])
def test_the_variance_of_noise_does_not_depend_on_the_step(method, dt):
    # dv = 2 dW has variance 4 t
    rng = bm.random.RandomState(1)
    advance = step(method)(lambda v, t: jnp.zeros_like(v), noise=2.0, split_key=rng.split_key)
    v = bm.Variable(jnp.zeros(20000))

    def turn(k):
        v.value = advance(v.value, k * dt, dt=dt)

    bm.for_loop(turn, jnp.arange(float(round(2.0 / dt))))
    assert_allclose(np.var(v), 8.0, rtol=0.05)
    assert abs(np.mean(v)) < 0.1


def test_the_stationary_variance_is_that_of_ornstein_and_uhlenbeck():
    # dv = -v/τ dt + σ dW has variance σ² τ / 2
    rng = bm.random.RandomState(2)
    advance = step("exp_auto")(lambda v, t: -v / 5.0, noise=lambda v, t: jnp.full_like(v, 0.4), split_key=rng.split_key)
    v = bm.Variable(jnp.zeros(20000))

    def turn(k):
        v.value = advance(v.value, k * 0.05, dt=0.05)

    bm.for_loop(turn, jnp.arange(600.0))
    assert_allclose(np.var(v), 0.4**2 * 5.0 / 2, rtol=0.05)


def test_each_variable_has_noise_of_its_own():
    rng = bm.random.RandomState(3)
    advance = step("euler")(lambda v, t: (0.0 * v[0], 0.0 * v[1]), noise=(1.0, 3.0), split_key=rng.split_key)
    x, y = advance((jnp.zeros(5000), jnp.zeros(5000)), 0.0, dt=1.0)
    assert_allclose([np.std(x), np.std(y)], [1.0, 3.0], rtol=0.05)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.05
    x, y = step("euler")(lambda v, t: v, noise=(0.0, 1.0))((jnp.zeros(3), jnp.zeros(3)), 0.0, dt=1.0)
    assert float(abs(x).max()) == 0.0


@pytest.mark.parametrize("method", ["exp_auto", "rk4"])
def test_a_right_hand_side_that_reads_a_variable_is_not_traced_again_for_it(method):
    tau, v, calls = bm.Variable(10.0), bm.Variable(1.0), []

    def rate(x, t):
        calls.append(t)
        return -x / tau

    def turn(_):
        v.value = step(method)(rate)(v.value, 0.0, dt=1.0)

    advance = bm.jit(turn)
    advance(0)
    # Once to see what it touches, and once to compile; rk4 has four stages.
    assert len(calls) == (2 if method == "exp_auto" else 8)
    tau.value = 5.0
    advance(0)
    assert_allclose(float(v), np.exp(-0.1 - 0.2), rtol=1e-4)
    assert len(calls) == (2 if method == "exp_auto" else 8)


# -- what is refused


def test_an_unknown_method_is_refused_with_the_nearest():
    with pytest.raises(ValueRefused, match=r"the name of an integrator, got 'rk5'\. Did you mean 'rk"):
        step("rk5")


def test_noise_needs_a_method_that_takes_it():
    with pytest.raises(UnsupportedError, match=r"method 'rk4' with noise: expected 'exp_auto', 'exp_euler', 'euler', got 'rk4'"):
        step("rk4")(lambda v, t: v, noise=1.0)


def test_rates_and_noise_are_one_for_each_variable():
    with pytest.raises(KindError, match=r"one rate for each variable.*Return a tuple of rates for a tuple of variables"):
        step("euler")(lambda v, t: v[0])((jnp.zeros(2), jnp.zeros(2)), 0.0, dt=0.1)
    with pytest.raises(ShapeError, match=r"noise: expected one amplitude for each of 2 variables, got 1"):
        step("euler")(lambda v, t: v, noise=(1.0,))((jnp.zeros(2), jnp.zeros(2)), 0.0, dt=0.1)
    new = step("rk4")(lambda v, t: [0.0 * v[0], 0.0 * v[1]])((jnp.zeros(2), jnp.ones(2)), 0.0, dt=0.1)
    assert isinstance(new, tuple)
