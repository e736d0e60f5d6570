"""Depression and facilitation, against recursions from spike to spike and their steady states."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from signatures import signature
from tiny_group import TinyGroup

import bouton.math as bm
from bouton.connect import One2One
from bouton.errors import RunningError, ValueRefused
from bouton.synapses import Delta
from bouton.synouts import CUBA
from bouton.synplast import STD, STP

DT = 0.1


def train(stp, every, spikes, n=1):
    """What each spike of a regular train counts, ``(spikes, n)``; ``every`` so many steps there is one."""
    synapse = Delta(TinyGroup(n), TinyGroup(n), One2One(), CUBA(None), stp=stp)
    steps = np.zeros((every * spikes, n), bool)
    steps[::every] = True
    return np.asarray(bm.for_loop(synapse, steps))[::every]


def test_depression_follows_its_recursion_to_the_steady_state():
    found = train(STD(tau=50.0, U=0.3), 100, 30)[:, 0]
    x, wanted, decay = 1.0, [], np.exp(-100 * DT / 50)
    for _ in found:
        wanted.append(x)
        x = 1 - (1 - (1 - 0.3) * x) * decay
    assert_allclose(found, wanted, rtol=1e-4)
    assert_allclose(found[-1], (1 - decay) / (1 - 0.7 * decay), rtol=1e-4)


@pytest.mark.parametrize("rate", [5.0, 20.0, 80.0])
def test_the_steady_amplitude_is_that_of_tsodyks_pawelzik_and_markram(rate):
    U, tau_f, tau_d = 0.2, 150.0, 60.0
    interval = 1e3 / rate
    found = train(STP(U, tau_f, tau_d), round(interval / DT), 25)[-1, 0]
    f, d = np.exp(-interval / tau_f), np.exp(-interval / tau_d)
    u = U / (1 - (1 - U) * f)
    x = (1 - d) / (1 - (1 - u) * d)
    assert_allclose(found, u * x, rtol=1e-3)


def test_the_first_spikes_follow_the_recursion():
    U, tau_f, tau_d = 0.1, 300.0, 100.0
    found = train(STP(U, tau_f, tau_d), 200, 5)[:, 0]
    f, d = np.exp(-20 / tau_f), np.exp(-20 / tau_d)
    u, x, wanted = U, 1.0, []
    for _ in found:
        wanted.append(u * x)
        u, x = u * f + U * (1 - u * f), x * (1 - u) * d + 1 - d
    assert_allclose(found, wanted, rtol=1e-4)
    assert found[1] > found[0]  # facilitates


def test_each_neuron_may_have_its_own_constants_and_they_are_cells():
    stp = STD(tau=np.array([50.0, 500.0]), U=0.3)
    found = train(stp, 100, 2, n=2)[1]
    assert_allclose(found, 1 - 0.3 * np.exp(-10 / np.array([50.0, 500.0])), rtol=1e-4)
    assert (stp.entry("tau").unit, stp.entry("U").bounds) == ("ms", (0.0, 1.0))
    step = bm.jit(lambda: stp(np.ones(2, bool)))
    step()
    stp.U = 0.5
    step()
    assert step.compilations == 1


def test_trials_of_a_batch_have_their_own_past():
    pre, post = (TinyGroup(1, mode=bm.batching_mode) for _ in range(2))
    synapse = Delta(pre, post, One2One(), CUBA(None), stp=STD(U=0.5), mode=bm.batching_mode)
    synapse.reset_state(2)
    synapse(np.array([[True], [False]]))
    assert_allclose(synapse(np.array([[True], [True]])), [[0.5], [1.0]], rtol=1e-3)


@pytest.mark.parametrize("kind", [STD, STP])
def test_what_belongs_to_no_synapse_is_told(kind):
    with pytest.raises(RunningError, match=rf"{kind.__name__}\(spike\): expected plasticity that belongs to a synapse"):
        kind()(np.ones(2))


def test_arguments_and_defaults_are_those_that_published_models_count_on():
    assert signature(STD) == "tau=200.0 U=0.07 method=exp_auto name=None"
    assert signature(STP) == "U=0.15 tau_f=1500.0 tau_d=200.0 method=exp_auto name=None"


def test_wrong_constants_are_refused():
    for stp, words in ((STD(U=1.5), r"U.*between 0.* and 1"), (STP(tau_d=0.0), r"tau_d.*above 0")):
        with pytest.raises(ValueRefused, match=words):
            Delta(TinyGroup(1), TinyGroup(1), One2One(), stp=stp)
    for kind in (STD, STP):
        with pytest.raises(ValueRefused, match="expected the name of an integrator, got 'exact'"):
            kind(method="exact")
