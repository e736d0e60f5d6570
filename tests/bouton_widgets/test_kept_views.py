"""Weights, activity and stimulus: runs of them that are kept, and what is exported."""

import io

import numpy as np
import pandas as pd
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors

WEIGHT = np.array([[1.0, -2.0, 0.5, 0.0], [0.25, 1.5, -1.0, 2.0], [-0.5, 0.75, 1.25, -1.5]], np.float32)


@pytest.fixture
def simulation():
    model = bp.modules.Sequential(bp.modules.Linear((3, 4), weight=WEIGHT), bp.modules.ExpSyn(4, tau=0.02))
    with bp.run.LiveSimulation(model, 1.0, record=["0_Linear_output", "output"], window=0.1, chunk=20) as simulation:
        yield simulation


@pytest.fixture
def sparse():
    pre, post = bp.neurons.LIF(5), bp.neurons.LIF(3)
    conn = bp.conn.IJConn([4, 0, 2], [0, 2, 1])
    across = bp.synapses.Exponential(pre, post, conn, g_max=np.array([1.0, -2.0, 3.0], np.float32))
    net = bp.Network(pre=pre, post=post, across=across)
    model = bp.modules.FromStep(net, 1e-4, input_to="pre.input", output_from="post.spike")
    with bp.run.LiveSimulation(model, record="output", window=0.01) as simulation:
        yield simulation


def cells(buffers):
    return np.frombuffer(buffers[0], np.float32).reshape(3, 4)


def test_weights_are_shown_as_the_difference_to_a_kept_run_until_that_is_let_go(simulation, listen):
    plot = bw.weights(simulation)
    page = listen(plot.view)
    simulation.step(20)
    plot.keep("before")
    assert [run["name"] for run in page.heard("kept")[-1]["runs"]] == ["before"]
    simulation.set("0_Linear.weight", WEIGHT + np.float32(0.25) * (WEIGHT > 0))
    page.say("against", value=plot.view.kept_runs[0].number)
    head, buffers, _ = plot.view.picture()
    np.testing.assert_array_equal(cells(buffers), 0.25 * (WEIGHT > 0))
    assert head["against"] == plot.view.kept_runs[0].number
    assert head["ends"] == [0.0, 0.25]
    assert "minus before" in plot.view.svg()
    plot.forget("before")
    head, buffers, _ = plot.view.picture()
    assert head["against"] is None
    np.testing.assert_array_equal(cells(buffers), WEIGHT + 0.25 * (WEIGHT > 0))


def test_the_picture_of_weights_that_stands_is_that_of_its_moment(simulation, listen):
    plot = bw.weights(simulation)
    page = listen(plot.view)
    simulation.step(20)
    page.say("look", token="t", span=None, at=None, kept={})
    simulation.set("0_Linear.weight", np.zeros((3, 4)))
    page.say("look", token="t", span=None, at=None, kept={})
    head, buffers = next((m, b) for m, b in reversed(page.messages) if m["type"] == "standing")
    np.testing.assert_array_equal(cells(buffers), WEIGHT)
    assert head["now"] == pytest.approx(0.02)


def test_weights_are_exported_whole_or_as_their_synapses(simulation, sparse, tmp_path):
    plot = bw.weights(simulation)
    plot.keep("a")
    simulation.set("0_Linear.weight", 2 * WEIGHT)
    plot.view.asked({"type": "against", "value": plot.view.kept_runs[0].number})
    found = plot.to_xarray()
    np.testing.assert_array_equal(found["0_Linear.weight"], 2 * WEIGHT)
    np.testing.assert_array_equal(found["0_Linear.weight minus a"], WEIGHT)
    assert found["0_Linear.weight"].dims == ("pre", "post")
    table = pd.read_csv(plot.to_csv(tmp_path / "w.csv"), index_col=0)
    assert table.index.name == "pre"
    np.testing.assert_allclose(table.to_numpy()[:, :4], 2 * WEIGHT)
    joined = bw.weights(sparse)
    table = pd.read_csv(io.BytesIO(joined.view.exported("csv")), index_col="synapse")
    assert table.columns.tolist() == ["pre", "post", "system.across.g_max (nA)"]
    rows = sorted(table.itertuples(index=False, name=None))
    # Weights are in the order of who sends.
    assert rows == [(0, 2, 1), (2, 1, -2), (4, 0, 3)]
    assert joined.to_xarray()["system.across.g_max"].attrs["units"] == "nA"
    for form, begin in (("png", b"\x89PNG"), ("html", b"<!doctype html>")):
        assert joined.view.exported(form).startswith(begin)


def test_a_matrix_that_is_no_table_any_more_is_refused_with_what_to_do(simulation, monkeypatch):
    monkeypatch.setattr("bouton_widgets._export.MOST_CELLS", 11)
    with pytest.raises(errors.ValueRefused, match=r"at most 11 numbers, got 12.*to_xarray\(\)"):
        bw.weights(simulation).view.exported("csv")


def test_what_a_stimulus_gave_in_a_kept_run_lies_under_the_next(simulation, listen):
    plot = bw.stimulus(simulation)
    page = listen(plot.view)
    page.say("hello", columns=50)
    hand = bp.run.Stimulus(simulation)
    hand.step(2.0)
    simulation.step(20)
    hand.off()
    simulation.step(20)
    plot.keep("first")
    simulation.reset()
    hand.step(-1.0, channels=range(1))
    simulation.step(40)
    message, buffers = next((m, b) for m, b in reversed(page.messages) if m["type"] == "kept")
    assert message["runs"][0]["count"] == 2
    first = np.frombuffer(buffers[0], np.float32)
    np.testing.assert_array_equal(first[:20], [2.0] * 10 + [0.0] * 10)
    assert np.isnan(first[20:]).all()
    now = np.frombuffer(plot.view.picture()[1][0], np.float32)
    np.testing.assert_array_equal(now[:20], [-1.0] * 20)
    # Another channel is another trace of the same run.
    page.say("channel", value=1)
    again = next(b for m, b in reversed(page.messages) if m["type"] == "kept")
    np.testing.assert_array_equal(np.frombuffer(again[0], np.float32)[:20], [2.0] * 10 + [0.0] * 10)
    assert np.nanmax(np.frombuffer(plot.view.picture()[1][1], np.float32)) == 0.0
    assert "first" in plot.view.svg()


def test_a_stimulus_is_exported_step_by_step(simulation, tmp_path):
    hand = bp.run.Stimulus(simulation)
    hand.pulse(1.5, 0.003)
    simulation.step(10)
    plot = bw.stimulus(simulation)
    found = plot.to_xarray()["stimulus to input 0"]
    np.testing.assert_array_equal(found, [1.5] * 3 + [0.0] * 7)
    np.testing.assert_allclose(found.time, np.arange(1, 11) * 1e-3)
    table = pd.read_csv(plot.to_csv(tmp_path / "s.csv"), index_col=0)
    assert table.index.name == "time (s)"
    assert table["stimulus to input 0"].sum() == 4.5


def test_activity_of_a_kept_run_lies_under_the_present_and_is_exported(simulation, listen, tmp_path):
    plot = bw.activity(simulation)
    page = listen(plot.view)
    simulation.step(100)
    plot.keep("strong")
    simulation.set("0_Linear.weight", np.zeros((3, 4)))
    simulation.step(100)
    parts = [box.node.name for box in plot.view.places.boxes]
    k = parts.index("0_Linear")
    kept = next(b for m, b in reversed(page.messages) if m["type"] == "kept")
    sums = np.abs(WEIGHT.sum(0)).mean()
    np.testing.assert_allclose(np.frombuffer(kept[0], np.float32).reshape(len(parts), -1)[k], sums, rtol=1e-5)
    np.testing.assert_array_equal(np.frombuffer(plot.view.picture()[1][0], np.float32).reshape(len(parts), -1)[k], 0.0)
    # Parts that are not recorded are told from the snapshots of the run.
    recording = plot.kept["strong"]
    levels = dict(zip(parts, plot.view.drawn(recording)[0]["levels"], strict=True))
    settled = np.abs(WEIGHT.sum(0) / (np.exp(0.001 / 0.02) - 1)).mean()
    assert levels["1_ExpSyn"] == pytest.approx(settled, rel=0.01)
    assert levels["input"] == 1.0
    found = plot.view.dataset(recording)
    np.testing.assert_allclose(found["0_Linear_output"], sums, rtol=1e-5)
    assert len(pd.read_csv(plot.to_csv(tmp_path / "a.csv"))) > 10
    assert 'stroke-opacity="0.42"' in plot.view.svg()
