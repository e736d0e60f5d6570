import copy
import pickle

import jax
import numpy as np
import pytest
from document_modules import SERIES, WEIGHT, First, Second
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton as bp
import bouton.math as bm
from bouton.errors import (
    BoutonError,
    NoImplementationError,
    ValueRefused,
)
from bouton.modules import LIF, Linear, Module, Rate, RateJax, Sequential, TimedModule, TSContinuous, TSEvent
from bouton.parameters import Parameter, SimulationParameter


@pytest.fixture(params=[First, Second], ids=["first form", "second form"])
def net(request):
    return request.param((4, 6)).set_attributes({"w_ffwd": WEIGHT})


def shapes(nested):
    return {k: shapes(v) if isinstance(v, dict) else np.shape(v) for k, v in nested.items()}


def test_the_documents_rate_module():
    mod = Rate(4)
    assert str(mod) == "Rate with shape (4,)"
    assert str(Rate(4, tau=np.ones(4))) == "Rate with shape (4,)"
    data = np.random.default_rng(0).random((5, mod.size_in))
    output, _, _ = mod(data)
    assert output.shape == (1, 5, 4)
    output, _, record = mod(data, record=True)
    assert shapes(record) == {"rec_input": (1, 5, 4), "x": (1, 5, 4)}
    assert_array_equal(record["rec_input"], np.zeros((1, 5, 4)))
    # The second call continues from where the first ended.
    expected = models.rate(np.concatenate([data, data]))[2][5:]
    assert_allclose(record["x"][0], expected, rtol=1e-5)
    assert isinstance(np.asarray(output), np.ndarray)


def test_the_documents_network_prints_as_a_block(net):
    assert str(net) == "ffwd_net with shape (4, 6) {\n    RateJax 'neurons' with shape (6,)\n}"


def test_the_documents_nested_dictionaries():
    my_mod = First((4, 6))
    parameters = my_mod.parameters()
    assert list(parameters) == ["w_ffwd", "neurons"]
    assert list(parameters["neurons"]) == ["tau", "bias", "threshold"]
    assert_array_equal(parameters["w_ffwd"], np.zeros((4, 6)))
    assert_allclose(parameters["neurons"]["tau"], np.full(6, 0.02))
    assert shapes(my_mod.state()) == {"neurons": {"rng_key": (2,), "x": (6,)}}
    assert my_mod.state()["neurons"]["rng_key"].dtype == np.uint32
    assert shapes(my_mod.parameters("taus")) == {"neurons": {"tau": (6,)}}
    assert shapes(my_mod.parameters("weights")) == {"w_ffwd": (4, 6)}
    assert shapes(my_mod.attributes_named("tau")) == {"neurons": {"tau": (6,)}}
    assert_array_equal(my_mod.w_ffwd, np.zeros((4, 6)))
    assert_allclose(my_mod.neurons.tau, np.full(6, 0.02))


def test_both_forms_give_output_full_state_and_full_record(net):
    output, state, record = net(SERIES, record=True)
    weighted = models.batched(models.linear, SERIES, WEIGHT)
    out, recurrent, activity = models.batched(models.rate, weighted)
    assert_allclose(output, out, rtol=1e-4, atol=1e-6)
    assert shapes(state) == {"neurons": {"rng_key": (2,), "x": (6,)}}
    assert_allclose(state["neurons"]["x"], activity[0, -1], rtol=1e-4, atol=1e-6)
    assert_allclose(record["neurons"]["x"], activity, rtol=1e-4, atol=1e-6)
    assert_array_equal(record["neurons"]["rec_input"], recurrent)
    assert set(record) == ({"neurons", "weighted_input"} if isinstance(net, Second) else {"neurons"})
    if isinstance(net, Second):
        assert_allclose(record["weighted_input"], weighted, rtol=1e-4, atol=1e-6)


def test_both_forms_continue_and_reset(net):
    whole = models.rate(models.linear(np.concatenate([SERIES[0], SERIES[1]]), WEIGHT))[0]
    assert_allclose(net(SERIES[0])[0][0], whole[:5], rtol=1e-4, atol=1e-6)
    assert_allclose(net(SERIES[1])[0][0], whole[5:], rtol=1e-4, atol=1e-6)
    assert net.reset_state() is net
    assert_allclose(net(SERIES[0])[0][0], whole[:5], rtol=1e-4, atol=1e-6)


def test_without_record_the_record_is_empty(net):
    assert net(SERIES)[2] == {}
    assert NoRecord(Rate(4))(SERIES)[2] == {}


def test_a_signal_of_a_series_without_batch_gets_its_batch_axis():
    assert shapes(Second((4, 6))(SERIES[0], record=True)[2])["weighted_input"] == (1, 5, 6)
    assert shapes(Second((4, 6))(SERIES, record=True)[2])["weighted_input"] == (2, 5, 6)


def test_the_attributes_of_a_module(net):
    assert (net.class_name, net.name, net.full_name) == (type(net).__name__, None, type(net).__name__)
    assert (net.neurons.class_name, net.neurons.name, net.neurons.full_name) == ("RateJax", "neurons", "RateJax 'neurons'")
    assert (net.shape, net.size_in, net.size_out, net.size, net.size_module) == ((4, 6), 4, 6, 6, 24)
    assert (net.spiking_input, net.spiking_output) == (False, False)
    assert list(net.modules()) == ["neurons"]


def test_the_text_of_nested_modules():
    class Outer(Module):
        def __init__(self):
            super().__init__((2, 3))
            self.inner = Sequential(Linear((2, 3)), LIF(3))
            self.last = Rate(3)

    assert repr(Outer()) == (
        "Outer with shape (2, 3) {\n"
        "    Sequential 'inner' with shape (2, 3) {\n"
        "        Linear '0_Linear' with shape (2, 3)\n"
        "        LIF '1_LIF' with shape (3,)\n"
        "    }\n"
        "    Rate 'last' with shape (3,)\n"
        "}"
    )


def test_a_module_that_contains_itself_can_be_printed_and_walked():
    a, b = Rate(1), Rate(1)
    a.below, b.above = b, a
    assert repr(a) == "Rate 'above' with shape (1,) {\n    Rate 'below' with shape (1,)\n}"
    assert a(np.ones((2, 1)))[0].shape == (1, 2, 1)


def test_plain_modules_are_written_and_reset_in_place(net):
    assert net.set_attributes({"neurons": {"tau": np.full(6, 0.1)}}) is net
    assert net.reset_parameters() is net
    assert_allclose(net.neurons.tau, np.full(6, 0.02))


class NoRecord(Module):
    """Whoever wrote this has not heard of records."""

    def __init__(self, *inside):
        super().__init__(4)
        self.inside = Sequential(*inside)

    def evolve(self, x):
        return self.inside(x)[0], {}, {"mean": x.mean(-1)}


def test_timed_gives_a_timed_module():
    timed = LIF(2).timed()
    assert isinstance(timed, TimedModule)


def test_timed_wants_a_time_step():
    with pytest.raises(BoutonError, match="module has no dt of its own"):
        Linear((2, 2)).timed()


def test_a_class_without_a_graph_says_so():
    with pytest.raises(
        NoImplementationError, match=r"Module\.as_graph: expected a class that describes its computational graph, got Module"
    ):
        Module(2).as_graph()


def test_a_record_becomes_time_series(net):
    record = LIF(2, dt=2e-3, bias=0.6)(np.zeros((10, 2)), record=True)[2]
    wrapped = LIF(2, dt=2e-3)._wrap_recorded_state(record, 1.0)
    assert isinstance(wrapped["vmem"], TSContinuous)
    assert isinstance(wrapped["spikes"], TSEvent)
    assert (wrapped["vmem"].t_start, wrapped["vmem"].t_stop) == (1.0, pytest.approx(1.02))
    assert_allclose(wrapped["vmem"].samples, record["vmem"][0])
    nested = net._wrap_recorded_state(net(SERIES, record=True)[2], 0.0)
    assert isinstance(nested["neurons"]["x"], TSContinuous)


def test_a_record_of_a_module_without_a_time_step_cannot_become_a_time_series():
    with pytest.raises(
        ValueRefused, match=r"Linear\.dt: expected a time step in seconds, got a module without one\. Give the module"
    ):
        Linear((2, 2))._wrap_recorded_state({}, 0.0)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize(
    "make", [lambda: Rate(4, noise_std=0.1, rng_key=3), lambda: Sequential(Linear((4, 3)), LIF(3)), lambda: RateJax(4)]
)
def test_a_copy_runs_alike_and_apart(duplicate, make):
    module = make()
    module(SERIES)
    twin = duplicate(module)
    assert repr(twin) == repr(module)
    assert_array_equal(twin(SERIES)[0], module(SERIES)[0])
    before = jax.tree_util.tree_leaves(module.state())
    twin(SERIES)
    for old, new in zip(before, jax.tree_util.tree_leaves(module.state()), strict=True):
        assert_array_equal(old, new)


def test_a_class_that_is_defined_again_gives_a_new_model():
    def define(factor):
        class Net(Module):
            def __init__(self):
                super().__init__(2)
                self.rate = Rate(2)

            @bm.cls_jit
            def run(self, x):
                return self(x)[0]

            def evolve(self, input_data, record=False):
                return self.rate(input_data * factor)[0], {}, {}

        return Net()

    old, new = define(1.0), define(2.0)
    data = np.ones((3, 2))
    assert_allclose(new.run(data), 2 * np.asarray(old.run(data)), rtol=1e-6)
    assert (old.name, new.name) == (None, None)


def test_a_module_below_two_others_is_one_module_under_the_name_given_last():
    shared = Rate(2)
    one, two = Module(2), Module(2)
    one.a, two.b = shared, shared
    assert (one.a.name, two.b.name) == ("b", "b")
    one.a.tau = np.array([0.1, 0.2])
    assert_allclose(two.parameters()["b"]["tau"], [0.1, 0.2])


def test_registered_attributes_can_be_deleted_from_a_users_module():
    module = Module(2)
    module.w = Parameter(1.0)
    module.s = SimulationParameter("text")
    del module.w
    assert module.parameters() == {}
    assert bp.modules.Module is Module
