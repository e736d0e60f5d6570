"""The plane of two states: fields and nullclines against the equations, and what a field leaves alone."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
from bouton import errors
from bouton.run import PhasePlane


class DoubleWells(bp.DynamicalSystem):
    """Particles in double wells, each pulled towards the mean of all, in Euler steps."""

    def __init__(self, n):
        super().__init__()
        self.x = bp.parameters.State(np.linspace(-1.0, 0.5, n, dtype=np.float32), unit="mm")
        self.y = bp.parameters.State(np.zeros(n, np.float32))
        self.count = bp.parameters.State(np.zeros(n, np.int32))
        self.total = bp.parameters.State(np.zeros((), np.float32))
        self.friction = bp.parameters.Parameter(np.float32(0.5))
        self.pull = bp.parameters.Parameter(np.float32(0.25))
        self.shapes = n

    def update(self, shared, push):
        dt = jnp.float32(shared["dt"])
        x, y = self.x, self.y
        force = x - x**3 - self.friction * y + self.pull * (jnp.mean(x) - x) + push
        self.x, self.y = x + dt * y, y + dt * force
        return self.x


def zeros_along_y(field, which):
    """For each column of the grid the y where the change is zero, between two grid points; NaN where there is none."""
    found = np.full(len(field.x), np.nan)
    for k, column in enumerate(np.asarray(which, float).T):
        above = np.flatnonzero((column[:-1] < 0) != (column[1:] < 0))
        if len(above) == 1:
            (i,) = above
            part = column[i] / (column[i] - column[i + 1])
            found[k] = field.y[i] + part * (field.y[i + 1] - field.y[i])
    return found


def test_nullclines_of_fitzhugh_and_nagumo_follow_the_parameters_and_compile_nothing(live):
    simulation = live(bp.modules.FromStep(bp.neurons.FHN(3), 1e-4), 0.5, record="system.*")
    plane = PhasePlane(simulation, "system.V", "system.w", 1)
    traces = None
    for a, current in ((0.7, 0.5), (0.2, 0.5), (0.2, -0.25)):
        simulation.set("system.a", a)
        simulation.inputs = current
        field = plane.field((-2.5, 2.5), (-6.0, 6.0))
        V = field.x
        expected = V - V**3 / 3 + current
        inside = np.abs(expected) < 6
        np.testing.assert_allclose(zeros_along_y(field, field.dx)[inside], expected[inside], atol=2e-3)
        np.testing.assert_allclose(zeros_along_y(field, field.dy), (V + a) / 0.8, atol=2e-3)
        traces = traces or plane._pure.traces
    assert plane._pure.traces == traces
    assert simulation.compilations == 0


def test_nullclines_of_morris_and_lecar_are_those_of_their_equations(live):
    model = bp.modules.FromStep(bp.neurons.MorrisLecar(1, method="euler"), 1e-5)
    plane = PhasePlane(live(model, 90.0, record="system.*"), "system.V", "system.W", points=41)
    field = plane.field((-70.0, 50.0), (-0.2, 1.2))
    V = field.x
    calcium = 4.4 * 0.5 * (1 + np.tanh((V + 1.2) / 18)) * (V - 130)
    potassium = (90 - calcium - 2 * (V + 60)) / (8 * (V + 84))
    inside = (potassium > -0.2) & (potassium < 1.2)
    assert inside.sum() > 30
    np.testing.assert_allclose(zeros_along_y(field, field.dx)[inside], potassium[inside], atol=1e-3)
    np.testing.assert_allclose(zeros_along_y(field, field.dy), 0.5 * (1 + np.tanh((V - 2) / 30)), atol=1e-3)


def test_the_field_of_a_leaky_neuron_is_its_step_and_points_that_are_reset_are_left_out(live):
    neuron = bp.modules.LIF(2, tau_mem=0.02, tau_syn=0.01, bias=0.01, threshold=1.0, noise_std=0.0)
    plane = PhasePlane(live(neuron, 0.02, record=["vmem", "isyn"]), "vmem", "isyn", 1, points=25)
    field = plane.field((-1.0, 2.0), (-0.1, 0.3))
    v, i = np.meshgrid(field.x, field.y)
    after = (i + 0.02) * np.exp(-0.1)
    potential = v * np.exp(-0.05) + after + 0.01
    clear = np.abs(potential - 1) > 1e-3
    expected = np.where(potential >= 1, np.nan, (potential - v) / 1e-3)
    np.testing.assert_allclose(field.dx[clear], expected[clear], rtol=1e-4, atol=1e-2)
    np.testing.assert_array_equal(np.isnan(field.dy), np.isnan(field.dx))
    kept = ~np.isnan(field.dy)
    np.testing.assert_allclose(field.dy[kept], ((after - i) / 1e-3)[kept], rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(zeros_along_y(field, field.dy[:, :8])[:8], 0.02 * np.exp(-0.1) / (1 - np.exp(-0.1)), rtol=1e-3)


def wells(live, n=4, **more):
    return live(bp.modules.FromStep(DoubleWells(n), 1e-4, shape=1), 0.1, record=["system.x", "system.y"], **more)


def test_a_field_leaves_all_other_units_as_they_are_and_the_simulation_alone(live):
    simulation = wells(live)
    simulation.step(100)
    now = np.asarray(simulation.model.system.x, float)
    plane = PhasePlane(simulation, "system.x", "system.y", 2)
    field = plane.field((-2.0, 2.0), (-1.0, 1.0))
    x, y = np.meshgrid(field.x, field.y)
    mean = (now.sum() - now[2] + x) / 4
    np.testing.assert_allclose(field.dx, 1000 * y, atol=2.0)
    np.testing.assert_allclose(field.dy, 1000 * (x - x**3 - 0.5 * y + 0.25 * (mean - x) + 0.1), atol=2.0)
    assert (field.step, field.change, simulation.steps) == (100, 0, 100)
    np.testing.assert_array_equal(simulation.model.system.x, now.astype(np.float32))
    assert plane.now() == (pytest.approx(now[2]), pytest.approx(float(simulation.model.system.y[2])))


def test_a_model_with_many_values_gets_a_coarser_grid(live, monkeypatch):
    monkeypatch.setattr("bouton.run._phase._MOST_VALUES", 13 * 13 * 14)
    plane = PhasePlane(wells(live), "system.x", "system.y")
    field = plane.field((-2.0, 2.0), (-1.0, 1.0))
    # Fourteen values: x, y and count of four units, the total, and the number of the step.
    assert field.dx.shape == (13, 13)
    np.testing.assert_allclose(field.dx, 1000 * np.meshgrid(field.x, field.y)[1], atol=2.0)


def test_the_path_is_what_was_recorded(live):
    simulation = wells(live, window=0.02)
    plane = PhasePlane(simulation, "system.x", "system.y", 3)
    assert len(plane.path().x) == 0
    simulation.step(250)
    whole = plane.path()
    np.testing.assert_array_equal(whole.steps, np.arange(51, 251))
    np.testing.assert_array_equal(whole.x, simulation._engine.rings["system.x"].rows(np.arange(50, 250))[:, 3])
    short = plane.path(seconds=0.005)
    np.testing.assert_array_equal(short.y, whole.y[-50:])
    few = plane.path(most=40)
    assert len(few.x) <= 49
    assert (few.x[-1], few.x.min(), few.y.max()) == (whole.x[-1], whole.x.min(), whole.y.max())


def test_the_path_of_a_recording_is_that_of_then_and_part_of_it_that_between_two_times(live):
    simulation = wells(live, window=0.02)
    plane = PhasePlane(simulation, "system.x", "system.y", 3)
    simulation.step(250)
    before = plane.path()
    recording = simulation.recording()
    simulation.step(250)
    then = plane.path(of=recording)
    for name in ("x", "y", "steps"):
        np.testing.assert_array_equal(getattr(then, name), getattr(before, name))
    np.testing.assert_array_equal(plane.path(0.001, of=recording).steps, np.arange(241, 251))
    # From 10 ms to 10.4 ms are the steps that end at 10.1 to 10.4 ms.
    np.testing.assert_array_equal(plane.path(of=recording, time=(0.01, 0.0104)).steps, [101, 102, 103, 104])
    np.testing.assert_array_equal(plane.path(time=(0.01, 0.0302)).steps, [301, 302])
    assert len(plane.path(of=recording, time=(1.0, 2.0)).x) == 0
    some = recording.restricted(units={"system.x": [3, 1], "system.y": [0, 3]})
    np.testing.assert_array_equal(plane.path(of=some).x, before.x)
    np.testing.assert_array_equal(plane.path(of=some).y, before.y)
    for missing, got in ((recording.restricted("system.x"), "one without that state"), (some, "one of 2 other units")):
        plane.unit = 3 if missing is not some else 2
        with pytest.raises(errors.UnknownPathError, match=rf"path\(of=\.\.\.\): .* got {got}\. Record the state"):
            plane.path(of=missing)
    with pytest.raises(errors.ValueRefused, match=r"PhasePlane\.path\(time=\.\.\.\): .* Write for instance \(0\.5, 1\.5\)"):
        plane.path(time=(2.0, 1.0))


def test_the_field_of_a_recording_has_the_parameters_the_input_and_the_other_units_of_its_end(live):
    simulation = wells(live)
    plane = PhasePlane(simulation, "system.x", "system.y", 2)
    simulation.step(100)
    simulation.set("system.friction", 0.9)
    then, recording = plane.field((-2.0, 2.0), (-1.0, 1.0)), simulation.recording()
    simulation.inputs = 0.3
    simulation.set("system.friction", 0.1)
    simulation.set("system.pull", 1.5)
    simulation.step(50)
    now = plane.field((-2.0, 2.0), (-1.0, 1.0))
    found = plane.field((-2.0, 2.0), (-1.0, 1.0), of=recording)
    np.testing.assert_array_equal(found.dx, then.dx)
    np.testing.assert_array_equal(found.dy, then.dy)
    assert np.abs(found.dy - now.dy).max() > 50
    assert (found.step, now.step) == (100, 150)
    assert plane._pure.traces <= 2
    np.testing.assert_array_equal(plane.field((-2.0, 2.0), (-1.0, 1.0)).dy, now.dy)


def test_a_recording_of_another_choice_has_no_field_of_now(live):
    neuron = bp.modules.FromStep(bp.neurons.FHN(2, method="euler"), 1e-4)
    simulation = live(neuron, 0.5, record="system.*")
    plane = PhasePlane(simulation, "system.V", "system.w")
    recording = simulation.recording()
    plane.field((-2.0, 2.0), (-1.0, 1.0), of=recording)
    simulation.set("system.method", "rk4")
    with pytest.raises(errors.ValueRefused, match=r"with system\.method as it is, rk4, got one with euler\. Set it back"):
        plane.field((-2.0, 2.0), (-1.0, 1.0), of=recording)
    other = live(bp.modules.FromStep(bp.neurons.FHN(3, method="rk4"), 1e-4), 0.5, record="system.*").recording()
    slower = live(bp.modules.FromStep(bp.neurons.FHN(2, method="rk4"), 2e-4), 0.5, record="system.*").recording()
    for wrong in (dataclasses.replace(recording, course=None), other, slower):
        with pytest.raises(errors.ValueRefused, match=r"field\(of=\.\.\.\): .* Make it with simulation\.recording\(\)"):
            plane.field((-2.0, 2.0), (-1.0, 1.0), of=wrong)


def test_what_is_no_plane_is_refused(live):
    simulation = wells(live, max_units=2)
    with pytest.raises(errors.KindError, match=r"expected a LiveSimulation, got FromStep\. Make one of the model first"):
        PhasePlane(simulation.model, "system.x", "system.y")
    with pytest.raises(errors.ValueRefused, match=r"expected two states, got 'system\.x' twice\. Name another one\."):
        PhasePlane(simulation, "system.x", "system.x")
    with pytest.raises(errors.UnknownPathError, match=r"PhasePlane\(y=\.\.\.\): expected the path of a state, got 'system\.z'"):
        PhasePlane(simulation, "system.x", "system.z")
    with pytest.raises(
        errors.KindError, match=r"expected a state of floats, got int32\. Choose one of system\.x, system\.y, sys"
    ):
        PhasePlane(simulation, "system.count", "system.y")
    with pytest.raises(
        errors.ShapeError, match=r"two states of the same units, got 4 and 1 values\. Name two states of one group"
    ):
        PhasePlane(simulation, "system.x", "system.total")
    for unit in (4, -1, 0.5, True):
        with pytest.raises(
            errors.ValueRefused, match=r"expected a whole number from 0 to 3, got .*\. Units are counted from 0\."
        ):
            PhasePlane(simulation, "system.x", "system.y", unit)
    plane = PhasePlane(simulation, "system.x", "system.y", 1)
    with pytest.raises(
        errors.ValueRefused, match=r"field\(x=\.\.\.\): expected a smaller and a larger number, got \(1\.0, 1\.0\)"
    ):
        plane.field((1.0, 1.0), (0.0, 1.0))
    with pytest.raises(errors.UnknownPathError, match=r"got one that keeps every 2th unit\. Choose unit 0, or give"):
        plane.path()
    with pytest.raises(errors.UnknownPathError, match=r"unit 0 of system\.total recorded, got a simulation that does not record"):
        PhasePlane(wells(live, n=1), "system.total", "system.x").path()


def test_a_failure_of_the_input_says_so(live):
    def raising(first, steps):
        raise ZeroDivisionError("not today")

    simulation = wells(live)
    plane = PhasePlane(simulation, "system.x", "system.y")
    simulation.inputs = raising
    with pytest.raises(
        errors.RunningError, match=r"PhasePlane\.field: .* the input function raised ZeroDivisionError: not today\."
    ):
        plane.field((-1.0, 1.0), (-1.0, 1.0))
