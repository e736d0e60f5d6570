import numpy as np
import pandas as pd
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedPhase


@pytest.fixture
def simulation():
    model = bp.modules.FromStep(bp.neurons.FHN(4), 1e-4)
    with bp.run.LiveSimulation(model, 0.5, record=["system.V", "system.w"], window=0.05, max_units=2) as simulation:
        yield simulation


@pytest.fixture
def plot(simulation):
    plot = bw.phase_plane(simulation, "system.V", "system.w", x_range=(-2.5, 2.5), y_range=(-1, 2))
    yield plot
    plot.close()


def frame(page):
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    return head, [np.frombuffer(buffer, np.float32) for buffer in buffers]


def last(page, kind):
    return next((message, buffers) for message, buffers in reversed(page.messages) if message["type"] == kind)


def test_the_content_names_the_axes(plot):
    content = plot.view.content()
    assert (content["x"], content["y"], content["units"]) == (("system.V", ""), ("system.w", ""), 4)
    assert (content["dt"], content["seconds"], content["arrows"]) == (1e-4, 0.05, True)


def test_a_page_gets_the_path_the_nullclines_and_the_field(simulation, plot, listen):
    simulation.step(200)
    page = listen(plot.view)
    page.say("hello", columns=500)
    head, (path, first, second, field, ago) = frame(page)
    expected = bp.run.PhasePlane(simulation, "system.V", "system.w").path()
    np.testing.assert_array_equal(path.reshape(2, -1), [expected.x, expected.y])
    assert head["at"] == [expected.x[-1], expected.y[-1]]
    np.testing.assert_allclose(head["last"] + ago, 1e-4 * expected.steps, atol=1e-7)
    assert (head["x"], head["y"], head["grid"], head["span"]) == ([-2.5, 2.5], [-1, 2], [49, 49], [-2.5, 2.5, -1, 2])
    assert (head["step"], head["status"], head["error"], head["note"]) == (200, "paused", None, None)
    assert field.shape == (2 * 49 * 49,)
    V, w = first.reshape(-1, 2)[:-1].T
    np.testing.assert_allclose(w, V - V**3 / 3 + 0.5, atol=0.01)
    V, w = second.reshape(-1, 2)[:-1].T
    np.testing.assert_allclose(w, (V + 0.7) / 0.8, atol=2e-3)
    assert len(first) > 60


def test_a_changed_parameter_is_in_the_very_next_frame_however_dear_fields_are(simulation, plot, listen):
    page = listen(plot.view)
    page.say("hello", columns=500)
    frame(page)
    plot.view._due = np.inf
    page.messages.clear()
    simulation.set("system.a", 0.2)
    plot.view._stream.wake()
    head, (_, _, second, *_) = frame(page)
    V, w = second.reshape(-1, 2)[:-1].T
    np.testing.assert_allclose(w, (V + 0.2) / 0.8, atol=2e-3)
    assert head["change"] == 1


def test_while_nothing_is_turned_fields_take_a_fifth_of_the_time_at_most(simulation, plot, monkeypatch):
    monkeypatch.setattr(type(simulation), "status", "running")
    plot.view._clock = iter(np.arange(100.0)).__next__
    fields = []
    for _ in range(12):
        simulation._advance(1)
        plot.view.picture()
        fields.append(plot.view._field.step)
    # A field takes from one second to the next; then it rests for four, in which the clock is read once a picture.
    assert fields == [1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9]


def test_the_buttons_steer_and_the_plane_is_fitted_and_zoomed(simulation, plot, listen):
    page = listen(plot.view)
    page.say("step", n=3)
    assert simulation.steps == 3
    page.say("zoom", factor=0.5, about=[0.0, 0.5])
    assert plot.view.picture()[0]["x"] == (-1.25, 1.25)
    assert plot.view.picture()[0]["y"] == (-0.25, 1.25)
    page.say("zoom", factor=2.0, about=None)
    assert plot.view.picture()[0]["y"] == (-1.0, 2.0)
    page.say("fit")
    assert plot.view.picture()[0]["x"] == (-2.5, 2.5)
    page.say("play")
    page.say("step")
    assert "Call pause() first." in page.heard("refused")[-1]["text"]
    page.say("pause")
    page.say("speed", value=0.5)
    page.say("reset")
    assert (simulation.status, simulation.steps, simulation.speed) == ("ready", 0, 0.5)


def test_another_unit_is_shown_if_it_is_recorded(simulation, plot, listen):
    page = listen(plot.view)
    page.say("unit", value=2)
    assert plot.view.picture()[0]["unit"] == 2
    page.say("unit", value=3)
    page.say("unit", value=7)
    kept, known = (message["text"] for message in page.heard("refused"))
    assert "got one that keeps every 2th unit" in kept
    assert "a whole number from 0 to 3, got 7" in known
    assert plot.view.plane.unit == 2


def test_a_field_that_fails_is_told_and_the_path_is_still_there(simulation, plot):
    simulation.step(10)
    simulation.inputs = lambda first, steps: np.zeros((2, 2, 2))
    head, buffers, _ = plot.view.picture()
    assert "PhasePlane.field: expected a model that can be advanced" in head["note"]
    assert [len(buffer) for buffer in buffers] == [80, 0, 0, 0, 40]
    assert "PhasePlane.field" in plot.view.svg()


def test_without_a_page_it_is_text_and_a_picture(simulation, plot):
    simulation.step(10)
    bundle = plot._repr_mimebundle_()[0]
    assert bundle["text/plain"].startswith("Phase plane of FHN: system.w over system.V, unit 0 of 4, now at (")
    drawing = bundle["image/svg+xml"]
    assert drawing.startswith("<svg ")
    assert drawing.endswith("</svg>")
    assert "V nullcline" in drawing
    # The nullcline of w is the line from V = -1.5, at the lower edge, to V = 0.9, at the upper.
    (line,) = [part for part in drawing.split("<path ") if "M" in part and "L" in part and "dasharray" in part]
    points = np.array([pair.split() for pair in line.split('"')[1].lstrip("M").split("L")], float)
    ends = [66 + (V + 2.5) / 5 * (544 - 66) for V in (-1.5, 0.9)]
    np.testing.assert_allclose(sorted(points[[0, -1], 0]), ends, atol=0.3)
    np.testing.assert_allclose(sorted(points[[0, -1], 1]), [62, 392], atol=0.3)


def zeros_of_w(line):
    """The a of a nullcline of w: it is the line w = (V + a) / b."""
    V, w = line.reshape(-1, 2)[:-1].T
    return np.mean(0.8 * w - V)


def test_a_run_that_is_kept_has_its_path_and_its_nullclines(simulation, plot, listen):
    page = listen(plot.view)
    page.say("hello", columns=500)
    simulation.step(300)
    expected = plot.view.plane.path()
    plot.keep("before")
    simulation.set("system.a", 0.2)
    simulation.step(500)
    path, first, second = (np.frombuffer(part, np.float32) for part in last(page, "kept")[1])
    np.testing.assert_array_equal(path.reshape(2, -1), [expected.x, expected.y])
    V, w = first.reshape(-1, 2)[:-1].T
    np.testing.assert_allclose(w, V - V**3 / 3 + 0.5, atol=0.01)
    assert zeros_of_w(second) == pytest.approx(0.7, abs=2e-3)
    assert zeros_of_w(np.frombuffer(plot.view.picture()[1][2], np.float32)) == pytest.approx(0.2, abs=2e-3)
    # Drawn anew for another part of the plane.
    page.say("zoom", factor=2.0, about=None)
    _, _, second = (np.frombuffer(part, np.float32) for part in last(page, "kept")[1])
    assert np.nanmax(second[1::2]) == pytest.approx(3.5, abs=0.2)
    drawing = plot.view.svg()
    # Of both runs, and in the legend.
    assert drawing.count(' stroke-dasharray="7 4"') == 3
    assert ">before</text>" in drawing


def test_there_is_room_for_kept_runs(simulation):
    plot = bw.phase_plane(simulation, "system.V", "system.w")
    simulation.step(400)
    plot.keep()
    highest = plot.view.plane.path().y.max()
    simulation.reset()
    simulation.step(3)
    plot.view.asked({"type": "fit"})
    assert plot.view.picture()[0]["y"][1] > highest
    plot.forget("Run 1")
    plot.view.asked({"type": "fit"})
    assert plot.view.picture()[0]["y"][1] < highest


def test_a_plane_that_stands_can_be_zoomed_and_shows_the_time_that_another_view_looks_at(simulation, plot, listen):
    page = listen(plot.view)
    page.say("hello", columns=500)
    simulation.step(300)
    before = plot.view.plane.path()
    page.say("look", token="t", span=None, at=None, kept={})
    simulation.set("system.a", 0.2)
    simulation.step(500)
    page.say("look", token="t", span=[0.01, 0.02], at=None, kept={})
    head, buffers = last(page, "standing")
    path, _, second, _, ago = (np.frombuffer(part, np.float32) for part in buffers)
    inside = (before.steps > 100) & (before.steps <= 200)
    np.testing.assert_array_equal(path.reshape(2, -1), [before.x[inside], before.y[inside]])
    np.testing.assert_allclose(head["last"] + ago, 1e-4 * np.arange(101, 201), atol=1e-7)
    assert zeros_of_w(second) == pytest.approx(0.7, abs=2e-3)
    assert head["at"] == [before.x[-1], before.y[-1]]
    assert (head["now"], head["window"]) == (pytest.approx(0.03), [0.0, pytest.approx(0.03)])
    page.say("zoom", factor=0.5, about=[0.0, 0.5])
    # The page asks again for what stands.
    assert page.messages[-1][0]["type"] == "kept"
    page.say("look", token="t", span=None, at=None, kept={})
    assert last(page, "standing")[0]["x"] == [-1.25, 1.25]


def test_it_is_exported_as_a_table_data_a_picture_and_a_page(simulation, plot, tmp_path):
    simulation.step(300)
    path = plot.view.plane.path(most=10_000)
    table = pd.read_csv(plot.to_csv(tmp_path / "plane.csv"), index_col=0)
    assert (table.index.name, list(table)) == ("time (s)", ["system.V", "system.w"])
    np.testing.assert_allclose(table.to_numpy().T, [path.x, path.y], rtol=1e-6)
    np.testing.assert_allclose(table.index, 1e-4 * path.steps)
    found = plot.to_xarray()
    V, w = found.x, found.y
    expected = (V - V**3 / 3 - w + 0.5).transpose("y", "x")
    # In the model's own time, a millisecond, and exact for small changes only: a step lasts a tenth of that.
    assert (np.sign(found.dx) == np.sign(expected)).where(abs(expected) > 0.01, True).all()
    np.testing.assert_allclose(found.dx / 1000, expected, rtol=0.3, atol=0.01)
    assert (found.dx.attrs["units"], found.x.attrs["long_name"]) == ("1/s", "system.V")
    for form, begin in (("png", b"\x89PNG"), ("html", b"<!doctype html>")):
        assert plot.view.exported(form).startswith(begin)


def test_a_plane_without_a_past_has_a_picture_and_a_field_and_says_why_no_table(simulation):
    plot = bw.phase_plane(simulation, "system.V", "system.input")
    simulation.step(5)
    plot.keep()
    simulation.step(5)
    found = plot.to_xarray()
    assert set(found.data_vars) == {"dx", "dy"}
    with pytest.raises(errors.ValueRefused, match=r"to_csv: .* does not record system\.input\. Name them in LiveSimulation"):
        plot.view.exported("csv")
    assert plot.view.exported("html").startswith(b"<!doctype html>")


def test_panel_shows_it(plot):
    assert isinstance(to_panel(plot), ServedPhase)


def test_what_cannot_be_shown_is_refused(simulation):
    with pytest.raises(errors.KindError, match=r"bouton_widgets\.phase_plane\(simulation\): .* got FromStep\. Make one"):
        bw.phase_plane(simulation.model, "system.V", "system.w")
    for seconds in (0, -1.0, np.nan, [1, 2]):
        with pytest.raises(errors.ValueRefused, match=r"phase_plane\(seconds=\.\.\.\): expected seconds above 0, got "):
            bw.phase_plane(simulation, "system.V", "system.w", seconds=seconds)
    for ends in ((1, 1), (0, np.inf), (1, 2, 3)):
        with pytest.raises(errors.ValueRefused, match=r"phase_plane\(y_range=\.\.\.\): expected a smaller and a larger"):
            bw.phase_plane(simulation, "system.V", "system.w", y_range=ends)
    with pytest.raises(errors.UnknownPathError, match=r"unit 1 of system\.V recorded, got one that keeps every 2th unit"):
        bw.phase_plane(simulation, "system.V", "system.w", unit=1)


def test_states_that_are_not_recorded_have_a_plane_but_no_past(simulation, listen):
    plot = bw.phase_plane(simulation, "system.V", "system.input", unit=1)
    content = plot.view.content()
    assert content["missing"] == ["system.input"]
    assert content["x"] == ["system.V", "mV"] or content["x"][0] == "system.V"
    page = listen(plot.view)
    simulation.step(30)
    head, buffers, _ = plot.view.picture()
    assert head["at"] == (
        pytest.approx(float(simulation.model.system.V[1])),
        pytest.approx(float(simulation.model.system.input[1])),
    )
    assert buffers[0] == b""
    assert min(head["grid"]) > 8
    low, high = head["x"]
    assert low < head["at"][0] < high
    page.say("unit", value=0)
    assert (plot.view.plane.unit, page.heard("refused")) == (0, [])
