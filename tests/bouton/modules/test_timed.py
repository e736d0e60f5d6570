"""Modules driven by time series: a fake module with a closed form, then the real ones against plain calls."""

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import (
    LIF,
    ExpSyn,
    ExpSynJax,
    LIFJax,
    Linear,
    LinearJax,
    Module,
    Rate,
    RateJax,
    Sequential,
    TimedModule,
    TSContinuous,
    TSEvent,
)
from bouton.modules._timed import wrap_record

DT = 1e-3


class Summing:
    """Running sum of the input over time: the output at step k is the sum of all input up to k."""

    full_name = "Summing"

    def __init__(self, size=2, spiking_input=False, spiking_output=False, functional=False, dt=DT, batch=1):
        self.size_in, self.spiking_input, self.spiking_output = size, spiking_input, spiking_output
        self._functional, self.batch = functional, batch
        self.total = np.zeros(size)
        if dt is not None:
            self.dt = dt

    def __call__(self, data, *, record):
        out = self.total + np.cumsum(np.broadcast_to(data, (len(data), self.size_in)), axis=0)
        state = {"total": out[-1]}
        if not self._functional:
            self.total = out[-1]
        out = np.stack([out + b for b in range(self.batch)])
        return out, state, {"seen": out, "deep": {"spikes": out}} if record else {}

    def attributes_named(self, name):
        return {}

    def set_attributes(self, nested):
        new = Summing(self.size_in, self.spiking_input, self.spiking_output, self._functional, self.dt, self.batch)
        new.total = nested["total"]
        return new

    def reset_state(self):
        return self.set_attributes({"total": np.zeros(self.size_in)})

    def _wrap_recorded_state(self, record, t_start):
        return wrap_record(record, self.dt, t_start)

    def _event_signals(self):
        return ()


def ones(duration, channels=2):
    return TSContinuous([0.0], np.ones((1, channels)), t_stop=duration)


# -- the clock --------------------------------------------------------------


@pytest.mark.parametrize("functional", [False, True])
def test_each_call_continues_where_the_last_one_ended(functional):
    timed = TimedModule(Summing(functional=functional))
    first, state, record = timed(ones(0.01))
    second, _, _ = timed.evolve(ones(0.025))
    assert (timed.timesteps, timed.t) == (25, 25 * DT)
    assert_array_equal(first.samples[:, 0], np.arange(1, 11))
    assert_array_equal(second.samples[:, 1], np.arange(11, 26))
    assert_allclose(second.times, np.arange(10, 25) * DT)
    assert_allclose((second.t_start, second.t_stop), (0.010, 0.025))
    assert_array_equal(state["total"], [10, 10])
    assert record == {}
    assert_array_equal(timed.module.total, [25, 25])


@pytest.mark.parametrize("functional", [False, True])
def test_time_and_state_reset_apart(functional):
    timed = TimedModule(Summing(functional=functional))
    timed(ones(0.01))
    assert timed.reset_time() is timed
    assert timed.t == 0.0
    assert_array_equal(timed(ones(0.001))[0].samples, [[11, 11]])
    assert timed.reset_state() is timed
    assert timed.timesteps == 1
    assert_array_equal(timed(num_timesteps=1)[0].samples, [[0, 0]])


def test_time_does_not_drift():
    timed = TimedModule(Summing())
    for _ in range(1000):
        timed(num_timesteps=1)
    assert timed.t == 1000 * DT


def test_it_says_what_it_is():
    timed = TimedModule(Summing())
    timed(num_timesteps=20)
    assert repr(timed) == "TimedModule of Summing, dt = 0.001 s, at t = 0.02 s"


# -- how long ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "steps"),
    [
        ({"duration": 0.01}, 10),
        ({"duration": 0.0101}, 11),
        ({"duration": 1e-9}, 1),
        ({"num_timesteps": 7}, 7),
        ({"ts_input": ones(0.01)}, 10),
        ({"ts_input": ones(0.0104)}, 11),
        ({"ts_input": ones(0.01), "duration": 0.004}, 4),
        ({"ts_input": ones(0.01), "num_timesteps": 3}, 3),
        ({"ts_input": TSContinuous.from_clocked(np.ones((30, 2)), DT)}, 30),
        ({"ts_input": TSContinuous.from_clocked(np.ones((30, 2)), DT, periodic=True)}, 30),
        ({"ts_input": TSContinuous.from_clocked(np.ones((30, 2)), DT, periodic=True), "num_timesteps": 100}, 100),
    ],
)
def test_one_argument_says_how_long(length, steps):
    out, _, _ = TimedModule(Summing()).evolve(**length)
    assert len(out) == steps
    assert_allclose(out.t_stop, steps * DT)
    assert_array_equal(out.samples[:, 0], np.arange(1, steps + 1) if "ts_input" in length else np.zeros(steps))


@pytest.mark.parametrize(
    ("length", "error", "words"),
    [
        (
            {},
            ValueRefused,
            r"evolve: expected a duration, num_timesteps, or an input that says how long, got none of them\. Pass",
        ),
        ({"duration": 1.0, "num_timesteps": 3}, ValueRefused, r"evolve: .*got both duration and num_timesteps"),
        ({"ts_input": ones(1.0), "duration": 1.0, "num_timesteps": 3}, ValueRefused, r"got both"),
        ({"duration": 0.0}, ValueRefused, r"evolve\(duration\): expected a time above 0 s, got 0\.0 s\. Give a longer one"),
        ({"duration": "long"}, KindError, r"evolve\(duration\): expected times in seconds"),
        ({"num_timesteps": 0}, ValueRefused, r"evolve\(num_timesteps\): expected 1 steps or more, got 0\. Pass a number from 1"),
        ({"num_timesteps": 1.5}, KindError, r"evolve\(num_timesteps\): expected a whole number of steps, got 1\.5"),
    ],
)
def test_a_length_that_is_unclear_is_refused(length, error, words):
    with pytest.raises(error, match="^TimedModule of Summing: .*" + words.removeprefix("^")):
        TimedModule(Summing()).evolve(**length)


@pytest.mark.parametrize(
    ("ts_input", "length"),
    [
        (ones(0.01), {"num_timesteps": 11}),
        (ones(0.01), {"duration": 0.02}),
        (ones(0.01).delay(0.005), {}),
        (TSContinuous([0.0], [[1.0, 1.0]]), {}),
    ],
)
def test_an_input_has_to_cover_the_run(ts_input, length):
    words = r"evolve\(ts_input\): expected an input that covers 0 s to .* s, got one from .*\. Move it with delay"
    with pytest.raises(ValueRefused, match=words):
        TimedModule(Summing()).evolve(ts_input, **length)


def test_an_input_that_has_passed_is_refused_and_moves_nothing():
    timed = TimedModule(Summing())
    timed(ones(0.01))
    with pytest.raises(ValueRefused, match=r"covers 0\.01 s to 0\.011 s, got one from 0 s to 0\.01 s"):
        timed(ones(0.01))
    assert timed.timesteps == 10
    assert_array_equal(timed(ones(0.01).delay(timed.t))[0].samples[-1], [20, 20])


# -- input and output -------------------------------------------------------


def test_a_continuous_input_is_read_at_the_begin_of_each_step():
    ramp = TSContinuous([0, 1], [[0, 0], [1000, 2000]], interp_kind="linear")
    out, _, _ = TimedModule(Summing())(ramp, num_timesteps=100)
    assert_allclose(out.samples[:, 1], np.cumsum(2 * np.arange(100)), atol=1e-9)


def test_one_continuous_channel_drives_all_inputs():
    assert_array_equal(TimedModule(Summing(3))(ones(0.002, channels=1))[0].samples, [[1, 1, 1], [2, 2, 2]])


def test_events_are_laid_into_the_steps():
    spikes = TSEvent([0.0, 0.0021, 0.0022, 0.004], [0, 1, 1, 1])
    out, _, _ = TimedModule(Summing(spiking_input=True))(spikes)
    assert_array_equal(out.samples, [[1, 0], [1, 0], [1, 1], [1, 1], [1, 2]])
    out, _, _ = TimedModule(Summing(spiking_input=True), add_events=True)(spikes)
    assert_array_equal(out.samples[:, 1], [0, 0, 2, 2, 3])


@pytest.mark.parametrize("spiking_input", [False, True])
@pytest.mark.parametrize("other", [np.ones((5, 2)), 3, "series"])
def test_the_kind_of_input_is_that_of_the_module(spiking_input, other):
    timed = TimedModule(Summing(spiking_input=spiking_input))
    kind = "TSEvent, as this module takes events" if spiking_input else "TSContinuous, as this module takes a continuous signal"
    for wrong in (other, ones(1.0) if spiking_input else TSEvent([0.1], num_channels=2)):
        words = rf"evolve\(ts_input\): expected a {kind}, got {type(wrong).__name__}\. Make one with TS\w+\.from"
        with pytest.raises(KindError, match=words):
            timed(wrong)


def test_the_channels_of_the_input_are_those_of_the_module():
    with pytest.raises(ShapeError, match=r"evolve\(ts_input\): expected 1 or 2 channels, got 3\. Choose channels"):
        TimedModule(Summing())(ones(0.01, channels=3))
    with pytest.raises(ShapeError, match=r"evolve\(ts_input\): expected 2 channels, got 1\. .* num_channels"):
        TimedModule(Summing(spiking_input=True))(TSEvent([0.001]))


def test_a_spiking_output_is_a_series_of_events():
    out, _, _ = TimedModule(Summing(spiking_output=True))(ones(0.003))
    assert isinstance(out, TSEvent)
    assert_array_equal(out.raster(DT, add_events=True), [[1, 1], [2, 2], [3, 3]])
    assert out.name == "Summing"


def test_output_num_chooses_the_element_of_a_batch():
    timed = TimedModule(Summing(batch=3), output_num=2)
    out, _, record = timed(ones(0.002), record=True)
    assert_array_equal(out.samples[:, 0], [3, 4])
    assert_array_equal(record["seen"].samples[:, 0], [3, 4])
    with pytest.raises(ValueRefused, match=r"output_num: expected a number below 1, the batch of the output, got 1\. Make it"):
        TimedModule(Summing(), output_num=1)(ones(0.002))
    with pytest.raises(ValueRefused, match=r"^Summing\.timed\(output_num\): expected 0 outputs or more, got -1"):
        TimedModule(Summing(), output_num=-1)


def test_an_output_without_a_batch_axis_is_refused():
    class Flat(Summing):
        def __call__(self, data, *, record):
            return np.zeros(len(data)), {}, {}

    with pytest.raises(ShapeError, match=r"evolve: expected an output of shape \(B, T, Nout\) from the module, got shape \(3,\)"):
        TimedModule(Flat())(num_timesteps=3)


# -- the step ---------------------------------------------------------------


def test_the_step_is_that_of_the_module_or_given():
    assert TimedModule(Summing()).dt == DT
    assert TimedModule(Summing(dt=np.float32(1e-3))).dt == 1e-3
    assert TimedModule(Summing(), dt=1e-3).dt == DT
    assert TimedModule(Linear((2, 3)), dt=0.5).dt == 0.5
    assert TimedModule(Sequential(Linear((2, 3)), Rate(3, dt=2e-3))).dt == 2e-3


@pytest.mark.parametrize("path", ["", "1_Rate"])
def test_a_step_that_has_changed_since_the_clock_was_made_is_refused(path):
    module = Sequential(Linear((2, 2)), Rate(2)) if path else Rate(2)
    timed = module.timed()
    values = {"dt": 2e-3}
    module.set_attributes({path: values} if path else values)
    with pytest.raises(ValueRefused, match=r"expected the step of the clock, 0\.001 s, got a module with 0\.002 s\. Make an"):
        timed(num_timesteps=5)
    output, _, _ = module.timed()(num_timesteps=5)
    assert output.t_stop == 0.01


def test_no_step_or_two_are_refused():
    with pytest.raises(
        ValueRefused, match=r"^Linear\.timed\(dt\): expected the step of the clock, .*got none\. Pass it in seconds"
    ):
        TimedModule(Linear((2, 3)))
    with pytest.raises(
        ValueRefused, match=r"^Summing\.timed\(dt\): expected one step for the clock .*got 0\.01 s, 0\.001 s\. Set"
    ):
        TimedModule(Summing(), dt=1e-2)
    with pytest.raises(ValueRefused, match=r"got 0\.001 s, 0\.002 s"):
        TimedModule(Sequential(Rate(2), Rate(2, dt=2e-3)))
    with pytest.raises(ValueRefused, match=r"^Linear\.timed\(dt\): expected a positive step, got 0\.0 s"):
        TimedModule(Linear((2, 3)), dt=0)


# -- records ----------------------------------------------------------------


def test_a_record_becomes_series_of_the_same_nesting():
    signal = np.arange(24.0).reshape(2, 3, 4)
    wrapped = wrap_record({"x": signal, "inner": {"spikes": signal, "w": signal.reshape(2, 3, 2, 2)}}, DT, 0.5)
    assert_array_equal(wrapped["x"].samples, signal[0])
    assert_array_equal(wrapped["x"].times, 0.5 + np.arange(3) * DT)
    assert wrapped["inner"]["spikes"].name == "inner.spikes"
    assert_array_equal(wrapped["inner"]["spikes"].raster(DT, add_events=True), signal[0])
    assert_array_equal(wrapped["inner"]["w"].samples, signal[0])
    assert wrap_record({"rate": np.zeros((1, 5))}, DT, 0.0)["rate"].samples.shape == (5, 1)


def test_the_signals_that_are_events_may_be_named():
    wrapped = wrap_record({"spikes": np.full((1, 3, 2), 0.5), "out": np.ones((1, 3, 2))}, DT, 0.0, spiking_names=["out"])
    assert isinstance(wrapped["spikes"], TSContinuous)
    assert isinstance(wrapped["out"], TSEvent)


@pytest.mark.parametrize("jax_form", [False, True])
def test_outputs_of_spiking_stages_are_events_and_others_are_not(jax_form):
    linear, lif, rate = (LinearJax, LIFJax, RateJax) if jax_form else (Linear, LIF, Rate)
    eye, kick = np.eye(2), np.zeros((4, 2))
    kick[1] = [2.5, 0.0]
    # What comes in is what goes out: the synapse passes it on at once, and of 2.5 two thresholds of 1 are spikes.
    spiking = Sequential(lif(2, tau_mem=0.0, tau_syn=1e3), linear((2, 2), weight=eye))
    net = Sequential(linear((2, 2), weight=eye), spiking, rate(2))
    record = net.timed()(TSContinuous.from_clocked(kick, DT), record=True)[2]
    inner = net[1].name, f"0_{lif.__name__}"
    events = record[inner[0]][inner[1] + "_output"]
    assert isinstance(events, TSEvent)
    assert events.name == f"{inner[0]}.{inner[1]}_output"
    assert_array_equal(events.raster(DT, add_events=True)[:2], [[0, 0], [2, 0]])
    continuous = [f"0_{linear.__name__}_output", f"{inner[0]}_output", f"2_{rate.__name__}_output"]
    assert all(isinstance(record[name], TSContinuous) for name in continuous)
    assert isinstance(record[inner[0]][f"1_{linear.__name__}_output"], TSContinuous)
    assert all(isinstance(record[inner[0]][inner[1]][name], TSContinuous) for name in ("vmem", "isyn", "irec", "U"))


def test_outputs_of_spiking_stages_are_events_where_the_clock_brings_the_step():
    counting = Sequential(Linear((2, 2), weight=np.eye(2), spiking_output=True), Linear((2, 2), weight=np.eye(2)))
    record = counting.timed(dt=DT)(ones(0.003), record=True)[2]
    assert_array_equal(record["0_Linear_output"].raster(DT), np.ones((3, 2)))
    assert isinstance(record["1_Linear_output"], TSContinuous)


@pytest.mark.parametrize("shape", [(), (5,), (0, 5, 2)])
def test_a_signal_without_batch_or_time_is_refused(shape):
    with pytest.raises(
        ShapeError, match=r"^record 'a\.x': expected a signal of shape \(B, T, \.\.\.\) with B at least 1, got shape"
    ):
        wrap_record({"a": {"x": np.zeros(shape)}}, DT, 0.0)


def test_a_run_returns_its_record_on_request():
    timed = TimedModule(Summing())
    timed(ones(0.002))
    _, _, record = timed(ones(0.004), record=True)
    assert_array_equal(record["seen"].samples[:, 0], [3, 4])
    assert isinstance(record["deep"]["spikes"], TSEvent)
    assert_allclose(record["seen"].t_start, 0.002)


# -- real modules -----------------------------------------------------------


@pytest.mark.parametrize("cls", [Rate, RateJax, LIF, LIFJax, ExpSyn, ExpSynJax])
def test_a_timed_module_gives_the_numbers_of_a_plain_call(cls):
    drive = np.random.default_rng(6).uniform(0, 1, (60, 3))
    if cls in (ExpSyn, ExpSynJax):
        drive = np.round(drive)
    expected, final, _ = cls(3)(drive)
    timed = cls(3).timed()
    events = timed.module.spiking_input
    source = TSEvent.from_raster(drive, DT) if events else TSContinuous.from_clocked(drive, DT)
    halves = [timed(source, num_timesteps=25), timed(source)]
    outputs = [half[0] for half in halves]
    kind = TSEvent if timed.module.spiking_output else TSContinuous
    assert all(isinstance(out, kind) for out in outputs)
    whole = outputs[0].append_t(outputs[1])
    got = whole.raster(DT, add_events=True) if kind is TSEvent else whole.samples
    assert_array_equal(got, expected[0])
    assert jax.tree.structure(halves[1][1]) == jax.tree.structure(final)


def test_a_record_of_a_real_module_is_that_of_a_plain_call():
    drive = np.random.default_rng(7).uniform(0, 0.5, (40, 2))
    model = Sequential(Linear((2, 4), weight=np.full((2, 4), 0.3)), LIF(4))
    _, _, plain = Sequential(Linear((2, 4), weight=np.full((2, 4), 0.3)), LIF(4))(drive, record=True)
    _, _, timed = model.timed()(TSContinuous.from_clocked(drive, DT), record=True)
    assert_array_equal(timed["1_LIF"]["vmem"].samples, plain["1_LIF"]["vmem"][0])
    assert_array_equal(timed["1_LIF"]["spikes"].raster(DT, add_events=True), plain["1_LIF"]["spikes"][0])
    assert timed["1_LIF"]["vmem"].t_stop == 40 * DT


def test_a_record_may_be_chosen_by_path():
    _, _, record = LIF(2).timed()(num_timesteps=3, record="vmem")
    assert list(record) == ["vmem"]


def test_a_module_without_a_step_of_its_own_records_on_the_clock_given():
    class Doubled(Module):
        def evolve(self, input_data, record=False):
            data, _ = self._auto_batch(input_data)
            return 2 * data, {}, {"doubled": 2 * data} if record else {}

    out, _, record = Doubled(2).timed(dt=0.1)(ones(0.5), record=True)
    assert_array_equal(record["doubled"].samples, np.full((5, 2), 2.0))
    assert_allclose(out.times, np.arange(5) * 0.1)
    assert len(LinearJax((2, 3)).timed(dt=0.1)(ones(0.5))[0]) == 5


def test_modules_chain_through_their_series():
    spikes, _, _ = LIF(2).timed()(TSContinuous([0.0], [0.4], t_stop=0.1))
    out, _, _ = LIF(2, spiking_input=True).timed(add_events=True)(spikes)
    plain, _, _ = LIF(2)(np.full((100, 1), 0.4))
    expected, _, _ = LIF(2)(np.asarray(plain[0]))
    assert_array_equal(out.raster(DT, add_events=True), expected[0])
