"""What a run keeps, and how large it is."""

import weakref

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Pair, Sum, runner_of

import bouton as bp
import bouton.math as bm
from bouton.errors import LargeRecordWarning, ShapeError, ValueRefused
from bouton.run import _pieces
from bouton.run._pieces import Kept


@pytest.mark.parametrize("changed", ["batch", "cell"])
def test_the_size_of_a_record_follows_the_model(changed):
    leak = Leak(5, mode=bm.BatchingMode(1))
    leak.other = bm.Variable(bm.zeros(3))
    runner = runner_of(leak, monitors={"V": leak.V, "other": lambda _: leak.other.value})
    for _ in range(2):
        assert runner.record_size(1.0) == 10 * 4 * (5 + 3)
    if changed == "batch":
        runner.reset_state(4)
        assert runner.record_size(1.0) == 10 * 4 * (4 * 5 + 3)
    else:
        del leak.other
        leak.other = bm.Variable(bm.zeros(7))
        assert runner.record_size(1.0) == 10 * 4 * (5 + 7)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("chunk", [None, 6])
def test_every_third_step_is_read_and_all_outputs_are_kept(chunk, jit):
    runner = runner_of(Sum(), monitors={"total": "total", "t": lambda shared: shared["t"]}, every=3, chunk=chunk, jit=jit)
    out = runner.run(1.1)
    assert_array_equal(out, np.arange(1.0, 12.0))
    assert_array_equal(runner.mon.total, [3.0, 6.0, 9.0])
    assert_allclose(runner.mon.t, [0.2, 0.5, 0.8], rtol=1e-6)
    assert_allclose(runner.mon.ts, [0.3, 0.6, 0.9])
    assert_array_equal(runner.run(0.2), [12.0, 13.0])
    assert len(runner.mon.ts) == 0


def test_a_callback_is_told_and_can_stop_and_what_was_recorded_stays():
    seen = []

    def look(done, total):
        seen.append((done, total))
        if done == 8:
            runner.stop()

    runner = runner_of(Sum(), monitors=["total"], chunk=4, callback=look)
    out = runner.run(2.0)
    assert seen == [(4, 20), (8, 20)]
    assert_array_equal(out, np.arange(1.0, 9.0))
    assert_array_equal(runner.mon.total, np.arange(1.0, 9.0))
    assert (len(runner.mon.ts), runner.i0) == (8, 8)
    assert_array_equal(runner.run(0.4), np.arange(9.0, 13.0))  # the button is not pressed for ever


def test_the_record_of_the_last_run_is_given_up_before_the_next_one_takes_memory():
    seen = []
    runner = runner_of(Sum(), monitors=["total"], callback=lambda *_: seen.extend(array() for array in before))
    before = []
    runner.run(0.4)
    before = [weakref.ref(runner.mon.total)]
    runner.run(0.4)
    assert seen == [None]
    last, mon = weakref.ref(runner.mon.total), runner.mon
    with pytest.raises(ValueRefused):
        runner.run(-1.0)
    assert runner.mon is mon
    assert last() is mon.total


def test_an_interrupt_keeps_what_was_recorded():
    def interrupt(done, total):
        if done == 8:
            raise KeyboardInterrupt

    runner = runner_of(Sum(), monitors=["total"], chunk=4, callback=interrupt)
    with pytest.raises(KeyboardInterrupt):
        runner.run(2.0)
    assert_array_equal(runner.mon.total, np.arange(1.0, 9.0))
    assert runner.i0 == 8


@pytest.fixture
def kept(monkeypatch):
    """First steps of the pieces that have been brought to the host; what else is done then can be put there."""
    add, firsts, also = Kept.add, [], {}

    def noted(self, piece, first, length):
        if isinstance(piece, dict):
            firsts.append(first)
            also.pop(first, lambda: None)()
        add(self, piece, first, length)

    monkeypatch.setattr(Kept, "add", noted)
    return firsts, also


@pytest.mark.parametrize("options", [{}, {"progress_bar": True}, {"outputs": False}])
def test_the_next_piece_has_begun_when_one_is_brought_to_the_host(kept, options):
    firsts, also = kept
    runner = runner_of(Sum(), monitors=["total"], chunk=4, **options)
    also[4] = lambda: seen.append(float(runner.target.total.value))
    seen = []
    runner.run(2.0)
    assert firsts == [0, 4, 8, 12, 16]
    assert seen == [12.0]
    assert_array_equal(runner.mon.total, np.arange(1.0, 21.0))
    assert runner.i0 == 20


@pytest.mark.parametrize(
    "options", [{"callback": lambda *_: None}, {"memory_efficient": True}, {"jit": False}, {"numpy_mon_after_run": False}]
)
def test_no_piece_is_begun_ahead_where_each_is_looked_at(kept, options):
    runner = runner_of(Sum(), monitors=["total"], **{"chunk": 4, **options})
    kept[1][4] = lambda: seen.append(float(runner.target.total.value))
    seen = []
    runner.run(2.0)
    assert seen == [5.0 if "memory_efficient" in options else 8.0]


def stopped(runner):
    runner.stop()


def interrupted(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("how", "first"), [(stopped, 4), (interrupted, 4), (interrupted, 16)])
def test_a_run_that_ends_early_keeps_what_has_begun_so_that_state_time_and_record_agree(kept, how, first):
    runner = runner_of(Sum(), monitors=["total"], chunk=4)
    kept[1][first] = lambda: how(runner)
    if how is stopped:
        runner.run(2.0)
    else:
        with pytest.raises(KeyboardInterrupt):
            runner.run(2.0)
    done = min(first + 8, 20)
    assert_array_equal(runner.mon.total, np.arange(1.0, done + 1))
    assert (runner.i0, float(runner.target.total.value)) == (done, done)
    assert_array_equal(runner.run(0.2), [done + 1, done + 2])


def test_who_interrupts_twice_has_what_was_kept_and_a_time_that_is_that_of_the_states(kept):
    runner = runner_of(Sum(), monitors=["total"], chunk=4)
    kept[1].update({8: lambda: interrupted(runner), 12: lambda: interrupted(runner)})
    with pytest.raises(KeyboardInterrupt):
        runner.run(2.0)
    # The piece at 8 was kept in the second turn, and that at 12 is lost.
    assert_array_equal(runner.mon.total, np.arange(1.0, 13.0))
    assert (len(runner.mon.ts), runner.i0, float(runner.target.total.value)) == (12, 16, 16.0)
    assert_array_equal(runner.run(0.2), [17, 18])
    assert_allclose(runner.mon.ts, [1.7, 1.8])


def test_who_interrupts_is_told_when_the_piece_ahead_cannot_be_kept(kept):
    def failing():
        raise RuntimeError("no room")

    runner = runner_of(Sum(), monitors=["total"], chunk=4)
    kept[1].update({4: lambda: interrupted(runner), 8: failing})
    with pytest.raises(KeyboardInterrupt) as stopped:
        runner.run(2.0)
    assert stopped.value.__notes__ == ["What had been begun then could not be kept: no room"]
    assert_array_equal(runner.mon.total, np.arange(1.0, 9.0))


def test_who_stops_before_the_first_piece_has_one(monkeypatch):
    runner = runner_of(Sum(), monitors=["total"], chunk=4)
    sizes = runner._stepping.sizes
    monkeypatch.setattr(runner._stepping, "sizes", lambda xs: (runner.stop(), sizes(xs))[1])
    assert_array_equal(runner.run(2.0), [1, 2, 3, 4])
    assert_array_equal(runner.mon.total, [1, 2, 3, 4])


@pytest.mark.parametrize("options", [{}, {"callback": lambda *_: None}])
def test_a_generator_sees_time_and_state_of_its_piece(options):
    seen = []

    def values():
        for k in range(12):
            if k % 4 == 0:
                seen.append((runner.i0, float(runner.target.total.value)))
            yield 0.0

    runner = runner_of(Sum(), inputs=("total", values(), "iter"), monitors=["total"], chunk=4, **options)
    runner.run(1.2)
    assert seen == [(0, 0), (4, 4), (8, 8)]


def test_a_generator_that_ends_in_the_third_piece_leaves_two():
    runner = runner_of(Sum(), inputs=("total", iter(np.ones(10)), "iter"), monitors=["total"], chunk=4)
    with pytest.raises(ShapeError, match=r"a generator with a value for each step up to 12, got the end after 10\."):
        runner.run(2.0)
    assert_array_equal(runner.mon.total, 2 * np.arange(1.0, 9.0))
    assert runner.i0 == 8


def test_records_can_stay_on_the_device_and_come_step_by_step():
    stays = runner_of(Sum(), monitors=["total"], numpy_mon_after_run=False, chunk=3)
    stays.run(0.6)
    assert isinstance(stays.mon.total, jnp.ndarray)
    comes = runner_of(Sum(), monitors=["total"], memory_efficient=True)
    comes.run(0.6)
    assert isinstance(comes.mon.total, np.ndarray)
    assert_array_equal(stays.mon.total, comes.mon.total)


def test_outputs_need_not_be_kept():
    assert runner_of(Sum(), outputs=False).run(0.5) is None


def test_the_time_a_run_takes_comes_with_its_outputs():
    seconds, out = runner_of(Sum()).run(0.5, eval_time=True)
    assert 0 < seconds < 60
    assert len(out) == 5


def test_a_run_that_gives_nothing_back_has_ended_all_the_same():
    class Long(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.x = bm.Variable(jnp.full((400, 400), 1 / 400))

        def update(self):
            self.x.value = self.x.value @ self.x.value

    runner = runner_of(Long())
    for _ in range(2):
        runner.run(10.0)
        assert runner.target.x.value.is_ready()


def test_the_size_of_a_record_follows_a_delay_that_becomes_longer():
    class Delayed(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.x = bm.Variable(2)
            self.delay = bm.LengthDelay(self.x, 10.0)

        def update(self):
            self.delay.update(self.x.value)

    with bm.environment(dt=0.1):
        runner = runner_of(Delayed(), monitors=["delay.data"], outputs=False, dt=0.1)
    # Ten steps of 101 pairs of float32, and of 1001.
    assert runner.record_size(1.0) == 10 * 101 * 2 * 4
    with bm.environment(dt=0.01):
        runner.target.delay.reset()
    assert runner.record_size(1.0) == 10 * 1001 * 2 * 4


def test_a_large_record_is_announced_before_it_is_made(monkeypatch):
    runner = runner_of(Pair(), monitors=["E.V", "I.V"], every=2)
    assert runner.record_size(1.0) == 5 * 5 * 4
    assert runner.i0 == 0
    monkeypatch.setattr(_pieces, "_LARGE", 64)
    with pytest.warns(LargeRecordWarning, match=r"a record of at most 64 bytes, got 100 bytes\. Read a part of the elements"):
        runner.run(1.0)


def test_a_network_returns_nothing_and_its_parts_are_recorded():
    runner = runner_of(Pair(), inputs=[("E.input", 1.0), ("I.input", 2.0)], monitors=["E.V", "I.V"])
    assert runner.run(0.5) is None
    assert runner.mon["E.V"].shape == (5, 3)
    assert_allclose(runner.mon["I.V"][:, 0], 2 * (1 - np.exp(-0.01 * np.arange(1, 6))), rtol=1e-5)
