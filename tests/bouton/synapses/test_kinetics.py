"""Time courses after spikes, against closed forms and independent integrations."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp
from tiny_group import TinyGroup

import bouton.math as bm
from bouton.connect import All2All, One2One
from bouton.errors import UnknownPathError, ValueRefused
from bouton.synapses import AMPA, NMDA, Alpha, Delta, DualExponential, Exponential, GABAa, GapJunction
from bouton.synouts import CUBA, MgBlock
from bouton.synplast import STD, STP

DT = 0.1


def course(kind, steps=600, spikes=(0,), **options):
    """The current of one synapse of weight 2 after each step, with spikes at these steps."""
    synapse = kind(TinyGroup(1), TinyGroup(1), One2One(), CUBA(None), g_max=2.0, **options)
    train = np.zeros((steps, 1), bool)
    train[list(spikes)] = True
    return np.asarray(bm.for_loop(synapse, train))[:, 0]


def test_exponential():
    g = course(Exponential, tau=5.0)
    t = DT * np.arange(g.size)
    assert_allclose(g, 2 * np.exp(-t / 5), rtol=1e-4)
    assert np.argmax(g) == 0
    # The sum of a geometric series.
    assert_allclose(g.sum() * DT, 2 * DT / (1 - np.exp(-DT / 5)), rtol=1e-3)


def test_dual_exponential_at_its_peak_and_in_all():
    g = course(DualExponential, tau_decay=6.0, tau_rise=2.0)
    t = DT * np.arange(g.size)
    assert_allclose(g, 2 * (np.exp(-t / 6) - np.exp(-t / 2)) / (1 / 2 - 1 / 6), atol=1e-5)
    peak = np.log(6 / 2) / (1 / 2 - 1 / 6)
    assert abs(np.argmax(g) * DT - peak) <= DT / 2
    assert_allclose(g.sum() * DT, 2 * 6 * 2, rtol=1e-3)


def test_alpha_at_its_peak_and_in_all():
    g = course(Alpha, tau_decay=4.0)
    t = DT * np.arange(g.size)
    assert_allclose(g, 2 * t * np.exp(-t / 4), atol=1e-5)
    assert np.argmax(g) == 40
    assert_allclose(g.max(), 2 * 4 / np.e, rtol=1e-5)
    assert_allclose(g.sum() * DT, 2 * 4**2, rtol=1e-3)


def test_time_constants_that_are_nearly_equal_or_very_different_do_no_harm():
    t = DT * np.arange(100)
    near = course(DualExponential, steps=100, tau_decay=4.0, tau_rise=4.0004)
    assert_allclose(near, 2 * t * np.exp(-t / 4), rtol=1e-3)
    short = course(DualExponential, steps=100, tau_decay=4.0, tau_rise=1e-3)
    assert_allclose(short[1:], 2 * 1e-3 * np.exp(-t[1:] / 4), rtol=1e-3)


@pytest.mark.parametrize("kind", [DualExponential, Alpha, AMPA, NMDA])
def test_another_method_comes_to_the_same(kind):
    assert_allclose(course(kind, 100, method="rk4"), course(kind, 100), rtol=1e-3, atol=1e-5)


def pulses(t, starts, length):
    return float(any(start <= t < start + length for start in starts))


@pytest.mark.parametrize(
    ("kind", "constants", "spikes"),
    [(AMPA, (0.98, 0.18, 0.5, 0.5), (0,)), (AMPA, (0.98, 0.18, 0.5, 0.5), (0, 3, 40)), (GABAa, (0.53, 0.18, 1.0, 1.0), (0,))],
)
def test_pulses_of_transmitter_against_an_independent_integration(kind, constants, spikes):
    alpha, beta, T, length = constants
    starts = [DT * n for n in spikes]
    times = DT * np.arange(1, 101)
    exact = solve_ivp(
        lambda t, g: alpha * T * pulses(t, starts, length - 1e-9) * (1 - g) - beta * g,
        (0, times[-1]),
        [0.0],
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
        max_step=0.02,
    )
    assert_allclose(course(kind, 100, spikes), 2 * exact.y[0], rtol=2e-3)


def test_a_pulse_that_ends_within_a_step_has_its_area():
    whole, part = (course(AMPA, 20, T_duration=length, alpha=1e-3, beta=0.0)[-1] for length in (0.5, 0.45))
    assert_allclose(part / whole, 0.9, rtol=1e-3)


@pytest.mark.parametrize("spikes", [(0,), (0, 50, 100, 150)])
def test_nmda_against_an_independent_integration(spikes):
    g, x, found = 0.0, 0.0, [0.0]
    # From spike to spike: x jumps at the end of the step in which one comes.
    for start, stop in zip(spikes, (*spikes[1:], 400), strict=True):
        times = DT * np.arange(1, stop - start + 1)
        exact = solve_ivp(
            lambda t, gx: (-gx[0] / 100 + 0.5 * gx[1] * (1 - gx[0]), -gx[1] / 2),
            (0, times[-1]),
            [g, x + 1.0],
            t_eval=times,
            rtol=1e-9,
            atol=1e-11,
        )
        found.extend(exact.y[0])
        g, x = exact.y[:, -1]
    assert_allclose(course(NMDA, 401, spikes), 2 * np.array(found), rtol=1e-3, atol=1e-6)


def test_nmda_is_of_second_order():
    errors = []
    exact = solve_ivp(
        lambda t, gx: (-gx[0] / 100 + 0.5 * gx[1] * (1 - gx[0]), -gx[1] / 2), (0, 4), [0.0, 1.0], rtol=1e-10, atol=1e-12
    ).y[0, -1]
    for dt in (0.4, 0.2):
        with bm.environment(dt=dt):
            errors.append(abs(course(NMDA, round(4 / dt) + 1)[-1] / 2 - exact))
    assert 3.3 < errors[0] / errors[1] < 4.7


@pytest.mark.parametrize("kind", [AMPA, GABAa])
def test_the_gradient_reaches_neurons_that_have_not_spiked(kind):
    groups = (TinyGroup(1, mode=bm.training_mode) for _ in range(2))
    synapse = kind(*groups, One2One(), CUBA(None), g_max=2.0, alpha=0.5, beta=0.2, T=0.8, T_duration=DT, mode=bm.training_mode)
    found = bm.grad(lambda s: synapse(s).sum())(jnp.zeros((1, 1)))
    # g = r / (r + β) (1 - exp(-(r + β) dt)), r = α T s, by s at 0
    assert_allclose(found, [[2 * 0.5 * 0.8 / 0.2 * (1 - np.exp(-0.2 * DT))]], rtol=1e-4)


def test_receptors_are_counted_through_the_weights():
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    synapse = AMPA(TinyGroup(2), TinyGroup(2), All2All(), CUBA(None), g_max=w)
    current = synapse(np.array([True, False]))
    assert_allclose(current, synapse.g.value @ jnp.asarray(w, jnp.float32), rtol=1e-6)
    assert float(synapse.g[0]) > 0
    assert float(synapse.g[1]) == 0


@pytest.mark.parametrize(
    ("kind", "constants"),
    [
        (DualExponential, {"tau_decay": 6.0, "tau_rise": 2.0}),
        (Alpha, {"tau_decay": 4.0}),
        (AMPA, {"alpha": 0.5, "T_duration": 1.0}),
        (NMDA, {"tau_decay": 50.0, "a": 0.4}),
    ],
)
def test_constants_may_be_variables_of_the_user(kind, constants):
    cells = {name: bm.Variable(jnp.asarray(value)) for name, value in constants.items()}
    assert_allclose(course(kind, 30, **cells), course(kind, 30, **constants), rtol=1e-6)


def test_delta_jumps():
    post = TinyGroup(2, V=-60.0)
    Delta(TinyGroup(2), post, One2One(), g_max=1.5)(np.array([True, False]))
    assert_array_equal(post.V, [-58.5, -60.0])


def test_the_usual_outputs():
    pre, post = TinyGroup(1), TinyGroup(1, V=-60.0)
    assert float(AMPA(pre, post, One2One()).output.E) == 0.0
    assert float(GABAa(pre, post, One2One()).output.E) == -80.0
    assert isinstance(NMDA(pre, post, One2One()).output, MgBlock)


@pytest.mark.parametrize("conn", ["all", "sparse"])
def test_gap_junctions_level_potentials(conn):
    group = TinyGroup(3)
    group.V.value = jnp.array([-60.0, -50.0, -70.0])
    matrix = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
    if conn == "all":
        GapJunction(group, group, All2All(), g_max=0.1)()
        wanted = 0.1 * (group.V.value.sum() - 3 * group.V.value)
    else:
        g = np.array([0.1, 0.2, 0.1, 0.2])
        GapJunction(group, group, matrix, g_max=g)()
        wanted = [0.1 * 10 + 0.2 * -10, 0.1 * -10, 0.2 * 10]
    assert_allclose(group.input, wanted, rtol=1e-5)


def test_gap_junctions_need_potentials():
    class Placeholder(TinyGroup):
        def __init__(self, size):
            super().__init__(size)
            del self.V

    with pytest.raises(UnknownPathError, match=r"GapJunction\(pre=\.\.\.\): expected a group with a membrane potential V"):
        GapJunction(Placeholder(1), TinyGroup(1), One2One())


@pytest.mark.parametrize(("kind", "first"), [(STD, 1.0), (STP, 0.15)])
def test_plasticity_scales_what_spikes_deliver(kind, first):
    found = course(Delta, 3, (0, 2), stp=kind())
    assert_allclose(found[:2], [2 * first, 0.0], rtol=1e-6)
    assert 0 < found[2] != found[0]


@pytest.mark.parametrize("kind", [DualExponential, AMPA, NMDA])
def test_the_first_spike_counts_by_its_plasticity(kind):
    group, spike = TinyGroup(1), np.array([True])
    found = []
    for stp in (None, STD(), STP(U=0.25)):
        synapse = kind(group, group, One2One(), CUBA(None), stp=stp)
        synapse(spike)
        found.append(float(synapse(~spike)[0]))
    # Receptors saturate, a little.
    assert found[1] == found[0]
    assert_allclose(found[2], found[0] / 4, rtol=0.2 if kind is AMPA else 0.05)


def test_a_method_that_is_none_is_refused():
    with pytest.raises(ValueRefused, match="expected the name of an integrator, got 'exact'"):
        Alpha(TinyGroup(1), TinyGroup(1), One2One(), method="exact")
