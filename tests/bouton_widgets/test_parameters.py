import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


@pytest.fixture
def neurons():
    return bp.modules.LIF(3, tau_mem=0.02, bias=np.array([0.1, 0.2, 0.3], np.float32))


def rows(widget):
    return {row["path"]: row for row in json.loads(widget.content)["rows"]}


def test_there_is_a_row_for_each_parameter(neurons):
    expected = [entry.path for entry in neurons.entries() if entry.kind == "parameter"]
    assert list(rows(bw.parameters(neurons))) == expected


def test_a_family_narrows_the_rows(neurons):
    assert list(rows(bw.parameters(neurons, "taus"))) == ["tau_mem", "tau_syn"]
    assert list(rows(bw.parameters(neurons, ["taus", "bias"]))) == ["tau_mem", "tau_syn", "bias"]


def test_simulation_parameters_come_on_request(neurons):
    assert "noise_std" not in rows(bw.parameters(neurons))
    assert rows(bw.parameters(neurons, simulation_parameters=True))["noise_std"]["compiles"]


def test_a_slider_writes_into_the_model(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=0.05)
    assert float(neurons.tau_mem) == pytest.approx(0.05)
    (answer,) = page.heard("answer")
    assert (answer["to"], answer["error"], answer["row"]["changed"]) == ("page", None, True)
    assert answer["row"]["value"] == pytest.approx(0.05)


def test_a_factor_scales_an_array(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="bias", value="2")
    np.testing.assert_allclose(neurons.bias, [0.2, 0.4, 0.6], rtol=1e-6)
    page.say("set", path="bias", value="0.5")
    np.testing.assert_allclose(neurons.bias, [0.05, 0.1, 0.15], rtol=1e-6)


@pytest.mark.parametrize("typed", ["-1", "fast", ""])
def test_a_refusal_is_the_models_own_sentence_and_changes_nothing(neurons, listen, typed):
    try:
        neurons.entry("tau_mem").set(-1.0 if typed == "-1" else typed)
    except bp.errors.BoutonError as error:
        sentence = str(error)
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=typed)
    (answer,) = page.heard("answer")
    assert answer["error"] == sentence
    assert float(neurons.tau_mem) == pytest.approx(0.02)


def test_nan_is_refused_also_where_the_model_has_no_bounds(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="bias", value="nan")
    (answer,) = page.heard("answer")
    assert answer["error"] == "bias: expected a finite number, got nan. Type an ordinary number, such as 0.02."


def test_reset_returns_to_the_value_when_the_widget_was_made(neurons, listen):
    neurons.tau_mem = 0.03
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=0.05)
    page.say("set", path="bias", value=3)
    page.say("reset", path="tau_mem")
    assert float(neurons.tau_mem) == pytest.approx(0.03)
    page.say("reset", path=None)
    np.testing.assert_allclose(neurons.bias, [0.1, 0.2, 0.3], rtol=1e-6)
    last = {answer["row"]["path"]: answer["row"] for answer in page.heard("answer")}
    assert not any(row["changed"] for row in last.values())
    assert last["bias"]["value"] == 1.0


def test_two_views_of_one_model_agree(neurons, listen):
    network = bp.modules.Sequential(neurons)
    one, other = listen(bw.parameters(neurons).view), listen(bw.parameters(network).view)
    one.say("set", path="tau_mem", value=0.07)
    ((row,),) = [message["rows"] for message in other.heard("rows")]
    assert row["path"] == "0_LIF.tau_mem"
    assert row["value"] == pytest.approx(0.07)


def test_two_views_show_the_same_factor_and_a_later_one_begins_anew(neurons, listen):
    one, other = listen(bw.parameters(neurons).view), listen(bw.parameters(neurons).view)
    one.say("set", path="bias", value=2)
    assert other.heard("rows")[-1]["rows"][0]["value"] == 2
    other.say("set", path="bias", value=3)
    np.testing.assert_allclose(neurons.bias, [0.3, 0.6, 0.9], rtol=1e-6)
    assert one.heard("rows")[-1]["rows"][0]["value"] == 3
    assert rows(bw.parameters(neurons))["bias"]["value"] == 1
    one.say("reset", path="bias")
    assert other.heard("rows")[-1]["rows"][0]["value"] == 1


def test_what_python_code_changes_shows_after_refresh_and_to_a_page_that_asks(neurons, listen):
    widget = bw.parameters(neurons)
    page = listen(widget.view)
    neurons.tau_mem = 0.04
    page.say("hello")
    (greeting,) = page.heard("rows")
    assert next(row for row in greeting["rows"] if row["path"] == "tau_mem")["value"] == pytest.approx(0.04)
    neurons.tau_mem = 0.05
    widget.refresh()
    assert rows(widget)["tau_mem"]["value"] == pytest.approx(0.05)
    assert page.contents


def test_a_running_simulation_takes_each_change_and_says_its_number(neurons, listen):
    with bp.run.LiveSimulation(neurons, record="vmem") as simulation:
        page = listen(bw.parameters(simulation).view)
        page.say("set", path="tau_mem", value=0.05)
        page.say("set", path="tau_mem", value=-1)
        page.say("reset", path="tau_mem")
        answers = page.heard("answer")
    assert [answer["change"] for answer in answers] == [1, None, 2]
    assert "at least" in answers[1]["error"]


def test_what_python_code_changes_shows_by_itself_while_a_simulation_runs(neurons, listen):
    with bp.run.LiveSimulation(neurons, record="vmem") as simulation:
        page = listen(bw.parameters(simulation).view)
        page.say("hello")
        simulation.start()
        simulation.set("tau_mem", 0.06)
        page.wait(lambda: len(page.heard("rows")) > 1)
    (row,) = page.heard("rows")[-1]["rows"]
    assert (row["path"], row["value"]) == ("tau_mem", pytest.approx(0.06))


def test_a_closed_simulation_says_so_beside_the_field(neurons, listen):
    simulation = bp.run.LiveSimulation(neurons, record="vmem")
    page = listen(bw.parameters(simulation).view)
    simulation.close()
    page.say("set", path="tau_mem", value=0.05)
    page.say("reset", path="tau_mem")
    assert all("got a closed one. Make a new one." in answer["error"] for answer in page.heard("answer"))


def test_a_closed_view_hears_no_more(neurons, listen):
    with bp.run.LiveSimulation(neurons, record="vmem") as simulation:
        widget = bw.parameters(simulation)
        page = listen(widget.view)
        page.say("hello")
        heard = len(page.messages)
        widget.close()
        simulation.set("tau_mem", 0.06)
        simulation.step(1)
    assert len(page.messages) == heard


def test_what_is_neither_model_nor_simulation_is_refused():
    with pytest.raises(bp.errors.KindError, match=r"a bouton model or a bouton\.run\.LiveSimulation, got list\. Pass the module"):
        bw.parameters([])


def test_an_unknown_family_names_those_that_there_are(neurons):
    with pytest.raises(bp.errors.ValueRefused, match=r"a family that the model has: bias, taus, threshold, got no parameter"):
        bw.parameters(neurons, "weights")


def test_where_no_script_runs_there_is_a_table(neurons):
    bundle, _ = bw.parameters(neurons, "taus")._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[0].split() == ["tau_mem", "0.02", "s"]
