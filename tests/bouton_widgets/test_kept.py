"""What is kept of a simulation, by the numbers of the series that drives it."""

import gc
import weakref

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets import _kept
from bouton_widgets._kept import shelf_of


@pytest.fixture(scope="module")
def made():
    model = bp.modules.ExpSyn(3, tau=0.02)
    with bp.run.LiveSimulation(model, inputs=1.0, record=["isyn", "output"], window=0.1, chunk=50) as simulation:
        simulation.step(50)
        yield simulation


@pytest.fixture
def simulation(made):
    """At 0.05 s, nothing kept."""
    made.reset()
    made.step(50)
    for run in list(shelf_of(made).runs):
        shelf_of(made).forget(run.number)
    return made


def test_a_kept_run_stays_as_it_was_and_is_data(simulation):
    widget = bw.traces(simulation)
    kept = widget.keep("first")
    before = np.asarray(simulation.frame("isyn", columns=100).traces["isyn"].lo)
    simulation.step(50)
    assert list(widget.kept) == ["first"]
    assert widget.kept["first"] is kept
    np.testing.assert_allclose(kept.time, np.arange(1, 51) * 1e-3)
    np.testing.assert_array_equal(kept.values["isyn"].T, before[:, :50])
    assert kept.to_xarray()["isyn"].sizes == {"time": 50, "neuron": 3}


def test_all_views_of_a_simulation_keep_the_same_runs(simulation):
    traces, histogram = bw.traces(simulation), bw.histogram(simulation, "isyn")
    number = shelf_of(simulation).runs
    assert number == []
    traces.keep()
    histogram.keep("two")
    names = list(traces.kept)
    assert names[0].startswith("Run ")
    assert names[1:] == ["two"]
    assert histogram.kept == traces.kept
    traces.forget("two")
    traces.forget("nothing of this name")
    assert list(histogram.kept) == names[:1]


def test_pages_are_given_each_run_that_is_kept_with_its_data(simulation, listen):
    view = bw.traces(simulation, "isyn", units=2).view
    page = listen(view)
    page.say("hello", columns=100)
    page.say("keep", name="one")
    page.say("keep")
    message, buffers = [(m, b) for m, b in page.messages if m["type"] == "kept"][-1]
    first, second = message["runs"]
    assert (first["name"], first["window"], first["count"], message["own"]) == ("one", [0.0, 0.05], 1, 0)
    assert second["number"] == first["number"] + 1
    expected = simulation.frame(["isyn"], columns=100, units=2).traces["isyn"]
    numbers = np.frombuffer(buffers[0], np.float32).reshape(2, *expected.lo.shape)
    np.testing.assert_array_equal(numbers, [expected.lo, expected.hi])
    page.say("forget", number=first["number"])
    assert [run["name"] for run in page.heard("kept")[-1]["runs"]] == [second["name"]]


def test_what_is_frozen_stands_while_the_model_runs_on_and_is_shown_in_part(simulation, listen):
    isyn = np.asarray(simulation.recording("isyn").values["isyn"])
    view = bw.traces(simulation, "isyn").view
    page = listen(view)
    page.say("hello", columns=40)
    page.say("look", token="frozen", span=None, at=None, kept={})
    simulation.step(50)
    page.say("look", token="frozen", span=[0.01, 0.03], at=0.02, kept={})
    whole, part = page.heard("standing")
    assert (whole["window"], whole["now"], whole["for"], whole["token"]) == ([0.0, 0.05], 0.05, "page", "frozen")
    assert part["time"] == pytest.approx([0.01, 0.03])
    assert part["at"] == {"time": pytest.approx(0.02), "values": {"isyn": [pytest.approx(v) for v in isyn[19].tolist()]}}
    buffer = next(b for m, b in reversed(page.messages) if m["type"] == "standing")[0]
    np.testing.assert_array_equal(np.frombuffer(buffer, np.float32).reshape(2, 3, -1), [isyn[10:30].T] * 2)
    page.say("read", token="frozen", at=0.0301)
    assert page.heard("reading")[0]["at"]["values"]["isyn"] == [pytest.approx(v) for v in isyn[29].tolist()]


def test_views_that_are_frozen_together_show_the_same_window(simulation, listen):
    one, other = listen(bw.traces(simulation, "isyn").view, "one"), listen(bw.histogram(simulation, "isyn").view, "other")
    one.say("look", token="t", span=None)
    simulation.step(30)
    other.say("look", token="t", span=None, at=0.05)
    assert [page.heard("standing")[0]["window"] for page in (one, other)] == [[0.0, 0.05]] * 2
    assert other.heard("standing")[0]["at"] == pytest.approx(0.05)
    for page in (one, other):
        assert shelf_of(simulation).window("t") is not None
        page.say("thaw")
    assert shelf_of(simulation).window("t") is None


def test_kept_runs_lie_under_a_part_at_the_times_that_the_page_says(simulation, listen):
    isyn = np.asarray(simulation.recording("isyn").values["isyn"])
    view = bw.traces(simulation, "isyn").view
    view.keep("one")
    number = shelf_of(simulation).runs[-1].number
    simulation.step(50)
    page = listen(view)
    page.say("look", token="t", span=[0.06, 0.08], kept={str(number): [0.01, 0.03]})
    head, buffers = page.messages[-1]
    (run,) = head["runs"]
    assert (run["number"], run["time"], head["own"]) == (number, pytest.approx([0.01, 0.03]), 1)
    np.testing.assert_array_equal(np.frombuffer(buffers[1], np.float32).reshape(2, 3, -1)[0], isyn[10:30].T)


def test_a_page_looks_at_one_window_at_a_time(simulation, listen):
    page = listen(bw.traces(simulation).view)
    for token in "abcdef":
        page.say("look", token=token, span=None)
    assert [shelf_of(simulation).window(token) is not None for token in "abcdef"] == [False] * 5 + [True]
    other = listen(page.view, "other")
    other.say("look", token="g", span=None)
    page.say("look", token="g", span=None)
    assert shelf_of(simulation).window("f") is None
    page.say("bye")
    assert shelf_of(simulation).window("g") is not None
    other.say("bye")
    assert shelf_of(simulation).window("g") is None
    assert page.heard("thawed") == page.heard("refused") == []


@pytest.mark.parametrize(
    ("kind", "asked"), [("look", {"span": None}), ("read", {"at": 0.02}), ("keep", {"name": "one"}), ("export", {"form": "csv"})]
)
def test_what_pages_left_behind_gives_way_and_who_comes_back_to_it_is_told(simulation, listen, kind, asked):
    view = bw.traces(simulation).view
    pages = [listen(view, name) for name in "abcde"]
    for page in pages:
        page.say("look", token=f"{kind} {page.name}", span=None)
    first, *_, last = pages
    last.say(kind, token=f"{kind} a", **asked)
    assert last.heard("refused")[-1]["text"].startswith("freeze: expected one of the last 4 pictures that were frozen")
    assert last.heard("thawed")[-1]["token"] == f"{kind} a"
    assert last.heard("file") == last.heard("reading") == []
    assert view.kept == {}
    assert len(first.heard("standing")) == 5
    for page in pages:
        page.say("bye")


def test_a_name_twice_and_no_name_are_refused(simulation, listen):
    widget = bw.traces(simulation)
    widget.keep("one")
    for name in ("one", " ", 3):
        with pytest.raises(errors.ValueRefused, match=r"keep\(name=\.\.\.\): expected a name that no other kept run has, got"):
            widget.keep(name)
    page = listen(widget.view)
    page.say("keep", name="one")
    assert "a name that no other kept run has" in page.heard("refused")[0]["text"]


def test_more_than_there_is_room_for_is_refused_and_the_page_goes_on(simulation, listen, monkeypatch):
    monkeypatch.setattr(_kept, "MOST_BYTES", 1.4 * simulation.nbytes)
    widget = bw.traces(simulation)
    widget.keep()
    with pytest.raises(errors.ValueRefused, match=r"keep: expected at most .* MiB of one simulation, got .* MiB with this one"):
        widget.keep()
    page = listen(widget.view)
    page.say("look", token="large", span=None)
    assert page.heard("thawed") == [{"type": "thawed", "for": "page", "token": "large"}]
    assert "Remove a kept run" in page.heard("refused")[0]["text"]


def test_neither_simulation_nor_view_is_held_by_what_is_kept():
    simulation = bp.run.LiveSimulation(bp.modules.LIF(2), record="vmem")
    widget = bw.traces(simulation)
    widget.keep()
    widget.view.receive({"type": "look", "view": "page", "token": "t", "span": None})
    gone = weakref.ref(simulation), weakref.ref(widget.view)
    widget.close()
    simulation.close()
    del simulation, widget
    gc.collect()
    assert [one() for one in gone] == [None, None]
