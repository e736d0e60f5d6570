"""Small batches go through a compiled loop, large ones ahead of their results; both as if each were waited for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training_models import R0, W0, Recurrent, trainer_of

import bouton as bp
import bouton.math as bm
from bouton.errors import RunningError
from bouton.train import _ahead, _epochs, _several

RNG = np.random.default_rng(1)
XS, YS = RNG.normal(size=(15, 5, 2)).astype(np.float32), RNG.normal(size=(15, 5, 3)).astype(np.float32)
CUT = [(XS[k : k + 2], YS[k : k + 2]) for k in range(0, 15, 2)]  # seven of two trials, and one of one


@jax.jit
def step_by_hand(params, xs, ys):
    def lost(params):
        win, wrec, begin = params
        h, outs = jnp.broadcast_to(begin, (len(xs), 3)), []
        for k in range(xs.shape[1]):
            h = jnp.tanh(xs[:, k] @ win + h @ wrec)
            outs.append(h)
        return jnp.mean((jnp.stack(outs, 1) - ys) ** 2)

    loss, slopes = jax.value_and_grad(lost)(params)
    return tuple(p - 0.5 * g for p, g in zip(params, slopes, strict=True)), loss


@pytest.fixture(scope="module")
def by_hand():
    """Weights before each batch and after the last, and the losses."""
    states, losses = [(jnp.asarray(W0), jnp.asarray(R0), jnp.zeros(3))], []
    for xs, ys in CUT:
        params, loss = step_by_hand(states[-1], xs, ys)
        states.append(params)
        losses.append(loss)
    return states, losses


def weights(trainer):
    return [cell.value for cell in (trainer.target.win, trainer.target.wrec, trainer.target.begin)]


def assert_are(trainer, expected):
    for mine, theirs in zip(weights(trainer), expected, strict=True):
        assert_allclose(mine, theirs, rtol=1e-3, atol=1e-6)


@pytest.fixture(params=["in loops", "in short loops", "ahead", "three ahead", "waited for", "in Python"])
def way(request, monkeypatch):
    """How batches go through the model."""
    if request.param == "in short loops":
        monkeypatch.setattr(_ahead, "MOST", 3)
        monkeypatch.setattr(_epochs, "MOST", 3)
    if request.param in ("ahead", "three ahead"):
        monkeypatch.setattr(_several, "LARGEST", 0)
    if request.param == "three ahead":
        monkeypatch.setattr(_ahead, "_SECONDS", 0)
    return request.param


def given(way, cut):
    """The same batches as an iterable, which is taken batch by batch."""
    return (lambda: iter(cut)) if way == "waited for" else cut


def make(way, **options):
    return trainer_of(jit=way != "in Python", **options)


def test_every_way_is_that_of_hand_written_steps(way, by_hand):
    states, losses = by_hand
    trainer = make(way)
    trainer.fit((XS, YS) if way != "waited for" else given(way, CUT), num_epoch=1, num_batch=2)
    assert_are(trainer, states[-1])
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses, rtol=1e-4)
    loops = trainer._step.has_looped("fit", trainer._step.batch(*CUT[0], ""))
    assert loops == (way in ("in loops", "in short loops"))


@pytest.mark.parametrize("bad", [0, 3, 7])
def test_after_a_loss_that_is_not_finite_all_is_as_if_batches_were_waited_for(way, bad, by_hand):
    states, losses = by_hand
    trainer = make(way)
    cut = [(x, y * np.nan if k == bad else y) for k, (x, y) in enumerate(CUT)]
    with pytest.raises(RunningError, match=rf"BPTT\.fit, epoch 0, batch {bad}: expected a finite loss, got nan"):
        trainer.fit(given(way, cut), num_epoch=1)
    assert_are(trainer, states[max(bad - 1, 0)])
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses[:bad], rtol=1e-4)
    assert repr(trainer).endswith(f"0 epochs, {bad} updates)")


@pytest.mark.parametrize(
    ("seconds", "size", "seen"),
    [(0.0, 2**28, [1, 2, 3, 3, 3, 3, 3, 3]), (1e9, 100, [1, 2, 3, 3, 3, 3, 3, 3]), (1e9, 2**28, [1, 2, 3, 3, 3, 4, 5, 3])],
)
def test_three_batches_are_under_way_or_as_many_as_take_little_time_and_memory(monkeypatch, seconds, size, seen):
    under_way, begin = [], _ahead.Ahead._begin

    def counted(ahead, *given):
        begin(ahead, *given)
        under_way.append(len(ahead._begun))

    monkeypatch.setattr(_several, "LARGEST", 0)
    monkeypatch.setattr(_ahead, "_SECONDS", seconds)
    monkeypatch.setattr(_ahead, "_BYTES", size)
    monkeypatch.setattr(_ahead, "_MOST_AHEAD", 5)
    monkeypatch.setattr(_ahead.Ahead, "_begin", counted)
    # How long one takes is known when two were told of. Where one is too many, several are waited for.
    make("ahead").fit(CUT, num_epoch=1)
    assert under_way == seen


def test_a_report_sees_the_model_of_its_moment(way, by_hand):
    states, losses = by_hand
    seen, trainer = [], make(way)
    trainer.fit(given(way, CUT), num_epoch=1, num_report=3, fun_after_report=lambda *told: seen.append((told, weights(trainer))))
    assert [number for (number, _, _), _ in seen] == [0, 1, 2]
    for ((_, metrics, _), now), after, of in zip(seen, (3, 6, 8), (losses[:3], losses[3:6], losses[6:]), strict=True):
        assert_allclose(metrics["loss"], np.mean(of), rtol=1e-4)
        for mine, theirs in zip(now, states[after], strict=True):
            assert_allclose(mine, theirs, rtol=1e-3, atol=1e-6)


def test_batches_before_an_error_of_the_user_are_trained(way, by_hand):
    states, losses = by_hand

    def broken():
        yield from CUT[:3]
        raise OSError("no more data")

    trainer = make(way)
    with pytest.raises(OSError, match="no more data"):
        trainer.fit(broken, num_epoch=1)
    assert_are(trainer, states[3])
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses[:3], rtol=1e-4)


@pytest.fixture
def interrupting(monkeypatch):
    """Interrupt the waiting for results at calls of which a function of their number says so."""

    def interrupt(when):
        told, calls = _ahead._Part.told, []

        def interrupted(part):
            calls.append(part)
            if when(len(calls)):
                raise KeyboardInterrupt
            return told(part)

        monkeypatch.setattr(_ahead._Part, "told", interrupted)
        return calls

    return interrupt


# The first of eight is waited for when the fourth has been begun, the last three when all have.
@pytest.mark.parametrize(("which", "begun"), [(1, 4), (4, 7), (6, 8), (8, 8)])
def test_who_interrupts_while_results_are_waited_for_loses_none(monkeypatch, interrupting, by_hand, which, begun):
    states, losses = by_hand
    interrupting(lambda k: k == which)
    monkeypatch.setattr(_several, "LARGEST", 0)
    monkeypatch.setattr(_ahead, "_SECONDS", 0)
    trainer = make("ahead")
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(CUT, num_epoch=1)
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses[:begun], rtol=1e-4)
    assert_are(trainer, states[begun])


def test_who_interrupts_three_times_is_let_go(monkeypatch, interrupting, by_hand):
    calls = interrupting(lambda k: k >= 6)
    monkeypatch.setattr(_several, "LARGEST", 0)
    monkeypatch.setattr(_ahead, "_SECONDS", 0)
    trainer = make("ahead")
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(CUT, num_epoch=1)
    assert len(calls) == 8
    assert_allclose(trainer.get_hist_metric(which="detailed"), by_hand[1][:5], rtol=1e-4)


@pytest.mark.parametrize(("bad", "which"), [(None, 3), (2, 3), (2, 4)])
@pytest.mark.parametrize("way", ["ahead", "waited for"])
def test_who_interrupts_while_one_is_waited_for_has_its_result_noted_or_taken_back(
    monkeypatch, interrupting, by_hand, way, bad, which
):
    states, losses = by_hand
    interrupting(lambda k: k == which)
    if way == "ahead":
        monkeypatch.setattr(_several, "LARGEST", 0)
    trainer = make(way)
    cut = [(x, y * np.nan if k == bad else y) for k, (x, y) in enumerate(CUT)]
    with pytest.raises((KeyboardInterrupt, RunningError)):
        trainer.fit(given(way, cut), num_epoch=1)
    done = len(trainer.get_hist_metric(which="detailed"))
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses[:done], rtol=1e-4)
    # After a loss that is not finite the weights are those before the batch in front of it.
    assert_are(trainer, states[done if bad is None else done - 1])


class Noisy(Recurrent):
    def update(self, x):
        return super().update(x) + 0.1 * bm.random.normal(size=(3,))


@pytest.mark.parametrize("bad", [None, 5])
def test_random_numbers_are_those_of_batches_that_are_waited_for(way, bad):
    found = []
    for each in ("in Python", way):
        bm.random.seed(3)
        trainer = make(each, model=Noisy())
        cut = [(x, y * np.nan if k == bad else y) for k, (x, y) in enumerate(CUT)]
        if bad is None:
            trainer.fit(given(each, cut), num_epoch=1)
        else:
            with pytest.raises(RunningError, match="batch 5: expected a finite loss"):
                trainer.fit(given(each, cut), num_epoch=1)
        found.append((trainer.get_hist_metric(which="detailed"), jax.random.key_data(bm.random.DEFAULT.key)))
    (losses, key), (mine, my_key) = found
    assert_allclose(mine, losses, rtol=1e-4)
    assert len(set(np.round(losses, 6))) == len(losses)
    assert_array_equal(my_key, key)


def dense_of(layer):
    with bm.training_environment():
        return bp.Sequential(layer(), bp.layers.Flatten(), bp.layers.Dense(16, 2))


@pytest.mark.parametrize(("layer", "loops"), [(lambda: bp.layers.Conv1d(2, 2, 3), False), (lambda: bp.layers.Dense(2, 2), True)])
def test_a_convolution_stays_out_of_loops_on_a_cpu(layer, loops):
    trainer = bp.BPFF(dense_of(layer), "mean_squared_error", bp.optim.SGD(0.1), progress_bar=False)
    x, y = np.ones((8, 8, 2), np.float32), np.ones((8, 2), np.float32)
    trainer.fit((x, y), num_epoch=1, num_batch=2)
    assert trainer._step.has_looped("fit", trainer._step.batch(x[:2], y[:2], "")) == (loops or jax.default_backend() != "cpu")
    assert trainer.train_losses[0] > trainer.get_hist_metric(which="detailed")[-1]


def test_a_state_that_takes_the_size_of_its_batch_stays_out_of_loops():
    class Sum(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.training_mode)
            self.w = bm.TrainVar(jnp.ones((2, 3)))
            self.h = bm.Variable(jnp.zeros((1, 3)), batch_axis=0)

        def reset_state(self, batch_size=1):
            self.h.value = jnp.zeros((1, 3))

        def update(self, x):
            self.h.value = self.h.value + x @ self.w.value
            return self.h.value

    trainer = bp.BPFF(Sum(), "mean_squared_error", bp.optim.SGD(0.5), progress_bar=False)
    x = RNG.normal(size=(8, 2)).astype(np.float32)
    trainer.fit((x, x @ np.ones((2, 3), np.float32)), num_epoch=1, num_batch=2)
    assert_allclose(trainer.get_hist_metric(which="detailed"), 0.0, atol=1e-10)


def test_a_loop_does_for_fewer_batches_than_it_has_room_for(by_hand):
    traced = []

    class Counting(Recurrent):
        def update(self, x):
            traced.append(x)
            return super().update(x)

    trainer = trainer_of(Counting())
    trainer.fit(CUT[:5], num_epoch=1)
    before = len(traced)
    trainer.fit(CUT[5:7], num_epoch=1)
    trainer.fit(CUT[6:7], num_epoch=0)
    assert len(traced) == before
    assert_are(trainer, by_hand[0][7])


def test_with_time_first_a_pair_loops_too(by_hand):
    trainer = trainer_of(data_first_axis="T")
    trainer.fit((XS.swapaxes(0, 1), YS.swapaxes(0, 1)), num_epoch=1, num_batch=2)
    assert_are(trainer, by_hand[0][-1])
    assert trainer._step.has_looped("fit", trainer._step.batch(*(a.swapaxes(0, 1) for a in CUT[0]), ""))
