"""What unites the three styles of model, where modules are concerned; a test's number is that of the decision."""

import builtins

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton.modules import LIF, ExpSyn, Linear, LinearJax, Module, Rate, RateJax, Sequential
from bouton.parameters import Constant, Parameter, SimulationParameter, State

SERIES = np.random.default_rng(0).uniform(0, 1, size=(3, 7, 2))


def network():
    return Sequential(Linear((2, 4)), Rate(4, rng_key=0))


def test_d1_a_module_is_an_object_and_answers_as_every_object_does():
    net = network()
    assert isinstance(net, bp.BrainPyObject)
    assert set(net.vars("relative")) >= {"0_Linear.weight", "1_Rate.tau", "1_Rate.x"}
    assert list(net.nodes("relative")) == ["", "0_Linear", "1_Rate"]
    assert list(net.parameters()) == list(net.states()) == list(net.simulation_parameters()) == list(net.modules())
    # Classes of one name live in their namespaces, and the one at the top is that of one step.
    assert bp.Sequential is not bp.modules.Sequential
    assert issubclass(bp.Sequential, bp.DynamicalSystem)
    assert bp.neurons.LIF is not LIF
    assert bp.layers.Linear is not Linear


def test_d2_results_are_arrays_of_jax_that_numpy_takes():
    output, state, record = network()(SERIES, record=True)
    for leaf in jax.tree_util.tree_leaves((output, state, record)):
        assert isinstance(leaf, jax.Array)
        assert np.asarray(leaf).shape == leaf.shape
    net = Rate(2)
    assert isinstance(net.tau, jax.Array)
    assert isinstance(net.cell("tau"), bm.Variable)


def test_d3_the_wrapper_registers_a_cell_that_is_trained_and_others_that_are_not():
    class Net(Module):
        def __init__(self):
            super().__init__(1)
            self.w = Parameter(1.0)
            self.x = State(0.0)
            self.dt = SimulationParameter(1e-3)

    net = Net()
    assert Parameter is not bm.Parameter
    assert isinstance(net.cell("w"), bm.TrainVar)
    assert not isinstance(net.cell("x"), bm.TrainVar)
    assert list(net.train_vars("relative")) == ["w"]
    assert [(e.name, e.kind) for e in net.entries()] == [("w", "parameter"), ("x", "state"), ("dt", "simulation")]
    # The same in a system of one step.
    system = bp.DynamicalSystem()
    system.w = Parameter(1.0, family="weights")
    assert list(system.parameters("weights")) == ["w"]


def test_d4_weights_have_the_names_of_this_style():
    assert list(Linear((2, 3), has_bias=True).parameters()) == ["weight", "bias"]
    assert "w_rec" in Rate(2, has_rec=True).parameters()
    assert list(LIF(2, has_rec=True).parameters("weights")) == ["w_rec"]


def test_d6_a_parameter_is_trained_and_a_constant_is_not():
    net = Linear((2, 3), weight=Constant(np.ones((2, 3))), has_bias=True)
    assert list(net.train_vars("relative")) == ["bias"]
    assert list(net.parameters()) == ["bias"]
    assert list(net.simulation_parameters("weights")) == ["weight"]
    # Whatever the mode, which is for systems of one step.
    with bm.training_environment():
        assert set(Rate(2).train_vars("relative")) == {"tau", "bias", "threshold"}


def test_d8_the_plain_class_moves_and_the_functional_one_does_not_by_one_implementation():
    plain, functional = Rate(2, rng_key=0), RateJax(2, rng_key=0)
    assert RateJax._step is Rate._step
    assert RateJax.evolve is Rate.evolve
    first, state, _ = functional(SERIES)
    assert_array_equal(plain(SERIES)[0], first)
    assert_array_equal(functional(SERIES)[0], first)
    assert_array_equal(plain(SERIES)[0], functional.set_attributes(state)(SERIES)[0])
    with pytest.raises(ValueError, match=r"expected a functional submodule.* Use LinearJax, or make the parent a plain Module"):
        Sequential(RateJax(2), Linear((2, 2)))


def test_d9_the_batch_comes_first_in_outputs_and_records():
    output, _, record = network()(SERIES, record=True)
    assert output.shape == (3, 7, 4)
    assert {signal.shape[:2] for signal in jax.tree_util.tree_leaves(record)} == {(3, 7)}
    output, _, record = network()(SERIES[0], record=True)
    assert output.shape == (1, 7, 4)
    assert {signal.shape[:2] for signal in jax.tree_util.tree_leaves(record)} == {(1, 7)}


def test_d10_the_name_of_a_module_is_that_of_its_attribute_and_dicts_go_by_it():
    net = network()
    assert (net.name, net[1].name, net[1].full_name) == (None, "1_Rate", "Rate '1_Rate'")
    assert list(net.parameters()) == ["0_Linear", "1_Rate"]
    # Names of systems are for all objects; two modules of one name are no trouble.
    assert network()[1].name == net[1].name


def test_d17_of_a_batch_the_first_final_state_is_kept_and_all_come_on_request():
    expected = models.batched(models.rate, SERIES)[2][:, -1]
    net = Rate(2)
    _, state, _ = net(SERIES)
    assert_allclose(state["x"], expected[0], rtol=1e-5)
    assert_allclose(net.state()["x"], expected[0], rtol=1e-5)
    net.reset_state()
    _, whole, _ = net(SERIES, return_batch_state=True)
    assert_allclose(whole["x"], expected, rtol=1e-5)
    assert_allclose(net.state()["x"], expected[0], rtol=1e-5)
    _, whole, _ = RateJax(2)(SERIES, return_batch_state=True)
    assert_allclose(whole["x"], expected, rtol=1e-5)
    chain = Sequential(Linear((2, 2), weight=np.eye(2)), Rate(2))
    assert_allclose(chain(SERIES, return_batch_state=True)[1]["1_Rate"]["x"], expected, rtol=1e-5)


def test_d18_times_are_seconds_and_every_view_says_so():
    for net in (Rate(2), LIF(2), ExpSyn(2)):
        assert net.dt == 1e-3
        times = [e for e in net.entries() if e.name.startswith("tau") or e.name == "dt"]
        assert {e.unit for e in times} == {"s"}
    assert ">s<" in Rate(2)._repr_html_()
    assert bp.neurons.LIF(2).entry("tau").unit == "ms"


def test_d20_a_module_on_the_right_of_an_array_is_called_by_its_name():
    # >> is for systems and nodes; a module takes whole series, and no operator hides that.
    with pytest.raises(TypeError):
        jnp.asarray(SERIES) >> Rate(2)
    assert bp.nn.Input(2) >> bp.nn.FromSystem(bp.StepOf(Rate(2), mode=bm.BatchingMode(1)))


def test_d21_a_module_is_ready_when_it_is_made():
    assert Rate(2).state()["x"].shape == (2,)
    assert Linear((2, 3)).weight.shape == (2, 3)
    made_at_once = [network(), RateJax(2), bp.neurons.LIF(2), bp.layers.Dense(2, 3), bp.Object()]
    assert all(obj.is_initialized for obj in made_at_once)
    node = bp.nn.Dense(2, input_shape=3)
    assert not node.is_initialized
    assert node.initialize().is_initialized


def test_d23_every_error_is_boutons_and_a_builtin():
    mistakes = [
        (lambda: Rate((2, 3)), errors.ShapeError, ValueError),
        (lambda: Rate(2, activation_func="cosine"), errors.ValueRefused, ValueError),
        (lambda: Rate(2)("text"), errors.KindError, TypeError),
        (lambda: Rate(2).set_attributes({"tua": 1.0}), errors.UnknownPathError, KeyError),
        (lambda: Module(2)(SERIES), errors.NoImplementationError, NotImplementedError),
        (lambda: Linear((2, 3))(np.ones((4, 5))), errors.ShapeError, ValueError),
        (lambda: setattr(Rate(2), "tau", np.ones(3)), errors.ShapeError, ValueError),
    ]
    for make, own, builtin in mistakes:
        with pytest.raises(own) as no:
            make()
        assert isinstance(no.value, errors.BoutonError)
        assert isinstance(no.value, builtin)
        assert getattr(builtins, builtin.__name__) is builtin
        assert no.value.fix.endswith((".", "?"))


def test_d25_state_is_a_method_here_and_the_uniform_name_gives_the_same():
    net = network()
    net(SERIES)
    assert_array_equal(net.state()["1_Rate"]["x"], net.states()["1_Rate"]["x"])
    assert list(net.state("none of them")) == []
    assert list(LinearJax((2, 3)).state()) == []
