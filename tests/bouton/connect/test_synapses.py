"""The synapses in the form the product wants."""

import jax
import numpy as np
import pytest

from bouton.connect import All2All, FixedPostNum, FixedProb, ScaleFreeBA, Synapses
from bouton.errors import KindError, ShapeError, ValueRefused


def test_synapses_stand_in_the_order_of_their_presynaptic_neurons():
    synapses = Synapses.between([2, 0, 2], [1, 3, 0], 4, 4)
    np.testing.assert_array_equal(synapses.pre_ids, [0, 2, 2])
    np.testing.assert_array_equal(synapses.post_ids, [3, 1, 0])
    np.testing.assert_array_equal(synapses.starts, [0, 1, 1, 3, 3])
    assert (synapses.size, synapses.most, synapses.density, synapses.fixed) == (3, 2, 3 / 16, False)
    assert repr(synapses) == "Synapses(3 from 4 to 4 neurons)"


def test_what_is_regular_is_known_to_be():
    assert FixedPostNum(3, seed=1)(5).synapses.fixed
    assert not FixedPostNum(3, seed=1)(5).synapses.complete
    assert All2All()(3, 4).synapses.complete
    assert not Synapses.between([0, 0, 0, 1], [0, 1, 0, 1], 2, 2).complete
    assert not Synapses.between([0, 0, 1, 1], [1, 0, 0, 1], 2, 2).complete


def test_like_fan_outs_are_worked_off_in_one_turn_and_unlike_ones_in_several():
    like = FixedProb(0.05, seed=1)(2000).synapses
    assert like.turn == like.most
    unlike = ScaleFreeBA(3, seed=1)(2000).synapses
    assert unlike.turn < unlike.most / 2


def test_synapses_are_a_pytree():
    synapses = FixedProb(0.5, seed=1)(4, 3).synapses
    leaves, tree = jax.tree.flatten(synapses)
    assert len(leaves) == 3
    assert jax.tree.unflatten(tree, leaves).size == synapses.size
    assert jax.jit(lambda s: s.post_ids.sum())(synapses) == synapses.post_ids.sum()


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(
        ShapeError, match=r"Synapses: expected as many presynaptic as postsynaptic neurons, got 2 and 1\. Give both"
    ):
        Synapses.between([0, 1], [0], 2, 2)
    with pytest.raises(KindError, match=r"Synapses: pre_size: expected a whole number, got '2'"):
        Synapses.between([0], [0], "2", 2)
    with pytest.raises(ValueRefused, match=r"Synapses: post_ids: expected numbers from 0 to 1, got 2"):
        Synapses.between([0, 1], [0, 2], 2, 2)
    with pytest.raises(
        ValueRefused, match=r"Synapses: expected at most 2147483647 neurons and synapses, got 0 synapses, .*Divide"
    ):
        Synapses.between([], [], 2**31, 2)
