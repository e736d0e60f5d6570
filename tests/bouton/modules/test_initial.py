"""Modules that begin with other values are of one structure, and each goes back to its own or says that it cannot."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

from bouton.errors import UnsupportedError
from bouton.modules import ExpSmoothJax, LIFJax, LinearJax, Module, RateJax, Sequential

SERIES = np.random.default_rng(0).uniform(0, 0.5, size=(5, 3)).astype(np.float32)
UNKNOWN = r"reset of '\S*tau': expected one initial value to go back to, got a module that came out of a transform of JAX"


def counted(function):
    traces = []

    def run(*args):
        traces.append(1)
        return function(*args)

    return jax.jit(run), traces


def test_modules_that_begin_with_other_values_share_compiled_code_and_are_mapped_over_together():
    one, other = RateJax(3, tau=np.full(3, 0.02)), RateJax(3, tau=np.full(3, 0.05), bias=np.full(3, 0.25), rng_key=1)
    run, traces = counted(lambda module: module(SERIES)[0])
    for module, tau, bias in ((one, 0.02, 0.0), (other, 0.05, 0.25)):
        assert_allclose(run(module)[0], models.rate(SERIES, tau=tau, bias=bias)[0], rtol=1e-4, atol=1e-6)
    assert len(traces) == 1
    assert jax.tree.structure(one) == jax.tree.structure(other)
    both = jax.tree.map(lambda a, b: jnp.stack([a, b]), one, RateJax(3, tau=np.full(3, 0.05)))
    assert_allclose(both.tau, [[0.02] * 3, [0.05] * 3])
    nets = [Sequential(LinearJax((3, 3)), LIFJax(3, noise_std=0.1, rng_key=k)) for k in range(3)]
    run, traces = counted(lambda net: net(SERIES)[0])
    for net in nets:
        run(net)
    assert len(traces) == 1
    assert jax.tree.map(lambda *a: jnp.stack(a), *nets)[0].weight.shape == (3, 3, 3)


def test_each_that_was_built_goes_back_to_its_own_values_and_so_do_its_copies():
    one, other = RateJax(3, tau=0.02), RateJax(3, tau=0.05)
    jax.tree.map(lambda a, b: a + b, one, other)
    for module, tau in ((one, 0.02), (other, 0.05)):
        moved = module.set_attributes({"tau": 0.5})
        for copied in (moved, copy.copy(moved), copy.deepcopy(moved), pickle.loads(pickle.dumps(moved))):
            assert copied.tau == 0.5
            assert_allclose(copied.reset_parameters().tau, tau)


def test_what_came_out_of_code_that_several_share_does_not_guess():
    one, other = RateJax(3, tau=0.02), RateJax(3, tau=0.05)
    through = jax.jit(lambda module: module)
    assert_allclose(through(one).reset_parameters().tau, 0.02)  # nobody else has come yet
    out = through(other)
    assert_allclose(out.tau, 0.05)
    plain = Module(3)
    plain.rate = out
    copies = (
        out,
        out.set_attributes({"bias": np.ones(3)}),
        copy.copy(out),
        copy.deepcopy(out),
        pickle.loads(pickle.dumps(out)),
        plain,
    )
    for module in copies:
        with pytest.raises(UnsupportedError, match=UNKNOWN) as no:
            module.reset_parameters()
        assert isinstance(no.value, NotImplementedError)
    assert_allclose(out.set_attributes(other.reset_parameters().parameters()).tau, 0.05)
    assert_array_equal(out.reset_state().x, np.zeros(3))
    out.label = "of another structure"
    with pytest.raises(UnsupportedError, match=UNKNOWN):
        through(out).reset_parameters()


def test_the_random_key_goes_back_to_that_of_the_module_itself_wherever_it_has_been():
    nets = [LIFJax(3, noise_std=0.5, rng_key=k) for k in (3, 4)]
    step = jax.jit(lambda net: net.set_attributes(net(SERIES)[1]))
    reset = jax.jit(lambda net: net.reset_state())
    for k, net in zip((3, 4), nets, strict=True):
        moved = step(net)
        assert not np.array_equal(moved.rng_key, net.rng_key)
        for begun in (moved.reset_state(), reset(moved)):
            assert_array_equal(begun.rng_key, jax.random.PRNGKey(k))
            assert_array_equal(begun.vmem, np.zeros(3))
    stacked = jax.tree.map(lambda *a: jnp.stack(a), *map(step, nets))
    assert_array_equal(jax.vmap(lambda net: net.reset_state())(stacked).rng_key[1], jax.random.PRNGKey(4))


def test_compiled_code_that_goes_back_to_initial_values_is_made_for_each_of_them():
    nets = [ExpSmoothJax(3, tau=tau) for tau in (0.1, 0.2, 0.1)]
    run, traces = counted(lambda net: net.reset_parameters().tau)
    moved = [net.set_attributes({"tau": 0.7}) for net in nets]
    assert [round(float(run(net)), 6) for net in (*nets, *moved)] == [0.1, 0.2, 0.1] * 2
    assert len(traces) == 2
    assert jax.tree.structure(nets[0]) != jax.tree.structure(nets[1])
    assert jax.tree.structure(nets[0]) == jax.tree.structure(nets[2])


def test_in_compiled_code_too_nothing_is_guessed():
    one, other = ExpSmoothJax(3, tau=0.1), ExpSmoothJax(3, tau=0.2)
    assert jax.tree.structure(one) == jax.tree.structure(other)
    with pytest.raises(UnsupportedError, match=UNKNOWN):
        jax.jit(lambda net: net.reset_parameters())(one)
    assert_allclose(jax.jit(lambda: one.reset_parameters().tau)(), 0.1)


def test_a_module_that_was_built_in_a_transform_has_no_values_to_go_back_to_outside():
    def built(tau):
        return RateJax(3, tau=tau, rng_key=0)

    assert_allclose(jax.jit(lambda tau: built(tau).set_attributes({"tau": 2 * tau}).reset_parameters().tau)(0.25), 0.25)
    for out in (jax.jit(built)(0.25), jax.vmap(built)(jnp.array([0.25, 0.5]))):
        with pytest.raises(UnsupportedError, match=UNKNOWN):
            out.reset_parameters()
        assert jax.tree.structure(out) == jax.tree.structure(out)


def test_files_hold_no_initial_values(tmp_path):
    net = LIFJax(3, rng_key=5)
    assert "first_key" not in net.state_dict()
    net.save_states(tmp_path / "net")
    loaded = LIFJax(3, rng_key=6).load_states(tmp_path / "net")
    assert_array_equal(loaded.rng_key, jax.random.PRNGKey(5))
    assert_array_equal(loaded.reset_state().rng_key, jax.random.PRNGKey(6))
