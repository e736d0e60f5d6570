"""What stands beside the sliders, against differences in NumPy."""

import json
import re
import threading

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw
from bouton_widgets._sensitivity import ReadOutChoice

DT, U, STEPS = 1e-3, 0.7, 100


def mean(tau, start):
    """Mean over time and units of ExpSyn in NumPy."""
    now, rows = start, []
    for _ in range(STEPS):
        now = (now + U) * np.exp(-DT / tau)
        rows.append(now)
    return np.mean(rows)


@pytest.fixture
def simulation():
    syn = bp.modules.ExpSyn(3, tau=np.float32([0.01, 0.02, 0.05]))
    with bp.run.LiveSimulation(syn, inputs=U, record="isyn", chunk=10, window=STEPS * DT) as simulation:
        yield simulation


def test_the_slope_beside_a_slider_is_that_of_what_the_slider_moves(simulation, listen):
    controls = bw.parameters(simulation)
    page = listen(controls.view)
    page.say("hello")
    page.say("slopes", read="mean isyn")
    page.wait(lambda: page.heard("slopes"))
    shown = page.heard("slopes")[-1]["slopes"]
    tau = np.array([0.01, 0.02, 0.05])
    slope = (mean(tau * 1.000001, 0.0) - mean(tau * 0.999999, 0.0)) / 2e-6
    assert shown["value"] == pytest.approx(mean(tau, 0.0), rel=1e-4)
    assert shown["rows"]["tau"]["slope"] == pytest.approx(slope, rel=1e-3)
    # The slider of an array is a factor from 0.1 to 10.
    assert shown["rows"]["tau"]["bar"] == pytest.approx(9.9 * slope, rel=1e-3)
    # A change is followed.
    simulation.set("tau", np.float32([0.02, 0.04, 0.1]))
    page.wait(lambda: page.heard("slopes")[-1]["slopes"]["value"] != shown["value"])
    controls.sensitivity(None)
    assert json.loads(controls.view.text())["slopes"]["chosen"] is None


def test_the_slope_of_one_number_goes_over_the_range_for_controls(listen):
    syn = bp.modules.ExpSyn(1, tau=0.02)
    with bp.run.LiveSimulation(syn, inputs=U, record="isyn", chunk=10, window=STEPS * DT) as simulation:
        view = bw.parameters(simulation).view
        view.slopes.choose("mean isyn")
        row = view.slopes.take()["rows"]["tau"]
        slope = (mean(0.02 + 1e-8, 0.0) - mean(0.02 - 1e-8, 0.0)) / 2e-8
        assert row["slope"] == pytest.approx(slope, rel=1e-3)
        assert row["bar"] == pytest.approx(slope * (0.2 - 0.001), rel=1e-3)
        # Nothing has moved: nothing new.
        assert view.slopes.take() is None


def test_what_has_no_slope_says_why(listen):
    model = bp.modules.Rate(2, bias=0.5)
    with bp.run.LiveSimulation(model, record="x", chunk=10, window=0.1) as simulation:
        view = bw.parameters(simulation, simulation_parameters=True).view
        view.slopes.choose("mean x")
        rows = view.slopes.take()["rows"]
    assert rows["act_fn"]["why"] == "chosen by name: no slope"
    assert rows["dt"]["why"] == "a setting of the simulation: no slope"
    # The state does not hear of the threshold of the output.
    assert (rows["threshold"]["slope"], rows["threshold"]["why"]) == (0.0, "no effect here, or none that a derivative tells")
    assert rows["bias"]["slope"] > 0


@pytest.mark.parametrize(
    "read, mode, why",
    [
        (
            "rate system.spike",
            bm.nonbatching_mode,
            r"No slopes: .* Spikes have a derivative only in neurons made with mode=bm\.training_mode, and near",
        ),
        ("mean system.input", bm.nonbatching_mode, r"No slopes: nothing that a derivative tells changes it here\."),
        ("mean system.V", bm.nonbatching_mode, None),
        ("rate system.spike", bm.training_mode, None),
    ],
)
def test_where_no_parameter_has_a_slope_no_0_stands_beside_it(read, mode, why):
    model = bp.modules.FromStep(bp.neurons.LIF(2, tau=10.0, mode=mode), 1e-4)
    with bp.run.LiveSimulation(
        model, 30.0, record=["system.spike", "system.V", "system.input"], chunk=10, window=0.02
    ) as simulation:
        view = bw.parameters(simulation).view
        view.slopes.choose(read)
        found = view.slopes.take()
    slopes = [row["slope"] for row in found["rows"].values() if row["slope"] is not None]
    if why is None:
        assert found["why"] is None
        assert any(slopes)
    else:
        assert re.match(why, found["why"])
        assert slopes == []


def test_what_cannot_be_chosen_is_refused_and_a_model_that_does_not_run_offers_nothing(simulation, listen):
    page = listen(bw.parameters(simulation).view)
    page.say("slopes", read="mean vmem")
    assert "sensitivity: expected one of 'mean isyn', got 'mean vmem'" in page.heard("refused")[-1]["text"]
    controls = bw.parameters(bp.modules.LIF(2))
    assert json.loads(controls.content)["slopes"]["menu"] == []
    with pytest.raises(bp.errors.UnknownPathError, match="a live simulation with recorded signals"):
        controls.sensitivity("mean vmem")


def test_nothing_is_taken_while_it_is_off_and_the_thread_ends_with_the_last_page(simulation, listen):
    def running():
        return any(thread.name == "bouton slopes" for thread in threading.enumerate())

    controls = bw.parameters(simulation)
    page = listen(controls.view)
    page.say("hello")
    assert not running()
    controls.sensitivity("mean isyn")
    page.wait(lambda: page.heard("slopes"))
    assert running()
    page.say("bye")
    page.wait(lambda: not running())


def test_a_model_that_cannot_be_differentiated_any_more_says_so(simulation, listen):
    controls = bw.parameters(simulation)
    page = listen(controls.view)
    page.say("hello")
    simulation.model.other = bp.parameters.Parameter(1.0)
    page.say("slopes", read="mean isyn")
    page.wait(lambda: any("refused" in message for message in page.heard("slopes-menu")))
    assert "got another part in this place" in page.heard("slopes-menu")[-1]["refused"]
    assert controls.view.slopes.chosen is None


def test_what_was_taken_for_another_choice_is_not_shown(simulation, listen, monkeypatch):
    view = bw.parameters(simulation).view
    page = listen(view)
    view.pages[page.name] = {}
    monkeypatch.setattr(view.slopes, "wake", lambda: None)
    view.slopes.choose("mean isyn")
    taken = view.slopes.take

    def turned_off_meanwhile():
        found = taken()
        view.slopes.choose(None)
        return found

    monkeypatch.setattr(view.slopes, "take", turned_off_meanwhile)
    assert view.slopes.tick() > 0
    assert not page.heard("slopes")
    assert view.slopes.content()["slopes"] is None

    def refused_meanwhile():
        monkeypatch.setattr(view.slopes, "take", taken)
        view.slopes.choose("mean isyn")
        raise bp.errors.UnsupportedError(where="x", expected="y", got="z", fix="w")

    view.slopes.chosen = "rate of what went"
    monkeypatch.setattr(view.slopes, "take", refused_meanwhile)
    view.slopes.tick()
    assert view.slopes.chosen == "mean isyn"
    view.slopes.tick()
    assert page.heard("slopes")[-1]["slopes"]["read"] == "mean isyn"


def test_another_target_is_looked_at_though_the_simulation_rests(simulation, listen, monkeypatch):
    view = bw.parameters(simulation).view
    monkeypatch.setattr(view.slopes, "wake", lambda: None)
    key = "distance isyn"

    def aimed(height):
        target = np.full((STEPS, 3), height, np.float32)
        view.slopes.aim(key, ReadOutChoice("distance", "", bp.run.DistanceTo("isyn", target)))

    aimed(0.0)
    view.slopes.choose(key)
    near = view.slopes.take()["value"]
    assert view.slopes.take() is None
    aimed(1000.0)
    far = view.slopes.take()["value"]
    assert far > 10 * near
    # Also when it comes while derivatives towards the one before are being taken.
    page, taken = listen(view), view.slopes.take
    view.pages[page.name] = {}
    aimed(0.0)

    def aimed_meanwhile():
        found = taken()
        aimed(1000.0)
        return found

    monkeypatch.setattr(view.slopes, "take", aimed_meanwhile)
    view.slopes.tick()
    assert not page.heard("slopes")
    monkeypatch.setattr(view.slopes, "take", taken)
    view.slopes.tick()
    assert page.heard("slopes")[-1]["slopes"]["value"] == far
