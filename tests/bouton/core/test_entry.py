import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.modules import LIF, Rate
from bouton.parameters import Constant, Parameter, SimulationParameter, State


class Model(bp.Object):
    def __init__(self):
        self.p = Parameter(
            np.ones(2),
            family="taus",
            unit="s",
            shape=[(2,), ()],
            bounds=(0, None),
            softbounds=(0.1, 2.0),
            scale="log",
        )
        self.s = State(jnp.zeros(3, jnp.int32))
        self.d = SimulationParameter(0.001, unit="s")
        self.f = SimulationParameter(np.tanh)
        self.c = Parameter(Constant(1.0))
        self.v = bm.Variable((2, 2))
        self.t = bm.TrainVar(1)
        self.drawn = Parameter(shape=2, init_func=np.zeros)


@pytest.fixture
def entries():
    return {e.path: e for e in Model().entries()}


def test_an_entry_tells_all_that_was_registered(entries):
    p = entries["p"]
    assert isinstance(p, bp.Entry)
    assert (p.path, p.name, p.kind, p.family, p.unit) == ("p", "p", "parameter", "taus", "s")
    assert (p.shape, p.shapes, p.dtype) == ((2,), ((2,), ()), np.float32)
    assert (p.bounds, p.softbounds, p.scale) == ((0, None), (0.1, 2.0), "log")
    assert p.is_array
    assert not p.is_structural


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("p", "parameter"),
        ("s", "state"),
        ("d", "simulation"),
        ("f", "simulation"),
        ("c", "simulation"),
        ("v", "state"),
        ("t", "parameter"),
    ],
)
def test_kinds(entries, name, kind):
    assert entries[name].kind == kind
    assert entries[name].trainable == (kind == "parameter")


def test_what_was_not_said_has_a_default(entries):
    s = entries["s"]
    assert (s.family, s.unit, s.bounds, s.softbounds, s.scale) == (None, None, None, None, "linear")
    assert (s.shape, s.shapes, s.dtype) == ((3,), ((3,),), np.int32)


def test_what_is_no_array_is_structural_and_has_no_cell(entries):
    f = entries["f"]
    assert not f.is_array
    assert f.is_structural
    assert (f.cell, f.dtype, f.shape, f.value) == (None, None, (), np.tanh)


def test_values_are_read_and_set(entries):
    p = entries["p"]
    assert_array_equal(p.value, [1, 1])
    p.set([2.0, 3.0])
    assert_array_equal(p.value, [2, 3])
    assert_array_equal(p.owner.p, [2, 3])
    assert_array_equal(p.cell.value, [2, 3])


def test_checking_a_value_writes_nothing(entries):
    entries["p"].check([2.0, 3.0])
    entries["f"].check(np.sin)
    assert_array_equal(entries["p"].value, [1, 1])
    assert entries["f"].value is np.tanh


def test_the_initial_value_is_known_unless_it_is_drawn(entries):
    assert_array_equal(entries["p"].initial, [1, 1])
    assert entries["d"].initial == 0.001
    assert entries["drawn"].initial is None


def test_the_text_of_an_entry(entries):
    assert repr(entries["p"]) == "Entry('p', parameter, family='taus', shape=(2,) s)"
    assert repr(entries["f"]) == "Entry('f', simulation, family=None, static)"


def test_noise_is_structural_until_it_has_been_switched_on():
    rate = Rate(2)
    entry = rate.entry("noise_std")
    assert entry.is_structural
    rate.noise_std = 0.1
    assert not rate.entry("noise_std").is_structural
    rate.noise_std = 0.0
    assert not rate.entry("noise_std").is_structural


def test_entries_of_a_library_model_know_units_families_and_shapes():
    entries = {e.path: e for e in LIF((4, 2)).entries()}
    assert list(entries) == [
        *("tau_mem", "tau_syn", "bias", "threshold", "rng_key", "spikes", "isyn", "vmem"),
        *("dt", "noise_std", "max_spikes_per_dt"),
    ]
    assert (entries["tau_mem"].unit, entries["tau_mem"].family, entries["tau_mem"].scale) == ("s", "taus", "log")
    assert entries["tau_syn"].shapes == ((2, 2), (1, 2), ())
    assert entries["tau_mem"].bounds == (0, None)
    assert entries["rng_key"].kind == "random"
    assert entries["isyn"].shape == (2, 2)
    assert entries["dt"].unit == "s"


def test_what_training_may_change_is_told_of_every_kind_of_variable():
    holder = bp.Object()
    holder.w, holder.fixed, holder.v = bm.TrainVar(2), bm.Parameter(2), bm.Variable(2)
    holder.view = bm.VariableView(holder.w, 0)
    holder.p, holder.c = Parameter(1.0), Parameter(Constant(1.0))
    found = {entry.path: (entry.kind, entry.trainable) for entry in holder.entries()}
    assert found == {
        "w": ("parameter", True),
        "fixed": ("parameter", False),
        "v": ("state", False),
        "view": ("state", False),
        "p": ("parameter", True),
        "c": ("simulation", False),
    }
    assert list(holder.parameters()) == ["w", "fixed", "p"]
    assert list(holder.train_vars("relative")) == ["p", "w"]
    assert list(holder.vars("relative")) == ["c", "fixed", "p", "v", "view", "w"]


def test_a_parameter_that_is_a_variable_is_not_reset_as_a_state():
    holder = bp.Object()
    holder.fixed, holder.s = bm.Parameter(2), State(jnp.zeros(2))
    holder.fixed, holder.s = jnp.ones(2), jnp.ones(2)
    holder.reset_state()
    assert_array_equal(holder.fixed.value, np.ones(2))
    assert_array_equal(holder.s, np.zeros(2))


def test_an_entry_tells_the_memory_that_its_value_takes(entries):
    assert [entries[name].nbytes for name in ("p", "s", "d", "v", "f")] == [8, 12, 4, 16, 0]


def test_an_entry_sums_its_value_up(entries):
    assert [entries[name].summary() for name in ("p", "d", "f")] == ["all 1", "0.001", "tanh"]
    key = next(entry for entry in LIF(1).entries() if entry.kind == "random")
    assert key.summary() == "key"


def test_an_entry_lets_part_of_its_array_be_read():
    holder = bp.Object()
    holder.w = bm.Variable(jnp.arange(10_000.0).reshape(100, 100))
    (entry,) = holder.entries()
    whole, part = entry.sample(), entry.sample(25)
    assert (whole.whole, part.whole, part.size) == (True, False, 10_000)
    assert_array_equal(part.values[:, 0] // 2000, np.arange(5))


def test_what_has_no_numbers_cannot_be_sampled(entries):
    with pytest.raises(
        bp.errors.KindError, match=r"the entry 'f': expected numbers to be read, got ufunc, which is no array\. Ask"
    ):
        entries["f"].sample()
    holder = bp.Object()
    holder.key = bm.Variable(jax.random.key(0))
    with pytest.raises(bp.errors.KindError, match=r"the entry 'key': expected numbers to be read, got a random key\. Ask"):
        holder.entry("key").sample()


def test_an_entry_names_what_there_is_to_choose_from():
    entries = {entry.path: entry for entry in bp.modules.Rate(2).entries()}
    assert list(entries["act_fn"].choices) == ["ReLU", "tanh", "sigmoid"]
    assert entries["tau"].choices is None
    entries["act_fn"].set("tanh")
    assert entries["act_fn"].value is entries["act_fn"].choices["tanh"]
