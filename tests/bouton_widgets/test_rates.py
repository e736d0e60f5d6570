import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedRates


@pytest.fixture
def simulation():
    model = bp.modules.LIF(20, bias=0.06, noise_std=0.0)
    with bp.run.LiveSimulation(model, record=["spikes", "output", "vmem"], window=1.0) as simulation:
        yield simulation


@pytest.fixture
def plot(simulation):
    plot = bw.rates(simulation)
    yield plot
    plot.close()


def test_the_content_names_the_populations_and_the_kernels(plot):
    content = plot.view.content()
    assert content["populations"] == [{"path": "spikes", "units": 20}, {"path": "output", "units": 20}]
    assert [value for value, _ in content["kernels"]] == ["gaussian", "box", "exponential", ""]


def test_a_page_gets_the_rates_in_as_many_bins_as_it_has_room_for(simulation, plot, listen):
    simulation.step(600)
    page = listen(plot.view)
    page.say("kernel", value="")
    page.say("hello", columns=200)
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    spikes, output = (np.frombuffer(buffer, np.float32) for buffer in buffers)
    assert (head["time"], head["populations"], head["kernel"], head["step"]) == ([0.0, 1.0], ["spikes", "output"], "", 600)
    # All neurons spike together: a bin of ten steps has all of them or none.
    assert sorted(set(np.round(spikes[:60], 3).tolist())) == [0.0, 100.0]
    assert np.isnan(spikes[60:]).all()
    np.testing.assert_array_equal(spikes, output)
    assert len(spikes) == 100


def test_the_page_chooses_the_kernel_and_its_width(plot, listen):
    page = listen(plot.view)
    page.say("kernel", value="exponential")
    page.say("width", value=0.05)
    assert (plot.view.rates.kernel, plot.view.rates.width) == ("exponential", 0.05)
    page.say("width", value=-1)
    assert "Rates.width: expected seconds above 0, got -1" in page.heard("refused")[0]["text"]
    head = plot.view.picture()[0]
    assert (head["kernel"], head["width"]) == ("exponential", 0.05)


def test_without_a_page_it_is_text_and_a_picture(simulation, plot):
    assert "<svg " in plot.view.svg()
    simulation.step(300)
    bundle = plot._repr_mimebundle_()[0]
    assert bundle["text/plain"] == "Rates of LIF: spikes, output"
    assert "Rate (Hz)" in bundle["image/svg+xml"]
    assert "NaN" not in bundle["image/svg+xml"]
    assert "nan" not in bundle["image/svg+xml"]


def test_panel_shows_it(plot):
    assert isinstance(to_panel(plot), ServedRates)


def test_what_has_no_rates_is_refused(simulation):
    with pytest.raises(
        errors.KindError, match=r"bouton_widgets\.rates\(simulation\): expected a bouton\.run\.LiveSimulation, got LIF"
    ):
        bw.rates(simulation.model)
    with pytest.raises(errors.UnknownPathError, match=r"a signal of events that is recorded, got 'vmem'"):
        bw.rates(simulation, "vmem")
