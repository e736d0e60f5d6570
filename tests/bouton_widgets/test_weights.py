import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets._widget import to_panel
from bouton_widgets.panel import ServedWeights

WEIGHT = np.random.default_rng(0).normal(size=(4, 300)).astype(np.float32)


@pytest.fixture
def simulation():
    pre, post = bp.neurons.LIF(5), bp.neurons.LIF(3)
    synapses = bp.synapses.Exponential(
        pre, post, bp.conn.IJConn([4, 0, 2], [0, 2, 1]), g_max=np.array([1.0, -2.0, 3.0], np.float32)
    )
    net = bp.Network(pre=pre, post=post, across=synapses)
    model = bp.modules.FromStep(net, 1e-4, input_to="pre.input", output_from="post.spike")
    with bp.run.LiveSimulation(model, record="output", window=0.01) as simulation:
        yield simulation


@pytest.fixture
def wide():
    model = bp.modules.Sequential(bp.modules.Linear((4, 300), weight=WEIGHT), bp.modules.ExpSyn(300))
    with bp.run.LiveSimulation(model, record="output", window=0.01) as simulation:
        yield simulation


@pytest.fixture
def show():
    made = []

    def show(*args):
        made.append(bw.weights(*args))
        return made[-1]

    yield show
    for plot in made:
        plot.close()


def cells(buffers, head):
    shape = len(head["rows"]) - 1, len(head["columns"]) - 1
    return [np.frombuffer(buffer, np.float32).reshape(shape) for buffer in buffers]


def test_the_content_names_what_there_is_to_choose_from(simulation, show):
    content = show(simulation).view.content()
    assert content["path"] == "system.across.g_max"
    assert content["sources"] == [
        {
            "path": "system.across.g_max",
            "unit": "nA",
            "shape": [5, 3],
            "synapses": 3,
            "names": ["pre, system.pre", "post, system.post"],
        }
    ]


def test_a_page_gets_the_matrix_once_and_again_when_it_has_changed(simulation, show, listen):
    plot = show(simulation)
    page = listen(plot.view)
    page.say("hello", columns=300)
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    wanted = np.full((5, 3), np.nan, np.float32)
    # Weights stand in the order of the presynaptic neurons: 0, 2, 4.
    wanted[[0, 2, 4], [2, 1, 0]] = 1.0, -2.0, 3.0
    mean, extreme, density = cells(buffers, head)
    np.testing.assert_array_equal(mean, wanted)
    np.testing.assert_array_equal(extreme, wanted)
    np.testing.assert_array_equal(density, ~np.isnan(wanted))
    assert (head["read"], head["size"], head["odd"], sum(head["counts"])) == (3, 3, 0, 3)
    assert head["ends"] == [-2.0, 3.0]
    assert head["mean"] == pytest.approx(2 / 3)
    page.say("drawn", frame=head["frame"])
    simulation.step(5)
    page.wait(lambda: page.heard("frame")[-1]["step"] == 5)
    assert page.messages[-1][1] == []
    page.say("drawn", frame=page.messages[-1][0]["frame"])
    # Nothing runs, and the pages hear of the change all the same.
    change = simulation.set("system.across.g_max", np.array([5.0, 6.0, 7.0], np.float32))
    page.wait(lambda: page.heard("frame")[-1]["change"] == change)
    head, buffers = page.messages[-1]
    assert cells(buffers, head)[0][4, 0] == 7.0


def test_a_matrix_is_sent_in_as_many_blocks_as_a_page_has_room_for(wide, show, listen):
    plot = show(wide)
    page = listen(plot.view)
    page.say("hello", columns=100)
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    mean, extreme, _ = cells(buffers, head)
    assert mean.shape == (4, 100)
    np.testing.assert_allclose(mean, WEIGHT.reshape(4, 100, 3).mean(2), rtol=1e-4, atol=1e-6)
    parts = WEIGHT.reshape(4, 100, 3)
    np.testing.assert_array_equal(extreme, np.take_along_axis(parts, np.abs(parts).argmax(2)[..., None], 2)[..., 0])


def test_a_page_can_choose_other_weights_and_is_told_what_has_none(live_chain, show, listen):
    plot = show(live_chain)
    page = listen(plot.view)
    page.say("path", value="1_LIF.w_rec")
    page.say("hello", columns=100)
    page.wait(lambda: page.heard("frame"))
    head, buffers = page.messages[-1]
    assert head["path"] == "1_LIF.w_rec"
    np.testing.assert_array_equal(cells(buffers, head)[0], np.asarray(live_chain.model.entry("1_LIF.w_rec").value))
    page.say("path", value="nothing")
    assert "expected the path of weights" in page.heard("refused")[-1]["text"]


@pytest.fixture
def live_chain():
    model = bp.modules.Sequential(bp.modules.Linear((4, 6)), bp.modules.LIF(6, has_rec=True))
    with bp.run.LiveSimulation(model, record="output", window=0.01) as simulation:
        yield simulation


def test_what_moves_by_itself_is_read_a_few_times_a_second_and_what_a_hand_moves_at_once(live_chain, show):
    view = show(live_chain).view
    now = [100.0]
    view._clock = lambda: now[0]
    live_chain._status = "running"
    first = view.matrix(10, 10)
    live_chain.model.entry("0_Linear.weight").set(np.ones((4, 6), np.float32))
    now[0] += 0.1
    assert view.matrix(10, 10) is first
    now[0] += 0.2
    second = view.matrix(10, 10)
    assert second.mean.tolist() == np.ones((4, 6)).tolist()
    live_chain.set("0_Linear.weight", np.zeros((4, 6), np.float32))
    assert not view.matrix(10, 10).mean.any()
    live_chain._status = "paused"


def test_without_a_page_it_is_text_and_a_picture(simulation, wide, show):
    bundle = show(simulation)._repr_mimebundle_()[0]
    assert bundle["text/plain"] == "Weights of Network, system.across.g_max: 5 × 3, 3 synapses, from -2 to 3 nA"
    assert bundle["image/svg+xml"].count("data:image/png;base64,") == 2
    assert "pre, system.pre ↓" in bundle["image/svg+xml"]
    assert "Weight (nA)" in bundle["image/svg+xml"]
    assert "Weights of Sequential, 0_Linear.weight: 4 × 300, from" in show(wide).view.svg()


def test_panel_shows_it(simulation, show):
    assert isinstance(to_panel(show(simulation)), ServedWeights)


def test_what_has_no_weights_is_refused(simulation):
    with pytest.raises(
        errors.KindError, match=r"bouton_widgets\.weights\(simulation\): expected a bouton\.run\.LiveSimulation, got"
    ):
        bw.weights(simulation.model)
    with pytest.raises(errors.UnknownPathError, match=r"Weights\(path\): expected the path of weights, .*got 'system\.post\.V'"):
        bw.weights(simulation, "system.post.V")
