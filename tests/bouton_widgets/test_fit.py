import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw

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
