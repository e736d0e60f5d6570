"""Groups of neurons: shapes, and the input of one step."""

from typing import Any, cast

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.dynamics._declare import state
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.neurons import NeuGroup


class Sums(NeuGroup):
    """Adds up what it is driven with."""

    def __init__(self, size, with_input=True, **options):
        super().__init__(size, **options)
        state(self, "V", 0.0, self.varshape, unit="mV")
        if with_input:
            self._gather_input(unit="nA")

    def update(self, x=None):
        self.V.value = self.V + self._take_input(x)
        return self.V.value


def test_sizes_are_numbers_or_sheets():
    assert (Sums(4).size, Sums(4).num, Sums(4).varshape) == ((4,), 4, (4,))
    assert (Sums((2, 3)).num, Sums((2, 3)).varshape) == (6, (6,))
    kept = Sums((2, 3), keep_size=True, mode=bm.BatchingMode(5))
    assert kept.varshape == (2, 3)
    assert kept.V.shape == (5, 2, 3)


def test_what_follows_the_size_by_position_is_not_taken_for_its_kind():
    with pytest.raises(KindError, match=r"LIF\(keep_size=\.\.\.\): expected True or False, got -60\.0\. Name the arguments"):
        bp.neurons.LIF(10, cast(Any, -60.0))
    assert bp.neurons.LIF((2, 3), cast(Any, np.True_)).varshape == (2, 3)


@pytest.mark.parametrize("how", ["eager", "jit", "for_loop", "turn by turn"])
def test_an_input_drives_one_step_and_no_other(how):
    group = Sums(2)
    xs = jnp.full(3, 10.0)
    if how == "eager":
        found = [group(x) for x in xs]
    elif how == "jit":
        step = bm.jit(group)
        found = [step(x) for x in xs]
    else:
        found = bm.for_loop(group, xs, jit=how == "for_loop")
    assert_array_equal(found, [[10, 10], [20, 20], [30, 30]])
    assert_array_equal(group.input, [0, 0])


def test_what_synapses_add_and_what_is_passed_drive_together():
    group = Sums(2)
    group.input += jnp.array([1.0, 2.0])
    group.input += jnp.array([1.0, 0.0])
    assert_array_equal(group(10.0), [12.0, 12.0])
    assert_array_equal(group(), [12.0, 12.0])
    group.input += 5.0
    group.clear_input()
    assert_array_equal(group(), [12.0, 12.0])


def test_spikes_and_other_numbers_are_inputs_too():
    group = Sums(2)
    group(jnp.array([True, False]))
    group(np.array([2, 3]))
    group(np.array([0.5, 0.5]))
    group(jnp.ones(2, jnp.bfloat16))
    assert_allclose(group(bm.Variable(jnp.ones(2))), [5.5, 5.5])


def test_who_watches_sees_the_input_that_was_used():
    group = Sums(2)
    step = bm.jit(group)
    step(1.0)
    watched = group.watched_input()
    assert group.watched_input() is watched
    for x in (3.0, 4.0):
        step(x)
        assert_array_equal(watched, [x, x])
    assert_array_equal(bm.for_loop(lambda x: (group(x), watched.value)[1], jnp.arange(3.0)), [[0, 0], [1, 1], [2, 2]])
    assert list(group.vars("relative")) == ["V", "input"]
    group.reset_state()
    assert_array_equal(watched, [0, 0])


def test_without_a_place_to_gather_only_what_is_passed_counts():
    group = Sums(2, with_input=False)
    assert_array_equal(group(3.0), [3, 3])
    assert_array_equal(group(), [3, 3])
    group.clear_input()


def test_another_batch_needs_a_reset():
    group = Sums(2, mode=bm.TrainingMode(2))
    assert group.V.shape == (2, 2)
    with pytest.raises(
        ShapeError, match=r"Sums\(x\): .*broadcasts to shape \(2, 2\), got \(3, 2\)\. .*reset_state\(batch_size\) first"
    ):
        group(jnp.ones((3, 2)))
    group.watched_input()
    group.reset_state(3)
    assert_array_equal(group(jnp.ones((3, 2))), np.ones((3, 2)))
    assert group.watched_input().shape == (3, 2)


def test_gradients_pass_through_the_input():
    group, w = Sums(2), bm.TrainVar(jnp.asarray(2.0))

    def loss():
        group.reset_state()
        group.input += w.value
        return bm.for_loop(lambda x: group(w * x), jnp.arange(1.0, 4.0))[-1].sum()

    assert bm.grad(loss, grad_vars=w)() == 2 * (1 + 1 + 2 + 3)


def test_a_network_updates_neurons_after_synapses():
    order = []

    class Other(bp.DynamicalSystemNS):
        def update(self):
            order.append("other")

    class Noted(Sums):
        def update(self, x=None):
            order.append("neurons")

    bp.Network(Other(), Noted(2))()
    assert order == ["neurons", "other"]


def test_entries_know_units():
    group = Sums(2)
    assert (group.entry("V").unit, group.entry("input").unit) == ("mV", "nA")
    assert repr(Sums(3, name="shown_group")) == "Sums(name=shown_group, size=(3,), mode=NonBatchingMode)"


@pytest.mark.parametrize("size", [2.5, "4", (), (2, "3"), True, None])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(KindError, match=r"Sums\(size=\.\.\.\): expected a whole number, or a tuple of them"):
        Sums(size)


def test_sizes_below_1_and_inputs_that_are_no_numbers_are_refused():
    with pytest.raises(ValueRefused, match=r"Sums\(size=\.\.\.\): expected 1 or more, got \(2, 0\)"):
        Sums((2, 0))
    with pytest.raises(KindError, match=r"Sums\(x\): expected numbers, got complex64"):
        Sums(2)(jnp.ones(2, complex))


@pytest.mark.parametrize("kind", [bp.neurons.LIF, bp.neurons.AdExIF, bp.neurons.GIF, bp.neurons.LeakyIntegrator])
@pytest.mark.parametrize("compiled", [False, True])
def test_states_of_one_trial_follow_the_trials_of_the_first_input(kind, compiled):
    with bm.training_environment():
        first, reset = kind(4, method="euler"), kind(4, method="euler")
    first.watched_input()
    reset.reset_state(3)
    step = bm.jit(first.update) if compiled else first
    for x in np.random.default_rng(0).uniform(0, 30, (3, 3, 4)).astype(np.float32):
        assert_allclose(step(x), reset(x), rtol=1e-6)
    cells = reset.vars("relative")
    for path, cell in first.vars("relative").items():
        assert cell.shape == cells[path].shape
        assert_allclose(cell.value, cells[path].value, rtol=1e-6)
    with pytest.raises(ShapeError, match=r"broadcasts to shape \(3, 4\), got \(2, 4\)"):
        first(np.ones((2, 4), np.float32))
    with pytest.raises(ShapeError, match=r"got \(3, 5\)"):
        kind(4, mode=bm.batching_mode)(np.ones((3, 5), np.float32))


def test_one_group_without_a_batch_takes_no_trials():
    with pytest.raises(ShapeError, match=r"broadcasts to shape \(4,\), got \(3, 4\)"):
        bp.neurons.LIF(4)(np.ones((3, 4), np.float32))
