import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets._kept import shelf_of

DT = 1e-3


def trace(tau, bias, steps):
    """State of rate neurons in NumPy."""
    x, rows = 0.0, []
    for _ in range(steps):
        x = x + DT / tau * (bias - x)
        rows.append(x)
    return np.array(rows)


@pytest.fixture
def simulation():
    with bp.run.LiveSimulation(bp.modules.Rate(1, tau=0.02, bias=0.5), record="x", chunk=10, window=0.5) as simulation:
        yield simulation


def test_what_would_come_is_taken_as_a_target_and_found_again(simulation, listen):
    model = simulation.model
    page = listen(bw.parameters(simulation).view)
    page.say("hello")
    page.say("fit-target", signal="x", seconds=0.1)
    assert page.heard("fit")[-1]["target"] == "x, 0.1 s from 0 s on"
    page.say("fit-choose", path="tau", on=True)
    page.say("set", path="tau", value="80 ms")
    page.say("fit-start", rate=0.2)
    page.wait(lambda: page.heard("fit")[-1]["steps"] > 0 and not page.heard("fit")[-1]["running"], 30)
    told = page.heard("fit")[-1]
    assert (told["error"], told["able"]) == (None, ["tau", "bias", "threshold"])
    assert told["best"] == min(told["losses"]) < 1e-4 * told["losses"][0]
    assert float(model.tau) == pytest.approx(0.02, rel=0.01)
    # The slider has moved with it, and the fit is one step that can be undone.
    shown = [row for message in page.heard("rows") for row in message["rows"] if row["path"] == "tau"][-1]
    assert shown["value"] == pytest.approx(0.02, rel=0.01)
    page.say("undo")
    assert float(model.tau) == np.float32(0.08)
    page.say("redo")
    page.say("fit-undo")
    assert float(model.tau) == np.float32(0.08)
    assert page.heard("fit")[-1]["steps"] == 0
    assert simulation.compilations == 0
    assert simulation.steps == 0


def test_python_gives_a_target_and_the_page_can_stop(simulation, listen):
    controls = bw.parameters(simulation)
    page = listen(controls.view)
    page.say("hello")
    fit = controls.fit(trace(0.05, 0.3, 100), "x", ["tau", "bias"])
    assert page.heard("fit")[-1]["chosen"] == ["bias", "tau"]
    assert page.heard("slopes-menu")[-1]["menu"][-1] == ["distance x", "distance of x to the target"]
    fit.start(100_000)
    page.wait(lambda: page.heard("fit")[-1]["steps"] > 2)
    page.say("fit-stop")
    assert not fit.running
    assert float(simulation.model.tau) == float(fit.best[1]["tau"])
    assert len(page.heard("fit")[-1]["losses"]) <= 160
    assert controls.fit(trace(0.05, 0.3, 50)).of == ("bias", "tau")


def test_a_model_that_does_not_run_is_fitted_too():
    model = bp.modules.Rate(1, tau=0.02, bias=0.5)
    controls = bw.parameters(model)
    assert json.loads(controls.content)["fit"]["signals"] == []
    series = bp.modules.TSContinuous.from_clocked(trace(0.05, 0.5, 100), DT)
    fit = controls.fit(series, "x", "tau")
    fit.step(60)
    fit.stop()
    assert float(model.tau) == pytest.approx(0.05, rel=0.02)


def test_what_is_missing_is_said(simulation, listen):
    page = listen(bw.parameters(simulation).view)
    page.say("fit-start", rate=0.1)
    assert (
        "fit: expected a target and at least one parameter, got no target. Take a target first."
        in page.heard("refused")[-1]["text"]
    )
    page.say("fit-target", signal="x", seconds=0.1)
    page.say("fit-start", rate=0.1)
    assert "got no parameter. Tick the boxes" in page.heard("refused")[-1]["text"]
    page.say("fit-choose", path="act_fn", on=True)
    assert "fit, act_fn: expected a parameter of floats, got another" in page.heard("refused")[-1]["text"]
    page.say("fit-target", signal="y", seconds=0.1)
    assert "expected a signal that the model records" in page.heard("refused")[-1]["text"]
    other = listen(bw.parameters(simulation.model).view)
    other.say("fit-target", signal="x", seconds=0.1)
    assert "fit: expected a live simulation" in other.heard("refused")[-1]["text"]


def test_a_kept_run_is_taken_as_a_target_and_found_again(simulation, listen):
    controls = bw.parameters(simulation)
    page = listen(controls.view)
    simulation.step(400)
    number = shelf_of(simulation).keep(simulation, "good").number
    # Pages hear of it as of targets.
    assert page.heard("fit")[-1]["kept"] == [[number, "good"]]
    simulation.step(30)
    page.say("fit-kept", number=number, signal="x", seconds=0.2)
    # The last chunk where its states are known and 0.2 s are left begins at step 130.
    assert page.heard("fit")[-1]["target"] == "x of good, 0.2 s from 0.13 s on"
    np.testing.assert_allclose(controls.view.fitting.target.values, trace(0.02, 0.5, 330)[130:, None], rtol=1e-4)
    page.say("fit-choose", path="bias", on=True)
    page.say("set", path="bias", value="0.2")
    page.say("fit-start", rate=0.2)
    page.wait(lambda: page.heard("fit")[-1]["steps"] > 0 and not page.heard("fit")[-1]["running"], 60)
    assert float(simulation.model.bias) == pytest.approx(0.5, rel=0.01)
    shelf_of(simulation).forget(number)
    page.say("fit-kept", number=number, signal="x", seconds=0.2)
    assert "fit: expected a run that is kept, got one that is gone" in page.heard("refused")[-1]["text"]


def test_a_target_is_drawn_from_what_would_come_and_strokes_are_taken_back(simulation, listen):
    page = listen(bw.parameters(simulation).view)
    simulation.step(10)
    page.say("fit-sketch", signal="x", seconds=0.1, unit=0)
    sketch = page.heard("fit")[-1]["sketch"]
    course = trace(0.02, 0.5, 110)[10:]
    np.testing.assert_allclose(sketch["heights"], np.interp(np.linspace(0, 99, 51), np.arange(100), course), rtol=1e-4)
    assert sketch["low"] < course.min() < course.max() < sketch["high"]
    simulation.step(5)
    drawn = {key: sketch[key] for key in ("signal", "seconds", "unit", "low", "high")}
    page.say("fit-draw", **drawn, heights=[0.1] * 51, turn=1)
    page.say("fit-draw", **drawn, heights=[0.2] * 51, turn=2)
    # By which the page knows whether this is what it drew last.
    assert [(said["sketch"]["by"], said["sketch"]["turn"]) for said in page.heard("fit")[-2:]] == [("page", 1), ("page", 2)]
    told = page.heard("fit")[-1]
    assert (told["target"], told["back"]) == ("a curve drawn for unit 0 of x, 0.1 s", 3)
    target = page.view.fitting.target
    np.testing.assert_allclose(target.values, np.full((100, 1), 0.2))
    # From where it was begun, however far the simulation has come meanwhile.
    assert (target.start.steps, target.units) == (10, [0])
    page.say("fit-back")
    assert page.heard("fit")[-1]["sketch"]["heights"] == [0.1] * 51
    page.say("fit-back")
    assert page.heard("fit")[-1]["sketch"] == sketch
    page.say("fit-back")
    assert (page.heard("fit")[-1]["target"], page.heard("fit")[-1]["back"]) == (None, 0)
    page.say("fit-back")
    assert page.heard("fit")[-1]["target"] is None
    page.say("fit-sketch", signal="x", seconds=0.1, unit=1)
    assert "expected a unit from 0 to 0, got 1" in page.heard("refused")[-1]["text"]
    page.say("fit-draw", **drawn, heights=[0.0, float("inf")])
    assert "expected two finite heights or more" in page.heard("refused")[-1]["text"]


def test_a_fit_that_finds_nothing_says_what_it_tried_and_what_to_try(listen):
    model = bp.modules.LIF(5, bias=0.06, noise_std=0.0)
    with bp.run.LiveSimulation(model, record=["spikes", "vmem"], window=0.5, chunk=10) as simulation:
        page = listen(bw.parameters(simulation).view)
        simulation.step(300)
        number = shelf_of(simulation).keep(simulation, "good").number
        simulation.set("bias", np.float32(0.054))
        page.say("fit-choose", path="bias", on=True)

        def fitted(signal):
            page.say("fit-kept", number=number, signal=signal, seconds=0.2)
            page.say("fit-start", rate=0.05)
            page.wait(lambda: page.heard("fit")[-1]["steps"] > 0 and not page.heard("fit")[-1]["running"], 120)
            return page.heard("fit")[-1]

        told = fitted("vmem")
        assert told["best"] > 0.9 * told["losses"][0]
        assert "steps of at most 5 % have found nothing that is clearly nearer" in told["advice"]
        assert "Spikes reset this signal" in told["advice"]
        assert "Fit spikes with a smoothed distance" in told["advice"]
        page.say("fit-undo")
        page.say("fit-smooth", seconds=0.02)
        told = fitted("spikes")
        assert (told["best"], told["advice"], told["smooth"]) == (0.0, None, 0.02)
        assert float(model.bias) == pytest.approx(0.06, rel=0.01)
        page.say("fit-sketch", signal="spikes", seconds=0.1, unit=0)
        assert "expected a signal of values, got spikes, which has events" in page.heard("refused")[-1]["text"]
        page.say("fit-smooth", seconds=-1.0)
        assert "expected seconds above 0, or None, got -1.0" in page.heard("refused")[-1]["text"]
