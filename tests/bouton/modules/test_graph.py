"""Computational graphs of modules, as plain data."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton.errors import NoImplementationError
from bouton.modules import (
    LIF,
    ExpSyn,
    FFwdStack,
    FromStep,
    Instant,
    Linear,
    LinearJax,
    Module,
    ModuleGraph,
    Rate,
    RateJax,
    Residual,
    Sequential,
    Softmax,
    aLIF,
)
from bouton.parameters import Constant


def test_a_single_module_is_a_node_between_input_and_output():
    graph = Linear((2, 3), weight=np.ones((2, 3))).as_graph()
    assert isinstance(graph, ModuleGraph)
    assert graph.edges == (("input", ""), ("", "output"))
    (node,) = graph.nodes.values()
    assert (node.kind, node.shape, list(node.parameters)) == ("Linear", (2, 3), ["weight"])
    assert_array_equal(node.parameters["weight"], np.ones((2, 3)))


def test_modules_in_a_row_feed_each_other_and_recurrent_ones_themselves():
    graph = Sequential(Linear((2, 3)), Rate(3, has_rec=True, tau=Constant(0.05)), Softmax(3)).as_graph()
    assert str(graph) == ("input -> 0_Linear\n0_Linear -> 1_Rate\n1_Rate -> 1_Rate\n1_Rate -> 2_Softmax\n2_Softmax -> output")
    # What describes the model, trained or not, and nothing of the simulation.
    assert set(graph.nodes["1_Rate"].parameters) == {"tau", "bias", "threshold", "w_rec"}
    assert graph.nodes["2_Softmax"].parameters == {}


def test_chains_in_chains_stand_below_their_names():
    inner = Sequential(Linear((3, 3)), aLIF(3))
    graph = Sequential(Linear((2, 3)), Residual(inner, Instant(3, jnp.tanh)), FFwdStack(ExpSyn(3), LIF(2))).as_graph()
    assert len(graph.edges) == 10
    assert set(graph.edges) == {
        ("input", "0_Linear"),
        ("0_Linear", "1_Residual.0_Sequential.0_Linear"),
        ("0_Linear", "1_Residual.add"),
        ("1_Residual.0_Sequential.0_Linear", "1_Residual.0_Sequential.1_aLIF"),
        ("1_Residual.0_Sequential.1_aLIF", "1_Residual.1_Instant"),
        ("1_Residual.1_Instant", "1_Residual.add"),
        ("1_Residual.add", "2_FFwdStack.0_ExpSyn"),
        ("2_FFwdStack.0_ExpSyn", "2_FFwdStack.0_1_weight"),
        ("2_FFwdStack.0_1_weight", "2_FFwdStack.1_LIF"),
        ("2_FFwdStack.1_LIF", "output"),
    }
    assert graph.nodes["2_FFwdStack.0_1_weight"].shape == (3, 2)
    assert graph.nodes["1_Residual.add"].kind == "add"


def test_both_forms_have_one_graph():
    plain, functional = Sequential(Linear((2, 3)), Rate(3)).as_graph(), Sequential(LinearJax((2, 3)), RateJax(3)).as_graph()
    assert [node.kind for node in functional.nodes.values()] == [node.kind for node in plain.nodes.values()]


def test_a_system_of_one_step_is_one_node_with_its_parameters_below():
    graph = FromStep(bp.neurons.LIF(3, tau=5.0), dt=1e-4).as_graph()
    assert list(graph.nodes[""].parameters) == ["system"]
    assert float(graph.nodes[""].parameters["system"]["tau"]) == 5


class Own(Module):
    def __init__(self):
        super().__init__(3)

    def evolve(self, input_data, record=False):
        return input_data, {}, {}


class Wrapped(LIF):
    def evolve(self, input_data, record=False):
        return super().evolve(2 * input_data, record)


class Twice(Sequential):
    def evolve(self, input_data, record=False):
        return super().evolve(2 * input_data, record)


@pytest.mark.parametrize("make", [Own, lambda: Sequential(Linear((2, 3)), Own()), lambda: Wrapped(3), lambda: Twice(Rate(3))])
def test_what_an_evolve_of_a_user_does_nobody_else_can_tell(make):
    with pytest.raises(
        NoImplementationError,
        match=r"(Own|Wrapped|Twice)\.as_graph: expected a class that describes its computational graph, got .* Define as_graph",
    ) as no:
        make().as_graph()
    assert isinstance(no.value, NotImplementedError)
