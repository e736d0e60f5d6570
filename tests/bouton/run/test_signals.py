"""Which signals are shown, in what order, of what kind; and the sentences about those that cannot be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton.core import Parameter, SimulationParameter, State
from bouton.errors import KindError, ShapeError, UnknownPathError
from bouton.modules import LIF, ExpSyn, LIFJax, Linear, Module, Rate, Sequential
from bouton.run import Signal
from bouton.run._signals import Recorder

STEPS = 6


def recorder(model, record, most_units=4096):
    return Recorder(model, record, most_units, STEPS)


def paths(model, record):
    return [s.path for s in recorder(model, record).signals]


class Recording(Module):
    """Gives its input out, and records what it is told."""

    def __init__(self, recorded, size=3, **kwargs):
        super().__init__(size, **kwargs)
        self.dt = SimulationParameter(1e-3)
        self._recorded = recorded

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        return data, {}, {name: f(data) for name, f in self._recorded.items()} if record else {}


class Nested(Module):
    """Plain code around two modules, which passes no record on."""

    def __init__(self):
        super().__init__((4, 3))
        self.dense = Linear((4, 3))
        self.neurons = LIF(3)
        self.inner = Sequential(Linear((3, 3)), ExpSyn(3))

    def evolve(self, input_data, record=False):
        data, _, _ = self.neurons(self.dense(input_data))
        return self.inner(data)[0], {}, {}


def test_signals_come_in_the_order_they_are_asked_for_each_once():
    net = Nested()
    assert paths(net, ["output", "neurons.vmem"]) == ["output", "neurons.vmem"]
    assert paths(net, ["neurons.vmem", "output", "neurons.v*"]) == ["neurons.vmem", "output"]
    assert paths(net, ("inner.1_ExpSyn.isyn",)) == ["inner.1_ExpSyn.isyn"]


def test_a_pattern_stands_for_all_that_it_matches_output_included():
    assert paths(LIF(2), "*") == ["U", "irec", "isyn", "spikes", "vmem", "output"]
    assert paths(Nested(), "neurons.*") == [f"neurons.{name}" for name in ("U", "irec", "isyn", "spikes", "vmem")]
    assert paths(LIF(2), "out*") == ["output"]


@pytest.mark.parametrize(
    "model, path, kind",
    [
        (LIF(2), "spikes", "events"),
        (LIF(2), "vmem", "trace"),
        (LIF(2), "output", "events"),
        (LIF(2, spiking_output=False), "output", "trace"),
        (Rate(2), "output", "trace"),
        (Sequential(Linear((2, 2)), LIF(2), ExpSyn(2)), "1_LIF_output", "events"),
        (Sequential(Linear((2, 2)), LIF(2), ExpSyn(2)), "0_Linear_output", "trace"),
        (Sequential(Linear((2, 2)), LIF(2), ExpSyn(2)), "1_LIF.spikes", "events"),
        (Sequential(Linear((2, 2)), LIF(2), ExpSyn(2)), "output", "trace"),
        (Sequential(Linear((2, 2)), Sequential(LIF(2), ExpSyn(2))), "1_Sequential.0_LIF_output", "events"),
        (Nested(), "neurons.spikes", "events"),
        (Recording({"stats": lambda x: {"mean": x}}), "stats.mean", "trace"),
        (Recording({"stats": lambda x: {"deep": {"spikes": x}}}), "stats.deep.spikes", "events"),
    ],
)
def test_spikes_are_events_and_all_else_is_traces(model, path, kind):
    (signal,) = recorder(model, path).signals
    assert (signal.path, signal.kind) == (path, kind)


def test_a_signal_has_the_unit_of_the_attribute_at_its_path():
    class Membrane(Recording):
        def __init__(self):
            super().__init__({"v": lambda x: x, "w": lambda x: x})
            self.v = State(np.zeros(3), unit="mV")

    assert recorder(Membrane(), ["v", "w"]).signals == (
        Signal("v", "mV", 3, 1, "trace"),
        Signal("w", None, 3, 1, "trace"),
    )


@pytest.mark.parametrize("most, units, every", [(10, 10, 1), (9, 5, 2), (5, 5, 2), (4, 4, 3), (3, 3, 4), (1, 1, 10)])
def test_a_signal_with_too_many_units_is_thinned_out_evenly(most, units, every):
    thin = recorder(Recording({}, size=10), "output", most)
    assert thin.signals == (Signal("output", None, units, every, "trace"),)
    inputs = np.arange(10 * STEPS, dtype=np.float32).reshape(STEPS, 10)
    assert_array_equal(thin(inputs)["output"], inputs[:, ::every])


def test_axes_beyond_time_become_units_in_order():
    flat = recorder(Recording({"matrix": lambda x: x[..., None] + 10 * jnp.arange(2.0)}), "matrix")
    inputs = np.ones((STEPS, 3), np.float32)
    assert flat.signals[0].units == 6
    assert_array_equal(flat(inputs)["matrix"], [[1, 11] * 3] * STEPS)


def test_a_signal_may_be_one_value_a_step():
    single = recorder(Recording({"mean": lambda x: x.mean(-1)}), "mean")
    assert single.signals[0].units == 1
    assert single(np.ones((STEPS, 3), np.float32))["mean"].shape == (STEPS, 1)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16, jnp.int8, jnp.int32, jnp.uint8, bool])
def test_events_of_any_real_dtype_are_counts_in_a_byte(dtype):
    counted = recorder(Recording({"spikes": lambda x: (x > 0.5).astype(dtype)}), "spikes")
    spikes = counted(np.eye(STEPS, 3, dtype=np.float32))["spikes"]
    assert spikes.dtype == jnp.uint8
    assert_array_equal(spikes, np.eye(STEPS, 3))


def test_counts_that_fit_no_byte_are_the_nearest_that_do_and_nan_is_none():
    counted = recorder(Recording({}, spiking_output=True), "output")
    inputs = np.array([[300.0, -2.0, np.nan], [np.inf, -np.inf, 255.0]] + [[1.0, 2.0, 0.0]] * 4, np.float32)
    assert_array_equal(counted(jnp.asarray(inputs))["output"], [[255, 0, 0], [255, 0, 255]] + [[1, 2, 0]] * 4)


def test_looking_for_signals_moves_nothing_and_finds_what_a_chunk_moves():
    net = Sequential(Linear((2, 2), weight=np.eye(2)), LIF(2, rng_key=1))
    before = net.state()
    found = recorder(net, "output")
    assert_array_equal(net.state()["1_LIF"]["vmem"], before["1_LIF"]["vmem"])
    moved = {net.cell(f"1_LIF.{name}") for name in ("spikes", "isyn", "vmem")}
    assert moved <= set(found.written)
    assert net.cell("0_Linear.weight") not in set(found.written)


def test_a_functional_model_is_moved_along():
    model = LIFJax(2, bias=[0.05, 0.1])
    recorder(model, "vmem")(np.zeros((STEPS, 2), np.float32))
    expected = np.zeros(2)
    for _ in range(STEPS):
        expected = expected * np.exp(-1e-3 / 20e-3) + np.array([0.05, 0.1])
    np.testing.assert_allclose(model.vmem, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "record, words",
    [
        ("vmen", r"LiveSimulation\(record=\.\.\.\): expected paths of signals .*, got 'vmen'\. Did you mean 'vmem'\?"),
        (["vmem", "hidden.*"], r"got 'hidden\.\*'\. Known here: .*'output'"),
        ("", "got ''"),
    ],
)
def test_an_unknown_signal_is_refused_with_the_nearest(record, words):
    with pytest.raises(UnknownPathError, match=words):
        recorder(LIF(2), record)


@pytest.mark.parametrize("record", [True, 3, [], [1], {"vmem"}])
def test_what_is_no_list_of_paths_is_refused(record):
    with pytest.raises(KindError, match=r"\(record=\.\.\.\): expected a path or a list of paths, got .*Write for instance"):
        recorder(LIF(2), record)


@pytest.mark.parametrize("shape", ["x[0, 0, 0]", "x[:, :1]", "x[:, 0]"])
def test_a_signal_that_has_no_value_for_every_step_is_refused(shape):
    model = Recording(
        {
            "odd": {
                "x[0, 0, 0]": lambda x: x[0, 0, 0],
                "x[:, :1]": lambda x: x[:, :1],
                "x[:, 0]": lambda x: x[:, 0],
            }[shape]
        }
    )
    words = (
        r"Recording\.evolve, record 'odd': expected a signal \(batch, time, \.\.\.\) of shape \(1, 6, \.\.\.\), got shape .*Keep"
    )
    with pytest.raises(ShapeError, match=words):
        recorder(model, "odd")


@pytest.mark.parametrize(
    "value, words",
    [
        (lambda x: jax.lax.complex(x, x), "'odd': expected an array of real numbers, got complex64.*Record a part of it"),
        (lambda x: "a note", "'odd': expected a signal that is an array, got str"),
        (lambda x: None, "'odd': expected a signal that is an array, got NoneType"),
    ],
)
def test_a_signal_of_other_things_than_real_numbers_is_refused(value, words):
    model = Recording({"odd": value})
    with pytest.raises(KindError, match=words):
        recorder(model, "odd")


def test_a_signal_of_a_part_that_is_handed_on_without_a_value_for_every_step_is_refused():
    class Thins(Recording):
        def __init__(self):
            super().__init__({})
            self.part = Recording({"seen": lambda x: x})

        def evolve(self, input_data, record=False):
            out, _, recorded = self.part(input_data, record=record)
            return out, {}, {"part": {name: x[:, ::2] for name, x in recorded.items()}}

    words = r"'part\.seen': expected a signal \(batch, time, \.\.\.\) with 6 steps .*got shape \(1, 3, 3\)\. Let evolve"
    with pytest.raises(ShapeError, match=words):
        recorder(Thins(), "part.seen")


def test_a_signal_that_no_picture_shows_is_no_harm_as_long_as_nobody_asks_for_it():
    assert paths(Recording({"odd": lambda x: jax.lax.complex(x, x)}), "output") == ["output"]


def test_a_parameter_that_the_model_itself_moves_is_among_what_it_moves():
    class Learns(Recording):
        def __init__(self):
            super().__init__({})
            self.gain = Parameter(1.0)

        def evolve(self, input_data, record=False):
            self.gain = self.gain * 0.5
            return super().evolve(input_data, record)

    model = Learns()
    assert model.cell("gain") in set(recorder(model, "output").written)
    assert float(model.gain) == 1.0
