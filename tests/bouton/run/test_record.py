"""A record, and the same with named axes."""

import pickle
import sys

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Pair

import bouton as bp
import bouton.math as bm
from bouton.errors import EnvironmentProblem, MonitorError


def mon(monitors, target=None, **options):
    runner = bp.DSRunner(target or Pair(), monitors=monitors, dt=0.1, progress_bar=False, **options)
    runner.run(0.3)
    return runner.mon


def test_a_record_is_a_mapping_with_the_time():
    record = mon(["E.V"])
    assert list(record) == ["E.V", "ts"]
    assert len(record) == 2
    assert_allclose(record["ts"], [0.1, 0.2, 0.3])
    assert repr(record) == "Record(E.V: float32(3, 3); 3 readings)"
    assert "V" in dir(mon(["V"], Leak(2)))


def test_times_are_those_after_the_last_of_so_many_steps():
    runner = bp.DSRunner(Leak(1), monitors=["V"], dt=0.5, t0=2.0, every=3, progress_bar=False)
    runner.run(1.0)
    assert_array_equal(runner.mon.ts, np.zeros(0))
    runner.run(5.0)  # 3.0 to 8.0
    record = pickle.loads(pickle.dumps(runner.mon))
    for each in (runner.mon, record):
        assert_array_equal(each.ts, [4.5, 6.0, 7.5])
        assert each.ts is each["ts"]


def test_a_record_belongs_to_whoever_has_it():
    runner = bp.DSRunner(Leak(2), monitors=["V"], dt=0.1, progress_bar=False)
    runner.run(0.3)
    first = runner.mon.V
    kept = first.copy()
    first[0] = 7.0
    runner.run(0.3)
    assert_array_equal(first[1:], kept[1:])
    assert (first[0] == 7.0).all()
    assert not np.shares_memory(first, runner.mon.V)


def test_before_a_run_there_is_nothing():
    assert repr(bp.DSRunner(Leak(1), monitors=["V"]).mon) == "Record(nothing; 0 readings)"


def test_an_unknown_key_is_told_the_nearest():
    record = mon(["E.V"])
    with pytest.raises(MonitorError, match=r"mon\['E\.v'\]: expected the key of a monitor, got 'E\.v'\. Did you mean 'E\.V'\?"):
        record["E.v"]
    with pytest.raises(
        AttributeError, match=r"mon\.spike: expected the key of a monitor, got 'spike'\. Known here: 'E\.V', 'ts'"
    ):
        record.spike.sum()


def test_axes_have_names_coordinates_and_units():
    data = mon(
        {"E.V": "E.V", "current": "E.input", "I.V": "I.V", "some": ("E.V", [2, 0]), "t": lambda shared: shared["t"]}
    ).to_xarray()
    assert data["E.V"].dims == data["current"].dims == ("time", "E")
    assert data["I.V"].dims == ("time", "I")
    assert data["some"].dims == ("time", "some_index")
    assert_array_equal(data["some_index"], [2, 0])
    assert data["t"].dims == ("time",)
    assert (data["E.V"].units, data["current"].units, data.time.units) == ("mV", "nA", "ms")
    assert_allclose(data.time, [0.1, 0.2, 0.3])
    assert_array_equal(data["some"].sel(some_index=2), data["E.V"].sel(E=2))


def test_the_batch_is_an_axis_and_sheets_have_two():
    data = mon(["V"], Leak((2, 3), keep_size=True, mode=bm.BatchingMode(4))).to_xarray()
    assert data["V"].dims == ("batch", "time", "neuron_0", "neuron_1")
    assert data["V"].shape == (4, 3, 2, 3)
    late = mon(["V"], Leak(2, mode=bm.BatchingMode(4)), data_first_axis="T").to_xarray()
    assert late["V"].dims == ("time", "batch", "neuron")


def test_two_lengths_of_one_object_get_axes_of_their_own():
    leak = Leak(2)
    leak.both = bm.Variable(5)
    data = mon(["V", "both"], leak).to_xarray()
    assert data["both"].dims == ("time", "both_axis0")
    assert_array_equal(data["both_axis0"], np.arange(5))


def test_a_key_that_an_axis_has_too_gets_axes_or_a_name_of_its_own():
    data = mon({"neuron": "V", "f": lambda shared: jnp.ones(3), "time": lambda shared: shared["t"]}, Leak(2)).to_xarray()
    assert data["neuron"].dims == ("time", "neuron_axis0")
    assert data["f"].dims == ("time", "f_axis0")
    assert_allclose(data["time_"], [0.0, 0.1, 0.2], rtol=1e-6)
    assert_allclose(data["time"], [0.1, 0.2, 0.3])


def test_without_xarray_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(EnvironmentProblem, match=r"mon\.to_xarray: expected the package xarray, got none .*bouton\[data\]"):
        mon(["E.V"]).to_xarray()
