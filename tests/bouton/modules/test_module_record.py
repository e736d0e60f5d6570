"""Recording by path."""

import numpy as np
import pytest
from document_modules import SERIES, WEIGHT, First, Second
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import (
    KindError,
    UnknownPathError,
)
from bouton.modules import Linear, Module, Rate, Sequential


@pytest.fixture(params=[First, Second], ids=["first form", "second form"])
def net(request):
    return request.param((4, 6)).set_attributes({"w_ffwd": WEIGHT})


def shapes(nested):
    return {k: shapes(v) if isinstance(v, dict) else np.shape(v) for k, v in nested.items()}


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
