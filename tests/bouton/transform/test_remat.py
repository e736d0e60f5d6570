import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError

X = np.array([0.1, 0.2, 0.3], np.float32)


@pytest.fixture(params=["eager", "jit", "for_loop"])
def run(request):
    """Call a function plainly or inside a transform."""
    return {
        "eager": lambda f, *args: f(*args),
        "jit": lambda f, *args: bm.jit(f)(*args),
        "for_loop": lambda f, *args: jax.tree_util.tree_map(lambda a: a[0], bm.for_loop(lambda _: f(*args), jnp.zeros(1))),
    }[request.param]


def test_the_two_names_are_one_function():
    assert bm.checkpoint is bm.remat


def test_values_and_gradients_are_the_same(run):
    w, state = bm.TrainVar(0.5), bm.Variable(1.0)

    @bm.remat
    def layer(x):
        state.value = jnp.sin(state * w)
        return jnp.sin(x * w) + state

    def loss(x):
        return (layer(layer(x)) * state).sum()

    def pure(w, x):
        s = jnp.sin(jnp.sin(1.0 * w) * w)
        return ((jnp.sin((jnp.sin(x * w) + jnp.sin(1.0 * w)) * w) + s) * s).sum()

    by_w, by_x = run(bm.grad(loss, grad_vars=w, argnums=0), jnp.asarray(X))
    expected = jax.grad(pure, argnums=(0, 1))(jnp.array(0.5), jnp.asarray(X))
    assert_allclose(by_w, expected[0], rtol=1e-5)
    assert_allclose(by_x, expected[1], rtol=1e-5)
    assert_allclose(state.value, np.sin(np.sin(0.5) * 0.5), rtol=1e-6)


def test_without_a_gradient_it_is_the_function_and_its_writes_happen_once(run):
    count = bm.Variable(jnp.array(0))

    @bm.remat
    def f(x, *, by):
        count.value = count + 1
        return {"y": x * by}

    assert_array_equal(run(lambda: f(jnp.asarray(X), by=2.0))["y"], X * 2)
    assert int(count.value) == 1


def computations(layer):
    """How often the backward and forward pass of ``layer`` run its sine."""
    seen = []
    w = bm.TrainVar(0.5)

    def noted(x):
        y = jnp.sin(x)
        jax.debug.callback(lambda _: seen.append(1), y)
        return y

    bm.jit(bm.grad(lambda x: jnp.sin(layer(lambda x: noted(x * w))(x)), grad_vars=w))(0.3)
    jax.effects_barrier()
    return len(seen)


def test_the_backward_pass_computes_again_what_was_not_kept():
    assert computations(lambda f: f) == 1
    assert computations(bm.remat) == 2


def residuals(layer, **options):
    """How many arrays of three elements a gradient by a Variable keeps from the forward pass."""
    w = bm.TrainVar(jnp.ones(()))

    @bm.remat(**options)
    def rematerialised(x):
        return jnp.sin(jnp.sin(jnp.sin(x * w)))

    def plain(x):
        return jnp.sin(jnp.sin(jnp.sin(x * w)))

    def pure(value, x):
        purified = bm.purify(rematerialised if layer else plain, x)
        return purified.pure([value], x)[0]

    _, pull_back = jax.vjp(pure, jnp.ones(()), jnp.asarray(X))
    return sum(leaf.shape == (3,) for leaf in jax.tree_util.tree_leaves(pull_back) if isinstance(leaf, jax.Array))


def test_intermediate_values_are_not_kept_unless_the_policy_says_so():
    assert residuals(True) < residuals(False)
    assert residuals(True, policy=jax.checkpoint_policies.everything_saveable) > residuals(True)


def test_prevent_cse_reaches_jax():
    v = bm.Variable(1.0)

    def text(prevent_cse):
        layer = bm.remat(lambda x: jnp.sin(x * v), prevent_cse=prevent_cse)
        purified = bm.purify(layer, 1.0)
        return str(jax.make_jaxpr(lambda x: purified.pure([jnp.ones(())], x))(1.0))

    assert "prevent_cse=True" in text(True)
    assert "prevent_cse=False" in text(False)


@pytest.mark.parametrize("static_argnums", [1, (1,), -1])
def test_static_arguments_are_python_constants(run, static_argnums):
    w = bm.TrainVar(2.0)

    @bm.checkpoint(static_argnums=static_argnums)
    def f(x, twice):
        return w * x * 2 if twice else w * x

    assert run(bm.grad(lambda x: f(x, True), grad_vars=w), 3.0) == 6
    assert run(bm.grad(lambda x: f(x, False), grad_vars=w), 3.0) == 3


def test_a_method_and_a_callable_object():
    class Scale:
        """Scales."""

        def __init__(self):
            self.factor = bm.Variable(3.0)

        def __call__(self, x):
            return self.factor * x

        @bm.remat
        def method(self, x):
            """Cube."""
            return self.factor * x**3

    scale = Scale()
    assert bm.grad(bm.remat(scale), grad_vars=scale.factor)(2.0) == 2
    assert bm.grad(scale.method, grad_vars=scale.factor)(2.0) == 8
    assert Scale.method.__doc__ == "Cube."


def test_the_same_function_sees_new_values_and_new_shapes(run):
    v = bm.Variable([1.0, 2.0], batch_axis=0)
    layer = bm.remat(lambda x: (v * x).sum())
    gradient = bm.grad(lambda x: layer(x), grad_vars=v, return_value=True)
    for value in ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0, 7.0]):
        v.value = jnp.array(value)
        by, out = run(gradient, 2.0)
        assert out == 2 * sum(value)
        assert_array_equal(by, [2.0] * len(value))


def test_a_branch_that_the_first_trace_did_not_take_may_use_other_cells():
    a, b, n = bm.Variable(1.0), bm.Variable(10.0), []

    def moody(x):
        n.append(1)
        if len(n) == 1:
            return a * x
        b.value = b * 2.0
        return b * x

    assert bm.remat(moody)(3.0) == 60
    assert b.value == 20


def test_remat_in_a_loop_in_a_gradient_and_the_other_way_round(run):
    w, v = bm.TrainVar(0.5), bm.Variable(1.0)

    @bm.remat
    def step(x):
        v.value = v * w + x
        return v.value

    expected = 3 * 0.25  # v3 = w^3
    assert_allclose(run(bm.grad(lambda xs: bm.for_loop(step, xs)[-1], grad_vars=w), jnp.zeros(3)), expected)
    v.value = 1.0
    assert_allclose(run(bm.grad(bm.remat(lambda xs: bm.for_loop(step, xs)[-1]), grad_vars=w), jnp.zeros(3)), expected)
    assert v.value == 0.125
    assert run(bm.remat(bm.grad(bm.remat(lambda x: w * x**2))), 2.0) == 2


def test_an_exception_leaves_every_cell_as_it_was(run):
    v = bm.Variable(X)

    @bm.remat
    def f(x):
        v.value = v * x
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        run(f, 2.0)
    assert_array_equal(v.value, X)


def test_what_cannot_be_called_is_refused():
    with pytest.raises(
        KindError, match=r"remat: expected a function, a method or a callable object, got int\. Pass the function"
    ):
        bm.remat(3)
