"""A simulation on its own thread: turned while it runs, stopped, broken and closed in every way.

Nothing here depends on how fast the machine is: the tests wait for what must come, and only what must never happen is looked
for at once.
"""

import gc
import itertools
import subprocess
import sys
import threading
import time
import tracemalloc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.core import Parameter, SimulationParameter, State
from bouton.errors import KindError, RunningError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import LIF, ExpSyn, LIFJax, Linear, Module, Rate, RateJax, Sequential
from bouton.run import LiveSimulation

COMPILED = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: COMPILED.append(event) if event == "/jax/core/compile/backend_compile_duration" else None
)


class Level(Module):
    """Gives out its parameter at every step, and grows by its gain."""

    def __init__(self, level=0.0, gain=1.0):
        super().__init__(1)
        self.level = Parameter(level)
        self.gain = Parameter(gain)
        self.x = State(np.ones(1, np.float32))
        self.dt = SimulationParameter(1e-3)

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        x = self.x * self.gain ** jnp.arange(1.0, data.shape[1] + 1)[:, None]
        return data + self.level, {"x": x[-1]}, {"x": x[None]}


@pytest.fixture
def live():
    """Make simulations that are closed after the test, as fast as it goes unless told otherwise."""
    made = []

    def make(model, *args, record="output", speed=None, chunk=10, window=1.0, **kwargs):
        made.append(LiveSimulation(model, *args, record=record, speed=speed, chunk=chunk, window=window, **kwargs))
        return made[-1]

    yield make
    for simulation in made:
        simulation.close()


def shown(simulation, path="output"):
    """Every value of a signal that is in the window, one row a step."""
    frame = simulation.frame(path, columns=10**6, units=10**6, rows=10**6)
    if path in frame.events:
        return frame.events[path].T[: frame.step - round(frame.time[0] / simulation.dt)]
    rows = frame.traces[path].lo.T
    return rows[~np.isnan(rows).all(axis=1)]


def newest(simulation):
    return shown(simulation)[-1, 0]


def run_to(simulation, steps, until):
    """Run on the thread up to the end of the chunk in which so many steps are done."""
    leave = simulation.subscribe(lambda: simulation.pause() if simulation.steps >= steps else None)
    simulation.start()
    until(lambda: simulation.status == "paused")
    leave()


def drive(steps, size, seed=0):
    return np.random.default_rng(seed).uniform(0, 0.3, (steps, size)).astype(np.float32)


# -- the same numbers -------------------------------------------------------


def test_steps_of_any_number_a_run_on_the_thread_and_one_long_call_give_the_same_numbers(live, until):
    inputs = drive(300, 3)
    _, _, record = LIF(3)(np.tile(inputs, (3, 1)), record=True)
    simulation = live(LIF(3), inputs, record=["vmem", "spikes"], window=2.0)
    for n in (1, 25, 3, 10, 211):
        simulation.step(n)
    assert simulation.steps == 250
    run_to(simulation, 900, until)
    assert simulation.steps == 900
    assert_allclose(shown(simulation, "vmem"), record["vmem"][0, :900], rtol=1e-5, atol=1e-6)
    assert_array_equal(shown(simulation, "spikes"), record["spikes"][0, :900])
    assert record["spikes"][0, :900].sum() > 50


def test_a_functional_model_runs_on_a_copy(live):
    model = RateJax(2, bias=[1.0, 2.0])
    simulation = live(model, record="x")
    simulation.step(20)
    assert simulation.model is not model
    assert_array_equal(model.x, [0.0, 0.0])
    assert_allclose(simulation.model.x, (1 - 0.95**20) * np.array([1.0, 2.0]), rtol=1e-5)
    simulation.set("bias", np.zeros(2))
    assert_array_equal(model.bias, [1.0, 2.0])
    simulation.reset()
    assert_array_equal(simulation.model.x, [0.0, 0.0])


def test_a_plain_model_is_moved_in_place(live):
    model = Rate(2, bias=[1.0, 2.0])
    live(model, record="x").step(20)
    assert_allclose(model.x, (1 - 0.95**20) * np.array([1.0, 2.0]), rtol=1e-5)


def test_two_simulations_at_once_do_not_disturb_each_other(live, until):
    pairs = []
    for seed in (1, 2):
        inputs = drive(200, 4, seed)
        net = Sequential(Linear((4, 5), weight=np.full((4, 5), 0.2)), LIF(5, noise_std=0.2, rng_key=seed))
        pairs.append((live(net, inputs, record="1_LIF.vmem", window=2.0), inputs))
        twin = Sequential(Linear((4, 5), weight=np.full((4, 5), 0.2)), LIF(5, noise_std=0.2, rng_key=seed))
        pairs[-1] += (twin,)
    threads = [threading.Thread(target=run_to, args=(simulation, 600, until)) for simulation, _, _ in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for simulation, inputs, twin in pairs:
        _, _, record = twin(np.tile(inputs, (3, 1)), record="1_LIF.vmem")
        assert_allclose(shown(simulation, "1_LIF.vmem"), record["1_LIF"]["vmem"][0], rtol=1e-4, atol=1e-5)


# -- inputs -----------------------------------------------------------------


def test_a_series_is_repeated_without_a_gap_at_the_edges_of_chunks(live, until):
    series = np.arange(7.0)[:, None]
    simulation = live(Level(), series)
    run_to(simulation, 300, until)
    assert_array_equal(shown(simulation)[:, 0], np.arange(300) % 7)


def test_a_function_drives_every_step_once(live):
    simulation = live(Level(), lambda first, steps: np.arange(first, first + steps)[:, None])
    for n in (13, 1, 40):
        simulation.step(n)
    assert_array_equal(shown(simulation)[:, 0], np.arange(54))


def test_inputs_can_be_replaced_while_it_runs(live, until):
    simulation = live(Level(), 1.0)
    simulation.start()
    until(lambda: simulation.steps >= 10 and newest(simulation) == 1.0)
    simulation.inputs = [[2.0], [2.0], [2.0]]
    until(lambda: newest(simulation) == 2.0)
    simulation.inputs = lambda first, steps: np.full(steps, 3.0)
    until(lambda: newest(simulation) == 3.0)
    simulation.inputs = None
    until(lambda: newest(simulation) == 0.0)
    other = live(Level(), 5.0)
    simulation.inputs = other.inputs
    until(lambda: newest(simulation) == 5.0)
    assert simulation.compilations == 1


def test_inputs_that_do_not_fit_are_refused_and_change_nothing(live):
    simulation = live(Level(), 4.0)
    with pytest.raises(ShapeError, match=r"expected shape \(steps, 1\), got \(5, 2\)"):
        simulation.inputs = np.ones((5, 2))
    with pytest.raises(ShapeError, match="expected inputs for 1 channels, got the inputs of a simulation with 3"):
        simulation.inputs = live(LIF(3)).inputs
    simulation.step(3)
    assert_array_equal(shown(simulation), [[4.0]] * 3)


# -- changes ----------------------------------------------------------------


def test_a_change_is_in_every_frame_that_says_so(live, until):
    simulation = live(Level(), chunk=3)
    simulation.start()
    for value in range(1, 60):
        change = simulation.set("level", float(value))
        assert change == value
        until(lambda c=change: simulation.frame().change >= c)
        assert newest(simulation) == value
    assert simulation.compilations == 1


def test_changes_from_many_threads_have_numbers_of_their_own(live, until):
    simulation = live(Level())
    simulation.start()
    numbers = [[] for _ in range(4)]

    def turn(mine, k):
        for n in range(50):
            mine.append(simulation.set("level" if n % 2 else "x", float(k) if n % 2 else [1.0]))

    threads = [threading.Thread(target=turn, args=(mine, k)) for k, mine in enumerate(numbers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in numbers)
    assert sorted(itertools.chain(*numbers)) == list(range(1, 201))
    assert simulation.change == 200
    until(lambda: simulation.frame().change == 200)
    assert simulation.status == "running"


def test_a_change_wakes_a_simulation_that_would_wait_for_an_hour(live, until):
    simulation = live(Level(), speed=1e-6)
    simulation.start()
    assert simulation.steps == 0
    change = simulation.set("level", 5.0)
    until(lambda: simulation.frame().change >= change)
    assert newest(simulation) == 5.0
    assert simulation.steps <= 3


def test_turning_on_and_on_does_not_run_away_from_the_clock(live):
    simulation = live(Level(), speed=1e-6, chunk=1)
    simulation.start()
    for k in range(300):
        simulation.set("level", float(k))
        time.sleep(0.001)
    assert simulation.steps <= 5


def test_a_state_can_be_set_while_it_runs(live, until):
    simulation = live(Level(), record="x")
    simulation.start()
    until(lambda: simulation.steps > 0)
    change = simulation.set("x", [42.0])
    until(lambda: simulation.frame().change >= change)
    assert shown(simulation, "x")[-1] == 42.0


def test_assigning_to_the_model_itself_reaches_the_run(live, until):
    model = Level()
    simulation = live(model)
    simulation.start()
    for value in (1.0, 2.0):
        model.level = value
        until(lambda v=value: simulation.steps and newest(simulation) == v)
    assert simulation.compilations == 1


def test_what_is_refused_raises_in_the_caller_and_changes_nothing(live, until):
    model = LIF(2)
    simulation = live(model, record="vmem")
    simulation.start()
    refused = [
        ("tau_mem", [0.1, -0.1], ValueRefused, r"LIF\.tau_mem: expected at least 0 s, got -0\.1"),
        ("tau_mem", [0.1] * 3, ShapeError, r"LIF\.tau_mem: expected shape \(2,\), got \(3,\)"),
        ("tau_mem", "long", KindError, r"LIF\.tau_mem: expected a number or an array, got str"),
        ("vmem", [1.0], ShapeError, r"LIF\.vmem: expected shape \(2,\)"),
        ("tau_men", 0.1, UnknownPathError, r"got 'tau_men'\. Did you mean 'tau_mem'\?"),
        ("dt", 2e-3, ValueRefused, r"^dt: expected the time step that the .* got 0\.002\. Set dt on the model and make a new"),
    ]
    for path, value, error, words in refused:
        with pytest.raises(error, match=words):
            simulation.set(path, value)
    assert simulation.change == 0
    assert_allclose(model.tau_mem, [0.02, 0.02])
    assert model.dt == 1e-3
    steps = simulation.steps
    until(lambda: simulation.steps > steps)
    assert (simulation.status, simulation.error) == ("running", None)


def test_a_part_that_was_replaced_is_not_turned_in_vain(live, until):
    net = Sequential(Linear((2, 2)), LIF(2))
    simulation = live(net, record="output")
    simulation.start()
    setattr(net, "1_LIF", LIF(2))
    words = r"1_LIF\.tau_mem: expected the model as it was .* Make a new LiveSimulation"
    with pytest.raises(RunningError, match=words):
        simulation.set("1_LIF.tau_mem", [0.1, 0.1])
    simulation.pause()
    for refused in (simulation.start, simulation.step, simulation.reset, simulation.snapshot):
        with pytest.raises(RunningError, match=words):
            refused()
    assert simulation.status == "paused"


def test_the_model_of_a_simulation_stays(live):
    model = Level()
    simulation = live(model)
    assert simulation.model is model
    with pytest.raises(AttributeError, match="model"):
        simulation.model = Level()


def test_two_hundred_random_changes_compile_nothing(live, until):
    net = Sequential(Linear((4, 6)), ExpSyn(6), LIF((6, 6), has_rec=True, w_rec=np.full((6, 6), 0.01)))
    simulation = live(net, 0.1, record=["2_LIF.vmem", "2_LIF.spikes", "0_Linear_output"])
    rng = np.random.default_rng(0)
    entries = [e for e in net.entries() if e.kind in ("parameter", "state")]
    assert len(entries) >= 9
    simulation.start()

    def change():
        entry = entries[rng.integers(len(entries))]
        value = np.asarray(entry.value) * rng.uniform(0.95, 1.05, entry.shape)
        return simulation.set(entry.path, value.astype(np.float32))

    first = change()
    until(lambda: simulation.frame().change >= first)
    before = len(COMPILED)
    for _ in range(200):
        number = change()
        if number % 20 == 0:
            until(lambda n=number: simulation.frame().change >= n)
    until(lambda: simulation.frame().change >= simulation.change)
    assert simulation.compilations == 1
    assert len(COMPILED) == before
    assert (simulation.status, simulation.error) == ("running", None)


def test_a_chunk_is_one_compilation_of_xla(live):
    class Unheard(Level):
        """A model that nothing has compiled before."""

    simulation = live(Unheard(), record=["x", "output"])
    simulation.step(10)
    before = len(COMPILED)
    simulation = live(Unheard(), record=["x", "output"])
    simulation.step(30)
    assert (simulation.compilations, len(COMPILED) - before) == (1, 1)
    simulation.step(3)
    assert (simulation.compilations, len(COMPILED) - before) == (2, 2)


@pytest.mark.parametrize("make", [LIF, LIFJax])
def test_the_first_noise_compiles_once_more_and_takes_effect(make, live):
    simulation = live(make(3, rng_key=1), record="vmem")
    simulation.step(20)
    assert_array_equal(shown(simulation, "vmem"), np.zeros((20, 3)))
    simulation.set("noise_std", 0.3)
    simulation.step(400)
    noisy = shown(simulation, "vmem")[20:]
    assert simulation.compilations == 2
    # An Ornstein-Uhlenbeck process of 20 ms with 0.3 a square root of a second: 0.3 * sqrt(0.02 / 2) at rest.
    assert 0.01 < noisy[100:].std() < 0.1
    for value in (0.0, 0.1, 0.0):
        simulation.set("noise_std", value)
        simulation.step(10)
    assert simulation.compilations == 2
    decaying = shown(simulation, "vmem")[-10:]
    assert_allclose(decaying[1:], decaying[:-1] * np.exp(-1 / 20), rtol=1e-4, atol=1e-7)


def test_a_choice_that_is_no_number_compiles_once_more_and_takes_effect(live):
    simulation = live(Rate(2, bias=[1.0, -1.0]), 0.0)
    simulation.step(20)
    assert shown(simulation)[-1, 1] == 0.0
    simulation.set("act_fn", "tanh")
    simulation.step(20)
    assert simulation.compilations == 2
    assert_allclose(shown(simulation)[-1], np.tanh((1 - 0.95**40) * np.array([1.0, -1.0])), rtol=1e-5)


# -- transport --------------------------------------------------------------


def test_its_status_says_what_it_is_doing_and_watchers_hear_of_every_change(live, until):
    simulation = live(Level())
    heard = []
    simulation.subscribe(lambda: heard.append((simulation.status, simulation.steps)))
    assert simulation.status == "ready"
    simulation.step(25)
    assert simulation.status == "paused"
    # After every chunk or single step, and of the change of status with the last.
    assert heard == [("paused", n) for n in (10, 20, 21, 22, 23, 24, 25)]
    simulation.start()
    until(lambda: simulation.steps > 60)
    assert simulation.status == "running"
    simulation.pause()
    assert heard[-1] == ("paused", simulation.steps)
    simulation.reset()
    assert heard[-1] == ("ready", 0)
    simulation.close()
    assert heard[-1] == ("closed", 0)
    assert [s for s, _ in itertools.groupby(heard, lambda h: h[0])] == ["paused", "running", "paused", "ready", "closed"]


def test_nothing_moves_once_pause_has_returned(live, until):
    simulation = live(LIF(3), 0.2, record="vmem")
    for _ in range(20):
        simulation.start()
        before = simulation.steps
        until(lambda n=before: simulation.steps > n)
        simulation.pause()
        steps, vmem, frame = simulation.steps, simulation.model.vmem, simulation.frame()
        time.sleep(0.01)
        assert simulation.steps == steps
        assert_array_equal(simulation.model.vmem, vmem)
        assert_array_equal(simulation.frame().traces["vmem"].lo, frame.traces["vmem"].lo)
        assert simulation.rate == 0.0


def test_everything_can_be_done_twice(live, until):
    simulation = live(Level())
    simulation.pause()
    assert simulation.status == "ready"
    simulation.start()
    simulation.start()
    until(lambda: simulation.steps > 0)
    simulation.pause()
    simulation.pause()
    simulation.reset()
    simulation.reset()
    assert (simulation.status, simulation.steps) == ("ready", 0)
    simulation.close()
    simulation.close()
    simulation.pause()
    assert simulation.status == "closed"


def test_reset_goes_back_to_the_beginning_and_goes_on_if_it_was_running(live, until):
    simulation = live(Level(gain=1.01), record="x")
    simulation.step(50)
    first = shown(simulation, "x")
    simulation.set("level", 3.0)
    simulation.reset()
    assert (simulation.steps, simulation.time, simulation.status) == (0, 0.0, "ready")
    assert simulation.frame().step == 0
    assert np.isnan(simulation.frame().traces["x"].lo).all()
    assert float(simulation.model.level) == 3.0
    simulation.step(50)
    assert_array_equal(shown(simulation, "x"), first)
    simulation.set("gain", 1.0)
    simulation.start()
    until(lambda: simulation.steps > 1000)
    simulation.reset()
    assert simulation.status == "running"
    until(lambda: simulation.steps > 0)


@pytest.mark.parametrize("n, words", [(0, "got 0"), (-1, "got -1"), (1.5, "got 1.5"), (None, "got None")])
def test_step_wants_a_whole_number(live, n, words):
    with pytest.raises(ValueRefused, match=rf"step\(n=\.\.\.\): expected a whole number of at least 1, {words}"):
        live(Level()).step(n)


def test_a_running_simulation_is_not_stepped_by_hand(live):
    simulation = live(Level())
    simulation.start()
    with pytest.raises(RunningError, match=r"step: expected a simulation at rest, got a running one\. Call pause\(\) first"):
        simulation.step()
    assert simulation.status == "running"


def test_a_long_step_lets_others_look_and_ends_when_the_simulation_is_started_or_closed(live, until):
    for interrupt in ("start", "close"):
        simulation = live(Level())
        thread = threading.Thread(target=simulation.step, args=(10**9,))
        thread.start()
        until(lambda s=simulation: s.frame().step > 0)
        getattr(simulation, interrupt)()
        thread.join(60)
        assert not thread.is_alive()
        assert simulation.status == {"start": "running", "close": "closed"}[interrupt]


def test_a_closed_simulation_refuses_to_go_on_but_can_be_looked_at(live):
    simulation = live(Level(2.0))
    simulation.step(5)
    kept = simulation.snapshot()
    simulation.close()
    calls = {
        "start": simulation.start,
        "step": simulation.step,
        "reset": simulation.reset,
        "set": lambda: simulation.set("level", 1.0),
        "restore": lambda: simulation.restore(kept),
    }
    for name, call in calls.items():
        with pytest.raises(RunningError, match=rf"LiveSimulation\.{name}: expected an open simulation, got a closed one\. Make"):
            call()
    assert_array_equal(shown(simulation), [[2.0]] * 5)
    assert simulation.frame().status == "closed"
    assert repr(simulation) == "LiveSimulation(Level, closed at 0.005 s)"
    assert simulation.snapshot().steps == 5


# -- speed ------------------------------------------------------------------


def test_it_keeps_to_the_speed_and_is_never_ahead(live, until):
    began = time.perf_counter()
    simulation = live(Level(), speed=2.0)
    simulation.start()
    ahead = []
    while simulation.time < 1.0:
        reached = simulation.time
        ahead.append(reached - 2.0 * (time.perf_counter() - began))
        assert time.perf_counter() - began < 120
        time.sleep(0.005)
    assert max(ahead) <= 1e-6


def test_speed_can_be_changed_while_it_runs_and_takes_effect_at_once(live, until):
    simulation = live(Level(), speed=1e-6)
    simulation.start()
    time.sleep(0.05)
    assert simulation.steps == 0
    simulation.speed = None
    # At the speed before, this would take days.
    until(lambda: simulation.steps > 1000)
    simulation.speed = 1e-6
    steps = simulation.steps
    time.sleep(0.05)
    assert simulation.steps <= steps + 1
    assert simulation.speed == 1e-6


@pytest.mark.parametrize("speed", [1e-300, 1e300])
def test_extreme_speeds_are_speeds(live, until, speed):
    simulation = live(Level(), speed=speed)
    simulation.start()
    until(lambda: simulation.steps > 0 or speed < 1)
    simulation.speed = None
    until(lambda: simulation.steps > 100)


def test_a_speed_that_makes_no_sense_is_refused_and_changes_nothing(live):
    simulation = live(Level(), speed=0.5)
    with pytest.raises(
        ValueRefused, match=r"LiveSimulation\.speed: expected simulated seconds in a second, above 0, .* got 0\. Use"
    ):
        simulation.speed = 0
    assert simulation.speed == 0.5


def test_the_rate_is_measured_while_it_runs(live, until):
    simulation = live(Level())
    simulation.start()
    until(lambda: simulation.rate > 0)
    assert simulation.frame().rate > 0


# -- snapshots --------------------------------------------------------------


def test_a_snapshot_while_it_runs_with_noise_continues_alike_after_a_restore(live, until):
    simulation = live(LIF(3, noise_std=0.3, rng_key=4), drive(90, 3), record="vmem")
    kept = []
    simulation.subscribe(lambda: kept.append(simulation.snapshot()) if simulation.steps == 200 else None)
    run_to(simulation, 400, until)
    expected = shown(simulation, "vmem")[200:]
    simulation.set("bias", [0.1, 0.1, 0.1])
    simulation.restore(kept[0])
    assert (simulation.steps, simulation.status) == (200, "paused")
    frame = simulation.frame()
    assert frame.step == 200
    assert np.isnan(frame.traces["vmem"].lo).all()
    simulation.step(200)
    assert_array_equal(shown(simulation, "vmem"), expected)


def test_a_running_simulation_goes_on_after_a_restore(live, until):
    simulation = live(Level())
    kept = simulation.snapshot()
    simulation.start()
    until(lambda: simulation.steps > 100)
    simulation.set("level", 9.0)
    simulation.restore(kept)
    assert simulation.status == "running"
    until(lambda: simulation.steps > 10 and newest(simulation) == 0.0)


def test_a_snapshot_of_another_model_is_refused_while_it_runs_on(live, until):
    simulation = live(Level())
    simulation.start()
    with pytest.raises(ValueRefused, match="restore: expected a snapshot of this model"):
        simulation.restore(live(LIF(2)).snapshot())
    steps = simulation.steps
    until(lambda: simulation.steps > steps)


# -- when something breaks --------------------------------------------------


def test_overflow_stops_it_at_the_exact_time_with_the_path_and_it_can_be_started_again(live, until):
    net = Sequential(Level(gain=2.0), Level(gain=1.0))
    simulation = live(net, record="0_Level.x")
    heard = []
    simulation.subscribe(lambda: heard.append(simulation.status))
    simulation.start()
    until(lambda: simulation.status == "failed")
    # 2^128 is beyond single precision: 127 steps are good.
    assert simulation.error == "At 0.127 s: 0_Level.x became NaN or infinite."
    assert simulation.steps == 127
    assert_array_equal(net[0].x, [2.0**127])
    assert_array_equal(shown(simulation, "0_Level.x")[:, 0], 2.0 ** np.arange(1, 128))
    until(lambda: heard[-1] == "failed")
    assert simulation.frame().status == "failed"
    assert simulation.rate == 0.0
    simulation.set("0_Level.gain", 0.5)
    run_to(simulation, 147, until)
    assert simulation.error is None
    assert_array_equal(shown(simulation, "0_Level.x")[127:, 0], 2.0 ** np.arange(126, 106, -1))


def test_a_failing_step_raises_what_happened_and_says_it(live):
    simulation = live(Level(gain=2.0))
    with pytest.raises(RunningError, match=r"step: .* got a failure: At 0\.127 s: x became NaN or infinite\. Change what drives"):
        simulation.step(500)
    assert (simulation.status, simulation.steps) == ("failed", 127)
    simulation.reset()
    assert (simulation.status, simulation.error) == ("ready", None)
    simulation.step(100)
    assert simulation.status == "paused"


def test_a_restore_heals_a_failure(live):
    simulation = live(Level(gain=2.0))
    kept = simulation.snapshot()
    with pytest.raises(RunningError, match="became NaN or infinite"):
        simulation.step(500)
    simulation.restore(kept)
    assert (simulation.status, simulation.error, simulation.steps) == ("paused", None, 0)


class Breaks(Level):
    """Raises while it is being compiled, once it has been told to."""

    broken = False

    def evolve(self, input_data, record=False):
        if self.broken:
            raise NameError("name 'tau' is not defined")
        return super().evolve(input_data, record)


def test_model_code_that_raises_stops_it_and_it_goes_on_when_mended(live, until):
    model = Breaks()
    simulation = live(model)
    model.broken = True
    simulation.start()
    until(lambda: simulation.status == "failed")
    assert simulation.error == "At 0 s: the model raised NameError: name 'tau' is not defined."
    with pytest.raises(RunningError, match="the model raised NameError") as failed:
        simulation.step()
    assert isinstance(failed.value.__cause__, NameError)
    model.broken = False
    simulation.start()
    until(lambda: simulation.steps > 50)
    assert simulation.error is None


@pytest.mark.parametrize(
    "function, sentence",
    [
        (lambda: 1 / 0, r"At 0\.03 s: the input function raised ZeroDivisionError: division by zero\."),
        (lambda: None.shape, r"At 0\.03 s: the input function raised AttributeError: 'NoneType' object has no .* 'shape'\."),
        (lambda: sys.exit(1), r"At 0\.03 s: the input function raised SystemExit: 1\."),
        (
            lambda: np.ones((10, 4)),
            r"At 0\.03 s: LiveSimulation\(inputs=\.\.\.\): expected shape \(steps, 1\), got \(10, 4\)\. Giv.*\w\.",
        ),
        (lambda: np.ones((4, 1)), r"At 0\.03 s: LiveSimulation\(inputs=\.\.\.\): expected 10 steps .*, got 4\. Return .*\)\."),
        (lambda: None, r"At 0\.03 s: .* expected real numbers in rows of one length, got NoneType\. .*"),
        (lambda: np.full((10, 1), np.nan), r"At 0\.03 s: the input is NaN or infinite\."),
    ],
    ids=["ZeroDivisionError", "AttributeError", "exit", "width", "length", "None", "NaN"],
)
def test_an_input_function_that_goes_wrong_stops_it_with_a_sentence(live, until, function, sentence):
    class Summing(Level):
        def evolve(self, input_data, record=False):
            data, _ = self._auto_batch(input_data)
            return data, {"x": self.x + data.sum((0, 1))}, {}

    simulation = live(Summing(), lambda first, steps: 0.0 if first < 30 else function())
    simulation.start()
    until(lambda: simulation.status == "failed")
    with pytest.raises(AssertionError, match=sentence + "$"):
        raise AssertionError(simulation.error)
    assert simulation.steps == 30
    simulation.inputs = None
    simulation.start()
    until(lambda: simulation.steps > 60)


def test_an_input_function_may_use_the_simulation(live, until):
    def stops_itself(first, steps):
        if first >= 50:
            simulation.pause()
        return simulation.frame().step

    simulation = live(Level(), stops_itself)
    simulation.start()
    until(lambda: simulation.steps == 60)
    assert simulation.status == "paused"
    assert_array_equal(shown(simulation)[:, 0], np.repeat(np.arange(0, 60, 10), 10))


def test_an_input_function_may_close_the_simulation(live, until):
    def closes(first, steps):
        simulation.close()
        raise ValueError("too late")

    simulation = live(Level(), closes)
    simulation.start()
    until(lambda: simulation.error is not None)
    assert simulation.status == "closed"


def test_a_watcher_that_raises_stops_it_is_dropped_and_the_others_hear_of_it(live, until):
    simulation = live(Level())
    heard = []

    def raises():
        if simulation.steps >= 30:
            raise KeyError("page")

    simulation.subscribe(raises)
    simulation.subscribe(lambda: heard.append(simulation.status))
    simulation.start()
    until(lambda: simulation.status == "failed")
    assert simulation.error == "At 0.03 s: a function that watches the simulation raised KeyError: 'page'."
    until(lambda: heard[-1] == "failed")
    simulation.start()
    until(lambda: simulation.steps > 60)


def test_a_watcher_that_raises_in_the_callers_thread_is_told_to_the_caller_of_step(live):
    simulation = live(Level())
    simulation.subscribe(lambda: 1 / 0)
    with pytest.raises(RunningError, match="a function that watches the simulation raised ZeroDivisionError") as failed:
        simulation.step(100)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert (simulation.status, simulation.steps) == ("failed", 10)
    simulation.step(100)
    assert simulation.steps == 110


def test_a_watcher_may_steer_the_simulation(live, until):
    simulation = live(Level(), record=["output", "x"])

    def steers():
        if simulation.steps == 50:
            simulation.set("level", 7.0)
            simulation.set("x", [3.0])
        if simulation.steps >= 100:
            simulation.pause()

    simulation.subscribe(steers)
    simulation.start()
    until(lambda: simulation.status == "paused")
    assert simulation.steps == 100
    assert_array_equal(shown(simulation)[:, 0], [0.0] * 50 + [7.0] * 50)
    assert_array_equal(shown(simulation, "x")[:, 0], [1.0] * 50 + [3.0] * 50)


def test_a_watcher_may_close_the_simulation(live, until, live_threads):
    simulation = live(Level())
    simulation.subscribe(lambda: simulation.close() if simulation.steps >= 20 else None)
    simulation.start()
    until(lambda: simulation.status == "closed" and not live_threads())
    assert simulation.steps == 20


def test_one_that_asks_for_frames_all_the_time_does_not_keep_it_from_running(live, until):
    simulation = live(LIF(200), 0.1, record=["vmem", "spikes"])
    simulation.start()
    until(lambda: simulation.steps > 0)
    for _ in range(20):
        steps, frames = simulation.steps, 0
        while simulation.steps < steps + 20:
            simulation.frame()
            frames += 1
            # A turn for a turn, and some more for a thread that the system does not run.
            assert frames < 2000


# -- the thread -------------------------------------------------------------


def test_the_thread_is_there_from_start_to_close(live, until, live_threads):
    simulation = live(Level())
    simulation.step(20)
    assert live_threads() == []
    simulation.start()
    simulation.pause()
    simulation.start()
    assert len(live_threads()) == 1
    simulation.close()
    assert live_threads() == []


def test_a_context_closes_it_also_after_an_error(live, live_threads):
    def goes_wrong(simulation):
        with simulation:
            simulation.start()
            raise ValueError("mine")

    simulation = live(Level())
    with pytest.raises(ValueError, match="mine"):
        goes_wrong(simulation)
    assert simulation.status == "closed"
    assert live_threads() == []


@pytest.mark.parametrize("speed", [None, 1e-6], ids=["busy", "waiting"])
@pytest.mark.parametrize("end", ["start", "pause"])
def test_a_simulation_that_nobody_refers_to_ends_its_thread_and_frees_the_model(speed, end, until, live_threads):
    simulation = LiveSimulation(LIF(20), 0.1, record="vmem", speed=speed, chunk=10)
    simulation.start()
    getattr(simulation, end)()
    gone, model = weakref.ref(simulation), weakref.ref(simulation.model)
    gc.disable()
    try:
        del simulation
        until(lambda: gone() is None and not live_threads())
    finally:
        gc.enable()
    gc.collect()
    assert model() is None


@pytest.mark.parametrize(
    "more",
    ["", "bp.run.LiveSimulation(bp.modules.LIF(3), record='vmem', speed=1e-9).start()", "simulation.subscribe(lambda: 1 / 0)"],
)
def test_the_interpreter_ends_while_a_simulation_runs(more):
    code = f"""
import bouton as bp
simulation = bp.run.LiveSimulation(bp.modules.LIF(100), 0.1, record=["vmem", "spikes"], speed=None)
simulation.start()
while simulation.steps < 500:
    pass
{more}
print("done")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


# -- memory -----------------------------------------------------------------


def test_memory_does_not_grow_however_long_it_runs(live, until):
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    simulation = live(LIF(500), drive(50, 500), record=["vmem", "spikes"], chunk=50, window=0.5)
    simulation.start()
    until(lambda: simulation.steps > 2000)
    nbytes = simulation.nbytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        steps = simulation.steps
        while simulation.steps < steps + 50_000:
            simulation.set("tau_mem", np.full(500, 0.02))
            simulation.frame()
            assert simulation.status == "running"
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert simulation.nbytes == nbytes == 500 * 500 * 5
    # The signals of these steps alone are 125 MB.
    assert after - before < 2e6
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - peak < 60e6


# -- building it ------------------------------------------------------------


def test_it_is_what_bouton_calls_a_live_simulation(live):
    simulation = live(LIF(4), record=["spikes", "vmem"], window=0.5, chunk=25)
    assert isinstance(simulation, bp.run.LiveSimulation)
    assert [(s.path, s.kind, s.units) for s in simulation.signals] == [("spikes", "events", 4), ("vmem", "trace", 4)]
    assert (simulation.chunk, simulation.window, simulation.speed, simulation.dt) == (25, 0.5, None, 1e-3)
    assert repr(simulation) == "LiveSimulation(LIF, ready at 0.000 s)"


def test_left_to_itself_a_chunk_is_twenty_milliseconds_and_the_window_two_seconds(live):
    simulation = LiveSimulation(LIF(4), record="vmem")
    assert (simulation.chunk, simulation.window, simulation.speed) == (20, 2.0, 1.0)
    assert LiveSimulation(LIF(4), record="vmem", speed=None).chunk == 100
    assert LiveSimulation(LIF(4), record="vmem", chunk=50, window=0.01).window == 0.05


@pytest.mark.parametrize(
    "changed, error, words",
    [
        ({"model": lambda x: x}, KindError, r"LiveSimulation\(model=\.\.\.\): expected a module, got function"),
        ({"model": Linear((2, 2))}, ValueRefused, r"Linear\.dt: expected a time step in seconds"),
        ({"record": "hidden"}, UnknownPathError, r"\(record=\.\.\.\): .* got 'hidden'"),
        ({"record": None}, KindError, r"\(record=\.\.\.\): expected a path or a list of paths, got None"),
        ({"inputs": np.ones((4, 3))}, ShapeError, r"\(inputs=\.\.\.\): expected shape \(steps, 2\), got \(4, 3\)"),
        ({"chunk": 0}, ValueRefused, r"LiveSimulation\.chunk: expected a whole number of at least 1, got 0"),
        ({"window": 0}, ValueRefused, r"\(window=\.\.\.\): expected seconds of simulated time"),
        ({"speed": -1}, ValueRefused, r"LiveSimulation\.speed: .* got -1"),
        ({"max_units": 0}, ValueRefused, r"LiveSimulation\.max_units: expected a whole number of at least 1, got 0"),
    ],
)
def test_what_it_cannot_be_built_from_is_refused_by_name(changed, error, words):
    with pytest.raises(error, match=words):
        LiveSimulation(**{"model": LIF(2), "record": "vmem", **changed})
