import warnings
from pathlib import Path

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import UnregisteredWarning
from bouton.modules import LIF, Linear, Module
from bouton.parameters import Parameter


def fresh():
    """A class of its own, since each is warned of once."""

    class Net(bp.Object):
        def __init__(self):
            self.tau_mem = Parameter(0.02)
            self.weight = Parameter(np.ones(2))

    return Net


@pytest.mark.parametrize(
    ("value", "container", "what"),
    [
        ([LIF(2), LIF(2)], "list", "LIF"),
        ((1, LIF(2)), "tuple", "LIF"),
        ({"a": bm.Variable(1)}, "dict", "Variable"),
        ({LIF(2)}, "set", "LIF"),
        ([Parameter(1.0)], "list", "Parameter"),
        ({"layers": [Linear((2, 2))]}, "dict", "Linear"),
        ([[0, 1], (2, LIF(2))], "list", "LIF"),
    ],
    ids=lambda x: str(type(x).__name__),
)
def test_a_plain_container_is_not_searched_which_is_told_once_for_each_class_and_attribute(value, container, what):
    net = fresh()()
    words = (
        rf"Net\.parts: expected what belongs to the model in attributes of its own, got a {container} that holds a {what}, of "
        r"which Net takes no notice: .*Use bm\.(Var|Node)(List|Dict)"
    )
    with pytest.warns(UnregisteredWarning, match=words) as told:
        net.parts = value
    assert Path(told[0].filename) == Path(__file__)
    assert net.parts is value
    assert [e.path for e in net.entries()] == ["tau_mem", "weight"]
    net.parts = value
    type(net)().parts = value
    with pytest.warns(UnregisteredWarning, match=r"Net\.others: "):
        net.others = value
    with pytest.warns(UnregisteredWarning, match=r"Net\.parts: "):
        fresh()().parts = value


@pytest.mark.parametrize(
    "value", [[], (), {}, [1.0, 2.0], {"a": np.ones(3)}, "text", [[1], {"a": (2,)}], (LIF, Parameter)], ids=str
)
def test_a_container_of_plain_things_is_nothing_special(value):
    net = fresh()()
    net.parts = value
    assert net.parts is value


@pytest.mark.parametrize(
    ("name", "meant"), [("tau_men", "tau_mem"), ("tau", "tau_mem"), ("weights", "weight"), ("Weight", "weight")]
)
def test_a_new_attribute_with_almost_a_registered_name_is_told_once(name, meant):
    net = fresh()()
    with pytest.warns(
        UnregisteredWarning,
        match=rf"Net\.{name}: expected the name of a registered attribute, got a new one, .*Did you mean '{meant}'\?",
    ) as told:
        setattr(net, name, 0.01)
    assert Path(told[0].filename) == Path(__file__)
    assert getattr(net, name) == 0.01
    assert net.tau_mem == np.float32(0.02)
    setattr(net, name, 0.02)
    setattr(type(net)(), name, 0.02)


def test_every_name_that_may_be_meant_is_told():
    with pytest.warns(UnregisteredWarning, match=r"LIF\.tau: .*Did you mean 'tau_(syn|mem)' or 'tau_(syn|mem)'\?"):
        LIF(3).tau = 0.01


def test_a_misspelt_parameter_of_a_library_module_is_told():
    with pytest.warns(UnregisteredWarning, match=r"LIF\.tau_memm: .*Did you mean 'tau_mem'"):
        LIF(3).tau_memm = 0.01


@pytest.mark.parametrize("name", ["label", "colour", "_tau_men", "notes", "x"])
def test_other_names_are_free(name):
    setattr(fresh()(), name, 3)


def test_the_objects_own_code_may_use_any_name():
    class Net(Module):
        def __init__(self):
            super().__init__(2)
            self.tau_mem = Parameter(0.02)
            self.tau_mean = 0.01
            self.helped()
            for set_here in [lambda: setattr(self, "tau_mex", 1)]:
                set_here()

        def helped(self):
            set_from_outside(self)

        def evolve(self, input_data, record=False):
            self.tau_met = 3
            return input_data, {}, {}

    def set_from_outside(net):
        net.tau_men = 0.03

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = Net()
        net(np.ones((3, 2)))
    with pytest.warns(UnregisteredWarning, match=r"Net\.tau_me: "):
        net.tau_me = 1


def test_a_list_that_is_filled_after_it_was_assigned_is_told_when_variables_are_asked_for():
    class Stack(bp.Object):
        def __init__(self):
            self.layers = []
            self.known, self.seen = bm.Variable(2), []
            self.seen.append(self.known)
            for _ in range(2):
                self.layers.append(bp.Object())

    stack = Stack()
    with pytest.warns(UnregisteredWarning, match=r"Stack\.layers: .* got a list that holds a Object, .* Use bm\.NodeList"):
        stack.state_dict()
    assert list(stack.vars("relative")) == ["known"]
