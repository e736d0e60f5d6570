import jax.numpy as jnp
import numpy as np

from bouton.modules import LIF, Linear, Module, Rate, Sequential
from bouton.modules._held_state import is_written, moving, present_state
from bouton.parameters import State


def net():
    module = Module(2)
    module.n = State(np.zeros(2))
    module.inside = Sequential(Linear((2, 3)), LIF(3, noise_std=0.1, rng_key=0))
    return module


def test_the_cells_that_a_call_may_move_are_the_states_and_the_keys():
    module = net()
    lif = module.inside["1_LIF"]
    cells = [module.cell("n"), *(lif.cell(name) for name in ("spikes", "isyn", "vmem", "rng_key"))]
    found = moving(module)
    assert {id(cell) for cell, _ in found} == {id(cell) for cell in cells}
    assert all(cell.value is value for cell, value in found)


def test_the_present_state_is_that_of_the_walk_over_the_entries():
    module = net()
    found = present_state(module)
    assert list(found) == ["n", "inside"]
    assert list(found["inside"]) == ["0_Linear", "1_LIF"]
    assert found["inside"]["0_Linear"] == {}
    assert found["inside"]["1_LIF"].keys() == module.state()["inside"]["1_LIF"].keys()
    assert found["inside"]["1_LIF"]["vmem"] is module.inside["1_LIF"].vmem


def test_a_module_that_contains_itself_is_read_once():
    one, two = Rate(1), Rate(1)
    one.below, two.above = two, one
    assert present_state(one) == {"x": one.x, "below": {"x": two.x}}
    assert len(moving(one)) == len(moving(two))


def test_it_is_known_whether_a_state_has_to_be_written():
    module = net()
    state = present_state(module)
    assert is_written(module, state)
    assert is_written(module, {})
    assert not is_written(module, {"n": jnp.ones(2)})
    assert not is_written(module, {"inside": {"1_LIF": {"vmem": jnp.ones(3)}}})
    assert not is_written(module, {"unknown": 1})
