import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedStimulus


@pytest.fixture
def simulation():
    model = bp.modules.FromStep(bp.neurons.LIF(3), 1e-3)
    with bp.run.LiveSimulation(model, 1.0, record="system.V", chunk=10, window=0.1) as simulation:
        yield simulation


@pytest.fixture
def hands(simulation):
    hands = bw.stimulus(simulation, height=5.0)
    yield hands
    hands.close()


@pytest.fixture
def page(hands, listen):
    return listen(hands.view)


def test_the_content_tells_the_input_and_what_to_begin_with(simulation, hands):
    content = hands.view.content()
    unit = simulation.model.entry("system.input").unit or ""
    assert (content["unit"], content["channels"], content["height"], content["on"]) == (unit, 3, 5.0, {})
    assert content["drive"] == 1.0


@pytest.mark.parametrize(
    "said, wanted",
    [
        ({"what": "step", "height": 2.0}, [[3.0] * 3] * 4),
        ({"what": "step", "height": 2.0, "first": 1, "last": 2, "instead": True}, [[1.0, 2.0, 2.0]] * 4),
        ({"what": "pulse", "height": 2.0, "width": 0.002}, [[3.0] * 3] * 2 + [[1.0] * 3] * 2),
        ({"what": "noise", "mean": 4.0, "sd": 0.0, "seed": 1}, [[5.0] * 3] * 4),
        ({"what": "curve", "heights": [0.0, 2.0], "seconds": 0.002, "repeat": True}, [[1.0] * 3, [2.0] * 3] * 2),
        (
            {"what": "curve", "heights": [0.0, 2.0], "seconds": 0.002, "repeat": False},
            [[1.0] * 3, [2.0] * 3, [1.0] * 3, [1.0] * 3],
        ),
    ],
)
def test_what_a_page_gives_drives_the_model(simulation, page, said, wanted):
    page.say("give", **said)
    np.testing.assert_allclose(simulation.inputs(0, 4), wanted)
    assert simulation.change == 1
    page.say("off", what=said["what"])
    np.testing.assert_allclose(simulation.inputs(0, 4), 1.0)


def test_a_page_is_told_what_is_on_and_what_has_been_given(simulation, hands, page):
    simulation.step(20)
    page.say("give", what="step", height=2.0, first=0, last=1, instead=False)
    bp.run.Stimulus(simulation).curve([0.0, 1.0], 0.02)
    page.say("hello", columns=50)
    page.wait(lambda: page.heard("frame"))
    page.say("drawn", frame=page.heard("frame")[-1]["frame"])
    simulation.step(20)
    page.wait(lambda: page.heard("frame")[-1]["step"] == 40)
    head, buffers = page.messages[-1]
    assert head["on"]["step"] == {"height": 2.0, "first": 0, "last": 1, "instead": False}
    curve = head["on"]["curve"]
    assert (curve["repeat"], curve["seconds"], curve["first"]) == (True, pytest.approx(0.02), None)
    assert head["drive"] == 1.0
    np.testing.assert_allclose(curve["heights"], np.linspace(0, 1, 51))
    lo, hi = (np.frombuffer(buffer, np.float32) for buffer in buffers)
    given = np.concatenate([np.zeros(20), 2.0 + np.arange(20) / 20]).reshape(20, 2)
    np.testing.assert_allclose(lo[:20], given.min(1), atol=1e-6)
    np.testing.assert_allclose(hi[:20], given.max(1), atol=1e-6)
    assert np.isnan(lo[20:]).all()
    page.say("channel", value=2)
    page.say("drawn", frame=head["frame"])
    page.wait(lambda: page.heard("frame")[-1]["channel"] == 2)
    lo, _ = (np.frombuffer(buffer, np.float32) for buffer in page.messages[-1][1])
    np.testing.assert_allclose(lo[:20], given.min(1) - 2.0 * (np.arange(20) >= 10), atol=1e-6)


def test_what_cannot_be_given_is_told_on_the_page_and_changes_nothing(simulation, hands, page):
    page.say("give", what="pulse", height=None, width=0.01)
    assert "Stimulus.pulse(height): expected a finite number, got None" in page.heard("refused")[-1]["text"]
    page.say("give", what="step", height=1.0, first=2, last=5)
    assert "expected a channel from 0 to 2" in page.heard("refused")[-1]["text"]
    page.say("channel", value=9)
    assert "expected a channel from 0 to 2" in page.heard("refused")[-1]["text"]
    assert hands.view.channel == 0
    np.testing.assert_allclose(simulation.inputs(0, 4), 1.0)


def test_without_a_page_it_is_text_and_a_picture(simulation, hands, page):
    assert hands.view.plain() == "Stimulus of LIF: nothing is given"
    page.say("give", what="step", height=2.0, first=1, last=1, instead=True)
    page.say("give", what="noise", mean=0.0, sd=0.5, seed=0)
    unit = hands.view.stimulus.unit
    bundle = hands._repr_mimebundle_()[0]
    assert bundle["text/plain"] == (
        f"Stimulus of LIF: step 2 {unit} to input 1 instead of the drive, noise 0 ± 0.5 {unit} to all inputs"
    )
    simulation.step(30)
    assert "to input 0 of 3" in hands.view.svg()
    assert f"Stimulus ({unit})" in hands.view.svg()


def test_panel_shows_it(hands):
    assert isinstance(to_panel(hands), ServedStimulus)


def test_what_has_no_input_and_heights_that_are_none_are_refused(simulation):
    with pytest.raises(
        errors.KindError, match=r"bouton_widgets\.stimulus\(simulation\): expected a bouton\.run\.LiveSimulation, got"
    ):
        bw.stimulus(simulation.model)
    with pytest.raises(errors.ValueRefused, match=r"stimulus\(height=\.\.\.\): expected a finite number above 0, got -1\.0"):
        bw.stimulus(simulation, height=-1.0)


def test_a_frame_says_up_to_which_of_a_pages_wishes_it_is_true(simulation, hands, page):
    page.say("give", what="step", height=2.0, turn=1)
    page.say("hello", columns=50)
    page.wait(lambda: page.heard("frame"))
    assert (page.heard("frame")[-1]["heard"], list(page.heard("frame")[-1]["on"])) == ({"page": 1}, ["step"])
    page.say("off", what="step", turn=2)
    page.say("drawn", frame=page.heard("frame")[-1]["frame"])
    page.wait(lambda: page.heard("frame")[-1]["heard"] == {"page": 2})
    assert page.heard("frame")[-1]["on"] == {}
    # Also when it is refused.
    page.say("give", what="step", height=None, turn=3)
    page.say("drawn", frame=page.heard("frame")[-1]["frame"])
    page.wait(lambda: page.heard("frame")[-1]["heard"] == {"page": 3})
