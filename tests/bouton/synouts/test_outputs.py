"""Currents that outputs make of a conductance."""

from typing import Any, cast

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from signatures import signature
from tiny_group import TinyGroup

import bouton as bp
import bouton.math as bm
from bouton.connect import One2One
from bouton.errors import KindError, NoImplementationError, RunningError, UnknownPathError, ValueRefused
from bouton.synapses import Exponential
from bouton.synouts import COBA, CUBA, MgBlock, SynOut

V = np.array([-70.0, -40.0, 10.0], np.float32)
G = np.array([1.0, 2.0, 3.0], np.float32)


def test_arguments_and_defaults_are_those_that_published_models_count_on():
    assert signature(CUBA) == "target_var=input name=None"
    assert signature(COBA) == "E=0.0 target_var=input membrane_var=V name=None"
    assert signature(MgBlock) == "E=0.0 cc_Mg=1.2 alpha=0.062 beta=3.57 target_var=input membrane_var=V name=None"


def bound(output, V=V, **options):
    post = TinyGroup(len(V), **options)
    post.V.value = jnp.broadcast_to(jnp.asarray(V), post.V.shape)
    return Exponential(TinyGroup(len(V), **options), post, One2One(), output, **options).output


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (CUBA, G),
        (COBA, G * (0 - V)),
        (lambda **to: COBA(E=-80.0, **to), G * (-80 - V)),
        (lambda **to: COBA(E=np.array([0.0, -80.0, 5.0]), **to), G * (np.array([0, -80, 5]) - V)),
        (MgBlock, G * (0 - V) / (1 + 1.2 / 3.57 * np.exp(-0.062 * V))),
        (
            lambda **to: MgBlock(E=5.0, cc_Mg=2.0, alpha=0.05, beta=4.0, **to),
            G * (5 - V) / (1 + 0.5 * np.exp(-0.05 * V)),
        ),
    ],
    ids=["CUBA", "COBA", "COBA -80", "COBA each", "MgBlock", "MgBlock other"],
)
def test_a_current_is_added_to_the_input_or_returned(output, wanted):
    added = bound(output())
    assert added(jnp.asarray(G)) is None
    assert added(jnp.asarray(G)) is None
    assert_allclose(added.post.input, 2 * wanted, rtol=1e-5)
    returned = bound(output(target_var=None))
    assert_allclose(returned(jnp.asarray(G)), wanted, rtol=1e-5)
    assert_array_equal(returned.post.input, np.zeros(3))


def test_a_conductance_sees_the_potential_before_the_step_of_the_group():
    class Sums(TinyGroup):
        def update(self, x=None):
            self.V.value = self.V + self._take_input(x)

    pre, post = TinyGroup(1), Sums(1)
    net = bp.Network(post, pre, synapse=Exponential(pre, post, One2One(), COBA(E=1.0), tau=1e6))
    pre.spike.value = jnp.array([True])
    net()
    assert_allclose(post.V, [1.0])
    pre.spike.value = jnp.array([False])
    net()  # at the reversal potential nothing flows
    assert_allclose(post.V, [1.0], rtol=1e-5)


def test_each_trial_has_its_potential():
    output = bound(COBA(), mode=bm.batching_mode)
    output.post.reset_state(2)
    output.post.V.value = jnp.asarray(np.stack([V, 2 * V]))
    output(jnp.asarray(np.stack([G, G])))
    assert_allclose(output.post.input, [-G * V, -2 * G * V])


def test_reversal_potentials_are_parameters():
    output = bound(MgBlock())
    assert [(entry.path, entry.unit) for entry in output.entries() if entry.kind == "parameter"] == [
        ("E", "mV"),
        ("cc_Mg", "mM"),
        ("alpha", "1/mV"),
        ("beta", "mM"),
    ]
    step = bm.jit(lambda: output(jnp.asarray(G)))
    step()
    output.E = -20.0
    step()
    assert step.compilations == 1


def test_what_is_no_name_of_a_variable_is_refused():
    for wrong in (None, TinyGroup(2).V):
        with pytest.raises(KindError, match=r"COBA\(membrane_var=\.\.\.\): expected the name of a Variable"):
            COBA(membrane_var=cast(Any, wrong))
    with pytest.raises(KindError, match=r"CUBA\(target_var=\.\.\.\): expected the name .*, got 3\. Write for instance 'V'\."):
        CUBA(target_var=cast(Any, 3))

    class Asks(SynOut):
        """Asks for a potential that it has not named."""

        def current(self, g):
            return g * self.membrane()

    with pytest.raises(KindError, match=r"Asks\(membrane_var=\.\.\.\): expected the name of a Variable"):
        bound(Asks())(jnp.asarray(G))


def test_constants_of_magnesium_that_cannot_be_are_refused():
    with pytest.raises(ValueRefused, match=r"MgBlock\.beta: expected above 0\.0 mM, got 0\.0"):
        bound(MgBlock(beta=0.0))
    with pytest.raises(ValueRefused, match=r"MgBlock\.cc_Mg: expected at least 0\.0 mM, got -1\.0"):
        bound(MgBlock(cc_Mg=-1.0))


def test_what_is_asked_of_an_output_too_early_is_refused():
    with pytest.raises(RunningError, match=r"CUBA\(g\): expected an output that belongs to a synapse"):
        CUBA()(jnp.ones(2))

    class Blank(SynOut):
        """Says nothing."""

    blank = bound(Blank())
    with pytest.raises(NoImplementationError, match=r"Blank\.current: expected a method that says what flows"):
        blank(jnp.asarray(G))


def test_a_variable_that_the_group_lacks_is_told_with_those_it_has():
    with pytest.raises(UnknownPathError, match=r"COBA: TinyGroup\.W: expected a Variable .* It has V, input, spike;"):
        bound(COBA(membrane_var="W"))
    with pytest.raises(UnknownPathError, match=r"CUBA: TinyGroup\.num: expected a Variable"):
        bound(CUBA(target_var="num"))
