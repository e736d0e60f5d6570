"""Modules in files: the names of their classes are compared, and nothing in a file is executed."""

import json

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import bouton as bp
from bouton.errors import ValueRefused
from bouton.modules import LIF, ExpSyn, FFwdStack, LIFJax, Linear, Module, Rate, RateJax, Residual, Sequential, aLIF
from bouton.parameters import Parameter


def header(file):
    with safe_open(str(file), framework="numpy") as f:
        return f.metadata()


def network():
    return Sequential(Linear((2, 3)), Rate(3, activation_func="tanh"), FFwdStack(LIF(3), aLIF(3)))


def test_a_file_names_classes_and_choices_by_path(tmp_path):
    network().save_states(tmp_path / "net")
    facts = header(tmp_path / "net")
    assert json.loads(facts["classes"]) == {
        "": "Sequential",
        "0_Linear": "Linear",
        "1_Rate": "Rate",
        "2_FFwdStack": "FFwdStack",
        "2_FFwdStack.0_LIF": "LIF",
        "2_FFwdStack.1_aLIF": "aLIF",
    }
    assert json.loads(facts["choices"]) == {"1_Rate.act_fn": "tanh"}
    one, other = network(), network()
    one.save_states(tmp_path / "net")
    assert other.load_states(tmp_path / "net") == ([], [])
    series = np.ones((5, 2))
    assert_array_equal(other(series)[0], one(series)[0])


class Tau(Module):
    """Has a parameter of the name that ExpSyn has."""

    def __init__(self):
        super().__init__(3)
        self.tau = Parameter(jnp.full(3, 0.5))
        self.isyn = Parameter(jnp.zeros(3))


class Holder(Module):
    def __init__(self, child):
        super().__init__(3)
        self.child = child


@pytest.mark.parametrize(
    ("saved", "loaded", "words"),
    [
        (
            lambda: ExpSyn(3),
            Tau,
            r"Tau\.load_states, file '.*net': expected of class Tau, as in the model, got ExpSyn",
        ),
        (lambda: Holder(ExpSyn(3)), lambda: Holder(Tau()), r"expected child of class Tau, as in the model, got ExpSyn"),
        (
            lambda: Rate(3, activation_func="tanh"),
            lambda: Rate(3),
            r"Rate\.load_states.* expected act_fn as relu, as in the model, got tanh\.",
        ),
        (lambda: Residual(Rate(3)), lambda: Sequential(Rate(3)), r"expected of class Sequential, as in the model, got Residual"),
    ],
)
def test_a_file_of_another_model_is_refused_and_nothing_is_changed(tmp_path, saved, loaded, words):
    saved().save_states(tmp_path / "net")
    model = loaded()
    before = {path: np.asarray(x) for path, x in model.state_dict().items()}
    with pytest.raises(ValueRefused, match=words):
        model.load_states(tmp_path / "net")
    for path, value in model.state_dict().items():
        assert_array_equal(value, before[path])
    # By arrays alone it goes.
    model.load_state_dict({path: x for path, x in load_file(tmp_path / "net").items() if path in before})


def test_a_functional_form_and_its_plain_class_read_each_others_files(tmp_path):
    plain, functional = LIF(3, tau_mem=0.05, rng_key=0), LIFJax(3, tau_mem=0.02, rng_key=1)
    plain.save_states(tmp_path / "lif")
    functional = functional.load_states(tmp_path / "lif")
    assert_array_equal(functional.tau_mem, plain.tau_mem)
    functional.save_states(tmp_path / "lif")
    plain.load_states(tmp_path / "lif")
    assert json.loads(header(tmp_path / "lif")["classes"]) == {"": "LIF"}


def test_names_in_a_file_are_never_looked_up(tmp_path):
    facts = {"format": "bouton", "format_version": "1", "classes": json.dumps({"": "os.system", "nowhere": "eval"})}
    arrays = {path: np.asarray(x) for path, x in RateJax(3).state_dict().items()}
    save_file(arrays, tmp_path / "net", metadata=facts)
    with pytest.raises(ValueRefused, match=r"expected of class Rate, as in the model, got os\.system"):
        RateJax(3).load_states(tmp_path / "net")


@pytest.mark.parametrize("classes", ["no json", "[1, 2]", "[" * 100_000])
def test_a_file_whose_names_cannot_be_read_goes_by_its_arrays(tmp_path, classes):
    arrays = {path: np.asarray(x) for path, x in Rate(3, tau=0.5).state_dict().items()}
    facts = {"format": "bouton", "format_version": "1", "classes": classes}
    save_file(arrays, tmp_path / "net", metadata=facts)
    model = Rate(3, tau=0.1)
    model.load_states(tmp_path / "net")
    assert float(model.tau) == 0.5
    save_file(arrays, tmp_path / "net")
    assert model.load_states(tmp_path / "net") == ([], [])


def test_other_objects_are_saved_as_before(tmp_path):
    bp.neurons.LIF(3).save_states(tmp_path / "lif")
    assert "classes" not in header(tmp_path / "lif")
    assert bp.neurons.LIF(3).load_states(tmp_path / "lif") == ([], [])
