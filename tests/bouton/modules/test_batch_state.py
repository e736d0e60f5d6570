import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.errors import ShapeError, UnknownPathError
from bouton.modules import LIFJax, Module, Rate, RateJax, Sequential
from bouton.modules._batch_state import first_of_batch, of_whole_batch
from bouton.parameters import State


def tree():
    outer = Module(2)
    outer.v = State(np.zeros(3))
    outer.n = State(0)
    outer.inner = Module(2)
    outer.inner.x = State(np.zeros(3))
    return outer


def test_the_shape_of_the_attribute_tells_whether_there_is_a_batch_axis():
    v = jnp.arange(9.0).reshape(3, 3)
    first, whole = first_of_batch(tree(), {"v": v, "n": 2, "inner": {"x": v + 1}}, {}, 3, "M.evolve")
    assert_array_equal(first["v"], v[0])
    assert_array_equal(whole["v"], v)
    assert first["n"] == 2
    assert_array_equal(first["inner"]["x"], v[0] + 1)
    assert_array_equal(whole["inner"]["x"], v + 1)
    assert set(whole) == {"v", "inner"}


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (
            {"w": jnp.zeros((3, 3))},
            r"^M\.evolve, new_state 'w': expected a state of Module, got 'w', which it has not\. Known here: 'v', 'n'",
        ),
        ({"inner": {"y": 1.0}}, r"^M\.evolve, new_state 'inner\.y': expected a state of Module, .* Known here: 'x'\."),
        ({"innr": {"x": 1.0}}, r"^M\.evolve, new_state 'innr': expected a submodule of Module, .* Did you mean 'inner'\?"),
        ({"inner": 3.0}, r"^M\.evolve, new_state 'inner': expected a state of Module"),
        ({"inner": {"x": {"y": 1}}}, r"^M\.evolve, new_state 'inner\.x': .*\. Register it in __init__: self\.x = \.\.\.\.$"),
    ],
)
def test_names_that_the_module_has_not_are_refused(returned, words):
    with pytest.raises(UnknownPathError, match=words):
        first_of_batch(tree(), returned, {}, 3, "M.evolve")


def test_what_a_module_without_states_returns_is_registered_first():
    with pytest.raises(UnknownPathError, match=r"new_state 'v': .* Register it in __init__: self\.v = State\(\.\.\.\)\.$"):
        first_of_batch(Module(2), {"v": 1.0}, {}, 1, "M.evolve")


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (
            {"v": jnp.zeros((2, 3))},
            r"M\.evolve, new_state 'v': expected shape \(3,\), or \(5, 3\) with the batch in front, got \(2, 3\)\.",
        ),
        (
            {"v": jnp.zeros((5, 4, 3))},
            r"got \(5, 4, 3\)\. Return the state after the last step, of the shape that the attribute was",
        ),
        ({"n": jnp.zeros((1,))}, r"new_state 'n': expected shape \(\), or \(5,\) with the batch in front, got \(1,\)"),
        ({"inner": {"x": 0.0}}, r"new_state 'inner\.x': expected shape \(3,\), or \(5, 3\) with the batch in front, got \(\)"),
    ],
)
def test_a_state_of_another_shape_is_refused(returned, words):
    with pytest.raises(ShapeError, match=words):
        first_of_batch(tree(), returned, {}, 5, "M.evolve")


def test_what_a_submodule_told_and_evolve_changed_is_known_of_one_element():
    told = {"inner": {"x": jnp.zeros(3)}}
    assert first_of_batch(tree(), told, told, 3, "M.evolve")[1] == {}
    assert first_of_batch(tree(), {"inner": {"x": told["inner"]["x"]}}, told, 3, "M.evolve")[1] == {}
    assert first_of_batch(tree(), {"inner": {"x": jnp.ones(3)}}, told, 3, "M.evolve")[1] == {"inner": {"x": None}}


def test_states_of_a_batch_are_those_known_and_those_that_have_not_moved():
    rest = jnp.full(2, 0.5)
    state = {"a": {"x": jnp.zeros(2), "rest": rest}, "key": jax.random.PRNGKey(0), "typed": jax.random.key(0)}
    full = of_whole_batch(state, {"a": {"rest": rest}}, {"a": {"x": jnp.ones((3, 2))}}, 3, "M")
    assert_array_equal(full["a"]["x"], np.ones((3, 2)))
    assert_array_equal(full["a"]["rest"], np.full((3, 2), 0.5))
    assert_array_equal(full["key"], np.zeros((3, 2)))
    assert full["typed"].shape == (3,)
    assert_array_equal(of_whole_batch({"x": jnp.ones(2)}, {}, {}, 1, "M")["x"], [[1, 1]])


@pytest.mark.parametrize("known", [{}, {"a": {"x": None}}, {"a": {"x": jnp.zeros((6, 2))}}, {"a": None}])
def test_states_of_a_batch_that_nobody_told_are_refused(known):
    with pytest.raises(
        ShapeError,
        match=r"M\(return_batch_state=True\): expected from evolve the final state 'a\.x' of each of 3 elements, shape \(3, 2\), "
        r"got shape \(2,\), one for all\. Return it with its batch axis in new_state",
    ):
        of_whole_batch({"a": {"x": jnp.zeros(2)}}, {"a": {"x": jnp.zeros(2)}}, known, 3, "M")


@pytest.mark.parametrize(
    "module", [RateJax(1, noise_std=1.0, activation_func="tanh", rng_key=0), LIFJax(1, noise_std=1.0, threshold=1e6)]
)
def test_elements_that_go_on_by_themselves_have_noise_of_their_own(module):
    quiet, signal = np.zeros((4, 200, 1)), "x" if isinstance(module, RateJax) else "vmem"
    _, kept, _ = module(quiet)
    _, states, _ = module(quiet, return_batch_state=True)
    assert_array_equal(states["rng_key"][0], kept["rng_key"])
    on = jax.vmap(lambda state, x: module.set_attributes(state)(x, record=True)[2][signal][0, :, 0])(states, quiet)
    alone = module.set_attributes(kept)(quiet[0], record=True)[2][signal][0, :, 0]
    assert_allclose(on[0], alone, atol=1e-6)  # vmap rounds otherwise
    # Steps of noise; 200 independent pairs correlate by 1/sqrt(200) = 0.07.
    related = np.corrcoef(np.diff(np.asarray(on)))
    assert np.abs(related - np.eye(4)).max() < 0.35


def test_a_state_of_the_name_of_a_key_that_is_none_is_left_alone():
    full = of_whole_batch({"rng_key": jnp.ones(2)}, {}, {"rng_key": jnp.ones((3, 2))}, 3, "M")
    assert_array_equal(full["rng_key"], np.ones((3, 2)))


# -- given back ------------------------------------------------------------------------


def of_a_batch():
    """Two modules with the same numbers, plain and functional, a batch, and its final states."""
    data = np.random.default_rng(2).uniform(size=(3, 8, 2))
    module = RateJax(2, tau=0.05, rng_key=0)
    return Rate(2, tau=0.05), module, data, module(data[:, :5], return_batch_state=True)[1]


@pytest.mark.parametrize("nested", [False, True])
def test_states_of_a_batch_are_refused_with_the_way_that_they_go(nested):
    plain, functional, _, states = of_a_batch()
    if nested:
        plain, functional, states = Sequential(plain), Sequential(functional), {"0_RateJax": states}
    words = r"expected shape \(2,\), got \(3, 2\), as of 3 elements of a batch\. Let each element go on from its own: jax\.vmap\("
    with pytest.raises(ShapeError, match=words + r"lambda state, x: module\.set_attributes\(state\)\(x\)\[0\]\[0\]\)\(states"):
        functional.set_attributes(states)
    states = {"0_Rate": {"x": states["0_RateJax"]["x"]}} if nested else {"x": states["x"]}
    for refusing in (plain.set_attributes, bp.functional(plain).set_attributes):
        with pytest.raises(ShapeError, match=words + r"lambda state, x: bp\.functional\(module\)\.set_attributes"):
            refusing(states)


def test_the_way_that_the_refusal_names_goes_on_with_each_element():
    plain, module, data, states = of_a_batch()
    expected = module(data)[0][:, 5:]
    output = jax.vmap(lambda state, x: module.set_attributes(state)(x)[0][0])(states, data[:, 5:])
    assert_allclose(output, expected, rtol=1e-5, atol=1e-6)
    states = {"x": states["x"]}
    output = jax.vmap(lambda state, x: bp.functional(plain).set_attributes(state)(x)[0][0])(states, data[:, 5:])
    assert_allclose(output, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("states", [{"x": np.ones((3, 4))}, {"tau": np.ones((3, 2))}, {"x": np.ones((3, 2, 2))}])
def test_other_shapes_are_refused_as_ever(states):
    with pytest.raises(ShapeError, match=r"Keep the shape; to change it, build the model again") as no:
        Rate(2, tau=np.ones(2)).set_attributes(states)
    assert "batch" not in str(no.value)
