import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedHistogram


@pytest.fixture
def simulation():
    # Otherwise a value may lie where two bins meet.
    bm.random.seed(0)
    model = bp.modules.FromStep(bp.neurons.LIF(200, V_initializer=bp.init.Uniform(-2.0, 19.0)), 1e-4)
    drive = np.linspace(0, 40, 200, dtype=np.float32)[None]
    with bp.run.LiveSimulation(model, drive, record=["system.V", "system.spike"], window=0.02) as simulation:
        yield simulation


@pytest.fixture
def plot(simulation):
    plot = bw.histogram(simulation, "system.V")
    yield plot
    plot.close()


def test_the_content_names_the_signal(plot):
    content = plot.view.content()
    assert (content["path"], content["unit"], content["units"], content["window"]) == ("system.V", "mV", 200, 0.02)


def test_a_page_gets_the_parts_of_the_values_in_each_bin(simulation, plot, listen):
    page = listen(plot.view)
    head, buffers, _ = plot.view.picture()
    assert (head["mean"], head["std"]) == (None, None)
    assert not np.frombuffer(b"".join(buffers), np.float32).any()
    simulation.step(150)
    page.say("fit")
    page.say("hello")
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    now, kept = (np.frombuffer(buffer, np.float32) for buffer in buffers)
    V = np.asarray(simulation.model.system.V, float)
    low, high = head["ends"]
    assert low <= V.min() < V.max() <= high
    np.testing.assert_allclose(now, np.histogram(V, 60, (low, high))[0] / 200, atol=1e-6)
    assert kept.sum() == pytest.approx(1, abs=1e-5)
    assert (head["mean"], head["std"]) == (pytest.approx(V.mean(), rel=1e-4), pytest.approx(V.std(), rel=1e-4))


def test_without_a_page_it_is_text_and_a_picture(simulation, plot):
    assert "<svg " in plot.view.svg()
    simulation.step(100)
    bundle = plot._repr_mimebundle_()[0]
    assert bundle["text/plain"] == "Distribution of system.V of LIF over 200 units"
    assert "system.V (mV)" in bundle["image/svg+xml"]
    assert "Part of the units (%)" in bundle["image/svg+xml"]


def test_panel_shows_it(plot):
    assert isinstance(to_panel(plot), ServedHistogram)


def test_what_has_no_distribution_is_refused(simulation):
    with pytest.raises(
        errors.KindError, match=r"bouton_widgets\.histogram\(simulation\): expected a bouton\.run\.LiveSimulation, got"
    ):
        bw.histogram(simulation.model, "system.V")
    with pytest.raises(errors.UnknownPathError, match=r"a signal of values that is recorded, got 'system\.spike'"):
        bw.histogram(simulation, "system.spike")
