"""Variables read inside functions that JAX itself transforms, and whose traces JAX keeps."""

import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.transform._frame import STACK
from bouton.transform._trace import CAN_BE_FRESH

pytestmark = pytest.mark.skipif(not CAN_BE_FRESH, reason="this release of JAX has no make_user_context")

V = bm.Variable(2.0)


def by_v(x):
    return V * x**2


def turn(carry, x):
    return carry * V.value, x


def scanned(x):
    return jax.lax.scan(turn, x, jnp.arange(2))[0]


# Transformed once, as in a module: JAX keeps the trace of each.
INNER = {"checkpoint": jax.checkpoint(by_v), "jit": jax.jit(by_v)}
every_inner = pytest.mark.parametrize("inner", [*INNER.values(), by_v], ids=[*INNER, "none"])


@pytest.fixture(autouse=True)
def begin():
    V.value = 2.0
    yield
    assert STACK.top is None
    assert not STACK.fresh


@every_inner
def test_compiled_code_follows_the_variable(inner):
    for _ in range(2):  # another compiled function may not get what belongs to the first
        f = bm.jit(lambda x: inner(x))
        for value in (1.0, 2.0, 3.0):
            V.value = value
            assert f(2.0) == 4 * value
            assert_array_equal(f(jnp.array([1.0, 2.0])), [value, 4 * value])
        assert f.compilations <= 3


@every_inner
def test_gradients_by_the_variable_flow_through_it(inner):
    for gradient in (bm.grad(inner, grad_vars=V), bm.jacfwd(inner, grad_vars=V), bm.vector_grad(inner, grad_vars=V)):
        for value in (1.0, 2.0):
            V.value = value
            assert gradient(3.0) == 9
            assert bm.jit(gradient)(3.0) == 9


@every_inner
def test_a_loop_that_writes_what_the_inner_function_reads(inner):
    def step(x):
        V.value = V + x
        return inner(1.0)

    for _ in range(2):
        V.value = 0.0
        assert_array_equal(bm.for_loop(step, jnp.arange(4.0)), [0, 1, 3, 6])
        V.value = 0.0
        assert_array_equal(bm.for_loop(lambda xs: bm.for_loop(step, xs), jnp.arange(4.0).reshape(2, 2)), [[0, 1], [3, 6]])


def test_the_body_of_a_plain_scan():
    f, gradient = bm.jit(scanned), bm.grad(scanned, grad_vars=V)
    for value in (2.0, 3.0):
        V.value = value
        assert f(5.0) == 5 * value**2
        assert gradient(5.0) == 10 * value
        assert bm.remat(scanned)(5.0) == 5 * value**2


def test_other_arguments_beside_the_same_ones():
    f = bm.jit(lambda x, y: x.sum() + INNER["jit"](y))
    assert f(jnp.ones(2), 1.0) == 4
    assert f(jnp.ones(3), 1.0) == 5  # traced again, and the inner function has seen the same argument before


def test_a_gradient_inside_the_inner_function():
    inner = jax.jit(lambda x: bm.grad(lambda y: V * y**2)(x))
    f = bm.jit(lambda x: inner(x))
    for value in (1.0, 2.0):
        V.value = value
        assert f(3.0) == 6 * value
        assert bm.grad(lambda: inner(3.0), grad_vars=V)() == 6


def test_an_attribute_that_compiled_code_depends_on():
    class Scale(bp.Object):
        def __init__(self, factor):
            self.factor = bm.Variable(factor)

    class Holder(bp.Object):
        def __init__(self):
            self.child = Scale(2.0)

    holder = Holder()
    inner = jax.jit(lambda x: holder.child.factor * x)
    f = bm.jit(lambda x: inner(x))
    assert f(1.0) == 2
    holder.child = Scale(5.0)
    assert f(1.0) == 5


def test_a_plain_vmap_or_gradient_of_its_own_is_no_reason_to_start_again():
    runs = []

    def loss():
        runs.append(1)
        rows = jax.vmap(lambda x: V * x)(jnp.arange(3.0))
        return rows.sum() + jax.grad(lambda x: V * x**2)(1.0)

    assert_allclose(bm.grad(loss, grad_vars=V)(), 3 + 2)
    assert len(runs) == 1


def test_starting_again_leaves_cells_as_they_were_and_writes_once():
    count = bm.Variable(jnp.array(0))

    def loss(x):
        count.value = count + 1
        return INNER["jit"](x)

    assert bm.grad(loss, grad_vars=V)(2.0) == 4
    assert int(count.value) == 1
    bm.jit(loss)(2.0)
    assert int(count.value) == 2


def test_an_exception_after_starting_again():
    def loss(x):
        V.value = V * 2.0
        INNER["jit"](x)
        raise ArithmeticError("mine")

    for f in (bm.grad(loss, grad_vars=V), bm.jit(loss), bm.remat(loss)):
        with pytest.raises(ArithmeticError, match="mine"):
            f(1.0)
        assert V.value == 2


def test_shapes_of_results():
    bm.jit(lambda: INNER["jit"](1.0))()
    v = bm.purify(INNER["jit"], 1.0)
    assert v.cells == (V,)


@every_inner
def test_the_pure_function_of_code_follows_its_values(inner):
    pure = bm.purify(inner, 3.0).pure
    for run in (pure, jax.jit(pure)):
        assert [float(run([value], 3.0)[0]) for value in (1.0, 2.0)] == [9, 18]
    slope = jax.jit(jax.grad(lambda value: pure([value], 3.0)[0]))
    assert [float(slope(value)) for value in (1.0, 2.0)] == [9, 9]
    assert_array_equal(jax.vmap(lambda value: pure([value], 3.0)[0])(jnp.arange(3.0)), [0, 9, 18])


def test_a_hidden_use_in_a_branch_that_the_first_trace_did_not_take():
    pure = bm.purify(lambda x, hidden: INNER["jit"](x) if hidden else V * x, 3.0, False).pure
    later = jax.jit(pure, static_argnums=2)
    assert [float(later([value], 3.0, hidden)[0]) for hidden in (False, True) for value in (1.0, 2.0)] == [3, 6, 9, 18]


EAGER = {
    "scan": lambda turn: lambda x: jax.lax.scan(turn, x, jnp.arange(2))[0],
    "jit": lambda turn: jax.jit(lambda x: turn(turn(x, 0)[0], 0)[0]),
    "checkpoint": lambda turn: jax.checkpoint(lambda x: turn(turn(x, 0)[0], 0)[0]),
}


@pytest.mark.parametrize("make", EAGER.values(), ids=EAGER)
def test_a_trace_that_jax_has_kept_from_before_is_not_used(make):
    def inner_turn(carry, x):
        return carry * V.value, x

    inner = make(inner_turn)
    assert inner(5.0) == 20  # JAX keeps this one, with the value as a constant
    assert bm.grad(inner, grad_vars=V)(5.0) == 20
    V.value = 3.0
    assert bm.grad(inner, grad_vars=V)(5.0) == 30
    assert bm.jit(inner)(5.0) == 45
    assert bm.remat(inner)(5.0) == 45
    assert_array_equal(bm.for_loop(inner, jnp.arange(2.0)), [0, 9])
    assert_array_equal(bm.vmap(inner)(jnp.arange(2.0)), [0, 9])
