"""What views show once nothing moves any more, and what they hold."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw
from bouton import errors
from bouton_widgets import _kept
from bouton_widgets._explore_model import simulation_of
from bouton_widgets._phase_view import PhaseView


@pytest.fixture
def synapse():
    with bp.run.LiveSimulation(bp.modules.ExpSyn(1, tau=0.02), inputs=1.0, record="isyn", chunk=1) as simulation:
        yield simulation


def test_a_tree_has_the_last_of_several_quick_steps(synapse, listen):
    page = listen(bw.tree(synapse).view)
    page.say("hello")
    for _ in range(3):
        synapse.step(1)
    summary = synapse.model.entry("isyn").summary()

    def told():
        return [row["value"] for message in page.heard("rows") for row in message["rows"] if row["path"] == "isyn"]

    page.wait(lambda: told() and told()[-1] == summary)


def test_a_phase_plane_at_rest_is_that_of_the_last_step_however_dear_it_is():
    model = bp.modules.FromStep(bp.neurons.FHN(1), 1e-3)
    with bp.run.LiveSimulation(model, record=["system.V", "system.w"]) as simulation:
        view = PhaseView(bp.run.PhasePlane(simulation, "system.V", "system.w"), simulation, 1.0, (-2, 2), (-1, 2))
        view.picture()
        view._due = np.inf
        simulation.step(100)
        view.picture()
        assert view._field.step == 100


def test_what_python_has_changed_before_a_hand_does_is_told_too(listen):
    model = bp.modules.LIF(2)
    page = listen(bw.parameters(model).view)
    page.say("hello")
    page.messages.clear()
    model.bias = np.full(2, 0.5, np.float32)
    page.say("set", path="tau_mem", value=0.05)
    assert [row["path"] for message in page.heard("rows") for row in message["rows"]] == ["bias"]
    assert [message["row"]["path"] for message in page.heard("answer")] == ["tau_mem"]


class Log(bp.DynamicalSystemNS):
    def update(self, x):
        return jnp.log(x)


def test_a_histogram_of_what_is_no_number_has_no_mean():
    with bp.run.LiveSimulation(bp.modules.FromStep(Log(), 1e-3, shape=1), inputs=-1.0, record="output") as simulation:
        simulation.step(100)
        head, *_ = bw.histogram(simulation, "output").view.picture()
        assert (head["mean"], head["std"]) == (None, None)


def test_a_carrier_may_go_after_its_view(listen):
    view = bw.tree(bp.modules.LIF(2)).view
    page = listen(view)
    view.close()
    view.disconnect(page)


def test_a_run_without_a_name_gets_one_that_is_free(synapse):
    synapse.step(5)
    view = bw.traces(synapse).view
    view.keep("Run 2")
    view.keep()
    view.keep("Run 4")
    view.keep()
    assert list(view.kept) == ["Run 2", "Run 3", "Run 4", "Run 5"]


class Big(bp.DynamicalSystemNS):
    def __init__(self):
        super().__init__()
        self.v = bm.Variable(jnp.zeros(100_000))

    def reset_state(self, batch_size=None):
        self.v.value = jnp.zeros(100_000)

    def update(self, x):
        self.v.value = self.v + x
        return self.v[:1]


def test_states_that_kept_runs_hold_count_as_memory(monkeypatch):
    # Room for three states beside that of the model.
    monkeypatch.setattr(_kept, "MOST_BYTES", 1_300_000)
    model = bp.modules.FromStep(Big(), 1e-3, shape=1)
    with bp.run.LiveSimulation(model, 1.0, record="output", window=0.02, chunk=20) as simulation:
        view = bw.traces(simulation).view
        refused = []
        for _ in range(6):
            simulation.step(20)
            try:
                view.keep()
            except errors.ValueRefused as error:
                refused.append(str(error))
        assert 1 <= len(view.kept) <= 4
        assert refused[0].startswith("keep: expected at most 1.24 MiB of one simulation, got 1.")


def test_a_system_in_long_steps_is_explored_over_a_hundred_of_them():
    with simulation_of(bp.neurons.FHN(1), dt=1.0) as simulation:
        assert (simulation.dt, simulation.window) == (1.0, 100.0)
