"""What models of a step register: parameters, weights and states."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.dynamics._declare import parameter, state, weight
from bouton.errors import KindError, ShapeError, ValueRefused


class Cell(bp.DynamicalSystemNS):
    def __init__(self, n=3, tau=10.0, w=None, mode=None, u=0.0, **options):
        super().__init__(mode=mode)
        parameter(self, "tau", tau, n, unit="ms", family="taus", bounds=(0.0, None), strict=True, **options)
        weight(self, "w", w, (n, n), family="weights", allow_none=True)
        state(self, "v", lambda size: jnp.full(size, 2.0), n, unit="mV")
        state(self, "spike", lambda size: jnp.zeros(size, bool), n)
        state(self, "u", u, n)

    def update(self, x):
        self.v += 0.1 / self.tau * (x - self.v)
        return self.v.value


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (5.0, 5.0),
        (5, 5.0),
        (np.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]),
        (jnp.array([1, 2, 3]), [1.0, 2.0, 3.0]),
        (lambda size: jnp.arange(1.0, size[0] + 1), [1.0, 2.0, 3.0]),
        (bp.init.Constant(4.0), [4.0, 4.0, 4.0]),
    ],
)
def test_a_parameter_is_given_in_many_ways_and_reads_as_an_array(given, wanted):
    cell = Cell(tau=given)
    assert isinstance(cell.tau, jax.Array)
    assert cell.tau.dtype == jnp.float32
    assert_array_equal(cell.tau, wanted)


def test_an_entry_knows_what_a_parameter_is():
    entry = Cell().entry("tau")
    assert (entry.kind, entry.unit, entry.family, entry.bounds) == ("parameter", "ms", "taus", (0.0, None))
    assert not entry.trainable
    assert Cell(trained=True).entry("tau").trainable


def test_another_value_of_a_parameter_compiles_nothing():
    cell = Cell(tau=0.1)
    step = bm.jit(cell)
    assert_allclose(step(jnp.ones(3)), np.ones(3), rtol=1e-6)
    cell.tau = 0.2
    cell.reset_state()
    assert_allclose(step(jnp.ones(3)), np.full(3, 1.5), rtol=1e-6)
    assert step.compilations == 1


def test_a_variable_is_taken_as_it_is():
    tau = bm.TrainVar(jnp.asarray(5.0))
    cell = Cell(tau=tau)
    assert cell.tau is tau
    assert cell.entry("tau").unit == "ms"
    assert cell.train_vars().unique().data() == [tau.value]
    assert Cell(tau=bm.Variable(jnp.ones(3))).entry("tau").kind == "state"


def short(size):
    return jnp.ones(2)


def test_a_parameter_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"Cell\.tau: expected shape \(3,\) or one number, got \(2,\)"):
        Cell(tau=np.ones(2))
    with pytest.raises(ShapeError, match=r"^short: expected an array of shape \(3,\), got \(2,\)"):
        Cell(tau=short)
    with pytest.raises(KindError, match=r"Cell\.tau: expected an array of numbers, got str"):
        Cell(tau="long")
    with pytest.raises(KindError, match=r"Cell\.tau: expected real numbers, got complex"):
        Cell(tau=2j)
    for lacks in (np.nan, np.array([1.0, np.nan, 3.0]), jnp.full(3, jnp.nan)):
        with pytest.raises(ValueRefused, match=r"Cell\.tau: expected numbers, got nan\. See where it was divided by 0\."):
            Cell(tau=lacks)
    for below in (bm.TrainVar(jnp.asarray(-1.0)), bm.Variable(jnp.array([1.0, -1.0, 1.0]))):
        with pytest.raises(ValueRefused, match=r"Cell\.tau: expected above 0\.0 ms, got -1\.0"):
            Cell(tau=below)
    with pytest.raises(ValueRefused, match=r"Cell\.tau: expected above 0\.0 ms, got 0\.0\. Choose a value"):
        Cell(tau=0.0)
    with pytest.raises(ValueRefused, match="expected a value, got None"):
        Cell(tau=None)
    assert Cell(tau=None, allow_none=True).tau is None
    cell = Cell()
    with pytest.raises(ValueRefused, match=r"above 0\.0"):
        cell.tau = -1.0


def test_weights_are_train_vars_only_where_training_is():
    w = np.arange(9.0).reshape(3, 3)
    plain, trained = Cell(w=w, mode=bm.batching_mode), Cell(w=w, mode=bm.training_mode)
    assert isinstance(plain.w, jax.Array)
    assert type(trained.w) is bm.TrainVar
    assert_array_equal(plain.w, w)
    assert_array_equal(trained.w, w)
    assert list(plain.train_vars("relative")) == []
    assert list(trained.train_vars("relative")) == ["w"]
    assert plain.entry("w").kind == trained.entry("w").kind == "parameter"
    assert Cell(mode=bm.training_mode).w is None
    shared = bm.TrainVar(jnp.zeros((3, 3)))
    assert Cell(w=shared, mode=bm.training_mode).w is shared


def test_weights_go_back_where_they_began():
    cell = Cell(w=bp.init.OneInit(), mode=bm.training_mode)
    cell.w.value = jnp.zeros((3, 3))
    cell.w = jnp.full((3, 3), 5.0)
    assert isinstance(cell.w, bm.TrainVar)
    cell.reset_parameters()
    assert_array_equal(cell.w, np.ones((3, 3)))
    other = copy.deepcopy(cell)
    other.w = jnp.zeros((3, 3))
    assert float(other.w.sum()) == 0
    assert float(cell.w.sum()) == 9


def test_a_state_has_the_batch_of_its_mode_and_begins_anew():
    assert Cell().v.shape == (3,)
    cell = Cell(mode=bm.BatchingMode(2))
    assert cell.v.shape == cell.spike.shape == (2, 3)
    assert cell.v.batch_axis == 0
    assert cell.spike.dtype == bool
    assert cell.entry("v").unit == "mV"
    cell.v.value = jnp.zeros((2, 3))
    cell.reset_state()
    assert_array_equal(cell.v, np.full((2, 3), 2.0))
    cell.reset_state(5)
    assert_array_equal(cell.v, np.full((5, 3), 2.0))
    assert bp.Network(one=cell).reset_state(4).one.spike.shape == (4, 3)


def test_whole_numbers_make_states_of_floats_that_stay_so():
    for whole in (3, np.array([1, 2, 3]), lambda size: jnp.arange(1, size[0] + 1)):
        cell = Cell(u=whole)
        began = np.asarray(cell.u)
        assert cell.u.dtype == jnp.float32
        cell.u += 0.5
        cell.reset_state()
        assert_array_equal(cell.u, began)
        assert cell.u.dtype == jnp.float32


def test_a_state_that_begins_with_no_numbers_or_in_another_shape_is_refused():
    with pytest.raises(ValueRefused, match=r"Cell\.u: expected numbers, got nan"):
        Cell(u=np.array([0.0, np.nan, 0.0]))
    with pytest.raises(ShapeError, match=r"Cell\.u: expected an array of the size \(3,\), got shape \(2,\)"):
        Cell(u=np.zeros(2))


def test_an_initialiser_is_asked_once_and_again_at_a_reset():
    asked = []

    def count(size):
        asked.append(size)
        return jnp.full(size, float(len(asked)))

    cell = Cell(w=count)
    assert asked == [(3, 3)]
    assert_array_equal(cell.w, np.full((3, 3), 1.0))
    cell.reset_parameters()
    assert_array_equal(cell.w, np.full((3, 3), 2.0))
    # So the same seed gives what it gives anywhere.
    bm.random.seed(5)
    wanted = bp.init.Normal(0.1)((3, 3))
    bm.random.seed(5)
    assert_array_equal(Cell(w=bp.init.Normal(0.1)).w, wanted)


def test_a_batch_is_refused_where_the_mode_has_none():
    with pytest.raises(ValueRefused, match=r"Cell\.reset_state\(batch_size=\.\.\.\): expected none, in NonBatchingMode, got 5"):
        Cell().reset_state(5)


def test_a_weight_that_an_initialiser_drew_goes_through_a_pickle():
    dense = bp.layers.Dense(3, 2)
    twin = pickle.loads(pickle.dumps(dense))
    assert_array_equal(twin.W, dense.W)
    twin.reset_parameters()
    assert twin.W.shape == (3, 2)
    assert (np.asarray(twin.W) != np.asarray(dense.W)).any()
