import json
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training_models import X, Y, trainer_of

import bouton as bp
import bouton_widgets as bw


def with_metric(out, y):
    return ((out - y) ** 2).mean(), {"largest": abs(out - y).max()}


@pytest.fixture(scope="module")
def trainer():
    trainer = trainer_of(loss=with_metric, loss_has_aux=True)
    trainer.fit((X, Y), (X[:4], Y[:4]), num_epoch=3, num_batch=2)
    return trainer


def lines_of(widget):
    content = json.loads(widget.content)
    return {(plot["metric"], line["name"]): line for plot in content["plots"] for line in plot["lines"]}


def test_what_is_drawn_are_the_curves_of_the_trainer(trainer):
    lines = lines_of(bw.history(trainer))
    assert len(lines) == 6
    for curve in trainer.curves():
        line = lines[curve.metric, {"fit": "training", "test": "test"}[curve.phase]]
        assert_array_equal(line["updates"], curve.updates)
        assert_array_equal(line["x"], [1, 2, 3])
        assert_array_equal(line["y"], curve.values)
    for metric in ("loss", "largest"):
        line = lines[metric, "each batch"]
        assert_array_equal(line["x"], np.arange(12) / 4)
        assert_array_equal(line["y"], trainer.get_hist_metric("fit", metric, "detailed"))


def test_a_head_says_what_was_trained_and_how_long(trainer):
    content = json.loads(bw.history(trainer, log=True).content)
    found = {key: content[key] for key in ("title", "facts", "axis", "log", "positive", "lost", "batches")}
    facts = "3 epochs · 12 updates"
    assert found == {
        "title": "Recurrent",
        "facts": facts,
        "axis": "epoch",
        "log": True,
        "positive": True,
        "lost": 0,
        "batches": True,
    }
    both = json.loads(bw.history({"one": trainer, "other": trainer}).content)
    assert (both["title"], both["facts"], both["batches"]) == ("Training", f"2 trainings · {facts}", False)


def test_the_loss_stands_above_the_other_metrics():
    content = json.loads(bw.history([("fit", "right", [1], [0.5]), ("fit", "loss", [1], [2.0])]).content)
    assert [plot["metric"] for plot in content["plots"]] == ["loss", "right"]


def test_several_trainings_lie_over_one_another_by_name(trainer):
    lines = lines_of(bw.history({"one": trainer, "other": [("test", "loss", [4, 8], [3.0, 2.0])]}))
    assert lines["loss", "one, test"]["run"] == 0
    assert (lines["loss", "other, test"]["run"], lines["loss", "other, test"]["x"]) == (1, [1, 2])


def test_where_one_does_not_tell_its_epochs_all_are_drawn_over_updates(trainer):
    widget = bw.history({"one": trainer, "other": [("fit", "loss", [4, 8], [3.0, 2.0])]})
    assert json.loads(widget.content)["axis"] == "updates"
    assert lines_of(widget)["loss", "one, test"]["x"] == [4, 8, 12]
    told = bw.history({"one": trainer, "other": [("fit", "loss", [4, 8], [3.0, 2.0])]}, updates_per_epoch=4)
    assert json.loads(told.content)["axis"] == "epoch"
    assert lines_of(told)["loss", "other, training"]["x"] == [1, 2]


def test_what_is_not_finite_is_a_gap_and_counted():
    widget = bw.history([("fit", "loss", [1, 2, 3, 4], [2.0, np.nan, np.inf, 1.0])])
    assert lines_of(widget)["loss", "training"]["y"] == [2.0, None, None, 1.0]
    content = json.loads(widget.content)
    assert (content["lost"], content["positive"]) == (2, True)


@pytest.mark.parametrize("losses, positive", [([1.0, 0.5], True), ([1.0, 0.0], False), ([1.0, -1.0], False), ([np.nan], False)])
def test_an_axis_can_be_logarithmic_where_all_losses_are_above_0(losses, positive):
    widget = bw.history([("fit", "loss", range(1, len(losses) + 1), losses)], log=True)
    assert json.loads(widget.content)["positive"] is positive


def test_before_the_first_epoch_the_view_says_that_there_is_nothing():
    widget = bw.history(trainer_of())
    content = json.loads(widget.content)
    assert (content["plots"], content["axis"], content["facts"]) == ([{"metric": "loss", "lines": []}], "epoch", "")
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == "Recurrent: nothing has been trained yet"
    assert "Nothing has been trained yet." in bundle["image/svg+xml"]


def test_it_follows_a_training_report_by_report(monkeypatch, listen):
    monkeypatch.setattr("bouton_widgets._history._PAUSE", 0.0)
    monkeypatch.setattr("bouton_widgets._history._SHARE", float("inf"))
    trainer = trainer_of()
    shown = bw.history(trainer)
    page = listen(shown.view)
    trainer.fit((X, Y), (X, Y), num_epoch=3, num_batch=4, fun_after_report=shown.follow)
    seen = [[len(line["y"]) for line in content["plots"][0]["lines"] if line["phase"] != "batch"] for content in page.contents]
    assert seen == [[1], [1, 1], [2, 1], [2, 2], [3, 2], [3, 3]]
    assert_array_equal(lines_of(shown)["loss", "training"]["y"], trainer.train_losses)


def test_following_leaves_most_of_the_time_to_the_training(monkeypatch, listen):
    monkeypatch.setattr("bouton_widgets._history._PAUSE", 60.0)
    shown = bw.history([("fit", "loss", [1], [1.0])])
    page = listen(shown.view)
    for _ in range(5):
        shown.follow()
    assert len(page.contents) == 1
    shown.refresh()
    assert len(page.contents) == 2


def test_what_took_long_to_draw_is_drawn_less_often(monkeypatch, listen):
    shown = bw.history([("fit", "loss", [1], [1.0])])
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(shown.view, "refresh", lambda: now.append(now.pop() + 0.5))
    shown.follow()
    assert now == [100.5]
    now[0] = 105.4
    shown.follow()
    assert now == [105.4]
    now[0] = 105.6
    shown.follow()
    assert now == [106.1]


def test_a_page_that_says_hello_sees_what_has_been_trained_meanwhile(listen):
    trainer = trainer_of()
    page = listen(bw.history(trainer).view)
    trainer.fit((X, Y), num_epoch=1)
    page.say("hello")
    assert page.contents[-1]["facts"] == "1 update"


def test_a_cell_that_trains_shows_when_it_has_been_executed(shell, listen):
    trainer = trainer_of()
    page = listen(bw.history(trainer).view)
    shell.push({"trainer": trainer, "X": X, "Y": Y})
    shell.run_cell("trainer.fit((X, Y), num_epoch=1)")
    assert page.contents == []
    page.say("hello")
    shell.run_cell("trainer.fit((X, Y), num_epoch=2)")
    assert page.contents[-1]["facts"] == "3 updates"
    seen = len(page.contents)
    page.say("bye")
    shell.run_cell("trainer.fit((X, Y), num_epoch=1)")
    assert len(page.contents) == seen


def test_a_closed_view_looks_no_more(listen):
    widget = bw.history([("fit", "loss", [1], [1.0])])
    page = listen(widget.view)
    page.say("hello")
    seen = len(page.contents)
    widget.close()
    widget.view.look()
    assert (len(page.contents), widget.view.pages) == (seen, {})


def test_where_no_script_runs_the_values_are_a_table(trainer):
    bundle, _ = bw.history({"a": trainer.curves()})._repr_mimebundle_()
    head, *rows = bundle["text/plain"].splitlines()
    assert head.split() == ["metric", "first", "least", "largest", "last"]
    names = {tuple(row.split()[:3]) for row in rows}
    assert names == {(metric, "a,", phase) for metric in ("loss", "largest") for phase in ("training", "test")}
    row = next(row for row in rows if row.startswith("loss") and "test" in row)
    tested = trainer.test_losses
    assert np.array(row.split()[-4:], float) == pytest.approx([tested[0], tested.min(), tested.max(), tested[-1]], rel=1e-3)


@pytest.mark.parametrize("updates", [0, 1.5, True, "4"])
def test_updates_of_an_epoch_that_are_no_count_are_refused(updates):
    with pytest.raises(bp.errors.ValueRefused, match=r"updates_per_epoch=\.\.\.\): expected a whole number of at least 1, got "):
        bw.history([], updates_per_epoch=updates)


def test_what_is_no_history_is_refused():
    with pytest.raises(bp.errors.KindError, match=r"bouton_widgets\.history\(trainer\): expected a trainer with a history"):
        bw.history(bp.modules.LIF(2))
