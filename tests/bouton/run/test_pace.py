"""Simulated time against a clock that is turned by hand."""

import pytest

from bouton.run._pace import Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def paced(speed, dt=1e-3, chunk=20):
    clock = Clock()
    return Pace(speed, dt, chunk, clock), clock


def test_a_chunk_is_due_when_the_time_that_it_ends_at_has_come():
    pace, clock = paced(2.0)
    assert pace.next(0.0, False) == (20, pytest.approx(0.010))
    clock.now += 0.004
    assert pace.next(0.0, False) == (20, pytest.approx(0.006))
    clock.now += 0.006001
    assert pace.next(0.0, False) == (20, 0.0)
    assert pace.next(0.020, False) == (20, pytest.approx(0.010, abs=1e-5))


def test_without_a_speed_there_is_never_a_wait():
    pace, _ = paced(None)
    assert pace.next(1e6, False) == (20, 0.0)


def test_counting_begins_anew_after_a_restart():
    pace, clock = paced(1.0)
    clock.now += 50.0
    pace.restart(7.0)
    assert pace.next(7.0, False) == (20, pytest.approx(0.020))


def test_a_short_delay_is_made_up_for():
    pace, clock = paced(1.0)
    clock.now += 0.2
    assert [pace.next(k * 0.020, False)[1] for k in range(9)] == [0.0] * 9
    assert pace.next(0.2, False)[1] == pytest.approx(0.020)


def test_time_lost_to_a_slow_machine_is_not_made_up_for():
    pace, clock = paced(1.0)
    clock.now += 30.0
    assert pace.next(0.0, False)[1] == 0.0
    assert pace.next(0.020, False)[1] == pytest.approx(0.020)


def test_a_change_does_not_wait_until_it_has_run_three_chunks_ahead():
    pace, _ = paced(1.0)
    ahead = 0.0
    while pace.next(ahead, True)[1] == 0.0:
        ahead += 0.020
    # Beyond the present chunk no more than three are begun; rounding may cost one.
    assert ahead == pytest.approx(0.050, abs=0.011)
    assert pace.next(ahead, True)[1] == pytest.approx(ahead + 0.020)


@pytest.mark.parametrize(
    "speed, dt, chunk, steps",
    [
        (1.0, 1e-3, 20, 20),
        (0.1, 1e-3, 20, 1),  # a chunk takes 0.2 s, a step 10 ms
        (1e-6, 1e-3, 20, 1),
        (1.0, 1e-3, 1000, 1),  # a chunk takes 1 s, a step 1 ms
        (1.0, 1e-4, 2000, 2000),  # steps follow each other too closely
        (1.0, 1e-3, 100, 100),
    ],
)
def test_single_steps_come_where_chunks_would_come_in_jerks(speed, dt, chunk, steps):
    pace, _ = paced(speed, dt, chunk)
    assert pace.next(0.0, False) == (steps, pytest.approx(steps * dt / speed))


def test_the_rate_is_measured_over_half_a_second():
    pace, clock = paced(1.0)
    clock.now += 0.4
    pace.measure(0.3)
    assert pace.rate == 0.0
    clock.now += 0.2
    pace.measure(0.3)
    assert pace.rate == pytest.approx(0.5)
    clock.now += 0.5
    pace.measure(1.3)
    assert pace.rate == pytest.approx(2.0)
