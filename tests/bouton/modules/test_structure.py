"""Functional modules taken apart into arrays and structure, and put together again."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.modules import LIF, Functional, LIFJax, Module, Rate, RateJax

SERIES = np.random.default_rng(1).uniform(size=(1, 12, 3))


class Net(Functional, Module):
    """Two places for one submodule and for one Variable."""

    def __init__(self, tables=None):
        super().__init__(3)
        self.first = RateJax(3, tau=0.05)
        self.again = self.first
        self.gain = bm.TrainVar(jnp.ones(3))
        self.tied = self.gain
        self.tables = [2.0, np.ones(3)] if tables is None else tables

    def evolve(self, input_data, record=False):
        one, _, _ = self.first(input_data)
        two, _, _ = self.again(one)
        return two * self.gain * self.tied * self.tables[0] * self.tables[1], {}, {}


def copied(net):
    leaves, structure = jax.tree_util.tree_flatten(net)
    return jax.tree_util.tree_unflatten(structure, leaves)


@pytest.mark.parametrize("copy", [copied, lambda net: net.set_attributes({}), jax.jit(lambda net: net)])
def test_what_is_one_stays_one_and_is_the_copys_own(copy):
    net = Net()
    twin = copy(net)
    assert twin.first is twin.again
    assert twin.gain is twin.tied
    assert type(twin.gain) is bm.TrainVar
    assert twin.first is not net.first
    assert twin.gain is not net.gain
    assert_array_equal(twin(SERIES)[0], net(SERIES)[0])


def test_a_parameter_of_a_shared_submodule_is_set_in_both_places():
    net = Net().set_attributes({"first": {"tau": 0.5}})
    assert_allclose(net.again.tau, 0.5)
    assert_array_equal(net.first(SERIES)[0], RateJax(3, tau=0.5)(SERIES)[0])


def test_a_shared_array_is_one_leaf_with_the_derivative_of_both_places():
    net = Net()
    gains = [x for x in jax.tree_util.tree_leaves(net) if x.shape == (3,) and (x == 1).all()]
    assert len(gains) == 1

    def total(gain):
        return net.set_attributes({"gain": gain})(SERIES)[0].sum()

    # The output has the gain squared: at 1 the derivative is twice the output.
    assert_allclose(jax.grad(total)(jnp.ones(3)), 2 * net(SERIES)[0].sum((0, 1)), rtol=1e-5)


def test_a_batch_axis_survives():
    class Batched(Functional, Module):
        def __init__(self):
            super().__init__(3)
            self.v = bm.Variable(jnp.ones((1, 3)), batch_axis=0)

    assert copied(Batched()).v.batch_axis == 0


@pytest.mark.parametrize(
    "change",
    [lambda t: t.__setitem__(0, 5.0), lambda t: t[1].__imul__(2.5), lambda t: t.__setitem__(1, np.full(3, 2.5))],
)
def test_a_plain_list_or_array_that_was_changed_in_place_is_another_constant(change):
    tables, traces = [2.0, np.ones(3)], []
    net = Net(tables)

    @jax.jit
    def run(m):
        traces.append(m)
        return m(SERIES)[0]

    before = run(net)
    run(net)
    assert len(traces) == 1
    change(tables)
    assert_allclose(run(net), before * 2.5, rtol=1e-6)
    assert len(traces) == 2


def test_a_copy_does_not_follow_a_list_that_is_changed_later():
    tables = [2.0, np.ones(3)]
    net = Net(tables)
    twin = copied(net)
    tables[0] = 100.0
    assert twin.tables[0] == 2


# -- noise that is off ------------------------------------------------------------------


def variance(potentials):
    return float(np.var(np.asarray(potentials)))


QUIET = np.zeros((1, 200, 3))


@pytest.mark.parametrize(
    "switch",
    [
        lambda net: net.set_attributes({"noise_std": 1.0}),
        lambda net: net.set_attributes({"noise_std": np.float32(1.0)}),
        lambda net: jax.jit(lambda s: net.set_attributes({"noise_std": s}))(1.0),
    ],
)
def test_noise_is_drawn_however_it_was_switched_on(switch):
    net = RateJax(3, activation_func="tanh", rng_key=0)
    assert variance(net(QUIET)[0]) == 0
    assert variance(switch(net)(QUIET)[0]) > 0


def test_noise_set_through_its_cell_is_drawn():
    net = Rate(3, activation_func="tanh", rng_key=0)
    assert variance(net(QUIET)[0]) == 0
    net.cell("noise_std").value = 1.0
    assert variance(net(QUIET)[0]) > 0


def test_noise_that_is_off_is_no_array_of_the_tree_and_stays_off():
    net = RateJax(3)
    noisy = net.set_attributes({"noise_std": 0.5})
    count = len(jax.tree_util.tree_leaves(net))
    assert len(jax.tree_util.tree_leaves(noisy)) == count + 1
    raised = jax.tree_util.tree_map(lambda x: x + 1, net)
    assert raised.noise_std == 0
    assert type(copied(net).noise_std) is float


def test_noise_stays_on_in_a_copy_when_its_level_is_zero_again():
    net = RateJax(3).set_attributes({"noise_std": 0.5}).set_attributes({"noise_std": 0.0})
    assert jax.tree_util.tree_structure(copied(net)) == jax.tree_util.tree_structure(net)


@pytest.mark.parametrize("earlier", [None, 0.7])
def test_the_derivative_by_a_noise_level_of_zero_is_that_of_the_noise(earlier):
    def membrane(layer, x):
        return layer(x, record="vmem")[2]["vmem"].sum()

    layer = LIF(3, rng_key=3, threshold=1e6)
    if earlier is not None:
        layer.noise_std = earlier
        layer.noise_std = 0.0
    found = bm.grad(lambda: membrane(layer, QUIET), grad_vars=layer.cell("noise_std"))()
    # The membrane is linear in the level below threshold.
    twin = LIF(3, rng_key=3, threshold=1e6, noise_std=1.0)
    assert_allclose(found, membrane(twin, QUIET), rtol=1e-4)
    functional = LIFJax(3, rng_key=3, threshold=1e6)
    slope = jax.grad(lambda s: membrane(functional.set_attributes({"noise_std": s}), QUIET))(0.0)
    assert_allclose(slope, found, rtol=1e-4)
