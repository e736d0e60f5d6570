"""A simulation on its own thread: the same numbers as without it; started, paused, stepped, paced and gone back with.

Nothing here depends on how fast the machine is: the tests wait for what must come, and only what must never happen is looked
for at once.
"""

import itertools
import threading
import time

import numpy as np
import pytest
from live_engine import Level, drive, newest, run_to, shown
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
from bouton.errors import KindError, RunningError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import LIF, Linear, Rate, RateJax, Sequential
from bouton.run import LiveSimulation

# -- the same numbers --------------------------------------------------------


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


# -- inputs ------------------------------------------------------------------


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


# -- transport ---------------------------------------------------------------


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


# -- speed -------------------------------------------------------------------


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


# -- snapshots ---------------------------------------------------------------


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


# -- building it -------------------------------------------------------------


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
        ({"record": 3}, KindError, r"\(record=\.\.\.\): expected a path or a list of paths, got 3"),
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


def test_a_thread_is_there_while_it_runs_and_no_longer(live, until, live_threads):
    simulation = live(LIF(2))
    assert not live_threads()
    for _ in range(3):
        simulation.start()
        assert len(live_threads()) == 1
        simulation.pause()
        until(lambda: not live_threads())
