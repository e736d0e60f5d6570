"""What all synapses share: delays to the exact step, outputs that are their own, refusals."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from signatures import signature
from tiny_group import TinyGroup

import bouton as bp
import bouton.math as bm
from bouton.connect import All2All, One2One
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused
from bouton.synapses import Delta, Exponential
from bouton.synouts import COBA, CUBA, Part
from bouton.synplast import STD

ENDS = "pre post conn output=None stp=None comp_method=sparse"
LAST = "name=None mode=None stop_spike_gradient=False"
SIGNATURES = {
    "Exponential": f"{ENDS} g_max=1.0 delay_step=None tau=8.0 method=exp_auto {LAST}",
    "DualExponential": f"{ENDS} g_max=1.0 tau_decay=10.0 tau_rise=1.0 delay_step=None method=exp_auto {LAST}",
    "Alpha": f"{ENDS} g_max=1.0 delay_step=None tau_decay=10.0 method=exp_auto {LAST}",
    "Delta": f"{ENDS} g_max=1.0 delay_step=None {LAST}",
    "AMPA": f"{ENDS} g_max=0.42 delay_step=None alpha=0.98 beta=0.18 T=0.5 T_duration=0.5 method=exp_auto {LAST}",
    "GABAa": f"{ENDS} g_max=0.04 delay_step=None alpha=0.53 beta=0.18 T=1.0 T_duration=1.0 method=exp_auto {LAST}",
    "NMDA": f"{ENDS} g_max=0.15 delay_step=None tau_decay=100.0 a=0.5 tau_rise=2.0 method=exp_auto {LAST}",
    "GapJunction": "pre post conn comp_method=sparse g_max=1.0 output=None name=None mode=None",
}


@pytest.mark.parametrize("model", SIGNATURES)
def test_arguments_and_defaults_are_those_that_published_models_count_on(model):
    assert signature(getattr(bp.synapses, model)) == SIGNATURES[model]


def impulse(delay_step, n=3, steps=8, how="for_loop", **options):
    """When the spikes of the first step arrive, ``(steps, n)``."""
    pre = TinyGroup(n, **options)
    synapse = Delta(pre, TinyGroup(n, **options), One2One(), CUBA(None), delay_step=delay_step, **options)
    spikes = np.zeros((steps, n), bool)
    spikes[0] = True

    def sent(spike):
        pre.spike.value = jnp.asarray(spike)
        return synapse()

    if how == "for_loop":
        return np.asarray(bm.for_loop(sent, spikes))
    step = bm.jit(sent) if how == "jit" else sent
    return np.stack([step(s) for s in spikes])


@pytest.mark.parametrize(
    ("delay_step", "lags"),
    [
        (None, [0, 0, 0]),
        (0, [0, 0, 0]),
        (1, [1, 1, 1]),
        (5, [5, 5, 5]),
        (0.3, [3, 3, 3]),
        (np.array([0, 2, 5]), [0, 2, 5]),
        (jnp.array([0.0, 0.1, 0.4]), [0, 1, 4]),
        (lambda shape: jnp.arange(shape[0]), [0, 1, 2]),
        (bp.init.Constant(2), [2, 2, 2]),
    ],
    ids=["none", "0", "1", "5", "time", "steps each", "times each", "function", "initialiser"],
)
def test_a_spike_arrives_after_exactly_its_delay(delay_step, lags):
    wanted = np.zeros((8, 3))
    wanted[lags, [0, 1, 2]] = 1.0
    assert_array_equal(impulse(delay_step), wanted)


@pytest.mark.parametrize("how", ["eager", "jit"])
def test_delays_are_the_same_eager_and_compiled(how):
    assert_array_equal(impulse(np.array([0, 2, 5]), how=how), impulse(np.array([0, 2, 5])))


@pytest.mark.parametrize("dtype", [bool, np.float32, int])
def test_spikes_that_are_given_arrive_at_once_and_those_of_the_group_in_their_time(dtype):
    pre = TinyGroup(2)
    synapse = Delta(pre, TinyGroup(2), One2One(), CUBA(None), delay_step=2)
    pre.spike.value = jnp.array([False, True])
    assert_array_equal(synapse(np.array([1, 0], dtype)), [1.0, 0.0])
    pre.spike.value = jnp.array([False, False])
    assert_array_equal(synapse(np.zeros(2, dtype)), [0.0, 0.0])
    assert_array_equal(synapse(), [0.0, 1.0])
    assert_array_equal(synapse(), [0.0, 0.0])


def test_a_time_is_as_many_steps_as_fit_in_it():
    with bm.environment(dt=0.5):
        found = impulse(1.5)
    assert list(np.argmax(found, 0)) == [3, 3, 3]


def test_what_a_group_sends_when_it_has_been_updated_after_the_synapse_comes_a_step_later():
    pre = TinyGroup(1)
    synapse = Delta(pre, TinyGroup(1), One2One(), CUBA(None), delay_step=2)
    found = []
    for n in range(6):
        found.append(float(synapse()[0]))
        pre.spike.value = jnp.array([n == 0])
    assert found == [0, 0, 0, 1, 0, 0]


def test_a_spike_that_is_there_when_the_delay_is_made_counts_once():
    pre = TinyGroup(1)
    pre.spike.value = jnp.array([True])
    synapse = Delta(pre, TinyGroup(1), One2One(), CUBA(None), delay_step=1)
    found = []
    for _ in range(4):
        found.append(float(synapse()[0]))
        pre.spike.value = jnp.array([False])
    assert found == [0, 1, 0, 0]


@pytest.mark.parametrize("mode", [bm.batching_mode, bm.training_mode, bm.BatchingMode(4)], ids=repr)
def test_delays_of_a_batch_and_their_reset(mode):
    pre, post = (TinyGroup(2, mode=mode) for _ in range(2))
    net = bp.Network(pre, post, synapse=Delta(pre, post, One2One(), CUBA(None), delay_step=1, mode=mode))
    for batch in (1, 3, None):
        net.reset_state(batch)
        size = batch or mode.batch_size
        spikes = np.zeros((size, 2), pre.spike.dtype)
        spikes[-1, 1] = True
        pre.spike.value = jnp.asarray(spikes)
        assert_array_equal(net.synapse(), np.zeros((size, 2)))
        pre.spike.value = jnp.zeros_like(pre.spike.value)
        assert_array_equal(net.synapse(), spikes)
    pre.spike.value = jnp.ones_like(pre.spike.value)
    net.synapse()
    net.reset_state()
    assert_array_equal(net.synapse(), np.zeros((mode.batch_size, 2)))


def test_gradients_pass_a_delay():
    pre, post = (TinyGroup(2, mode=bm.training_mode) for _ in range(2))
    source = bm.TrainVar(jnp.ones((1, 2)))
    synapse = Delta(pre, post, One2One(), CUBA(None), g_max=np.array([2.0, 3.0]), delay_step=1, mode=bm.training_mode)

    def loss():
        pre.spike.value = source.value
        synapse()
        pre.spike.value = jnp.zeros((1, 2))
        return synapse().sum()

    assert_array_equal(bm.grad(loss, grad_vars=source)(), [[2.0, 3.0]])


def test_an_output_that_belongs_to_a_synapse_is_not_taken_from_it():
    output, stp = COBA(E=-70.0), STD(tau=100.0)
    small, large = TinyGroup(2), TinyGroup(3)
    first = Exponential(small, small, All2All(), output, stp)
    second = Exponential(large, large, All2All(), output, stp)
    assert first.output is output
    assert first.stp is stp
    assert second.output is not output
    assert second.output.post is large
    assert_allclose(second.output.E, -70.0)
    assert second.stp.x.shape == (3,)
    second.output.E = -10.0
    assert_allclose(first.output.E, -70.0)


def test_a_group_without_spikes_has_to_be_given_some():
    pre = bp.neurons.NeuGroup(2)
    synapse = Delta(pre, TinyGroup(2), One2One(), CUBA(None))
    with pytest.raises(ValueRefused, match=r"Delta\(pre_spike\): expected the spikes of this step, got none, and NeuGroup"):
        synapse()
    assert_array_equal(synapse(np.array([True, False])), [1.0, 0.0])


def test_wrong_arguments_are_refused():
    group = TinyGroup(2)
    with pytest.raises(KindError, match=r"Delta\(pre=\.\.\.\): expected a group of neurons, got int"):
        Delta(2, group, One2One())
    with pytest.raises(KindError, match=r"Delta\(post=\.\.\.\): expected a group of neurons, got type"):
        Delta(group, TinyGroup, One2One())
    with pytest.raises(KindError, match=r"Delta\(output=\.\.\.\): expected a SynOut, got CUBA itself\. .*CUBA\(\)"):
        Delta(group, group, One2One(), CUBA)
    for stp, name in ((1.0, "float"), (COBA(), "COBA")):
        with pytest.raises(KindError, match=rf"Delta\(stp=\.\.\.\): expected short-term plasticity, got {name}"):
            Delta(group, group, One2One(), stp=stp)
    with pytest.raises(KindError, match="expected a connector"):
        Delta(group, group, 3)
    with pytest.raises(ShapeError, match="expected two groups of one size"):
        Delta(group, TinyGroup(3), One2One())
    with pytest.raises(ValueRefused, match=r"Delta\(comp_method=\.\.\.\): expected the name of a method, got 'spars'"):
        Delta(group, group, One2One(), comp_method="spars")
    with pytest.raises(ShapeError, match=r"Delta\(delay_step=\.\.\.\): expected one delay, or shape \(2,\), got \(3,\)"):
        Delta(group, group, One2One(), delay_step=np.zeros(3, int))
    with pytest.raises(
        ValueRefused, match=r"Delta\(delay_step=\.\.\.\): expected whole numbers of steps from a function, got 0\.2"
    ):
        Delta(group, group, One2One(), delay_step=bp.init.Constant(0.2))
    with pytest.raises(ValueRefused, match="expected 0 or more, got -1"):
        Delta(group, group, One2One(), delay_step=-1)
    with pytest.raises(ShapeError, match=r"Delta\(pre_spike\): expected shape \(\.\.\., 2\), got \(3,\)"):
        Delta(group, group, One2One())(np.zeros(3, bool))


def test_groups_and_synapse_have_a_batch_or_none_of_them_has():
    plain, batched = TinyGroup(2), TinyGroup(2, mode=bm.batching_mode)
    with pytest.raises(ValueRefused, match=r"Delta\(pre=\.\.\.\): expected a group and a synapse that both have a batch"):
        Delta(batched, batched, One2One())
    with pytest.raises(ValueRefused, match=r"Delta\(post=\.\.\.\): .*got TinyGroup in NonBatchingMode and Delta in Batching"):
        Delta(plain, plain, One2One(), mode=bm.batching_mode)
    synapse = Delta(plain, batched, One2One(), mode=bm.batching_mode)
    synapse(np.array([True, False]))
    assert_array_equal(batched.V, [[1.0, 0.0]])


def test_a_missing_target_is_told_at_construction():
    pre, post = TinyGroup(2), bp.neurons.NeuGroup(2)
    with pytest.raises(UnknownPathError, match=r"CUBA: NeuGroup\.input: expected a Variable .* target_var=None"):
        Exponential(pre, post, One2One())
    with pytest.raises(KeyError, match="It has V, input, spike"):
        Exponential(pre, TinyGroup(2), One2One(), COBA(membrane_var="v"))


def test_a_part_says_itself_what_it_declares():
    class Nothing(Part):
        """Declares nothing."""

    with pytest.raises(NotImplementedError, match=r"Nothing\.bind: expected a method that declares parameters and states"):
        Delta(TinyGroup(2), TinyGroup(2), One2One(), stp=Nothing())
