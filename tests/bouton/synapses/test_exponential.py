"""Exponential synapses: one step, order, batches, transforms, gradients."""

import copy

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tiny_group import TinyGroup

import bouton as bp
import bouton.math as bm
from bouton.connect import All2All, FixedProb, IJConn, One2One
from bouton.errors import ShapeError, ValueRefused
from bouton.synapses import Exponential

DT = 0.1
W = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]], np.float32)
SPIKES = np.array([[1, 0], [0, 0], [1, 1], [0, 1]], bool)


def expected(spikes=SPIKES, w=W, tau=8.0):
    g, rows = np.zeros(w.shape[1]), []
    for s in spikes:
        g = g * np.exp(-DT / tau) + s.astype(float) @ w
        rows.append(g)
    return np.stack(rows)


def made(conn=None, **options):
    pre, post = TinyGroup(2, **given_mode(options)), TinyGroup(3, **given_mode(options))
    return Exponential(pre, post, All2All() if conn is None else conn, **options)


def given_mode(options):
    return {"mode": options["mode"]} if "mode" in options else {}


def drive(synapse, spikes):
    synapse(spikes)
    return synapse.post()


@pytest.mark.parametrize("how", ["eager", "jit", "for_loop"])
def test_it_decays_and_jumps_and_drives_the_next_step_of_the_group(how):
    synapse = made(g_max=W)
    if how == "for_loop":
        found = bm.for_loop(lambda s: drive(synapse, s), SPIKES)
    else:
        step = bm.jit(lambda s: drive(synapse, s)) if how == "jit" else lambda s: drive(synapse, s)
        found = [step(s) for s in SPIKES]
    assert_allclose(found, expected(), rtol=1e-6)
    assert_allclose(synapse.g, expected()[-1], rtol=1e-6)


def test_a_spike_without_an_argument_is_that_which_the_group_has_now():
    synapse = made(g_max=W)
    for s, row in zip(SPIKES, expected(), strict=True):
        synapse.pre.spike.value = jnp.asarray(s)
        synapse()
        assert_allclose(synapse.post(), row, rtol=1e-6)


def test_a_leading_dict_is_shared():
    synapse = made(g_max=W, tau=2.0)
    synapse.g.value = jnp.ones(3)
    synapse({"dt": 0.5}, np.zeros(2, bool))
    assert_allclose(synapse.g, np.full(3, np.exp(-0.25)), rtol=1e-6)
    bp.share.clear()


@pytest.mark.parametrize("method", ["exp_auto", "rk4", "euler"])
def test_methods_by_name(method):
    synapse = made(g_max=W, method=method)
    for s in SPIKES:
        synapse(s)
    rtol = {"exp_auto": 1e-6, "rk4": 1e-6, "euler": 1e-3}[method]
    assert_allclose(synapse.g, expected()[-1], rtol=rtol)


@pytest.mark.parametrize("comp_method", ["sparse", "dense", "events", "all"])
def test_the_way_to_compute_changes_no_number(comp_method):
    conn = IJConn([1, 0, 0, 1], [2, 0, 1, 0])
    w = np.array([1.0, 2.0, 3.0, 4.0])  # in the order of the presynaptic neurons: 0->0, 0->1, 1->2, 1->0
    synapse = made(conn, g_max=w, comp_method=comp_method)
    synapse(np.array([False, True]))
    assert_array_equal(synapse.g, [4.0, 0.0, 3.0])


def test_shapes_of_weights_follow_the_connector():
    pre, post = TinyGroup(3), TinyGroup(3)
    asked = []

    def init(shape):
        asked.append(shape)
        return jnp.ones(shape)

    for conn in (All2All(), All2All(include_self=False), One2One(), IJConn([0, 2], [1, 1])):
        Exponential(pre, post, conn, g_max=init)
    assert asked == [(3, 3), (3, 3), (3,), (2,)]


@pytest.mark.parametrize("g_max", [2.0, np.arange(9.0).reshape(3, 3)], ids=["number", "matrix"])
def test_all_to_all_may_leave_out_the_neuron_itself(g_max):
    group = TinyGroup(3)
    synapse = Exponential(group, group, All2All(include_self=False), g_max=g_max)
    spikes = np.array([1.0, 0.0, 1.0], np.float32)
    synapse(spikes)
    w = np.broadcast_to(g_max, (3, 3)) * (1 - np.eye(3))
    assert_allclose(synapse.g, spikes @ w)


def test_one_number_stands_for_all_weights():
    for conn, received in ((All2All(), [2.0, 2.0, 2.0]), (IJConn([0, 1], [0, 0]), [2.0, 0.0, 0.0])):
        synapse = made(conn, g_max=2)
        synapse(np.array([True, False]))
        assert_array_equal(synapse.g, received)


def test_one_to_one():
    synapse = Exponential(TinyGroup(3), TinyGroup(3), One2One(), g_max=np.array([1.0, 2.0, 3.0]))
    synapse(np.array([True, False, True]))
    assert_array_equal(synapse.g, [1.0, 0.0, 3.0])


def test_sheets_of_neurons():
    synapse = Exponential(TinyGroup((1, 2), keep_size=True), TinyGroup((3, 1), keep_size=True), All2All(), g_max=W)
    synapse.pre.spike.value = jnp.array([[True, False]])
    synapse()
    assert synapse.g.shape == (3,)
    assert_array_equal(synapse.post(), W[0].reshape(3, 1))


def test_a_batch_is_each_of_its_trials():
    synapse = made(g_max=W, mode=bm.BatchingMode(1))
    synapse.reset_state(4)
    synapse.post.reset_state(4)
    batches = np.stack([SPIKES, SPIKES[::-1], ~SPIKES, SPIKES & SPIKES[0]])
    bm.for_loop(lambda s: drive(synapse, s), batches.swapaxes(0, 1))
    assert_allclose(synapse.g, [expected(b)[-1] for b in batches], rtol=1e-5)


def sent(synapse, spike):
    synapse.pre.spike.value = spike
    return synapse()


@pytest.mark.parametrize("conn", [All2All(), np.ones((2, 3))], ids=["all to all", "sparse"])
def test_mapped_over_trials_it_gives_the_same(conn):
    synapse = made(conn, g_max=W if isinstance(conn, All2All) else W.ravel(), delay_step=1, mode=bm.BatchingMode(2))
    batches = np.stack([SPIKES, ~SPIKES], 1)
    step = bm.vmap(lambda s: sent(synapse, s), mapped_vars=[synapse.pre.spike, synapse.g, synapse.delay.data, synapse.post.input])
    for s in batches:
        # The ring of the delay turns once for all trials.
        step(jnp.asarray(s))
    late = np.concatenate([np.zeros((1, 2, 2), bool), batches[:-1]])
    assert_allclose(synapse.g, [expected(late[:, k])[-1] for k in range(2)], rtol=1e-5)


def test_turning_parameters_between_runs_compiles_nothing():
    synapse = made(FixedProb(1.0, seed=1), g_max=1.0)

    def run():
        synapse.reset_state()
        for s in SPIKES:
            synapse(s)
        return synapse.g.value

    compiled = bm.jit(run)
    for tau, g_max in ((8.0, 1.0), (3.0, 1.0), (3.0, 2.5)):
        synapse.tau, synapse.g_max = tau, g_max
        assert_allclose(compiled(), expected(w=np.full((2, 3), g_max), tau=tau)[-1], rtol=1e-5)
    assert compiled.compilations == 1


@pytest.mark.parametrize("kind", ["matrix", "number", "sparse"])
def test_in_a_training_mode_weights_are_trained_with_the_gradient_of_the_product(kind):
    target = np.array([1.0, -2.0, 0.5], np.float32)
    full = {"matrix": W, "number": np.full((2, 3), 2.0), "sparse": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])}[kind]
    conn = IJConn([0, 1, 1], [0, 1, 2]) if kind == "sparse" else All2All()
    g_max = {"matrix": W, "number": 2.0, "sparse": np.ones(3)}[kind]
    synapse = made(conn, g_max=g_max, mode=bm.training_mode)
    assert isinstance(synapse.g_max, bm.TrainVar)

    def loss():
        synapse.reset_state(1)
        for s in SPIKES[:2, None].astype(np.float32):
            synapse(s)
        return ((synapse.g - target) ** 2).sum()

    trace = np.exp(-DT / 8.0) * SPIKES[0]  # what each presynaptic neuron has contributed by a weight of 1
    by_pair = np.outer(trace, 2 * (trace @ full - target))
    wanted = {"matrix": by_pair, "number": by_pair.sum(), "sparse": by_pair[[0, 1, 1], [0, 1, 2]]}[kind]
    assert_allclose(bm.grad(loss, grad_vars=synapse.g_max)(), wanted, rtol=1e-5)


def test_a_time_constant_that_is_a_trained_variable_is_trained():
    synapse = made(g_max=W, tau=bm.TrainVar(jnp.asarray(4.0)))

    def loss():
        synapse.reset_state()
        synapse(SPIKES[0])
        synapse(SPIKES[1])
        return synapse.g.value.sum()

    wanted = W[0].sum() * np.exp(-DT / 4.0) * DT / 4.0**2
    assert_allclose(bm.grad(loss, grad_vars=synapse.tau)(), wanted, rtol=1e-4)


def test_gradients_end_at_spikes_when_they_are_told_to():
    for stop, wanted in ((False, W.sum(1)), (True, np.zeros(2))):
        synapse = made(g_max=W, mode=bm.training_mode, stop_spike_gradient=stop)
        source = bm.TrainVar(jnp.array([[1.0, 0.0]]))

        def loss(synapse=synapse, source=source):
            synapse.reset_state()
            synapse(source)
            return synapse.g.value.sum()

        assert_allclose(bm.grad(loss, grad_vars=source)()[0], wanted)


def test_a_copy_of_a_network_is_on_its_own():
    net = bp.Network(synapse=made(g_max=W))
    net.pre, net.post = net.synapse.pre, net.synapse.post
    other = copy.deepcopy(net)
    assert other.synapse.post is other.post
    other.synapse(SPIKES[0])
    assert_array_equal(other.post.input, W[0])
    assert_array_equal(net.post.input, np.zeros(3))


def test_groups_belong_to_their_network_and_synapses_come_first():
    net = bp.Network(TinyGroup(2, name="first_group"), synapse=made(g_max=W))
    assert sorted(net.synapse.vars("relative")) == ["g", "g_max", "tau"]
    assert net.members()[0] is net.synapse
    assert net.synapse.entry("g_max").unit == "nA"
    assert (net.synapse.entry("tau").unit, net.synapse.entry("tau").family) == ("ms", "taus")


def test_a_bound_connector_is_used_as_it_is_and_any_other_draws_for_each():
    conn = FixedProb(0.5)
    bound = conn(8, 8)
    group = TinyGroup(8)
    assert_array_equal(Exponential(group, group, bound).conn.require("conn_mat"), bound.require("conn_mat"))
    free = FixedProb(0.5)
    first, second = (Exponential(group, group, free).conn.require("conn_mat") for _ in range(2))
    assert (first != second).any()


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match=r"Exponential\.tau: expected shape \(\)"):
        made(tau=np.ones(3))
    with pytest.raises(ValueRefused, match=r"tau.*above 0"):
        made(tau=0.0)
    with pytest.raises(ValueRefused, match="expected the name of an integrator, got 'rk44'"):
        made(method="rk44")
    with pytest.raises(ShapeError, match=r"expected shape \(2, 3\) or one number, got \(3, 2\)"):
        made(g_max=W.T)
    with pytest.raises(ValueRefused, match="expected a value, got None"):
        made(g_max=None)
    with pytest.raises(ShapeError, match=r"expected a matrix of shape \(2, 3\), got \(3, 2\)"):
        made(W.T)
