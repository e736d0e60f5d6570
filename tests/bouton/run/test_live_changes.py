"""A simulation that is turned while it runs: what changes, when it is seen, and what is compiled for it.

Nothing here depends on how fast the machine is: the tests wait for what must come, and only what must never happen is looked
for at once.
"""

import itertools
import threading
import time

import jax
import numpy as np
import pytest
from live_engine import Level, newest, shown
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import KindError, RunningError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import LIF, ExpSyn, LIFJax, Linear, Rate, Sequential

COMPILED = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: COMPILED.append(event) if event == "/jax/core/compile/backend_compile_duration" else None
)


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
        ("tau_mem", [0.1, -0.1], ValueRefused, r"^tau_mem: expected at least 0 s, got -0\.1"),
        ("tau_mem", [0.1] * 3, ShapeError, r"^tau_mem: expected shape \(2,\), got \(3,\)"),
        ("tau_mem", "long", KindError, r"^tau_mem: expected a number or an array, got str"),
        ("vmem", [1.0], ShapeError, r"^vmem: expected shape \(2,\)"),
        (
            "tau_men",
            0.1,
            UnknownPathError,
            r"LiveSimulation\.set: .*got 'tau_men'\. Did you mean 'tau_mem'\?",
        ),
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
