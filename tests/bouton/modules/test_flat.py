"""Functional modules that are taken apart and put together again and again."""

import copy
import gc
import pickle
import threading
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import LeakedTracerError
from bouton.modules import ExpSynJax, Functional, Module, RateJax
from bouton.parameters import Parameter, SimulationParameter, State


class Net(Functional, Module):
    """Everything that a module can have."""

    hidden_by_the_instance = "of the class"

    def __init__(self):
        super().__init__(2)
        self.gain = Parameter(2.0)
        self.count = State(0.0)
        self.rule = SimulationParameter("euler")
        self.dt = SimulationParameter(1e-3)
        self.free = bm.TrainVar(jnp.ones(2))
        self.syn = ExpSynJax(2, rng_key=0)
        self.more = bm.NodeList([ExpSynJax(2, rng_key=1)])
        self.table = [1.0]
        self.hidden_by_the_instance = "of the instance"

    def evolve(self, input_data, record=False):
        out, _, _ = self.syn(input_data)
        return out * self.gain * self.free * self.table[0], {"count": self.count + 1.0}, {}


SERIES = np.ones((1, 4, 2), np.float32)


def through(net):
    """A module that has been through JAX, and that nobody has looked into yet."""
    return jax.tree_util.tree_map(lambda x: x, net)


def add_to_the_list(net):
    net.more.append(ExpSynJax(2))


def grow(net):
    net.third = ExpSynJax(2)


CHANGES = {
    "a plain attribute": lambda net: setattr(net, "label", "new"),
    "a plain list, in place": lambda net: net.table.__setitem__(0, 2.0),
    "what is no array": lambda net: setattr(net, "rule", "heun"),
    "a submodule": grow,
    "a submodule of a list": add_to_the_list,
    "another submodule": lambda net: setattr(net, "syn", RateJax(2)),
    "noise below": lambda net: setattr(net.syn, "noise_std", 0.5),
    "a plain attribute below": lambda net: setattr(net.more[0], "label", "new"),
}


@pytest.mark.parametrize("made", [Net, lambda: through(Net())], ids=["made", "from a tree"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_all_but_the_arrays_is_seen_the_next_time(change, made):
    net = made()
    before = jax.tree_util.tree_structure(net)
    assert jax.tree_util.tree_structure(net) == before
    CHANGES[change](net)
    after = jax.tree_util.tree_structure(net)
    assert after != before
    assert jax.tree_util.tree_structure(through(net)) == after


def test_new_arrays_are_no_change():
    net = Net()
    before = jax.tree_util.tree_structure(net)
    net.gain, net.dt, net.syn.tau = 3.0, 2e-3, np.full(2, 0.5)
    assert jax.tree_util.tree_structure(net) == before
    assert through(net).gain == 3
    assert through(net).dt == net.dt == 2e-3
    assert_allclose(through(net).syn.tau, 0.5)


def test_modules_that_were_built_alike_are_compared_once(monkeypatch):
    compared = []
    monkeypatch.setattr("bouton.modules._structure._same_slot", lambda a, b: compared.append(a) or True)
    run = jax.jit(lambda net: net.gain)
    one, two = Net(), Net()
    run(one)
    run(two)
    first = len(compared)
    assert first > 0
    for _ in range(3):
        run(one)
        run(two)
        run(through(two))
    assert len(compared) == first


# -- what nobody has looked into ----------------------------------------------------------------------------


LOOKS = {
    "a parameter": lambda net: float(net.gain) == 2,
    "a submodule": lambda net: type(net.syn) is ExpSynJax,
    "an element of a list": lambda net: net.more[0].shape == (2,),
    "a Variable": lambda net: type(net.free) is bm.TrainVar,
    "its text": lambda net: repr(net).startswith("Net with shape (2,) {\n    ExpSynJax 'syn'"),
    "its shape": lambda net: net.shape == (2,),
    "what hides an attribute of the class": lambda net: net.hidden_by_the_instance == "of the instance",
    "its entries": lambda net: [e.path for e in net.entries()] == [e.path for e in Net().entries()],
    "its names": lambda net: {"gain", "syn", "more"} <= set(dir(net)),
    "what it has not": lambda net: not hasattr(net, "nothing"),
    "a shallow copy": lambda net: float(copy.copy(net).gain) == 2,
    "a deep copy": lambda net: float(copy.deepcopy(net).gain) == 2,
    "a call": lambda net: net(SERIES)[0].shape == (1, 4, 2),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_module_out_of_a_tree_is_whole_for_who_looks_into_it(look):
    assert LOOKS[look](through(Net()))


def test_a_module_out_of_a_tree_can_be_pickled():
    syn = pickle.loads(pickle.dumps(through(ExpSynJax(2, tau=0.5, rng_key=0))))
    assert_array_equal(syn.tau, np.float32(0.5))
    assert jax.tree_util.tree_structure(syn) == jax.tree_util.tree_structure(through(syn))


def test_a_copy_of_a_module_that_was_taken_apart_has_arrays_of_its_own():
    net = Net()
    through(net)
    twin = copy.deepcopy(net)
    twin.gain = 5.0
    assert through(net).gain == 2
    assert through(twin).gain == 5


@pytest.mark.parametrize("net", [Net, lambda: through(Net())])
def test_a_shallow_copy_has_cells_of_its_own(net):
    one = net()
    other = copy.copy(one)
    other.gain = 5.0
    other.extra = Parameter(1.0)
    assert (float(one.gain), float(other.gain)) == (2, 5)
    assert "extra" not in one.parameters()
    assert other.syn is not one.syn


def test_a_submodule_or_list_that_hides_an_attribute_of_the_class_is_found_at_once():
    class Base(Functional, Module):
        part = "of the class"

        def __init__(self):
            super().__init__(2)
            self.part = ExpSynJax(2)

        def evolve(self, input_data, record=False):
            return self.part(input_data)

    assert type(through(Base()).part) is ExpSynJax


def test_a_module_out_of_a_tree_can_be_assigned_as_a_submodule():
    parent = Net()
    parent.syn = through(ExpSynJax(2, tau=0.5, rng_key=0))
    assert parent.syn.name == "syn"
    assert through(parent).syn.name == "syn"
    child = through(ExpSynJax(2, rng_key=0))
    before = jax.tree_util.tree_structure(child)
    parent.syn = child
    assert jax.tree_util.tree_structure(child) != before


def test_threads_that_look_at_once_find_it_whole():
    net, seen = through(Net()), []
    barrier = threading.Barrier(4)

    def look():
        barrier.wait(10)
        seen.append((float(net.gain), net.more[0].shape, net.syn))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert {(gain, shape) for gain, shape, _ in seen} == {(2.0, (2,))}
    assert len({id(syn) for *_, syn in seen}) == 1


def test_compiled_code_around_it_follows_a_later_change():
    net = through(Net())
    run = bm.jit(lambda: jax.jit(lambda m: m.gain * 1.0)(net))
    assert run() == 2
    net.gain = 7.0
    assert run() == 7


def test_arrays_of_a_trace_that_is_over_are_told_of():
    kept = []

    @bm.jit
    def run(net):
        kept.append(net)
        return net.gain * 1.0

    run(Net())
    with pytest.raises(LeakedTracerError, match="expected a Variable made outside the compiled function"):
        _ = kept[-1].gain


def test_a_module_that_was_taken_apart_goes_as_soon_as_nobody_holds_it():
    gc.disable()
    try:
        net = Net()
        through(net)
        gone = weakref.ref(net)
        del net
        assert gone() is None
    finally:
        gc.enable()


def test_messages_of_jax_name_the_arrays():
    keys = [jax.tree_util.keystr(key) for key, _ in jax.tree_util.tree_flatten_with_path(Net())[0]]
    assert keys[:4] == [".gain", ".count", ".dt", ".free"]
    assert {".syn.tau", ".more-0.isyn"} <= set(keys)
    assert len(keys) == len(jax.tree_util.tree_leaves(Net()))
