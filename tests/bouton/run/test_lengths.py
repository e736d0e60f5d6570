"""Chunks that take long give way to short ones, compiled once and beside those that run, and the numbers stay the same."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from live_engine import drive, engine, run, shown
from numpy.testing import assert_allclose, assert_array_equal

from bouton.modules import LIF
from bouton.run import _lengths, _transport
from bouton.run._lengths import Lengths, Stopwatch


def test_a_short_length_is_wanted_once_chunks_in_a_row_have_been_slow():
    lengths = Lengths(20)
    assert [lengths.took(20, 0.1) for _ in range(6)] == [False] * 5 + [True]
    # 100 ms for 20 steps: 3 take 15.
    assert (lengths.now, lengths.wanted) == (20, 3)
    lengths.turn()
    assert lengths.now == 3
    assert not lengths.took(3, 5.0)
    assert (lengths.now, lengths.wanted) == (3, 3)


@pytest.mark.parametrize(
    "costs",
    [
        [0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.1, 0.1, 0.1, 0.1, 0.1],  # something else came between
        [0.039] * 20,
        [],
    ],
)
def test_what_is_fast_enough_now_and_then_stays_as_it_is(costs):
    lengths = Lengths(20)
    assert [lengths.took(20, cost) for cost in costs] == [False] * len(costs)
    assert (lengths.now, lengths.wanted) == (20, None)


@pytest.mark.parametrize(
    "backend, wall, busy, cost",
    [
        ("cpu", 0.5, 0.01, 0.01),  # other programs had the processors
        ("cpu", 0.5, 0.9, 0.5),  # on two of them
        ("gpu", 0.5, 0.01, 0.5),
    ],
)
def test_what_other_programs_take_is_no_cost_of_a_chunk(backend, wall, busy, cost, monkeypatch):
    walls, busies = iter([7.0, 7.0 + wall]), iter([3.0, 3.0 + busy])
    monkeypatch.setattr(_lengths, "time", SimpleNamespace(perf_counter=walls.__next__, process_time=busies.__next__))
    monkeypatch.setattr("jax.default_backend", lambda: backend)
    assert Stopwatch().read() == pytest.approx(cost)


def test_there_is_nothing_shorter_than_a_step():
    lengths = Lengths(2)
    for _ in range(9):
        lengths.took(2, 30.0)
    assert lengths.wanted == 1
    alone = Lengths(1)
    assert [alone.took(1, 30.0) for _ in range(9)] == [False] * 9
    # A chunk of another length than the usual one, as when steps come one by one, says nothing about it.
    other = Lengths(20)
    assert [other.took(1, 30.0) for _ in range(9)] == [False] * 9


def test_what_is_prepared_is_traced_at_once_and_compiled_elsewhere_and_then_only_run():
    live = engine(LIF(3), "vmem", chunk=10)
    inputs = drive(14, 3)
    run(live, inputs[:10])
    thread = threading.Thread(target=live.prepare(4))
    assert live.compilations == 2
    thread.start()
    thread.join()
    live.run(inputs[10:])
    assert (live.steps, live.compilations) == (14, 2)
    twin = engine(LIF(3), "vmem", chunk=14)
    run(twin, inputs)
    assert_allclose(live.rings["vmem"].rows(np.arange(14)), twin.rings["vmem"].rows(np.arange(14)), rtol=1e-6)


@pytest.fixture
def calls(monkeypatch):
    """A machine that is so slow that a chunk seems to take 0.1 s, and how many steps each call was asked for."""
    monkeypatch.setattr(_transport, "Stopwatch", lambda: SimpleNamespace(read=lambda: 0.1))
    asked = []

    def watch(simulation):
        whole = simulation._engine.run
        monkeypatch.setattr(simulation._engine, "run", lambda inputs: [asked.append(len(inputs)), whole(inputs)])
        return asked

    return watch


def test_a_slow_model_runs_in_short_chunks_to_the_same_numbers(live, until, calls):
    inputs = drive(300, 3)
    simulation = live(LIF(3, noise_std=0.1, rng_key=1), inputs, record=["vmem", "spikes"], chunk=20, window=1.0)
    asked = calls(simulation)
    simulation.start()
    until(lambda: asked[-100:] == [3] * 100)
    simulation.pause()
    # The long one, then for ever the short one.
    turn = asked.index(3)
    assert set(asked[:turn]) == {20}
    assert set(asked[turn:]) == {3}
    assert turn >= 6
    for k in range(5):
        simulation.set("tau_mem", np.full(3, 0.01 + 0.001 * k))
    simulation.set("tau_mem", np.full(3, 0.02))
    simulation.start()
    done = len(asked)
    until(lambda: len(asked) > done + 50)
    simulation.pause()
    assert set(asked[turn:]) == {3}
    assert simulation.compilations == 2
    end = simulation.steps
    twin = live(LIF(3, noise_std=0.1, rng_key=1), inputs, record=["vmem", "spikes"], chunk=20, window=1.0)
    twin.step(end)
    assert_allclose(shown(simulation, "vmem")[-500:], shown(twin, "vmem")[-500:], rtol=1e-4, atol=1e-5)
    assert_array_equal(shown(simulation, "spikes")[-500:], shown(twin, "spikes")[-500:])


def test_calls_of_step_go_on_in_whole_chunks(live, calls):
    simulation = live(LIF(3), chunk=20)
    asked = calls(simulation)
    simulation.step(105)
    assert asked == [20] * 5 + [1] * 5


def test_a_model_that_cannot_be_cut_so_short_stays_with_long_chunks(live, until, calls, monkeypatch):
    simulation = live(LIF(3), chunk=20)
    asked = calls(simulation)

    def refused(steps):
        raise ValueError("not like this")

    monkeypatch.setattr(simulation._engine, "prepare", refused)
    simulation.start()
    until(lambda: len(asked) > 20)
    simulation.pause()
    assert set(asked) == {20}
    assert (simulation.status, simulation.compilations) == ("paused", 1)
