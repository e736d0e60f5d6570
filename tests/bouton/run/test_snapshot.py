"""Going back to what was: all of it, alike from there on; or nothing, with a sentence."""

import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from live_engine import Growing, drive, engine, held, run
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import LIF, LIFJax, Rate
from bouton.run import Snapshot


@pytest.mark.parametrize("make", [LIF, LIFJax])
def test_a_snapshot_brings_back_all_and_goes_on_alike(make):
    model = make(3, noise_std=0.4, rng_key=1)
    live = engine(model._copy() if model._functional else model, ["vmem", "spikes"])
    inputs = drive(80, 3)
    run(live, inputs[:30])
    kept = live.snapshot()
    run(live, inputs[30:])
    expected = held(live, "vmem")[30:]
    live.model.tau_mem = [0.5, 0.5, 0.5]
    run(live, inputs[:20])
    live.restore(pickle.loads(pickle.dumps(kept)))
    assert_allclose(live.model.tau_mem, 0.02)
    assert (live.steps, len(held(live, "vmem"))) == (30, 0)
    run(live, inputs[30:])
    assert_array_equal(held(live, "vmem"), expected)
    assert live.rings["vmem"].first == 30
    assert live.compilations == 1


def test_numbers_read_as_they_were_given_after_a_restore():
    live = engine(LIF(2), "vmem")
    kept = live.snapshot()
    run(live, drive(10, 2))
    live.restore(kept)
    assert (live.model.dt, live.model.noise_std) == (1e-3, 0.0)
    assert {type(live.model.dt), type(live.model.noise_std)} == {float}


def test_a_snapshot_with_noise_brings_the_noise_to_another_simulation_of_the_same_model():
    noisy, fresh = (engine(LIF(2, rng_key=7), "vmem") for _ in range(2))
    run(fresh, np.zeros((10, 2)))
    noisy.model.noise_std = 0.5
    run(noisy, np.zeros((10, 2)))
    fresh.restore(noisy.snapshot())
    for live in (noisy, fresh):
        run(live, np.zeros((10, 2)))
    assert np.std(held(noisy, "vmem")) > 0
    assert_array_equal(held(fresh, "vmem"), held(noisy, "vmem")[10:])


def test_cells_that_are_registered_nowhere_belong_to_a_snapshot_as_well():
    class Hidden(Growing):
        def __init__(self):
            super().__init__(gain=1.0)
            self.__dict__["_cells"] = [bm.Variable(jnp.zeros(()))]

        def evolve(self, input_data, record=False):
            out, state, _ = super().evolve(input_data)
            count = self._cells[0]
            count.value = count.value + out.shape[1]
            return out + count.value + jax.random.normal(bm.random.split_key(), (1,)), state, {}

    live = engine(Hidden(), "output")
    run(live, np.zeros((20, 1)))
    kept = live.snapshot()
    run(live, np.zeros((20, 1)))
    expected = held(live, "output")[20:]
    assert float(live.model._cells[0].value) == 40
    live.restore(kept)
    assert float(live.model._cells[0].value) == 20
    run(live, np.zeros((20, 1)))
    assert_array_equal(held(live, "output"), expected)


def test_a_snapshot_of_another_model_is_refused():
    live = engine(LIF(2), "vmem")
    with pytest.raises(ValueRefused, match=r"restore: expected a snapshot of this model, got one that differs in .*Restore a"):
        live.restore(engine(Rate(2), "x").snapshot())
    with pytest.raises(ShapeError, match=r"LIF\.tau_mem: expected shape \(2,\), got \(3,\)"):
        live.restore(engine(LIF(3), "vmem").snapshot())


def test_a_snapshot_with_another_time_step_is_refused_and_changes_nothing():
    live = engine(LIF(2), "vmem")
    other = LIF(2, dt=2e-3, tau_mem=[1.0, 1.0])
    with pytest.raises(ValueRefused, match=r"restore, dt: expected .* the time step 0\.001 s, got one with 0\.002 s\. Restore"):
        live.restore(engine(other, "vmem").snapshot())
    assert_allclose(live.model.tau_mem, 0.02)


def test_a_snapshot_with_a_value_that_is_refused_changes_nothing():
    live = engine(LIF(2), "vmem")
    run(live, drive(10, 2))
    kept, vmem = live.snapshot(), live.model.vmem
    values = {**kept.values, "vmem": jnp.ones(2), "threshold": jnp.array([1.0, -1.0])}
    with pytest.raises(ValueRefused, match=r"LIF\.threshold: expected above 0, got -1\.0"):
        live.restore(Snapshot(values, 0))
    values = {**kept.values, "vmem": jnp.ones(2, jnp.complex64)}
    with pytest.raises(KindError, match=r"LIF\.vmem: expected dtype float32, got complex64"):
        live.restore(Snapshot(values, 0))
    assert_array_equal(live.model.vmem, vmem)
    assert live.steps == 10


@pytest.mark.parametrize("wrong", [None, {}, "yesterday"])
def test_what_is_no_snapshot_is_refused(wrong):
    with pytest.raises(
        KindError, match=r"LiveSimulation\.restore: expected a snapshot, got .*Pass what snapshot\(\) has returned"
    ):
        engine(LIF(2), "vmem").restore(wrong)
