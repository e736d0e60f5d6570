import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


@pytest.fixture
def simulation():
    net = bp.modules.Sequential(bp.modules.Linear((1, 4), weight=np.ones((1, 4), np.float32)), bp.modules.LIF(4, tau_mem=0.05))
    with bp.run.LiveSimulation(net, record="1_LIF.vmem") as simulation:
        yield simulation


def insets(page, path):
    page.say("facts", path=path)
    return page.heard("facts")[-1]["insets"]


def shown(content):
    return [row["path"] for row in content["rows"] if row["path"] in content["focus"]]


def test_a_parameter_has_its_control_and_what_is_recorded_its_trace(simulation, listen):
    page = listen(bw.tree(simulation).view)
    assert shown(insets(page, "1_LIF.tau_mem")["controls"]) == ["1_LIF.tau_mem"]
    assert insets(page, "1_LIF.tau_mem")["traces"] is None
    vmem = insets(page, "1_LIF.vmem")
    assert (vmem["controls"], vmem["traces"]["focus"]) == (None, ["1_LIF.vmem"])
    assert insets(page, "1_LIF.isyn") == {"controls": None, "traces": None}


def test_a_part_has_the_controls_of_its_own_numbers(simulation, listen):
    page = listen(bw.tree(simulation).view)
    insets(page, "1_LIF.threshold")
    names = ("tau_mem", "tau_syn", "bias", "threshold", "dt", "noise_std", "max_spikes_per_dt")
    assert shown(insets(page, "1_LIF")["controls"]) == [f"1_LIF.{name}" for name in names]
    assert insets(page, "")["controls"] is None


def test_without_a_simulation_there_is_no_trace(listen):
    page = listen(bw.tree(bp.modules.LIF(2)).view)
    assert insets(page, "vmem") == {"controls": None, "traces": None}


def test_a_control_in_the_tree_turns_the_parameter_and_resets_to_what_was_met_first(simulation, listen):
    widget = bw.tree(simulation)
    page = listen(widget.view)
    insets(page, "1_LIF.tau_mem")
    page.say("set", part="controls", path="1_LIF.tau_mem", value=0.06)
    (answer,) = page.heard("answer")
    assert (answer["part"], answer["error"], answer["row"]["value"]) == ("controls", None, 0.06)
    assert np.max(simulation.model.modules()["1_LIF"].tau_mem) == np.float32(0.06)
    insets(page, "1_LIF.bias")
    insets(page, "1_LIF.tau_mem")
    page.say("reset", part="controls", path="1_LIF.tau_mem")
    assert np.max(simulation.model.modules()["1_LIF"].tau_mem) == np.float32(0.05)


def test_frames_for_the_trace_in_the_tree_come_with_its_name_and_only_that_signal(listen):
    with bp.run.LiveSimulation(bp.modules.LIF(2), record=["vmem", "isyn"]) as simulation:
        page = listen(bw.tree(simulation).view)
        insets(page, "isyn")
        page.say("hello", part="traces", columns=50)
        simulation.step(10)
        page.wait(lambda: any(frame["step"] == 10 for frame in page.heard("frame")) or page.say("drawn", part="traces", frame=1))
        frame = page.heard("frame")[-1]
        assert (frame["part"], [signal["path"] for signal in frame["signals"]]) == ("traces", ["isyn"])
        page.say("bye")


def test_an_array_too_large_to_be_looked_at_whole_is_moved_by_a_factor(listen):
    large = bp.modules.Linear((1001, 1000), weight=np.ones((1001, 1000), np.float32))
    (row,) = insets(listen(bw.tree(large).view), "weight")["controls"]["rows"]
    assert (row["factor"], row["sampled"]) == (True, True)


def test_what_is_chosen_by_name_has_a_menu(listen):
    (row,) = insets(listen(bw.tree(bp.modules.Rate(2)).view), "act_fn")["controls"]["rows"]
    assert row["choices"] == ["ReLU", "tanh", "sigmoid"]


def test_what_is_said_to_an_inset_that_is_not_there_is_passed_over(simulation, listen):
    page = listen(bw.tree(simulation).view)
    page.say("play", part="traces")
    assert simulation.status == "ready"


def test_when_the_tree_closes_its_insets_close(simulation, listen):
    widget = bw.tree(simulation)
    page = listen(widget.view)
    insets(page, "1_LIF.vmem")
    page.say("hello", part="traces", columns=50)
    page.say("play", part="traces")
    assert simulation.status == "running"
    widget.close()
    page.wait(lambda: simulation.status == "paused")


def test_a_part_that_was_replaced_is_turned_from_then_on(listen):
    model = bp.Object()
    model.part = bp.modules.LIF(3, tau_mem=0.02)
    tree, controls = bw.tree(model), bw.parameters(model)
    page, sliders = listen(tree.view), listen(controls.view)
    page.say("hello")
    sliders.say("hello")
    insets(page, "part.tau_mem")
    model.part = bp.modules.LIF(3, tau_mem=0.05)
    controls.view.look()
    assert [(row["path"], row["value"]) for row in sliders.heard("rows")[-1]["rows"] if row["path"] == "part.tau_mem"] == [
        ("part.tau_mem", pytest.approx(0.05))
    ]
    (row,) = insets(page, "part.tau_mem")["controls"]["rows"]
    assert row["value"] == pytest.approx(0.05)
    page.say("set", part="controls", path="part.tau_mem", value="30 ms")
    assert page.heard("answer")[-1]["row"]["value"] == pytest.approx(0.03)
    sliders.say("set", path="part.tau_mem", value="40 ms")
    assert float(model.part.tau_mem) == pytest.approx(0.04)
    assert sliders.heard("answer")[-1]["row"]["value"] == pytest.approx(0.04)
