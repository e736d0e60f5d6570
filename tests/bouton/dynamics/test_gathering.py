"""The input of a group, which compiled steps leave out for as long as nothing is added to it."""

import copy
import pickle
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm

TAU, DT = 10.0, 1.0
DECAY = np.exp(-DT / TAU)


def membranes(n=3, **options):
    """Neurons that never spike: a step under the current I takes V to I + (V - I) exp(-dt/tau)."""
    return bp.neurons.LIF(n, tau=TAU, V_th=1e6, **options)


def traces(currents, v: Any = 0.0):
    """The closed form of a step, for each of these currents in turn."""
    found = []
    for current in currents:
        v = current + (v - current) * DECAY
        found.append(v)
    return np.array(found)


def runner_of(group, **options):
    return bp.DSRunner(group, monitors=["V"], dt=DT, progress_bar=False, outputs=False, **options)


def carried(group):
    """The Variables that a compiled loop over the group hands on, by name."""
    loop = bm.jit(lambda xs: bm.for_loop(group, xs))
    loop(jnp.zeros(2))
    written = loop._variant.written
    return {name for name, cell in group.vars("relative").items() if any(cell is one for one in written)}


def test_a_step_hands_on_what_gathers_only_where_something_has_been_added():
    idle, used = membranes(), membranes()
    used.input += 1.0
    assert carried(idle) == {"V", "spike"}
    assert carried(used) == {"V", "spike", "input"}
    assert set(idle.states()) == {"V", "spike", "input"}


def test_what_is_written_between_two_runs_counts_and_compiles_once():
    group = membranes()
    runner = runner_of(group)
    with bm.environment(dt=DT):
        runner.run(3.0)
        assert_array_equal(runner.mon.V, np.zeros((3, 3)))
        for kick in ([5.0, 0.0, -2.0], [0.0, 1.0, 0.0]):
            before = np.asarray(group.V)
            group.input.value = jnp.array(kick)
            runner.run(3.0)
            assert_allclose(runner.mon.V, traces([np.array(kick), 0.0, 0.0], before), rtol=1e-5)
            assert_array_equal(group.input, np.zeros(3))
            assert runner.compilations == 2
        group.tau = 2 * TAU
        runner.reset_state()
        runner.run(3.0)
        assert runner.compilations == 2


@pytest.mark.parametrize("neurons_first", [True, False])
@pytest.mark.parametrize("how", ["eager", "jit", "runner", "branch"])
def test_a_model_that_adds_to_it_is_heard_whatever_the_order_of_its_parts(neurons_first, how):
    class Model(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.group = membranes(1)

        def update(self):
            if neurons_first:
                self.group()
            bm.cond(True, self.add, self.nothing) if how == "branch" else self.add()
            if not neurons_first:
                self.group()

        def add(self):
            self.group.input += 2.0

        def nothing(self):
            """The other branch."""

    model = Model()
    # What is added after the step is for the next one.
    expected = traces([0.0, 2.0, 2.0, 2.0] if neurons_first else [2.0, 2.0, 2.0, 2.0])
    if how == "runner":
        # The runner clears what nobody has used by the end of a step.
        runner = bp.DSRunner(model, monitors=["group.V"], dt=DT, progress_bar=False)
        runner.run(2.0)
        found = [*runner.mon["group.V"][:, 0]]
        runner.run(2.0)
        found += [*runner.mon["group.V"][:, 0]]
        expected = traces([0.0] * 4) if neurons_first else expected
        assert runner.compilations == 1
    else:
        step = model if how == "eager" else bm.jit(model)
        found = []
        with bm.environment(dt=DT):
            for _ in range(4):
                step()
                found.append(float(model.group.V[0]))
    assert_allclose(found, expected, rtol=1e-5)


def test_a_derivative_by_it_is_that_of_the_step():
    group = membranes()

    def total():
        group()
        return group.V.sum()

    with bm.environment(dt=DT):
        slope = bm.jit(bm.grad(total, grad_vars=group.input))
        assert_allclose(slope(), np.full(3, 1 - DECAY), rtol=1e-5)
        group.reset_state()
        assert_allclose(slope(), np.full(3, 1 - DECAY), rtol=1e-5)


def test_a_pure_function_takes_it_for_an_argument():
    group = membranes()
    with bm.environment(dt=DT):
        step = bm.purify(group)
        values = [jnp.full(3, 4.0) if cell is group.input else cell.value for cell in step.cells]
        _, new = step.pure(values)
    of = dict(zip(step.written, new, strict=True))
    assert_allclose(of[group.V], np.full(3, traces([4.0])[0]), rtol=1e-5)
    assert_array_equal(of[group.input], np.zeros(3))


def test_elements_of_vmap_may_each_have_their_own():
    def grown(kicks):
        group = bp.neurons.LIF(2, tau=TAU, V_th=1e6, mode=bm.BatchingMode(3))
        group.input.value = kicks
        mapped = [group.V, group.spike, group.input]
        with bm.environment(dt=DT, mode=bm.nonbatching_mode):
            group.mode = bm.nonbatching_mode
            bm.vmap(group, mapped_vars=mapped, axis_size=3)()
        return np.asarray(group.V)

    kicks = jnp.arange(6.0).reshape(3, 2)
    assert_allclose(grown(kicks), traces([np.asarray(kicks)])[0], rtol=1e-5)
    assert_array_equal(grown(jnp.zeros((3, 2))), np.zeros((3, 2)))


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("kick", [0.0, 3.0])
def test_a_copy_goes_on_with_what_had_gathered(again, kick):
    group = membranes(2)
    if kick:
        group.input += kick
    twin = again(group)
    for one in (group, twin):
        runner = runner_of(one)
        runner.run(2.0)
        assert_allclose(runner.mon.V[:, 0], traces([kick, 0.0]), rtol=1e-5)
    twin.input += 1.0
    assert_array_equal(group.input, np.zeros(2))


@pytest.mark.parametrize("kick", [0.0, 3.0])
def test_a_state_that_is_loaded_counts(kick):
    group = membranes(2)
    runner = runner_of(group)
    runner.run(2.0)
    group.reset_state()
    saved = {key: np.asarray(value) for key, value in group.state_dict().items()}
    (key,) = [key for key in saved if key.endswith("input")]
    group.load_state_dict({**saved, key: np.full(2, kick, np.float32)})
    runner.run(2.0)
    assert_allclose(runner.mon.V[:, 0], traces([kick, 0.0]), rtol=1e-5)
    # Zeros are no reason to compile again.
    assert runner.compilations == (2 if kick else 1)


def test_another_variable_in_its_place_counts():
    group = membranes(2)
    runner = runner_of(group)
    runner.run(1.0)
    del group.input
    group.input = bm.Variable(jnp.full(2, 6.0))
    runner.run(2.0)
    assert_allclose(runner.mon.V[:, 0], traces([6.0, 0.0]), rtol=1e-5)
    assert_array_equal(group.input, np.zeros(2))


@pytest.mark.parametrize("compiled", [True, False])
def test_a_reset_gives_it_another_batch_and_leaves_it_idle(compiled):
    group = membranes(2, mode=bm.BatchingMode(1))
    reset = bm.jit(lambda: group.reset_state(4) and None) if compiled else lambda: group.reset_state(4)
    reset()
    assert group.input.shape == group.V.shape == (4, 2)
    assert carried(group) == {"V", "spike"}
    with bm.environment(dt=DT):
        bm.jit(group)(jnp.full((4, 2), 2.0))
    assert_allclose(group.V, np.full((4, 2), traces([2.0])[0]), rtol=1e-5)


def test_a_reset_and_a_clearing_take_away_what_had_gathered():
    group = membranes(2)
    for clear in (group.reset_state, group.clear_input, bm.jit(group.clear_input), bm.jit(lambda: group.reset_state() and None)):
        group.input += 3.0
        clear()
        assert_array_equal(group.input, np.zeros(2))


def test_an_input_of_a_runner_counts_in_each_step():
    group = membranes(1)
    runner = runner_of(group, inputs=("input", 2.0))
    runner.run(3.0)
    assert_allclose(runner.mon.V[:, 0], traces([2.0, 2.0, 2.0]), rtol=1e-5)
    assert runner.compilations == 1
