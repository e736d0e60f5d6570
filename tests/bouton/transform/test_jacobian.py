import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ValueRefused

pytestmark = pytest.mark.long

X = np.array([1.0, 2.0, 3.0], np.float32)
A = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]], np.float32)

KINDS = {"vector_grad": bm.vector_grad, "jacrev": bm.jacrev, "jacfwd": bm.jacfwd, "hessian": bm.hessian}
JAX = {"jacrev": jax.jacrev, "jacfwd": jax.jacfwd, "hessian": jax.hessian}
both_jacobians = pytest.mark.parametrize("jacobian", [bm.jacrev, bm.jacfwd])
every_kind = pytest.mark.parametrize("kind", list(KINDS))


@pytest.fixture(params=["eager", "jit", "for_loop", "grad"])
def run(request):
    """Call a function plainly or inside a transform; it comes back with what it returned, and its side effects happen once."""

    def in_grad(f, *args):
        return bm.grad(lambda: (jnp.zeros(()), f(*args)), grad_vars=bm.Variable(1), has_aux=True)()[1]

    def in_loop(f, *args):
        out = bm.for_loop(lambda _: f(*args), jnp.zeros(1))
        return jax.tree_util.tree_map(lambda a: a[0], out)

    return {
        "eager": lambda f, *args: f(*args),
        "jit": lambda f, *args: bm.jit(f)(*args),
        "for_loop": in_loop,
        "grad": in_grad,
    }[request.param]


def assert_same(got, expected):
    assert jax.tree_util.tree_structure(got) == jax.tree_util.tree_structure(expected)
    jax.tree_util.tree_map(lambda a, b: assert_allclose(a, b, rtol=1e-5), got, expected)


# -- against JAX -------------------------------------------------------------------


def a_tree(x, p):
    return {"square": (jnp.asarray(A) @ x) ** 2 * p["scale"], "sum": [(x**3).sum() + p["shift"]]}


@pytest.mark.parametrize("kind", list(JAX))
@pytest.mark.parametrize("argnums", [None, 0, 1, -1, (0,), (0, 1), (1, 0), [1]])
def test_of_a_pure_function_it_is_what_jax_gives(run, kind, argnums):
    args = jnp.asarray(X), {"scale": jnp.array(2.0), "shift": jnp.array([1.0, -1.0])}
    nums = 0 if argnums is None else argnums if isinstance(argnums, int) else tuple(argnums)
    assert_same(run(KINDS[kind](a_tree, argnums=argnums), *args), JAX[kind](a_tree, argnums=nums)(*args))


@pytest.mark.parametrize("kind", list(JAX))
def test_by_variables_it_is_what_jax_gives_by_a_dictionary(run, kind):
    values = {"w": jnp.asarray(A), "b": jnp.array([0.5, -0.5])}

    def f(p, x):
        return jnp.tanh(p["w"] @ x + p["b"]), p["b"].sum() * x

    cells = {name: bm.Variable(value) for name, value in values.items()}
    got = run(KINDS[kind](lambda x: f({n: c.value for n, c in cells.items()}, x), grad_vars=cells), X)
    assert_same(got, JAX[kind](f)(values, jnp.asarray(X)))


def test_complex_integers_and_other_options_as_in_jax():
    z = jnp.array([1 + 2j, 3 - 1j], jnp.complex64)
    for kind in (bm.jacrev, bm.jacfwd):
        assert_array_equal(kind(lambda x: x**2, holomorphic=True)(z), np.diag(2 * np.asarray(z)))
    assert_allclose(bm.hessian(lambda x: (x**3).sum(), holomorphic=True)(z), np.diag(6 * np.asarray(z)), rtol=1e-6)
    by = [
        of(lambda n, x: x * 2.0 + n.astype(float), argnums=(0, 1), allow_int=True)(jnp.array(3), 1.0)
        for of in (bm.jacrev, jax.jacrev)
    ]
    assert_same(*by)
    assert by[0][0].dtype == by[1][0].dtype
    with pytest.raises(TypeError, match="real"):
        bm.jacfwd(lambda n: n)(jnp.array(3))


def test_the_other_name_of_jacrev():
    assert bm.jacobian is bm.jacrev


# -- by variables and by arguments ---------------------------------------------------


@both_jacobians
@pytest.mark.parametrize("structure", ["one", "list", "tuple", "dict"])
def test_a_jacobian_comes_back_in_the_structure_of_the_variables(run, jacobian, structure):
    v, w = bm.Variable(X[:2]), bm.TrainVar(3.0)
    by_v, by_w = 3 * np.diag(X[:2] * 2), X[:2] ** 2
    grad_vars, expected = {
        "one": (v, by_v),
        "list": ([v, w], [by_v, by_w]),
        "tuple": ((w, v), (by_w, by_v)),
        "dict": ({"w": w, "v": v}, {"w": by_w, "v": by_v}),
    }[structure]
    assert_same(run(jacobian(lambda: v**2 * w, grad_vars=grad_vars)), expected)


@both_jacobians
def test_by_variables_and_arguments_it_is_a_pair(run, jacobian):
    v = bm.Variable(X)
    by_v, by_x = run(jacobian(lambda x: v * x, grad_vars={"v": v}, argnums=0), 2.0)
    assert_array_equal(by_v["v"], 2 * np.eye(3))
    assert_array_equal(by_x, X)


@both_jacobians
def test_in_a_tree_of_results_each_array_has_its_own_pair(run, jacobian):
    v = bm.Variable(X)
    out = run(jacobian(lambda x: {"a": v * x, "b": x**2}, grad_vars=[v], argnums=(0,)), 3.0)
    assert_same(out, {"a": ([3 * np.eye(3)], (X,)), "b": ([np.zeros(3)], (np.float32(6),))})


def test_a_hessian_is_nested_as_in_jax():
    a, b = bm.Variable(X), bm.Variable(2.0)
    hessian = bm.hessian(lambda: (a**2).sum() * b**3, grad_vars={"a": a, "b": b})()
    cross = 2 * X * 3 * 4
    assert_same(hessian, {"a": {"a": 16 * np.eye(3), "b": cross}, "b": {"a": cross, "b": 14.0 * 12}})


def test_a_hessian_by_variables_and_arguments(run):
    v = bm.Variable(2.0)
    hessian = run(bm.hessian(lambda x, y: v**2 * x**3 * y, grad_vars=[v], argnums=(0, 1)), 3.0, 5.0)
    # by v: 2 x^3 y, 6 v x^2 y, 2 v x^3; by x: 6 v x^2 y, 6 v^2 x y, 3 v^2 x^2; by y: 2 v x^3, 3 v^2 x^2, 0
    by_v = [([270.0], (540.0, 108.0))]
    by_args = (([540.0], (360.0, 108.0)), ([108.0], (108.0, 0.0)))
    assert_same(hessian, (by_v, by_args))


@every_kind
def test_a_variable_that_is_listed_twice_has_its_derivative_in_both_places(run, kind):
    w = bm.Variable([1.0, 2.0])

    def f():
        return (w.value**2).sum()

    got = run(KINDS[kind](f, grad_vars=[w, w]))
    once = KINDS[kind](f, grad_vars=w)()
    assert_same(got, [[once, once]] * 2 if kind == "hessian" else [once, once])


def test_a_vector_gradient_weighs_every_element_with_one(run):
    v = bm.Variable(X)
    by_v, by_x = run(bm.vector_grad(lambda x: (v**2 * x, [v * x]), grad_vars=v, argnums=0), 3.0)
    assert_array_equal(by_v, 2 * X * 3 + 3)
    assert by_x == (X**2).sum() + X.sum()


# -- what comes beside it --------------------------------------------------------------


@every_kind
@pytest.mark.parametrize(("has_aux", "return_value"), [(None, False), (False, True), (True, False), (True, True)])
def test_the_table_of_what_is_returned(run, kind, has_aux, return_value):
    v = bm.Variable(X)

    def f(x):
        out = v.value * x**2
        return (out, {"twice": 2 * x, "v": v}) if has_aux else out

    G = {"vector_grad": 4 * X.sum(), "jacrev": 4 * X, "jacfwd": 4 * X, "hessian": 2 * X}[kind]
    expected = G if not (has_aux or return_value) else (G, *[4 * X] * return_value, *[{"twice": 4.0, "v": X}] * bool(has_aux))
    assert_same(run(KINDS[kind](f, has_aux=has_aux, return_value=return_value), 2.0), expected)


@every_kind
def test_what_the_function_writes_is_kept_and_happens_once(run, kind):
    count, key = bm.Variable(jnp.array(0)), bm.Variable(jax.random.PRNGKey(0))

    def f(x):
        count.value = count + 1
        key.value, used = jax.random.split(key.value)
        return x**2 + 0 * jax.random.normal(used, (3,))

    run(KINDS[kind](f), X)
    assert int(count.value) == 1
    assert_array_equal(key.value, jax.random.split(jax.random.PRNGKey(0))[0])


@every_kind
def test_an_exception_leaves_every_cell_as_it_was(run, kind):
    v = bm.Variable(X)

    def f(x):
        v.value = v * x
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        run(KINDS[kind](f, grad_vars=v), 2.0)
    assert_array_equal(v.value, X)


@every_kind
def test_it_decorates_with_arguments(kind):
    v = bm.Variable(3.0)

    @KINDS[kind](grad_vars=v)
    def squared(x):
        """Square."""
        return v**2 * x

    assert squared(2.0) == (4 if kind == "hessian" else 12)
    assert squared.__doc__ == "Square."


# -- composition -----------------------------------------------------------------------


def test_derivatives_of_derivatives(run):
    v = bm.Variable([1.0, 2.0])
    of_sum = bm.grad(lambda: (v.value**3).sum(), grad_vars=v)
    for outer in (bm.jacrev, bm.jacfwd):
        assert_array_equal(run(outer(of_sum, grad_vars=v)), np.diag([6.0, 12.0]))
    rows = bm.jacrev(lambda x: v * x**2)
    assert run(bm.grad(lambda x: rows(x).sum()), 3.0) == 6  # d(2 x (v1 + v2))/dx
    assert_array_equal(run(bm.vector_grad(rows, grad_vars=v), 3.0), [6, 6])
    assert_array_equal(run(bm.hessian(lambda x: rows(x)[0]), 3.0), 0)


def test_a_jacobian_through_a_loop(run):
    decay, v = bm.TrainVar(0.5), bm.Variable(1.0)

    def trajectory():
        def step(x):
            v.value = v * decay + x
            return v.value

        return bm.for_loop(step, jnp.zeros(3))

    assert_allclose(run(bm.jacfwd(trajectory, grad_vars=decay)), [1, 2 * 0.5, 3 * 0.25])
    v.value = 1.0
    assert_allclose(run(bm.jacrev(trajectory, grad_vars=decay)), [1, 2 * 0.5, 3 * 0.25])
    assert v.value == 0.125


def test_plain_jax_transforms_go_around_it():
    v = bm.Variable(3.0)
    rows = jax.vmap(bm.jacrev(lambda x: v * x**2))(X)
    assert_array_equal(rows, np.float32(6) * X)
    assert_array_equal(jax.jit(bm.jacfwd(lambda x: v * x**2))(2.0), 12)


# -- refusals --------------------------------------------------------------------------


@every_kind
def test_what_is_no_variable_or_no_argument_is_refused(kind):
    with pytest.raises(KindError, match=rf"{kind}\(grad_vars=\.\.\.\): expected Variables, in a list, tuple or dict, got str"):
        KINDS[kind](lambda: 1.0, grad_vars=["v"])
    with pytest.raises(ValueRefused, match=rf"{kind}: expected positional argument 0 to differentiate by, got a call with 0"):
        KINDS[kind](lambda: 1.0)()
    with pytest.raises(KindError, match=rf"{kind}\(has_aux=True\): expected a function that returns \(value, aux\), got float"):
        KINDS[kind](lambda x: 1.0, has_aux=True)(2.0)


@every_kind
def test_a_result_that_is_no_array_is_a_type_error(run, kind):
    with pytest.raises(KindError, match=rf"{kind}: expected a function that returns arrays, got str\. Return arrays, and pass"):
        run(KINDS[kind](lambda x: (x, "s")), 2.0)


def test_a_vector_gradient_needs_floating_numbers():
    words = r"vector_grad: expected {}, got dtype int32\. Convert them with \.astype\('float32'\)"
    with pytest.raises(KindError, match=words.format("numbers with a fraction to differentiate by")):
        bm.vector_grad(lambda n: n * 1.0)(jnp.array(3))
    with pytest.raises(KindError, match=words.format("a function that returns numbers with a fraction")):
        bm.vector_grad(lambda x: x.astype(int))(jnp.array(3.0))
