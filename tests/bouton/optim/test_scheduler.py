"""What every schedule does."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

PER_EPOCH = [
    lambda: bp.optim.StepLR(0.1, 2),
    lambda: bp.optim.MultiStepLR(0.1, [1, 3]),
    lambda: bp.optim.ExponentialLR(0.1, 0.9),
    lambda: bp.optim.CosineAnnealingLR(0.1, 5),
    lambda: bp.optim.CosineAnnealingWarmRestarts(0.1, 2),
]
PER_CALL = [
    lambda: bp.optim.Constant(0.1),
    lambda: bp.optim.ExponentialDecay(0.1, 2, 0.5),
    lambda: bp.optim.InverseTimeDecay(0.1, 2, 0.5),
    lambda: bp.optim.PolynomialDecay(0.1, 5, 0.01),
    lambda: bp.optim.PiecewiseConstant([1, 3], [0.1, 0.05, 0.01]),
]


@pytest.mark.parametrize("make", PER_EPOCH)
def test_a_schedule_by_epochs_counts_epochs_only(make):
    schedule = make()
    schedule.step_call()
    assert int(schedule.count) == 0
    schedule.step_epoch()
    assert int(schedule.count) == 1


@pytest.mark.parametrize("make", PER_CALL)
def test_a_schedule_by_calls_counts_calls_only(make):
    schedule = make()
    schedule.step_epoch()
    assert int(schedule.count) == 0
    schedule.step_call()
    assert int(schedule.count) == 1


@pytest.mark.parametrize("make", PER_EPOCH + PER_CALL)
def test_a_call_gives_the_rate_at_a_count_at_many_and_at_present(make):
    schedule = make()
    many = schedule(jnp.arange(8))
    assert many.shape == (8,)
    assert many.dtype == jnp.float32
    for n in range(8):
        assert schedule(n) == schedule(np.int64(n)) == many[n]
        assert schedule() == many[n]
        schedule.step_epoch() if schedule.counts == "epochs" else schedule.step_call()


@pytest.mark.parametrize("make", PER_EPOCH + PER_CALL)
def test_a_compiled_loop_counts_too(make):
    schedule = make()

    def turn(_):
        rate = schedule()
        schedule.step_epoch()
        schedule.step_call()
        return rate

    expected = np.asarray([make()(n) for n in range(6)])
    np.testing.assert_allclose(bm.for_loop(turn, jnp.arange(6)), expected, rtol=1e-6)
    assert int(schedule.count) == 6


@pytest.mark.parametrize("make", PER_EPOCH + PER_CALL)
def test_the_numbers_of_a_schedule_can_be_set_without_compiling(make):
    schedule = make()
    numbers = [e for e in schedule.entries() if e.kind == "simulation" and e.value is not None]
    rate = bm.jit(lambda: schedule(jnp.arange(10)))
    rate()
    for entry in numbers:
        before, value = rate(), np.asarray(entry.value)
        entry.set(value + 1 if value.dtype.kind == "i" else value * np.float32(0.5) + np.float32(0.01))
        np.testing.assert_allclose(rate(), schedule(jnp.arange(10)), rtol=1e-6)
        assert not np.array_equal(rate(), before), entry.path
        entry.set(value)
    assert rate.compilations == 1


@pytest.mark.parametrize("make", PER_EPOCH + PER_CALL)
def test_a_schedule_is_saved_and_loaded(make):
    one, other = make(), make()
    for _ in range(3):
        one.step_epoch()
        one.step_call()
    assert other.load_state_dict(one.state_dict()) == ([], [])
    assert other() == one()


def test_a_constant_is_constant():
    np.testing.assert_array_equal(bp.optim.Constant(0.25)(jnp.arange(3)), [0.25] * 3)


def test_a_rate_may_be_a_variable():
    rate = bm.Variable(jnp.asarray(0.5))
    schedule = bp.optim.StepLR(rate, 1, 0.5)
    rate.value = 1.0
    assert float(schedule(2)) == 0.25


def test_the_text_of_a_schedule_tells_its_numbers():
    schedule = bp.optim.StepLR(0.1, 30)
    schedule.step_epoch()
    assert repr(schedule) == "StepLR(lr=0.1, step_size=30, gamma=0.1, count=1)"
    assert repr(bp.optim.CosineAnnealingWarmRestarts(0.1, 5, 2)) == (
        "CosineAnnealingWarmRestarts(lr=0.1, T_0=5, T_mult=2, eta_min=0.0, count=0)"
    )


def test_a_schedule_of_ones_own():
    class Halves(bp.optim.Scheduler):
        def rate(self, count):
            return jnp.asarray(self.lr) / (1 + count.astype(jnp.float32))

    w = bm.Variable(jnp.asarray(0.0))
    optimizer = bp.optim.SGD(Halves(1.0), w)
    for _ in range(3):
        optimizer.update(jnp.asarray(-1.0))
    np.testing.assert_allclose(float(w), 1 + 1 / 2 + 1 / 3, rtol=1e-6)


def test_the_base_has_no_rate_of_its_own():
    with pytest.raises(bp.errors.NoImplementationError, match=r"Scheduler.rate: expected a method .* got none"):
        bp.optim.Scheduler(0.1)()


@pytest.mark.parametrize("i", [0.5, jnp.arange(3.0)])
def test_a_count_is_a_whole_number(i):
    with pytest.raises(bp.errors.KindError, match=r"StepLR\(i\): expected a count, or an array of counts, got dtype float32"):
        bp.optim.StepLR(0.1, 2)(i)


def test_a_rate_below_zero_is_refused():
    with pytest.raises(bp.errors.ValueRefused, match=r"lr: expected at least 0.0, got -0.1"):
        bp.optim.Constant(-0.1)
    schedule = bp.optim.Constant(0.1)
    with pytest.raises(bp.errors.ValueRefused, match=r"lr: expected at least 0.0, got -1.0"):
        schedule.lr = -1.0
    assert schedule.lr == 0.1
