import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.parameters import Constant, Parameter, SimulationParameter, State

WRAPPERS = [Parameter, State, SimulationParameter]


class Holder(bp.Object):
    """One attribute ``a``."""

    def __init__(self, wrapper):
        self.a = wrapper


@pytest.fixture(params=WRAPPERS, ids=lambda w: w.__name__)
def wrapper(request):
    return request.param


# -- values ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (1.5, np.float32(1.5)),
        ([1.0, 2.0], np.float32([1, 2])),
        ((1, 2), np.int32([1, 2])),
        (np.arange(3), np.arange(3, dtype=np.int32)),
        (jnp.ones((2, 2)), np.ones((2, 2), np.float32)),
        (np.float32(3), np.float32(3)),
        (True, np.bool_(True)),
    ],
    ids=repr,
)
def test_an_attribute_reads_as_the_bare_array(wrapper, data, expected):
    value = Holder(wrapper(data)).a
    if not isinstance(value, bool | float):  # a simulation parameter reads as the number that was given
        assert isinstance(value, jax.Array)
        assert value.dtype == expected.dtype
    assert_array_equal(value, expected)


def test_a_simulation_parameter_reads_as_the_number_that_was_given():
    holder = Holder(SimulationParameter(0.001))
    assert type(holder.a) is float
    assert holder.a == 0.001
    holder.a = 0.3
    assert holder.a == 0.3
    assert isinstance(bm.jit(lambda: jnp.asarray(holder.a) * 1)(), jax.Array)
    holder.a = jnp.array(0.5)
    assert isinstance(holder.a, jax.Array)


def test_inside_compiled_code_a_simulation_parameter_is_a_traced_value_too():
    holder = Holder(SimulationParameter(2.0))
    f = bm.jit(lambda x: x * holder.a)
    assert f(3.0) == 6
    holder.a = 5.0
    assert f(3.0) == 15
    assert f.compilations == 1


def test_init_func_is_called_with_the_first_permitted_shape(wrapper):
    seen = []

    def init(shape):
        seen.append(shape)
        return jnp.full(shape, 2.0)

    assert_array_equal(Holder(wrapper(shape=[(2, 3), ()], init_func=init)).a, np.full((2, 3), 2))
    assert set(seen) == {(2, 3)}


def test_data_win_over_init_func(wrapper):
    holder = Holder(wrapper(jnp.ones(2), shape=2, init_func=jnp.zeros))
    assert_array_equal(holder.a, [1, 1])
    holder.a = jnp.full(2, 5.0)
    holder.reset_state()
    holder.reset_parameters()
    if wrapper is not SimulationParameter:
        assert_array_equal(holder.a, [1, 1])


def test_init_func_is_called_anew_at_every_reset():
    values = iter([1.0, 2.0, 3.0])
    holder = Holder(State(shape=(), init_func=lambda s: jnp.full(s, next(values))))
    assert [float(holder.a), float(holder.reset_state().a), float(holder.reset_state().a)] == [1, 2, 3]


@pytest.mark.parametrize("shape", [4, (4,), [(4,)], [(2, 2), (4,)], [4], np.int64(4), (np.int64(4),), [np.int32(4)]], ids=repr)
def test_a_shape_is_an_int_a_tuple_or_a_list_of_tuples(wrapper, shape):
    assert Holder(wrapper(np.ones(4), shape=shape)).a.shape == (4,)


@pytest.mark.parametrize(
    ("data", "shape", "expected"),
    [
        (np.arange(6.0), (2, 3), np.arange(6.0).reshape(2, 3)),
        (np.arange(4.0), [(), (2, 2)], np.arange(4.0).reshape(2, 2)),
        (np.array([3.0]), (), np.array(3.0)),
        ([[1.0, 2.0]], 2, np.array([1.0, 2.0])),
        (5.0, [(3,), (1,)], np.array([5.0])),
    ],
    ids=repr,
)
def test_data_with_as_many_elements_are_reshaped(wrapper, data, shape, expected):
    value = Holder(wrapper(data, shape=shape)).a
    assert np.shape(value) == expected.shape
    assert_array_equal(value, expected)


def test_cast_fn_is_applied_to_the_initial_value_once(wrapper):
    calls = []

    def cast(x):
        calls.append(x)
        return jnp.asarray(x, float) + 1.0

    holder = Holder(wrapper(1, cast_fn=cast))
    assert float(holder.a) == 2
    assert len(calls) == 1
    holder.reset_state()
    holder.reset_parameters()
    assert float(holder.a) == 2
    assert len(calls) == 1


def test_data_that_the_caller_changes_later_change_neither_value_nor_reset(wrapper):
    array, numbers = np.ones(3), [1.0, 2.0]
    cell = bm.Variable([1.0, 1.0])
    holders = [Holder(wrapper(array)), Holder(wrapper(numbers)), Holder(wrapper(cell))]
    array[:] = 9
    numbers[0] = 9.0
    cell.value = jnp.zeros(2)
    for holder, expected in zip(holders, ([1, 1, 1], [1, 2], [1, 1]), strict=True):
        assert_array_equal(holder.a, expected)
        assert_array_equal(holder.reset_parameters().reset_state().a, expected)


def test_one_wrapper_may_register_two_attributes(wrapper):
    shared = wrapper(jnp.zeros(2))
    one, two = Holder(shared), Holder(shared)
    one.a = jnp.ones(2)
    assert_array_equal(two.a, [0, 0])


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Parameter(np.ones(2), family="taus", bounds=(0, 1)), True),
        (Parameter([1.0, 1.0], family="taus", bounds=(0, 1)), True),
        (Parameter(np.ones(2), family="taus", bounds=(0, 2)), False),
        (Parameter(np.ones(2), family="bias", bounds=(0, 1)), False),
        (Parameter(np.zeros(2), family="taus", bounds=(0, 1)), False),
        (Parameter(shape=2, init_func=np.ones, family="taus", bounds=(0, 1)), False),
        (Parameter(Constant(np.ones(2)), family="taus", bounds=(0, 1)), False),
        (State(np.ones(2), family="taus", bounds=(0, 1)), False),
    ],
)
def test_two_wrappers_describe_the_same_when_they_say_and_reset_the_same(other, same):
    mine = Parameter(np.ones(2), family="taus", bounds=(0, 1))
    assert (mine.describes_alike(other) and mine.begins_alike(other)) is same
    assert (other.describes_alike(mine) and other.begins_alike(mine)) is same


def test_wrappers_of_other_things_describe_the_same_when_these_are_equal_names_or_one_object():
    one = SimulationParameter("".join(["eu", "ler"]))
    assert one.begins_alike(SimulationParameter("euler"))
    assert not one.begins_alike(SimulationParameter("heun"))
    assert SimulationParameter(np.tanh).begins_alike(SimulationParameter(np.tanh))
    assert not SimulationParameter(np.tanh).begins_alike(SimulationParameter(np.sin))


def test_the_text_shows_class_family_and_shapes():
    assert repr(Parameter(1.0, family="taus", shape=[(), (2,)])) == "Parameter(family='taus', shape=() or (2,))"
    assert repr(State(1.0)) == "State(family=None)"


# -- errors ------------------------------------------------------------------------


def refused(wrapper, kind, words, *args, **kwargs):
    with pytest.raises(kind, match=f"^{wrapper.__name__}{words}") as error:
        wrapper(*args, **kwargs)
    assert error.value.fix.endswith(".")
    return error.value


def test_neither_data_nor_shape_is_refused(wrapper):
    error = refused(wrapper, ValueRefused, r": expected data or a shape, got neither\. Give one of them\.$")
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("shape", ["4", 4.0, (2.0, 3), ("a",), [[2, 3]], [], {4}, (True,), True, [(2,), "x"]], ids=repr)
def test_a_shape_of_another_type_is_a_type_error(wrapper, shape):
    error = refused(wrapper, KindError, r"\(shape=\.\.\.\): expected an int, a tuple of ints, or a list", 1.0, shape=shape)
    assert isinstance(error, TypeError)
    assert repr(shape) in error.got


def test_an_init_func_that_cannot_be_called_is_refused(wrapper):
    words = r"\(init_func=\.\.\.\): expected a function of the shape, got float\. Pass for instance jax\.numpy\.zeros"
    refused(wrapper, ValueRefused, words, shape=3, init_func=1.0)


def test_no_data_and_no_init_func_is_refused(wrapper):
    refused(wrapper, ValueRefused, r": expected data or an init_func, got a shape alone\. Say what", shape=3)


@pytest.mark.parametrize("permit_reshape", [True, False])
def test_data_that_fit_no_permitted_shape_are_refused_with_both(wrapper, permit_reshape):
    end = r", or as many elements\.$" if permit_reshape else r"\.$"
    words = rf": expected shape \(2, 3\) or \(\), got \(4,\)\. Give data of a permitted shape{end}"
    error = refused(wrapper, ShapeError, words, jnp.ones(4), shape=[(2, 3), ()], permit_reshape=permit_reshape)
    assert isinstance(error, ValueError)


def test_without_permit_reshape_as_many_elements_are_not_enough(wrapper):
    refused(wrapper, ShapeError, r": expected shape \(2, 3\), got \(6,\)", jnp.ones(6), shape=(2, 3), permit_reshape=False)


def test_what_init_func_returns_is_checked_too(wrapper):
    with pytest.raises(ShapeError, match=r"expected shape \(3,\), got \(2,\)"):
        Holder(wrapper(shape=3, init_func=lambda s: jnp.ones(2)))


@pytest.mark.parametrize("bad", ["fast", print, {}, [[1.0], [2.0, 3.0]], [], ["a"], np.array(["a"])], ids=repr)
def test_parameters_and_states_hold_numbers_only(bad):
    for wrapper in (Parameter, State):
        refused(wrapper, KindError, r": expected a number or an array, got \w+\. Only a SimulationParameter holds other", bad)


@pytest.mark.parametrize("value", ["euler", print, {"a": 1}])
def test_a_simulation_parameter_may_hold_anything(value):
    assert Holder(SimulationParameter(value)).a is value


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (0, 0), (1,), "ab", 3, (0, "x"), (0, 1, 2)], ids=repr)
def test_bounds_are_a_pair_in_order(wrapper, bounds):
    words = r"\(bounds=\.\.\.\): expected a pair \(low, high\) with low below high, None for an open side, got"
    refused(wrapper, ValueRefused, words, 1.0, bounds=bounds)


@pytest.mark.parametrize("bounds", [(None, 1.0), (2.0, 1.0)])
def test_softbounds_are_closed(wrapper, bounds):
    words = r"\(softbounds=\.\.\.\): expected a pair \(low, high\) with low below high, got"
    refused(wrapper, ValueRefused, words, 1.0, softbounds=bounds)


def test_a_scale_is_linear_or_logarithmic(wrapper):
    refused(wrapper, ValueRefused, r"\(scale=\.\.\.\): expected 'linear' or 'log', got 'cubic'\. Choose", 1.0, scale="cubic")


# -- Constant -----------------------------------------------------------------------


@pytest.mark.parametrize("value", [2.0, 3, np.ones(2), jnp.ones(2), [1.0, 1.0], np.float32(2)], ids=lambda v: type(v).__name__)
def test_a_constant_parameter_is_a_simulation_parameter_of_the_same_name_and_family(value):
    before = type(value)
    holder = Holder(Parameter(Constant(value), family="taus"))
    assert type(value) is before
    assert holder.parameters() == {}
    assert list(holder.simulation_parameters()) == ["a"]
    assert list(holder.simulation_parameters("taus")) == ["a"]
    assert_array_equal(holder.a, value)
    assert not holder.entry("a").trainable


def test_a_constant_array_of_the_caller_is_left_alone():
    array = np.ones(3)
    holder = Holder(Parameter(Constant(array)))
    holder.a = np.full(3, 4.0)
    assert_array_equal(array, [1, 1, 1])
    array[:] = 7
    assert_array_equal(holder.a, [4, 4, 4])


def test_a_constant_of_a_constant_is_one_constant():
    assert Constant(Constant(3.0)).value == 3.0
    assert repr(Constant(3.0)) == "Constant(3.0)"


def test_a_constant_state_is_still_a_state():
    assert list(Holder(State(Constant(1.0))).states()) == ["a"]


def test_a_constant_keeps_its_initial_shape_rules():
    with pytest.raises(ShapeError, match=r"expected shape \(2,\), got \(3,\)"):
        Parameter(Constant(np.ones(3)), shape=2)
    with pytest.raises(ValueRefused, match="expected data or a shape, got neither"):
        Parameter(Constant(None))
