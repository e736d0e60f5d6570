import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


@pytest.fixture
def rates():
    return bp.modules.Rate(2, bias=1.0)


def row_of(message):
    return next(row for row in message["rows"] if row["path"] == "act_fn")


def test_an_activation_is_a_menu_of_its_choices(rates):
    row = row_of(json.loads(bw.parameters(rates).content))
    assert (row["choices"], row["value"], row["changed"]) == (["ReLU", "tanh", "sigmoid"], "ReLU", False)


def test_what_is_chosen_reaches_the_model_and_can_be_undone_and_reset(rates, listen):
    page = listen(bw.parameters(rates).view)
    x = np.linspace(-2, 2, 5, dtype=np.float32)
    page.say("set", path="act_fn", value="tanh")
    np.testing.assert_allclose(rates.act_fn(x, np.float32(0.5)), np.tanh(x - 0.5), rtol=1e-5)
    page.say("set", path="act_fn", value="sigmoid")
    page.say("undo")
    assert page.heard("rows")[-1]["rows"][0]["value"] == "tanh"
    page.say("reset", path="act_fn")
    np.testing.assert_allclose(rates.act_fn(x, np.float32(0.5)), np.maximum(x - 0.5, 0), rtol=1e-6)


def test_a_name_that_is_no_choice_is_refused_beside_the_menu(rates, listen):
    page = listen(bw.parameters(rates).view)
    page.say("set", path="act_fn", value="cube")
    assert page.heard("answer")[-1]["error"] == "Choose one of ReLU, tanh, sigmoid."


def test_a_function_of_ones_own_is_shown_by_its_name(rates, listen):
    def leaky(x, threshold):
        return x

    page = listen(bw.parameters(rates).view)
    rates.act_fn = leaky
    page.say("hello")
    row = row_of(page.heard("rows")[-1])
    assert (row["choices"][0], row["value"], row["text"]) == ("", None, "leaky")


def test_a_running_simulation_computes_with_what_is_chosen(listen):
    rates = bp.modules.Rate(1, tau=0.02, bias=0.7)
    with bp.run.LiveSimulation(rates, record="output", chunk=50, window=0.5) as simulation:
        page = listen(bw.parameters(simulation).view)
        page.say("set", path="act_fn", value="tanh")
        simulation.step(500)
        last = float(simulation.frame("output", columns=500).traces["output"].lo[0, -1])
    assert last == pytest.approx(np.tanh(0.7), rel=1e-3)
