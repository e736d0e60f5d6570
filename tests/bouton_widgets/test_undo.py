import itertools
import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets import _undo
from bouton_widgets._undo import Step, Undo


@pytest.fixture
def neurons():
    return bp.modules.LIF(3, tau_mem=0.02, bias=np.array([0.1, 0.2, 0.3], np.float32))


def test_a_change_is_taken_back_to_the_very_array_and_done_again(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    first = neurons.bias
    page.say("set", path="bias", value="2")
    second = neurons.bias
    page.say("undo")
    assert neurons.bias is first
    row = page.heard("rows")[-1]["rows"][0]
    assert (row["path"], row["value"], row["changed"]) == ("bias", 1, False)
    page.say("redo")
    assert neurons.bias is second
    # The same array under the same factor: not the measure of a new one.
    assert page.heard("rows")[-1]["rows"][0]["value"] == 2
    assert page.heard("rows")[-1]["steps"] == {"undo": "bias", "redo": None}


def test_one_drag_is_one_step_and_another_is_another(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    for gesture, values in ((1, (0.03, 0.04, 0.05)), (2, (0.06, 0.07))):
        for value in values:
            page.say("set", path="tau_mem", value=value, gesture=gesture)
    page.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.05)
    page.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.02)
    page.say("undo")
    page.say("redo")
    assert float(neurons.tau_mem) == np.float32(0.05)


def test_a_typed_number_is_a_step_of_its_own_and_a_refused_one_none(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    for typed in ("0.03", "-1", "0.04"):
        page.say("set", path="tau_mem", value=typed)
    page.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.03)


def test_resetting_all_is_one_step(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=0.05)
    page.say("set", path="bias", value=3)
    page.say("reset", path=None)
    assert page.heard("steps")[-1]["steps"]["undo"] == "2 parameters"
    page.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.05)
    np.testing.assert_allclose(neurons.bias, [0.3, 0.6, 0.9], rtol=1e-6)


def test_what_python_code_changes_is_a_step_of_its_own(neurons, listen):
    controls = bw.parameters(neurons)
    page = listen(controls.view)
    page.say("set", path="tau_mem", value=0.05)
    neurons.tau_mem = 0.07
    neurons.bias = np.ones(3, np.float32)
    page.say("set", path="tau_mem", value=0.09)
    controls.undo()
    assert float(neurons.tau_mem) == np.float32(0.07)
    controls.undo()
    assert float(neurons.tau_mem) == np.float32(0.05)
    np.testing.assert_allclose(neurons.bias, [0.1, 0.2, 0.3], rtol=1e-6)
    controls.undo()
    assert float(neurons.tau_mem) == np.float32(0.02)
    for _ in range(4):
        controls.redo()
    assert float(neurons.tau_mem) == np.float32(0.09)
    np.testing.assert_array_equal(neurons.bias, np.ones(3))


def test_a_change_after_undo_forgets_what_could_be_redone_also_by_code(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("set", path="tau_mem", value=0.05)
    page.say("undo")
    neurons.tau_mem = 0.06
    page.say("redo")
    assert float(neurons.tau_mem) == np.float32(0.06)


def test_two_views_of_one_model_share_the_steps(neurons, listen):
    one, other = bw.parameters(neurons, "taus"), bw.parameters(neurons)
    pages = listen(one.view, "one"), listen(other.view, "other")
    pages[0].say("set", path="tau_mem", value=0.05, gesture=1)
    pages[1].say("set", path="tau_mem", value=0.06, gesture=1)
    assert pages[0].heard("steps")[-1]["steps"] == {"undo": "tau_mem", "redo": None}
    pages[1].say("undo")
    # The hands of two pages do not make one gesture.
    assert float(neurons.tau_mem) == np.float32(0.05)
    assert pages[0].heard("rows")[-1]["rows"][0]["value"] == 0.05
    pages[0].say("undo")
    assert float(neurons.tau_mem) == np.float32(0.02)


def test_a_view_of_a_part_makes_steps_for_the_whole(neurons, listen):
    whole, part = listen(bw.parameters(bp.modules.Sequential(neurons)).view), listen(bw.parameters(neurons).view)
    for value in (0.03, 0.04):
        part.say("set", path="tau_mem", value=value, gesture=1)
    whole.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.02)


def test_what_cannot_be_undone_any_more_is_said(neurons, listen):
    simulation = bp.run.LiveSimulation(neurons, record="vmem")
    page = listen(bw.parameters(simulation).view)
    page.say("set", path="tau_mem", value=0.05)
    simulation.close()
    page.say("undo")
    (refused,) = page.heard("refused")
    assert "got a closed one. Make a new one." in refused["text"]
    assert float(neurons.tau_mem) == np.float32(0.05)


def test_steps_are_bounded_in_number_and_in_memory(monkeypatch):
    monkeypatch.setattr(_undo, "MOST_STEPS", 3)
    undo = Undo()
    for k in range(5):
        undo.did(Step({"a": k}, {"a": k + 1}, {}, "a"))
    went = []
    while (step := undo.back()) is not None:
        went.append(step.before["a"])
        undo.went_back()
    assert went == [4, 3, 2]
    monkeypatch.setattr(_undo, "MOST_STEPS", 200)
    monkeypatch.setattr(_undo, "MOST_BYTES", 5000)
    undo = Undo()
    arrays = [np.zeros(250, np.float32) for _ in range(10)]
    for before, after in itertools.pairwise(arrays):
        undo.did(Step({"a": before}, {"a": after}, {}, "a"))
    kept = 0
    while undo.back() is not None:
        undo.went_back()
        kept += 1
    # Five arrays of 1000 bytes are the ends of four steps.
    assert kept == 4


def test_the_page_is_told_at_the_start_what_there_is_to_undo(neurons, listen):
    widget = bw.parameters(neurons)
    assert json.loads(widget.content)["steps"] == {"undo": None, "redo": None}
    listen(widget.view).say("set", path="tau_mem", value=0.05)
    assert json.loads(bw.parameters(neurons).content)["steps"] == {"undo": "tau_mem", "redo": None}
