"""Submodules that are called more than once within one call of their parent."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import UnknownPathError, UnsupportedError
from bouton.modules import LIF, LIFJax, Linear, Module

SERIES = np.random.default_rng(0).uniform(0, 0.5, size=(3, 12, 4)).astype(np.float32)


class Steps(Module):
    """Calls its submodule step by step."""

    def __init__(self, way, neuron=None):
        super().__init__(4)
        self.neuron = LIF(4) if neuron is None else neuron
        self.way = way

    def evolve(self, input_data, record=False):
        def step(u):
            if self.way == "reset":
                self.neuron.reset_state()
            return self.neuron(u[:, None])[0][:, 0]

        steps = jnp.swapaxes(input_data, 0, 1)
        if self.way == "python":
            out = jnp.stack([step(u) for u in steps])
        else:
            out = bm.for_loop(step, steps, jit=self.way != "turn by turn")
        return jnp.swapaxes(out, 0, 1), {}, {}


@pytest.mark.parametrize("around", [lambda net: net, bm.jit], ids=["plain", "compiled"])
@pytest.mark.parametrize("way", ["python", "loop", "turn by turn"])
def test_step_by_step_is_the_whole_series_for_a_batch_of_one_and_refused_for_more(way, around):
    net = Steps(way)
    assert_array_equal(around(net)(SERIES[:1])[0], LIF(4)(SERIES[:1])[0])
    before = np.asarray(net.neuron.vmem)
    words = r"Steps\.evolve, its submodule 'neuron': expected one call with the whole series, or a batch of one, got a batch of 3"
    with pytest.raises(UnsupportedError, match=words):
        around(net)(SERIES)
    assert_array_equal(net.neuron.vmem, before)


def test_what_starts_from_a_state_that_was_set_may_have_a_batch():
    out, _, _ = Steps("reset")(SERIES)
    for t in range(12):
        assert_array_equal(out[:, t], LIF(4)(SERIES[:, t : t + 1])[0][:, 0])


def test_what_has_no_state_may_be_called_in_any_way():
    weight = np.eye(4) * 2
    for way in ("python", "loop", "turn by turn"):
        assert_array_equal(Steps(way, Linear((4, 4), weight=weight))(SERIES)[0], SERIES * 2)


def test_two_halves_of_a_batch_are_refused():
    class Halves(Module):
        def __init__(self):
            super().__init__(4)
            self.neuron = LIF(4)

        def evolve(self, input_data, record=False):
            half = input_data.shape[1] // 2
            parts = [self.neuron(part)[0] for part in (input_data[:, :half], input_data[:, half:])]
            return jnp.concatenate(parts, axis=1), {}, {}

    assert_array_equal(Halves()(SERIES[:1])[0], LIF(4)(SERIES[:1])[0])
    with pytest.raises(UnsupportedError, match="Call the submodule once with all time steps"):
        Halves()(SERIES)


def test_a_functional_submodule_starts_where_it_is_told():
    out, _, _ = Steps("python", LIFJax(4))(SERIES)
    assert_array_equal(out[:, 3], LIF(4)(SERIES[:, 3:4])[0][:, 0])


def test_the_record_of_a_submodule_in_a_loop_is_missed_in_words():
    with pytest.raises(UnknownPathError, match=r"got 'neuron\.vmem', which this call has not recorded\. A submodule that evolve"):
        Steps("loop")(SERIES[:1], record="neuron.vmem")


def test_a_state_that_evolve_sets_after_the_call_stays():
    class Cleared(Module):
        def __init__(self):
            super().__init__(4)
            self.neuron = LIF(4)

        def evolve(self, input_data, record=False):
            out, _, _ = self.neuron(input_data)
            self.neuron.vmem = jnp.full(4, 0.25)
            return out, {}, {}

    for around in (lambda net: net, bm.jit):
        net = Cleared()
        _, state, _ = around(net)(SERIES[:1])
        assert_array_equal(net.neuron.vmem, np.full(4, 0.25))
        assert_array_equal(state["neuron"]["vmem"], np.full(4, 0.25))
        assert (np.asarray(net.neuron.isyn) > 0).all()
