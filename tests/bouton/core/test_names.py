import gc

import pytest

import bouton as bp
import bouton.math as bm
from bouton.core import clear_name_cache
from bouton.errors import UniqueNameError, ValueRefused


class Neuron(bp.Object):
    pass


class Synapse(bp.Object):
    pass


@pytest.fixture(autouse=True)
def fresh_names():
    clear_name_cache()
    yield
    clear_name_cache()


def test_a_name_is_class_and_number_counted_per_class():
    a, b, c = Neuron(), Neuron(), Synapse()
    assert [a.name, b.name, c.name] == ["Neuron0", "Neuron1", "Synapse0"]
    assert a.name == "Neuron0"


def test_a_named_object_uses_up_no_number():
    a, named, b = Neuron(), Neuron(name="hidden_layer"), Neuron()
    assert [a.name, named.name, b.name] == ["Neuron0", "hidden_layer", "Neuron1"]


def test_a_number_whose_name_was_given_away_is_skipped():
    taken, a = Neuron(name="Neuron0"), Neuron()
    assert (taken.name, a.name) == ("Neuron0", "Neuron1")


def test_a_name_in_use_is_refused():
    first = Neuron(name="hidden")
    with pytest.raises(UniqueNameError, match=r"Synapse\(name=.*\): expected a name that no other object has, got 'hidden', w"):
        Synapse(name="hidden")
    assert first.name == "hidden"


def test_an_object_that_is_gone_frees_its_name():
    Neuron(name="hidden")
    gc.collect()
    assert Neuron(name="hidden").name == "hidden"


@pytest.mark.parametrize("name", ["2nd", "a b", "", "a-b", 3, ("a",)], ids=repr)
def test_a_name_is_an_identifier(name):
    with pytest.raises(ValueRefused, match=r"Neuron\(name=\.\.\.\): expected a Python identifier, got .*Use letters, digits"):
        Neuron(name=name)


def test_forgetting_the_names_starts_the_numbers_again():
    first = Neuron()
    assert first.name == "Neuron0"
    bm.clear_name_cache()
    assert Neuron().name == "Neuron0"


def test_the_class_name():
    assert Neuron().class_name == "Neuron"
