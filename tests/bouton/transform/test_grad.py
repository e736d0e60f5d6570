import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ValueRefused

X = np.array([1.0, 2.0, 3.0], np.float32)


def two_cells():
    return bm.Variable([1.0, 2.0]), bm.TrainVar(3.0)


@pytest.fixture(params=[False, True], ids=["eager", "compiled"])
def run(request):
    """Call a gradient function, plain or inside jit."""
    return (lambda f, *args: bm.jit(f)(*args)) if request.param else (lambda f, *args: f(*args))


# -- what G is ------------------------------------------------------------------


def test_without_anything_the_gradient_is_by_the_first_argument(run):
    assert_array_equal(run(bm.grad(lambda x, y: (x**2 * y).sum()), X, 2 * X), 2 * X * 2 * X)


@pytest.mark.parametrize(("argnums", "expected"), [(0, 2 * X * X), (1, X**2), (-1, X**2)])
def test_one_argument_number_gives_one_gradient(run, argnums, expected):
    assert_array_equal(run(bm.grad(lambda x, y: (x**2 * y).sum(), argnums=argnums), X, X), expected)


@pytest.mark.parametrize("argnums", [(0, 1), [0, 1]])
def test_several_argument_numbers_give_a_tuple(run, argnums):
    by = run(bm.grad(lambda x, y: (x**2 * y).sum(), argnums=argnums), X, X)
    assert isinstance(by, tuple)
    assert_array_equal(by[0], 2 * X * X)
    assert_array_equal(by[1], X**2)


def test_an_argument_may_be_a_tree(run):
    by = run(bm.grad(lambda p: (p["a"] ** 2).sum() + p["b"][0]), {"a": jnp.asarray(X), "b": [jnp.ones(())]})
    assert_array_equal(by["a"], 2 * X)
    assert_array_equal(by["b"][0], 1)


@pytest.mark.parametrize("structure", ["one", "list", "tuple", "dict", "nested"])
def test_gradients_by_variables_come_back_in_the_structure_they_were_given_in(run, structure):
    v, w = two_cells()
    grad_vars, expected = {
        "one": (v, np.array([6.0, 12.0])),
        "list": ([v, w], [np.array([6.0, 12.0]), np.float32(5)]),
        "tuple": ((w, v), (np.float32(5), np.array([6.0, 12.0]))),
        "dict": ({"net.w": w, "net.v": v}, {"net.w": np.float32(5), "net.v": np.array([6.0, 12.0])}),
        "nested": ({"a": [v], "b": (w,)}, {"a": [np.array([6.0, 12.0])], "b": (np.float32(5),)}),
    }[structure]
    by = run(bm.grad(lambda: (v**2).sum() * w, grad_vars=grad_vars))
    assert jax.tree_util.tree_structure(by) == jax.tree_util.tree_structure(expected)
    jax.tree_util.tree_map(assert_array_equal, by, expected)
    assert_array_equal(v.value, [1, 2])


def test_variables_and_arguments_give_a_pair(run):
    v, w = two_cells()
    by_vars, by_args = run(bm.grad(lambda x: (v * x).sum() * w, grad_vars={"v": v}, argnums=0), 2.0)
    assert_array_equal(by_vars["v"], [6, 6])
    assert by_args == 9
    by_vars, by_args = run(bm.grad(lambda x, y: v.sum() * x * y, grad_vars=[v], argnums=(1, 0)), 2.0, 5.0)
    assert_array_equal(by_vars[0], [10, 10])
    assert isinstance(by_args, tuple)
    assert_array_equal(by_args, [6, 15])


def test_a_variable_that_is_not_used_has_a_gradient_of_zero(run):
    v, w = two_cells()
    by = run(bm.grad(lambda: w**2, grad_vars=[v, w]))
    assert_array_equal(by[0], [0, 0])
    assert by[1] == 6


# -- what comes beside it ---------------------------------------------------------


@pytest.mark.parametrize("by", ["argument", "variable", "both"])
@pytest.mark.parametrize(("has_aux", "return_value"), [(False, False), (None, False), (False, True), (True, False), (True, True)])
def test_the_table_of_what_is_returned(run, by, has_aux, return_value):
    v = bm.Variable(3.0)

    def f(x):
        loss = v * x**2
        return (loss, {"twice": 2 * x, "v": v}) if has_aux else loss

    options = {
        "argument": {},
        "variable": {"grad_vars": [v]},
        "both": {"grad_vars": [v], "argnums": 0},
    }[by]
    G = {"argument": 12.0, "variable": [4.0], "both": ([4.0], 12.0)}[by]
    aux = {"twice": 4.0, "v": 3.0}
    expected = G if not (has_aux or return_value) else (G, *[12.0] * return_value, *[aux] * bool(has_aux))
    got = run(bm.grad(f, has_aux=has_aux, return_value=return_value, **options), 2.0)
    assert jax.tree_util.tree_structure(got) == jax.tree_util.tree_structure(expected)
    assert jax.tree_util.tree_leaves(got) == jax.tree_util.tree_leaves(expected)


def test_it_decorates_with_arguments():
    v = bm.Variable(3.0)

    @bm.grad(grad_vars=v)
    def loss(x):
        """Square."""
        return v**2 * x

    assert loss(2.0) == 12
    assert loss.__doc__ == "Square."


# -- side effects -----------------------------------------------------------------


def test_what_the_target_writes_is_kept_and_happens_once(run):
    w, count, key = bm.TrainVar(2.0), bm.Variable(jnp.array(0)), bm.Variable(jax.random.PRNGKey(0))
    runs = []

    def loss(x):
        runs.append(x)
        count.value = count + 1
        key.value, used = jax.random.split(key.value)
        return w**2 * x + 0 * jax.random.normal(used)

    assert run(bm.grad(loss, grad_vars=w), 3.0) == 12
    assert int(count.value) == 1
    assert_array_equal(key.value, jax.random.split(jax.random.PRNGKey(0))[0])


def test_the_variable_differentiated_by_may_be_written_and_keeps_its_new_value(run):
    v = bm.Variable(3.0)

    def loss(x):
        old = v * 1.0
        v.value = v * x  # a state that moves
        return v * old

    assert run(bm.grad(loss, grad_vars=v), 2.0) == 12  # d(v v x)/dv = 2 v x
    assert v.value == 6


def test_gradients_flow_through_a_variable_that_carries_the_argument(run):
    state = bm.Variable(0.0)

    def loss(x):
        state.value = x * 3.0
        state.value = state**2
        return state.value

    assert run(bm.grad(loss), 2.0) == 36  # d(9 x^2) = 18 x
    assert state.value == 36


def test_an_exception_leaves_every_cell_as_it_was(run):
    v, w = two_cells()

    def loss():
        v.value = v * 2.0
        w.value = w * 2.0
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        run(bm.grad(loss, grad_vars=w))
    assert_array_equal(v.value, [1, 2])
    assert w.value == 3


def test_a_refused_result_leaves_every_cell_as_it_was(run):
    v, _ = two_cells()

    def loss():
        v.value = v * 2.0
        return v.value

    with pytest.raises(KindError):
        run(bm.grad(loss, grad_vars=v))
    assert_array_equal(v.value, [1, 2])


# -- composition --------------------------------------------------------------------


def test_a_gradient_of_a_gradient(run):
    v = bm.Variable(2.0)
    inner = bm.grad(lambda x: v * x**3)
    assert run(bm.grad(inner), 5.0) == 60  # 6 v x
    assert run(bm.grad(inner, grad_vars=v), 5.0) == 75  # d(3 v x^2)/dv


def test_a_gradient_inside_a_loop():
    w = bm.TrainVar(8.0)
    gradient = bm.grad(lambda target: 0.5 * (w - target) ** 2, grad_vars=w, return_value=True)

    def descend(target):
        g, loss = gradient(target)
        w.value = w - 0.5 * g
        return loss

    losses = bm.for_loop(descend, jnp.zeros(3))
    assert_array_equal(losses, [32, 8, 2])
    assert w.value == 1


@pytest.mark.parametrize("remat", [False, True])
def test_a_gradient_through_a_loop(run, remat):
    decay, v = bm.TrainVar(0.5), bm.Variable(1.0)

    def loss(xs):
        def step(x):
            v.value = v * decay + x
            return v.value

        return bm.for_loop(step, xs, remat=remat)[-1]

    by_decay, by_xs = run(bm.grad(loss, grad_vars=decay, argnums=0), jnp.array([0.0, 1.0, 0.0]))
    # v3 = d^3 + d^2 x1 + d x2 + x3
    assert_allclose(by_decay, 3 * 0.25 + 2 * 0.5 * 0.0 + 1.0, rtol=1e-6)
    assert_allclose(by_xs, [0.25, 0.5, 1.0], rtol=1e-6)
    assert_allclose(v.value, 0.125 + 0.5, rtol=1e-6)


def test_a_plain_jax_gradient_of_a_function_that_reads_variables():
    v = bm.Variable(3.0)
    assert jax.grad(lambda x: bm.grad(lambda y: v * y**2)(x))(2.0) == 6


def test_complex_and_integer_arguments_as_in_jax():
    z = jnp.complex64(1 + 2j)
    assert bm.grad(lambda x: x**2, holomorphic=True)(z) == 2 * (1 + 2j)
    by = bm.grad(lambda n, x: x * 2.0 + n.astype(float), argnums=(0, 1), allow_int=True)(jnp.array(3), 1.0)
    assert by[0].dtype == jax.dtypes.float0
    assert by[1] == 2
    v = bm.Variable(3, dtype=jnp.int32)
    assert bm.grad(lambda: v.sum().astype(float), grad_vars=v, allow_int=True)().dtype == jax.dtypes.float0


def test_variables_are_taken_as_arguments():
    v = bm.Variable(X)
    assert_array_equal(bm.grad(lambda x: (x**2).sum())(v), 2 * X)


# -- refusals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "got"), [(jnp.ones(3), r"shape \(3,\)"), (jnp.ones((1, 1)), r"shape \(1, 1\)"), ("s", "str"), (None, "NoneType")]
)
def test_a_result_that_is_no_scalar_is_a_type_error(run, result, got):
    with pytest.raises(
        KindError, match=rf"grad: expected a function that returns a scalar of shape \(\), got {got}\. Reduce"
    ) as e:
        run(bm.grad(lambda x: result), 1.0)
    assert isinstance(e.value, TypeError)


def test_a_forgotten_has_aux_is_explained(run):
    with pytest.raises(KindError, match=r"got tuple\. Reduce the result with .*pass has_aux=True for anything returned beside"):
        run(bm.grad(lambda x: (x, x)), 1.0)


@pytest.mark.parametrize("result", [1.0, (1.0, 2.0, 3.0), [1.0, 2.0]])
def test_with_aux_anything_but_a_pair_is_a_type_error(run, result):
    with pytest.raises(
        KindError, match=r"grad\(has_aux=True\): expected a function that returns \(scalar, aux\), got (float|tuple|li)"
    ):
        run(bm.grad(lambda x: result, has_aux=True), 1.0)


def test_what_is_no_variable_cannot_be_differentiated_by():
    with pytest.raises(
        KindError, match=r"grad\(grad_vars=\.\.\.\): expected Variables, in a list, tuple or dict, got .*model\.cell\("
    ):
        bm.grad(lambda: 1.0, grad_vars={"v": bm.Variable(1), "w": jnp.ones(2)})


def test_a_variable_that_is_listed_twice_has_its_gradient_in_both_places():
    w = bm.Variable(jnp.array([1.0, 2.0]))
    one, two = bm.grad(lambda: (w.value**2).sum(), grad_vars=[w, w])()
    assert_allclose(one, [2.0, 4.0])
    assert_allclose(two, [2.0, 4.0])


@pytest.mark.parametrize(
    ("options", "args", "words"),
    [
        ({}, (), r"grad: expected positional argument 0 to differentiate by, got a call with 0 of them\. Pass it by position"),
        ({"argnums": 1}, (1.0,), "expected positional argument 1 .* got a call with 1 of them"),
        ({"argnums": (0, -2)}, (1.0,), "expected positional argument -2 .* got a call with 1 of them"),
    ],
)
def test_a_call_without_the_argument_is_refused(options, args, words):
    with pytest.raises(ValueRefused, match=words):
        bm.grad(lambda *xs: sum(xs, start=jnp.zeros(())), **options)(*args)


def test_integers_have_no_gradient_inside_compiled_code_either():
    v = bm.Variable(3, dtype=jnp.int32)
    seen = []

    @bm.jit
    def f():
        seen.append(bm.grad(lambda: v.sum().astype(float), grad_vars=v, allow_int=True)().dtype)

    f()
    assert seen == [jax.dtypes.float0] * 2


def test_a_variable_in_an_argument_arrives_as_its_array():
    v = bm.Variable(jnp.array([1.0, 3.0]))

    def loss(x, found, *, named):
        found["v"] += 1.0
        named += 1.0
        return (x["w"] ** 2 * found["v"]).sum() + named.sum()

    for gradient in (bm.grad(loss), bm.jit(bm.grad(loss))):
        assert_array_equal(gradient({"w": v}, {"v": v}, named=v)["w"], [4, 24])
        assert_array_equal(v, [1, 3])


def test_a_list_or_dict_of_variables_is_taken_for_grad_vars():
    cells = bm.VarList([bm.Variable(2.0), bm.Variable(3.0)])
    table = bm.VarDict(a=cells[0], b=cells[1])

    def loss():
        return cells[0] ** 2 * cells[1]

    assert bm.grad(loss, grad_vars=cells)() == [12, 4]
    assert bm.grad(loss, grad_vars=table)() == {"a": 12, "b": 4}
    assert bm.hessian(loss, grad_vars=cells)() == [[6, 4], [4, 0]]


def test_no_variables_to_differentiate_by_are_refused():
    with pytest.raises(
        ValueRefused, match=r"grad\(grad_vars=\.\.\.\): expected at least one Variable, got an empty dict\. train_vars\(\)"
    ):
        bm.grad(lambda: 1.0, grad_vars={})
