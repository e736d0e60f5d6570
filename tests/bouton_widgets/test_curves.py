import json

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training_models import X, Y, trainer_of

import bouton as bp
import bouton.math as bm
from bouton_widgets._curves import Line, Run, epoch_ends, in_epochs, reader, thinned

FIT, TEST = ("fit", "loss"), ("test", "loss")


@pytest.fixture(scope="module")
def trained():
    trainer = trainer_of()
    trainer.fit((X, Y), (X[:4], Y[:4]), num_epoch=3, num_batch=2)
    return trainer


def run_of(fit, test=()):
    reports = {
        key: Line(np.array(updates, float), np.ones(len(updates))) for key, updates in ((FIT, fit), (TEST, test)) if updates
    }
    return Run("", reports, {})


def test_a_trainer_is_read_at_each_call_with_its_batches():
    trainer = trainer_of()
    read = reader(trainer)
    assert read()[0].reports == {}
    trainer.fit((X, Y), num_epoch=2, num_batch=4)
    (run,) = read()
    assert_array_equal(run.reports[FIT].updates, [2, 4])
    assert_array_equal(run.reports[FIT].values, trainer.train_losses)
    # A loss is computed before the update that it leads to.
    assert_array_equal(run.batches["loss"].updates, [0, 1, 2, 3])
    assert_array_equal(run.batches["loss"].values, trainer.get_hist_metric(which="detailed"))
    assert_allclose(run.reports[FIT].values, run.batches["loss"].values.reshape(2, 2).mean(axis=1), rtol=1e-6)


def test_batches_that_are_reports_are_not_told_twice():
    trainer = trainer_of()
    trainer.fit((X, Y), num_epoch=2, num_batch=8)
    assert reader(trainer)()[0].batches == {}


@pytest.mark.parametrize(
    "kept",
    [
        lambda curves: curves,
        lambda curves: json.loads(json.dumps([[c.phase, c.metric, c.updates.tolist(), c.values.tolist()] for c in curves])),
        lambda curves: {phase: {c.metric: c[2:] for c in curves if c.phase == phase} for phase in ("fit", "test")},
    ],
    ids=["curves", "json", "mapping"],
)
def test_what_was_kept_of_a_history_is_read_as_the_trainer_is(trained, kept):
    (run,), (expected,) = reader(kept(trained.curves()))(), reader(trained)()
    assert run.reports.keys() == expected.reports.keys() == {FIT, TEST}
    for key, line in expected.reports.items():
        assert_array_equal(run.reports[key].updates, line.updates)
        assert_array_equal(run.reports[key].values, line.values)


def test_several_have_names(trained):
    runs = reader({"one": trained, 0.1: trained.curves()})()
    assert [run.name for run in runs] == ["one", "0.1"]
    assert_array_equal(runs[0].reports[TEST].values, runs[1].reports[TEST].values)


@pytest.mark.parametrize(
    "target, kind, words",
    [
        (3, bp.errors.KindError, r"expected a trainer with a history .*, got int\. Pass the trainer"),
        ({"a": 3}, bp.errors.KindError, r"history\(\{'a': \.\.\.\}\): expected a trainer .*, got int"),
        ({}, bp.errors.ValueRefused, r"at least one training by name, got an empty mapping"),
        ([3], bp.errors.KindError, r"curve 0: expected \(phase, metric, updates, values\), got int"),
        ([(1, 2, 3, 4)], bp.errors.KindError, r"curve 0: expected \(phase, metric, updates, values\), got tuple"),
        ([("fitted", "loss", [1], [1])], bp.errors.ValueRefused, r"phase 'fit' or 'test', got 'fitted'"),
        ([("fit", "loss", [1], [1])] * 2, bp.errors.ValueRefused, r"fit loss: expected one curve .*, got two\. Give several"),
        ([("fit", "loss", [1], ["a"])], bp.errors.KindError, r"fit loss: expected updates and values that are numbers"),
        ([("fit", "loss", [1, 2], [1])], bp.errors.ShapeError, r"as many updates as values, \(n,\), got \(2,\) and \(1,\)"),
        ([("fit", "loss", [2, 1], [1, 1])], bp.errors.ValueRefused, r"updates that count up from 0, got \[2\. 1\.\]"),
        ([("fit", "loss", [np.nan], [1])], bp.errors.ValueRefused, r"updates that count up from 0, got \[nan\]"),
        (
            {"fit": {"loss": [1, 2, 3]}},
            bp.errors.KindError,
            r"fit loss: expected a pair \(updates, values\), got list\. Give the",
        ),
    ],
)
def test_what_is_no_history_is_refused(target, kind, words):
    with pytest.raises(kind, match=words):
        reader(target)


def test_a_trainer_of_readouts_is_told_that_it_keeps_none():
    ridge = bp.RidgeTrainer(bp.layers.Dense(1, 1, mode=bm.training_mode))
    with pytest.raises(bp.errors.KindError, match=r"got RidgeTrainer\. .* Trainers of readouts keep no history\."):
        reader(ridge)


@pytest.mark.parametrize(
    "fit, test, expected",
    [
        ([12, 24, 30], [12, 24, 30], [12, 24, 30]),  # a report of an epoch, the last of other data
        ([5, 10, 12, 17, 22, 24], [12, 24], [12, 24]),  # more reports than epochs
        ([12, 24], [], None),  # could be half an epoch each
        ([12, 24, 36], [24, 36], None),  # one epoch that was not tested
        ([12, 24], [24], None),
        ([], [], None),
    ],
)
def test_epochs_are_told_from_the_tests_where_each_has_one(fit, test, expected):
    ends = epoch_ends(run_of(fit, test), None)
    assert ends is None if expected is None else ends.tolist() == expected


def test_the_updates_of_an_epoch_can_be_given():
    assert epoch_ends(run_of([10, 20, 25]), 10).tolist() == [10, 20, 30]


def test_between_the_ends_of_epochs_updates_count_in_proportion():
    ends = np.array([4.0, 6.0])
    assert_allclose(in_epochs(np.array([0.0, 1.0, 4.0, 5.0, 6.0, 7.0]), ends), [0.0, 0.25, 1.0, 1.5, 2.0, 2.5])


def test_many_values_are_thinned_to_their_extremes_and_gaps():
    values = np.random.default_rng(0).normal(size=100_000)
    values[[777, 50_000]] = 40.0, -40.0
    values[3_000] = np.nan
    kept = thinned(values, most=1000)
    assert len(kept) <= 1003
    assert (np.diff(kept) > 0).all()
    assert {0, 777, 3_000, 50_000, 99_999} <= set(kept.tolist())
    thirds = np.split(values[:99_999], 3)
    for i, part in enumerate(thirds):
        inside = values[kept[(kept >= i * 33_333) & (kept < (i + 1) * 33_333)]]
        assert (np.nanmin(inside), np.nanmax(inside)) == (np.nanmin(part), np.nanmax(part))
