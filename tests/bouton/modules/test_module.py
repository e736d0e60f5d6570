import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton as bp
import bouton.math as bm
from bouton.errors import (
    BoutonError,
    KindError,
    LeakedTracerError,
    NoImplementationError,
    ShapeError,
    UnknownPathError,
    UnregisteredWarning,
    ValueRefused,
)
from bouton.modules import LIF, ExpSyn, Linear, Module, Rate, RateJax, Sequential, TimedModule, TSContinuous, TSEvent
from bouton.parameters import Parameter, SimulationParameter, State

DOCUMENT = """
from bouton.modules import Module
from bouton.parameters import Parameter
from bouton.modules import RateJax
import numpy as np

class ffwd_net(Module):
    def __init__(
        self,
        shape,
        *args,
        **kwargs,
    ):
        super().__init__(shape=shape, *args, **kwargs)
        self.w_ffwd = Parameter(
            shape=self.shape,
            init_func=lambda s: np.zeros(s),
            family="weights",
        )
        self.neurons = RateJax(self.shape[-1])

    def evolve(self, input_data, *args, **kwargs):
        x = input_data @ self.w_ffwd
        x, _, _ = self.neurons(x)
        return x, {}, {}
"""

SECOND_FORM = """
def evolve(self, input_data, record: bool = False, *args, **kwargs):
    new_state = {}
    recorded_state = {}
    x = input_data @ self.w_ffwd
    if record:
        recorded_state["weighted_input"] = x
    x, submod_state, submod_record = self.neurons(x, record=record)
    new_state.update({"neurons": submod_state})
    recorded_state.update({"neurons": submod_record})
    return x, new_state, recorded_state
"""


def first_form():
    """Give the document's network, as printed but for the name of its package."""
    names = {}
    exec(DOCUMENT, names)
    return names["ffwd_net"]


def second_form():
    """Give it with the document's second ``evolve``, whose two calls of ``update`` are mended."""
    names = {}
    exec(SECOND_FORM, names)
    net = first_form()
    net.evolve = names["evolve"]
    return net


First, Second = first_form(), second_form()

WEIGHT = np.random.default_rng(0).normal(size=(4, 6))
SERIES = np.random.default_rng(1).uniform(size=(2, 5, 4))


@pytest.fixture(params=[First, Second], ids=["first form", "second form"])
def net(request):
    return request.param((4, 6)).set_attributes({"w_ffwd": WEIGHT})


def shapes(nested):
    return {k: shapes(v) if isinstance(v, dict) else np.shape(v) for k, v in nested.items()}


# -- the document ----------------------------------------------------------------


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


# -- attributes --------------------------------------------------------------------


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


# -- what goes in and comes out ------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        SERIES[0].tolist(),
        [list(row) for row in SERIES[0]],
        (SERIES[0] > 0.5),
        (SERIES[0] * 3).astype(int),
        bm.Variable(SERIES[0]),
    ],
    ids=["list", "rows", "bool", "int", "Variable"],
)
def test_numbers_of_every_kind_reach_evolve_as_floats(net, data):
    number = np.asarray(data.value if isinstance(data, bm.Variable) else data).astype(float)
    expected = models.rate(models.linear(number, WEIGHT))[0]
    assert_allclose(net(data)[0][0], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("data", [SERIES[0][:, :1], SERIES[0][:, 0], SERIES[:1, :, :1]], ids=["T,1", "T", "B,T,1"])
def test_one_channel_is_given_to_every_input(net, data):
    expected = models.rate(models.linear(np.repeat(SERIES[0][:, :1], 4, axis=1), WEIGHT))[0]
    assert_allclose(net(data)[0][0], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("data", [np.ones((5, 3)), np.ones((5, 5)), np.ones((2, 5, 2))])
def test_a_wrong_number_of_channels_is_refused_with_both_numbers(net, data):
    with pytest.raises(ShapeError, match=rf"{type(net).__name__} input: expected 4 channels.*, got {data.shape[-1]}\.") as no:
        net(data)
    assert isinstance(no.value, ValueError)
    with pytest.raises(ShapeError, match=rf"Rate input: expected 4 channels.*, got {data.shape[-1]}\."):
        Rate(4)(data)


def test_no_steps_give_an_empty_series_and_leave_the_state(net):
    net(SERIES[0])
    before = net.state()
    output, state, record = net(np.zeros((0, 4)), record=True)
    assert output.shape == (1, 0, 6)
    assert record["neurons"]["x"].shape == (1, 0, 6)
    for nested in (state, net.state()):
        assert_array_equal(nested["neurons"]["x"], before["neurons"]["x"])


def test_an_empty_batch_is_refused(net):
    with pytest.raises(ShapeError, match="expected at least one series, got a batch of 0"):
        net(np.zeros((0, 5, 4)))


def test_the_results_of_another_module_are_taken_apart_and_their_dicts_merged():
    first, second = ExpSyn(3, tau=0.02), LIF(3, bias=0.3)
    data = np.random.default_rng(0).uniform(size=(6, 3))
    out, state, record = second(first(data, record=True), record=True)
    current = models.exp_syn(data, 0.02)
    expected = models.lif(current, 3, bias=0.3)
    assert_array_equal(out[0], expected["spikes"])
    assert set(record) == {"isyn", "irec", "spikes", "vmem", "U"}
    assert set(state) == {"isyn", "spikes", "vmem"}
    # Where both have a signal, that of the module called last is kept.
    assert record["isyn"].shape == (1, 6, 3, 1)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (1, 5, 3), (2, 5, 3), (2, 5, 1), (1, 3), (1, 1), (1,)])
def test_evolve_gets_batch_time_and_channels_whatever_the_caller_passed(shape):
    seen = []

    class Looking(Module):
        def evolve(self, input_data, record=False):
            seen.append(input_data.shape)
            return input_data * 2, {}, {"twice": input_data * 2, "mean": input_data.mean(-1)}

    output, _, record = Looking(3)(np.ones(shape), record=True)
    expected = (shape[0] if len(shape) == 3 else 1, shape[-2] if len(shape) > 1 else shape[0], 3)
    assert seen == [expected]
    assert output.shape == record["twice"].shape == expected
    assert record["mean"].shape == expected[:2]


@pytest.mark.parametrize(
    "turn",
    [np.asarray, lambda x: np.asarray(x).tolist(), bm.Variable, lambda x: x > 0, lambda x: x.astype(int)],
    ids=["NumPy", "list", "Variable", "bool", "int"],
)
def test_an_output_of_numbers_of_any_kind_becomes_an_array_of_floats(turn):
    class Turning(Module):
        def evolve(self, input_data, record=False):
            return turn(input_data), {}, {}

    output, _, _ = Turning(3)(np.ones((2, 5, 3)))
    assert isinstance(output, jax.Array)
    assert output.dtype == np.float32
    assert_array_equal(output, np.ones((2, 5, 3)))
    assert Sequential(Turning(3), LIF(3))(np.ones((5, 3)))[0].shape == (1, 5, 3)


def test_of_one_series_output_and_signals_may_come_without_batch_axis():
    class Flat(Module):
        def evolve(self, input_data, record=False):
            return input_data[0] * 2, {}, {"twice": input_data[0] * 2}

    output, _, record = Flat(3)(np.ones((5, 3)), record=True)
    assert output.shape == record["twice"].shape == (1, 5, 3)
    with pytest.raises(
        ShapeError, match=r"Flat\.evolve: expected an output .* of shape \(2, 5, 3\), got shape \(5, 3\)\. Keep the three axes"
    ):
        Flat(3)(np.ones((2, 5, 3)))


@pytest.mark.parametrize(
    ("batch", "return_all", "expected"),
    [
        (1, False, {"neurons": {"rng_key": (2,), "x": (6,)}}),
        (3, False, {"neurons": {"rng_key": (2,), "x": (6,)}}),
        (3, True, {"neurons": {"rng_key": (3, 2), "x": (3, 6)}}),
    ],
)
def test_of_a_batch_the_first_state_is_kept_and_all_on_request(net, batch, return_all, expected):
    data = np.random.default_rng(2).uniform(size=(batch, 7, 4))
    _, state, _ = net(data, return_batch_state=return_all)
    assert shapes(state) == expected
    finals = models.batched(models.rate, models.batched(models.linear, data, WEIGHT))[2][:, -1]
    assert_allclose(state["neurons"]["x"], finals if return_all else finals[0], rtol=1e-4, atol=1e-6)
    assert_allclose(net.neurons.x, finals[0], rtol=1e-4, atol=1e-6)


def test_all_final_states_of_a_batch_of_lif_neurons():
    data = np.random.default_rng(2).uniform(0, 0.15, size=(3, 20, 4))
    _, state, _ = LIF((4, 2))(data, return_batch_state=True)
    expected = models.batched(models.lif, data, 2)
    assert shapes(state) == {"spikes": (3, 2), "isyn": (3, 2, 2), "vmem": (3, 2)}
    for name in state:
        assert_allclose(state[name], expected[name][:, -1], rtol=1e-4, atol=1e-5)


class Counting(Module):
    """A count for each element of a batch, told as the test wants."""

    def __init__(self, told):
        super().__init__(2)
        self.n = State(np.zeros(2))
        self.rest = State(0.5)
        self.told = told

    def evolve(self, input_data, record=False):
        return input_data, self.told(self.n + input_data.sum(1)), {}


BATCH = np.random.default_rng(4).uniform(size=(3, 4, 2))
COUNTS = BATCH.sum(1)


@pytest.mark.parametrize("how", ["eager", "compiled", "inside another"])
@pytest.mark.parametrize("told", [lambda n: {"n": n}, lambda n: {"n": np.asarray(n)}, lambda n: {"n": bm.Variable(n)}])
def test_of_states_with_a_batch_axis_the_first_is_kept_and_all_are_given(told, how):
    module = Counting((lambda n: {"n": n}) if how == "compiled" else told)
    if how == "compiled":
        state = bm.jit(lambda x: module(x, return_batch_state=True)[1])(BATCH)
    elif how == "inside another":
        state = Sequential(module, Rate(2))(BATCH, return_batch_state=True)[1]["0_Counting"]
    else:
        state = module(BATCH, return_batch_state=True)[1]
    assert_allclose(state["n"], COUNTS, rtol=1e-6)
    # What has not moved is that of every element.
    assert_array_equal(state["rest"], [0.5, 0.5, 0.5])
    assert_allclose(module.n, COUNTS[0], rtol=1e-6)


def test_a_state_with_a_batch_axis_is_told_without_it_unless_asked_for():
    module = Counting(lambda n: {"n": n})
    assert_allclose(module(BATCH)[1]["n"], COUNTS[0], rtol=1e-6)
    # Each element starts from what was kept of the first.
    assert_allclose(module(BATCH, return_batch_state=True)[1]["n"], COUNTS[0] + COUNTS, rtol=1e-6)


def test_as_many_elements_as_units_are_told_by_the_number_of_axes():
    square = BATCH[:2]
    assert_allclose(Counting(lambda n: {"n": n})(square, return_batch_state=True)[1]["n"], COUNTS[:2], rtol=1e-6)
    module = Counting(lambda n: {"n": n[1]})
    assert_allclose(module(square)[1]["n"], COUNTS[1], rtol=1e-6)
    assert_allclose(module.n, COUNTS[1], rtol=1e-6)


@pytest.mark.parametrize("axis", [True, False])
def test_in_a_batch_of_one_a_state_may_have_its_axis_or_not(axis):
    module = Counting(lambda n: {"n": n if axis else n[0]})
    assert_allclose(module(BATCH[0], return_batch_state=True)[1]["n"], COUNTS[:1], rtol=1e-6)
    assert_allclose(module.n, COUNTS[0], rtol=1e-6)


def test_a_state_of_one_element_is_not_passed_off_as_that_of_all():
    module = Counting(lambda n: {"n": n[0]})
    words = (
        r"Counting\(return_batch_state=True\): expected from evolve the final state 'n' of each of 3 elements, shape \(3, 2\), "
        r"got shape \(2,\), one for all\. Return it with its batch axis in new_state; one that all share as jnp\.broadcast_to\(x"
    )
    with pytest.raises(ShapeError, match=words):
        module(BATCH, return_batch_state=True)
    assert_array_equal(module.n, [0, 0])
    with pytest.raises(ShapeError, match=r"the final state '0_Counting\.n' of each of 3"):
        Sequential(module)(BATCH, return_batch_state=True)
    assert_allclose(module(BATCH)[1]["n"], COUNTS[0], rtol=1e-6)
    module.reset_state()
    module.told = lambda n: {"n": jnp.broadcast_to(n[0], (3, 2))}
    assert_allclose(module(BATCH, return_batch_state=True)[1]["n"], np.tile(COUNTS[0], (3, 1)), rtol=1e-6)


@pytest.mark.parametrize("batch", [1, 3])
def test_states_of_a_batch_are_not_assigned_inside_evolve_but_returned(batch):
    class Assigning(Counting):
        def evolve(self, input_data, record=False):
            self.n = self.n + input_data.sum(1)
            return input_data, {}, {}

    module = Assigning(None)
    words = (
        rf"Assigning\.n: expected shape \(2,\), got \({batch}, 2\), one state for each element of a batch\. "
        r"Carry it in a variable of evolve, and return it at the end: new_state = \{'n': n\}\."
    )
    with pytest.raises(ShapeError, match=words):
        module(BATCH[:batch])


def test_a_submodules_states_of_all_elements_are_found_whatever_evolve_returns_of_them():
    class Asking(Module):
        def __init__(self):
            super().__init__(4)
            self.rate = Rate(4)

        def evolve(self, input_data):
            out, state, _ = self.rate(input_data, return_batch_state=True)
            return out, {"rate": state}, {}

    data = np.random.default_rng(2).uniform(size=(3, 7, 4))
    finals = models.batched(models.rate, data)[2][:, -1]
    for batch, expected in ((True, finals), (False, finals[0])):
        module = Asking()
        assert_allclose(module(data, return_batch_state=batch)[1]["rate"]["x"], expected, rtol=1e-4, atol=1e-6)
        assert_allclose(module.rate.x, finals[0], rtol=1e-4, atol=1e-6)


def test_a_submodules_state_that_evolve_replaces_is_known_of_one_element_only():
    class Clearing(Module):
        def __init__(self):
            super().__init__(4)
            self.rate = Rate(4)

        def evolve(self, input_data):
            out, state, _ = self.rate(input_data)
            return out, {"rate": {"x": 0 * state["x"]}}, {}

    module = Clearing()
    assert_array_equal(module(SERIES)[1]["rate"]["x"], np.zeros(4))
    assert_array_equal(module.rate.x, np.zeros(4))
    with pytest.raises(
        ShapeError, match=r"Clearing\(return_batch_state=True\): expected .* state 'rate\.x' of each of 2 elements"
    ):
        module(SERIES, return_batch_state=True)


# -- records by path -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (True, {"neurons.rec_input", "neurons.x", "weighted_input"}),
        (False, set()),
        ("neurons.x", {"neurons.x"}),
        ("neurons.*", {"neurons.rec_input", "neurons.x"}),
        ("*", {"neurons.rec_input", "neurons.x", "weighted_input"}),
        (["weighted_input", "neurons.rec*"], {"neurons.rec_input", "weighted_input"}),
        (("neurons.x",), {"neurons.x"}),
        ([], set()),
    ],
    ids=repr,
)
def test_signals_are_recorded_by_path(record, expected):
    def paths(nested, prefix=""):
        return {p for k, v in nested.items() for p in (paths(v, f"{prefix}{k}.") if isinstance(v, dict) else {prefix + k})}

    assert paths(Second((4, 6))(SERIES, record=record)[2]) == expected
    assert paths(Second((4, 6))(SERIES, record)[2]) == expected
    inside = Sequential(Second((4, 6)), Rate(6))
    prefixed = (
        [f"0_ffwd_net.{p}" for p in ([record] if isinstance(record, str) else record)] if not isinstance(record, bool) else record
    )
    found = {p for p in paths(inside(SERIES, record=prefixed)[2]) if p.startswith("0_ffwd_net.")}
    assert found == {f"0_ffwd_net.{p}" for p in expected}


class NoRecord(Module):
    """Whoever wrote this has not heard of records."""

    def __init__(self, *inside):
        super().__init__(4)
        self.inside = Sequential(*inside)

    def evolve(self, x):
        return self.inside(x)[0], {}, {"mean": x.mean(-1)}


@pytest.mark.parametrize("record", ["inside.0_Linear_output", "inside.*_output", True])
def test_a_sequence_records_its_outputs_for_whoever_asks_above(record):
    data = np.random.default_rng(2).uniform(size=(1, 7, 4))
    weight = np.random.default_rng(3).normal(size=(4, 4))
    for net in (NoRecord(Linear((4, 4), weight=weight), Rate(4)), Sequential(NoRecord(Linear((4, 4), weight=weight), Rate(4)))):
        path = "" if isinstance(net, NoRecord) else "0_NoRecord."
        found = net(data, record=record if record is True else path + record)[2]
        found = (found["0_NoRecord"] if path else found)["inside"]
        assert_allclose(found["0_Linear_output"], data @ weight, rtol=1e-4, atol=1e-6)
        assert set(found) >= ({"0_Linear_output"} if record == "inside.0_Linear_output" else {"0_Linear_output", "1_Rate_output"})
        assert set(found) <= {"0_Linear", "0_Linear_output", "1_Rate", "1_Rate_output"}


def test_own_signals_are_recorded_by_path_below_code_that_passes_no_record_on():
    outer = NoRecord(Second((4, 6)).set_attributes({"w_ffwd": WEIGHT}), Linear((6, 4)))
    found = outer(SERIES, record="inside.0_ffwd_net.weighted_input")[2]
    assert_allclose(found["inside"]["0_ffwd_net"]["weighted_input"], SERIES @ WEIGHT, rtol=1e-4, atol=1e-6)
    assert list(found) == ["inside"]


def test_an_evolve_without_record_can_be_asked_to_record_and_stand_in_a_sequence():
    net = NoRecord(Rate(4))
    for asked in ({"record": True}, {"record": "mean"}):
        assert_allclose(net(SERIES, **asked)[2]["mean"], SERIES.mean(-1), rtol=1e-6)
    assert_allclose(net(SERIES, True)[2]["mean"], SERIES.mean(-1), rtol=1e-6)
    assert shapes(Sequential(net, Rate(4))(SERIES, record="0_NoRecord.inside.0_Rate.x")[2]) == {
        "0_NoRecord": {"inside": {"0_Rate": {"x": (2, 5, 4)}}}
    }
    with pytest.raises(UnknownPathError, match=r"NoRecord\(record=\.\.\.\): .*Did you mean 'mean'"):
        net(SERIES, record="maen")


def test_other_arguments_reach_evolve_beside_record():
    class Scaled(Module):
        def evolve(self, input_data, gain=1.0, record=False):
            return input_data * gain, {}, {"x": input_data} if record else {}

    output, _, record = Scaled(4)(SERIES, 2.0, record="x")
    assert_allclose(output, SERIES * 2, rtol=1e-6)
    assert_allclose(record["x"], SERIES, rtol=1e-6)
    assert set(Scaled(4)(SERIES, 2.0, True)[2]) == {"x"}
    assert Scaled(4)(SERIES, 2.0)[2] == {}


def test_recording_changes_no_result(net):
    outputs = []
    for record in (False, True, "neurons.x"):
        net.reset_state()
        outputs.append(np.asarray(net(SERIES, record=record)[0]))
    assert_allclose(outputs[1], outputs[0], rtol=1e-6)
    assert_allclose(outputs[2], outputs[0], rtol=1e-6)


@pytest.mark.parametrize("record", ["neurons.y", ["neurons.x", "neurons.y"], "nothing.*"])
def test_a_path_that_records_nothing_is_refused_and_the_state_is_as_before(net, record):
    net(SERIES)
    before = net.state()
    with pytest.raises(UnknownPathError, match=r"\(record=\.\.\.\): expected paths of signals that the model records, got") as no:
        net(SERIES, record=record)
    assert no.value.where.startswith(type(net).__name__)
    if record != "nothing.*":
        assert no.value.fix == "Did you mean 'neurons.x'?"
    assert_array_equal(net.state()["neurons"]["x"], before["neurons"]["x"])


@pytest.mark.parametrize("record", [1, None, 3.0, [1], {"a": 1}], ids=repr)
def test_a_record_of_another_kind_is_refused(net, record):
    with pytest.raises(
        KindError, match=r"record: expected True, False, a path or a list of paths, got .*\. Write for instance record="
    ):
        net(SERIES, record=record)


# -- what evolve may do wrong ----------------------------------------------------------


class Careless(Module):
    """Moves a state, a submodule and a random key, and then does what it is told."""

    def __init__(self, then):
        super().__init__(2)
        self.count = State(0.0)
        self.rate = Rate(2, noise_std=1.0, rng_key=0)
        self.then = then

    def evolve(self, input_data, record=False):
        out, _, _ = self.rate(input_data)
        self.count = self.count + 1.0
        return self.then(out)


def crash(_):
    raise ArithmeticError("the user's own")


@pytest.mark.parametrize(
    ("then", "error", "words"),
    [
        (crash, ArithmeticError, "the user's own"),
        (
            lambda y: None,
            KindError,
            r"Careless\.evolve: expected three results, \(output, new_state, record\), got NoneType\. End",
        ),
        (lambda y: (y, {}), KindError, r"Careless\.evolve: expected three results.*got 2 results"),
        (lambda y: [y, {}, {}], KindError, r"Careless\.evolve: expected three results.*got list"),
        (lambda y: (y, [], None), KindError, r"Careless\.evolve: expected dicts for new_state and record, got list and NoneType"),
        (
            lambda y: (y[0, 0], {}, {}),
            ShapeError,
            r"Careless\.evolve: expected an output \(batch, time, channels\) of shape \(1, 3, 2\), got shape \(2,\)",
        ),
        (lambda y: (y[None], {}, {}), ShapeError, r"got shape \(1, 1, 3, 2\)\. Keep the three axes of the input series"),
        (lambda y: (y[:, :2], {}, {}), ShapeError, r"got shape \(1, 2, 2\)\. Keep the batch and time axes of the input series"),
        (lambda y: (y[..., :1], {}, {}), ShapeError, r"got shape \(1, 3, 1\)\. Return 2 channels, the last entry of the shape"),
        (
            lambda y: (y, {"cuont": 1.0}, {}),
            UnknownPathError,
            r"Careless\.set_attributes: .*got 'cuont'\. Did you mean 'count'\?",
        ),
        (
            lambda y: (y, {"count": y}, {}),
            ShapeError,
            r"Careless\.evolve, new_state 'count': expected shape \(\), or \(1,\) with.* got \(1, 3, 2\)",
        ),
        (
            lambda y: (y, {"rate": {"x": 1.0}}, {}),
            ShapeError,
            r"new_state 'rate\.x': expected shape \(2,\), or \(1, 2\) with.* got \(\)",
        ),
    ],
)
@pytest.mark.parametrize("how", ["eager", "compiled"])
def test_a_mistake_in_evolve_is_told_and_every_state_is_as_before(then, error, words, how):
    module = Careless(then)
    key = np.asarray(module.rate.rng_key)
    call = (lambda x: module(x)[0]) if how == "eager" else bm.jit(lambda x: module(x)[0])
    with pytest.raises(error, match=words):
        call(jnp.ones((3, 2)))
    assert module.count == 0
    assert_array_equal(module.rate.x, [0, 0])
    assert_array_equal(module.rate.rng_key, key)
    module.then = lambda y: (y, {}, {})
    module(jnp.ones((3, 2)))
    assert module.count == 1


def test_a_module_without_evolve_says_what_to_write():
    with pytest.raises(
        NoImplementationError, match=r"Module\.evolve: expected an evolve method in the class, got none\. Write evolve"
    ):
        Module(2)(np.ones((3, 2)))


def test_a_plain_module_inside_a_plain_jax_transform_is_refused_and_unchanged():
    rate = Rate(2)
    for transform in (jax.jit, jax.grad):
        with pytest.raises(
            LeakedTracerError, match=r"Use jit, grad or for_loop of bouton\.math.*or a functional module \(RateJax"
        ):
            transform(lambda x: rate(x)[0].sum())(jnp.ones((3, 2)))
        assert_array_equal(rate.x, [0, 0])


def test_a_submodule_that_is_called_twice_reports_its_last_state():
    class Twice(Module):
        def __init__(self):
            super().__init__(2)
            self.rate = Rate(2)

        def evolve(self, input_data, record=False):
            out, _, _ = self.rate(input_data)
            out, _, _ = self.rate(out)
            return out, {}, {}

    module = Twice()
    data = np.random.default_rng(0).uniform(size=(4, 2))
    out, state, record = module(data, record="rate.x")
    first = models.rate(data)
    second = models.rate(first[0], x=first[2][-1])
    assert_allclose(out[0], second[0], rtol=1e-4, atol=1e-6)
    assert_allclose(state["rate"]["x"], second[2][-1], rtol=1e-4)
    assert_allclose(record["rate"]["x"][0], second[2], rtol=1e-4, atol=1e-6)


def test_a_module_that_is_no_submodule_does_not_report():
    class Borrowing(Module):
        def __init__(self, other):
            super().__init__(2)
            self.others = [other]

        def evolve(self, input_data, record=False):
            return self.others[0](input_data)[0], {}, {}

    other = Rate(2)
    with pytest.warns(UnregisteredWarning, match=r"Borrowing\.others: .* got a list that holds a Rate"):
        module = Borrowing(other)
    _, state, record = module(np.ones((4, 2)), record=True)
    assert (state, record) == ({}, {})
    assert (np.asarray(other.x) > 0).all()


def test_an_evolve_with_a_loop_of_its_own():
    class Leaky(Module):
        def __init__(self):
            super().__init__(2)
            self.decay = Parameter(0.5)
            self.v = State(jnp.zeros(2))

        def evolve(self, input_data, record=False):
            series, _ = self._auto_batch(input_data)

            def step(x):
                self.v = self.v * self.decay + x
                return self.v

            out = bm.for_loop(step, series[0])
            return out, {"v": self.v}, {"v": out} if record else {}

    def expected(data):
        v, out = np.zeros(2), []
        for x in data:
            v = v * 0.5 + x
            out.append(v)
        return np.array(out)

    module, data = Leaky(), np.random.default_rng(0).uniform(size=(6, 2))
    assert_allclose(module(data)[0][0], expected(data), rtol=1e-6)
    module.reset_state()
    run = bm.jit(lambda x: module(x, record=True))
    out, _, record = run(data)
    assert_allclose(out[0], expected(data), rtol=1e-6)
    assert_allclose(record["v"][0], expected(data), rtol=1e-6)
    assert_allclose(module.v, expected(data)[-1], rtol=1e-6)
    module.reset_state()
    gradient = bm.grad(lambda: module(data)[0][0, -1].sum(), grad_vars=module.cell("decay"))()
    assert_allclose(gradient, sum((5 - k) * 0.5 ** (4 - k) * data[k].sum() for k in range(5)), rtol=1e-5)


# -- _auto_batch -----------------------------------------------------------------------


def test_auto_batch_brings_data_and_states_to_one_batch():
    module = Rate(3)
    for data, batch in ((np.ones(5), 1), (np.ones((5, 1)), 1), (np.ones((5, 3)), 1), (np.ones((4, 5, 3), int), 4)):
        series, (one, two, three) = module._auto_batch(data, (jnp.zeros(3), 2.0, jnp.arange(2)), (None, (3,), (4, 2)))
        assert series.shape == (batch, 5, 3)
        assert jnp.issubdtype(series.dtype, jnp.floating)
        assert (one.shape, two.shape, three.shape) == ((batch, 3), (batch, 3), (batch, 4, 2))
        assert_array_equal(two, np.full((batch, 3), 2))
        assert_array_equal(three[0], np.tile([0, 1], (4, 1)))


def test_auto_batch_without_states():
    series, states = Rate(3)._auto_batch(np.ones((5, 3)))
    assert series.shape == (1, 5, 3)
    assert states == ()


def test_auto_batch_wants_a_shape_for_each_state():
    with pytest.raises(
        ValueRefused, match=r"Rate\._auto_batch\(target_shapes=\.\.\.\): expected one shape for each of 1 states, got 2\."
    ):
        Rate(3)._auto_batch(np.ones((5, 3)), (jnp.zeros(3),), (None, None))


def test_auto_batch_refuses_wrong_channels():
    with pytest.raises(ShapeError, match=r"Rate input: expected 3 channels, or 1 for all of them, got 2\."):
        Rate(3)._auto_batch(np.ones((5, 2)))


# -- other forms -------------------------------------------------------------------------


def test_timed_gives_a_timed_module():
    timed = LIF(2).timed()
    assert isinstance(timed, TimedModule)


def test_timed_wants_a_time_step():
    with pytest.raises(BoutonError, match="module has no dt of its own"):
        Linear((2, 2)).timed()


def test_a_class_without_a_graph_says_so():
    with pytest.raises(
        NoImplementationError, match=r"Rate\.as_graph: expected a class that describes its computational graph, got Rate"
    ):
        Rate(2).as_graph()


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


# -- notebooks --------------------------------------------------------------------------


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
