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


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1", "Must be at least 0 s."),
        ("fast", "Type a number in s, such as 0.02 or 20 ms."),
        ("", "Type a number in s, such as 0.02 or 20 ms."),
        ("nan", "Type a number in s, such as 0.02 or 20 ms."),
    ],
)
def test_a_refusal_is_a_short_sentence_and_changes_nothing(neurons, listen, typed, sentence):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=typed)
    (answer,) = page.heard("answer")
    assert (answer["error"], answer["change"], answer["to"]) == (sentence, None, "page")
    assert float(neurons.tau_mem) == pytest.approx(0.02)


def test_a_number_is_taken_with_its_unit(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value="35 ms")
    assert float(neurons.tau_mem) == float(np.float32(0.035))
    assert page.heard("answer")[-1]["row"]["value"] == 0.035


class Stubborn(bp.Object):
    """Refuses a value for a reason of its own, of which its entries know nothing."""

    def __init__(self):
        super().__init__()
        self.gain = bp.parameters.Parameter(1.0)

    def __setattr__(self, name, value):
        if name == "gain" and np.asarray(getattr(value, "data", value)) == 13:
            raise bp.errors.ValueRefused(where="gain", expected="any other number", got="13", fix="Choose another.")
        super().__setattr__(name, value)


def test_what_only_the_model_knows_is_refused_in_its_own_words(listen):
    page = listen(bw.parameters(Stubborn()).view)
    page.say("set", path="gain", value="13")
    assert page.heard("answer")[-1]["error"] == "gain: expected any other number, got 13. Choose another."


def test_reset_brings_the_range_back_in_every_view(neurons, listen):
    one, other = listen(bw.parameters(neurons).view), listen(bw.parameters(neurons).view)
    one.say("set", path="tau_mem", value="2")
    assert one.heard("answer")[-1]["row"]["hi"] > 2
    assert other.heard("rows")[-1]["rows"][0]["hi"] > 2
    one.say("set", path="tau_mem", value=0.1)
    assert other.heard("rows")[-1]["rows"][0]["hi"] > 2
    one.say("reset", path=None)
    for row in (
        next(a["row"] for a in one.heard("answer") if a["row"]["path"] == "tau_mem" and not a["row"]["changed"]),
        other.heard("rows")[-1]["rows"][0],
    ):
        assert (row["lo"], row["hi"]) == (0.002, 0.2)


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
    assert answers[1]["error"] == "Must be at least 0 s."


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


def test_a_page_that_is_opened_later_is_told_what_has_been_kept_and_chosen_since(neurons, listen):
    with bp.run.LiveSimulation(neurons, record="vmem", window=0.1) as simulation:
        controls = bw.parameters(simulation)
        controls.store_preset("calm")
        controls.sensitivity("mean vmem")
        controls.fit(np.zeros(10), "vmem", "tau_mem")
        page = listen(controls.view)
        page.say("hello")
        assert page.heard("presets")[-1]["presets"] == ["calm"]
        assert page.heard("slopes-menu")[-1]["chosen"] == "mean vmem"
        assert page.heard("fit")[-1]["chosen"] == ["tau_mem"]
        page.say("bye")
