"""Losses for numbers against NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

pytestmark = pytest.mark.long

DRAW = np.random.default_rng(0)
P, T = DRAW.normal(size=(4, 3)), DRAW.normal(size=(4, 3))
P[0, 0], P[1, 1] = T[0, 0] + 30.0, T[1, 1] - 2.5
D = P - T

FORMULAS = {
    "mean_squared_error": D**2,
    "mean_absolute_error": np.abs(D),
    "l2_loss": D**2 / 2,
    "l1_loss": np.abs(D),
    "huber_loss": np.where(np.abs(D) <= 1, D**2 / 2, np.abs(D) - 0.5),
    "log_cosh_loss": np.log(np.cosh(D)),
}
MEANS = ["mean_squared_error", "mean_absolute_error"]


@pytest.fixture(params=FORMULAS)
def loss(request):
    return getattr(bp.losses, request.param)


@pytest.mark.parametrize("way", ["eager", "jit", "for_loop"])
@pytest.mark.parametrize("name", FORMULAS)
def test_the_loss_is_that_of_the_formula(name, way):
    loss, expected = getattr(bp.losses, name), FORMULAS[name]
    p, t = jnp.asarray(P), jnp.asarray(T)
    for reduction, value in (("none", expected), ("mean", expected.mean()), ("sum", expected.sum())):

        def of(p, t, reduction=reduction):
            return loss(p, t, reduction=reduction)

        found = bm.for_loop(of, (p[None], t[None]))[0] if way == "for_loop" else (bm.jit(of) if way == "jit" else of)(p, t)
        np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", FORMULAS)
def test_only_the_means_are_reduced_unless_told_otherwise(name):
    expected = FORMULAS[name].mean() if name in MEANS else FORMULAS[name]
    np.testing.assert_allclose(getattr(bp.losses, name)(jnp.asarray(P), jnp.asarray(T)), expected, rtol=1e-5, atol=1e-7)


def test_squares_of_logarithms():
    p, t = np.abs(P), np.abs(T)
    expected = (np.log(1 + p) - np.log(1 + t)) ** 2
    assert float(bp.losses.mean_squared_log_error(p, t)) == pytest.approx(expected.mean(), rel=1e-5)
    np.testing.assert_allclose(bp.losses.mean_squared_log_error(p, t, axis=0), expected.mean(0), rtol=1e-4)


@pytest.mark.parametrize("name", MEANS)
@pytest.mark.parametrize("axis", [0, -1, (0, 1)])
def test_one_axis_may_be_reduced(name, axis):
    loss = getattr(bp.losses, name)
    np.testing.assert_allclose(loss(P, T, axis=axis), FORMULAS[name].mean(axis), rtol=1e-5)
    np.testing.assert_allclose(loss(P, T, axis, "sum"), FORMULAS[name].sum(axis), rtol=1e-5)


def test_an_axis_is_for_a_reduction():
    with pytest.raises(
        bp.errors.ValueRefused, match=r"mean_squared_error\(axis=0, reduction='none'\): expected an axis to reduce"
    ):
        bp.losses.mean_squared_error(P, T, axis=0, reduction="none")


@pytest.mark.parametrize("axis", [5, -6, (0, 7), "x", 0.5])
def test_an_axis_that_there_is_not_is_refused(axis):
    with pytest.raises(
        bp.errors.ValueRefused, match=r"mean_squared_error\(axis=...\): expected axes of predictions that have \d, got"
    ):
        bp.losses.mean_squared_error(P, T, axis=axis)


def test_the_huber_loss_bends_at_delta():
    expected = np.where(np.abs(D) <= 2, D**2 / 2, 2 * (np.abs(D) - 1))
    np.testing.assert_allclose(bp.losses.huber_loss(P, T, delta=2.0), expected, rtol=1e-5)
    np.testing.assert_allclose(bm.jit(lambda delta: bp.losses.huber_loss(P, T, delta))(2.0), expected, rtol=1e-5)
    np.testing.assert_allclose(bp.losses.huber_loss(P, T, bm.Variable(jnp.asarray(2.0))), expected, rtol=1e-5)


@pytest.mark.parametrize("delta", [0.0, -1.0, float("nan")])
def test_the_huber_loss_bends_above_zero(delta):
    with pytest.raises(bp.errors.ValueRefused, match=r"huber_loss\(delta=...\): expected a number above 0, got"):
        bp.losses.huber_loss(P, T, delta)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_gradient_is_that_of_finite_differences(name):
    loss, w = getattr(bp.losses, name), bm.Variable(jnp.asarray(P))
    found = bm.grad(lambda: loss(w, jnp.asarray(T), reduction="sum"), grad_vars=w)()
    formula = {
        "mean_squared_error": 2 * D,
        "l2_loss": D,
        "huber_loss": np.clip(D, -1, 1),
        "log_cosh_loss": np.tanh(D),
    }.get(name, np.sign(D))
    np.testing.assert_allclose(found, formula, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1e4, 1e15])
def test_great_differences_give_finite_losses(size):
    value, slope = jax.value_and_grad(lambda p: bp.losses.log_cosh_loss(p, 0.0))(jnp.asarray(size))
    np.testing.assert_allclose(value, size, rtol=1e-3)
    assert float(slope) == 1.0
    assert float(bp.losses.huber_loss(jnp.asarray(size), 0.0)) == pytest.approx(size, rel=1e-3)


# -- what goes in ------------------------------------------------------------


def test_variables_numpy_lists_of_arrays_and_whole_numbers_are_taken(loss):
    expected = np.asarray(loss(jnp.asarray([1.0, 2.0]), jnp.asarray([3.0, 2.0])))
    cell = bm.Variable(jnp.asarray([1.0, 2.0]))
    for p, t in (
        (cell, jnp.asarray([3.0, 2.0])),
        (np.asarray([1.0, 2.0]), bm.Variable(jnp.asarray([3.0, 2.0]))),
        (cell, np.asarray([3, 2])),
        (jnp.asarray([1, 2]), jnp.asarray([3, 2], jnp.int8)),
    ):
        np.testing.assert_array_equal(loss(p, t), expected)


def test_the_loss_has_the_precision_of_the_predictions(loss):
    half = loss(jnp.ones(2, jnp.bfloat16), jnp.zeros(2), reduction="sum")
    assert half.dtype == jnp.bfloat16
    assert loss(jnp.ones(2), jnp.zeros(2, jnp.bfloat16), reduction="sum").dtype == jnp.float32


def test_one_number_may_be_the_target_of_all(loss):
    np.testing.assert_array_equal(loss(P, 0.5), loss(P, np.full_like(P, 0.5)))


@pytest.mark.parametrize(
    ("predicts", "targets", "fix"),
    [
        ((4, 1), (4,), r"Take the last axis off the predictions: predicts\[..., 0\]\."),
        ((4,), (4, 1), r"Take the last axis off the targets: targets\[..., 0\]\."),
        ((4, 3), (3,), r"Give both one shape\."),
        ((), (3,), r"Give both one shape\."),
    ],
)
def test_shapes_that_would_broadcast_are_refused(loss, predicts, targets, fix):
    p, t = jnp.zeros(predicts), jnp.zeros(targets)
    words = rf"{loss.__name__}: expected targets of the shape .*, got .*\. They would be spread over each other\. {fix}"
    with pytest.raises(bp.errors.ShapeError, match=words):
        loss(p, t)


@pytest.mark.parametrize("reduction", ["median", None, "MEAN", True])
def test_another_reduction_is_refused(loss, reduction):
    with pytest.raises(
        bp.errors.UnsupportedError, match=rf"{loss.__name__}\(reduction=...\): expected 'mean', 'sum' or 'none', got"
    ):
        loss(P, T, reduction=reduction)


def test_the_losses_of_the_leaves_of_a_tree_are_added(loss):
    p, t = {"a": P, "b": (P[0], P)}, {"b": (T[0], T), "a": T}
    expected = 2 * np.asarray(loss(P, T, reduction="mean")) + np.asarray(loss(P[0], T[0], reduction="mean"))
    np.testing.assert_allclose(loss(p, t, reduction="mean"), expected, rtol=1e-6)
    np.testing.assert_allclose(loss([P, P], [T, T], reduction="none"), 2 * loss(P, T, reduction="none"), rtol=1e-6)
    cells = [bm.Variable(jnp.asarray(P)), bm.Variable(jnp.asarray(P))]
    np.testing.assert_allclose(loss(cells, [T, T], reduction="sum"), 2 * loss(P, T, reduction="sum"), rtol=1e-6)


def test_unreduced_losses_of_several_shapes_are_refused(loss):
    with pytest.raises(bp.errors.ShapeError, match=r"expected losses of one shape, to add them, got \(4, 3\) and \(3,\)"):
        loss([P, P[0]], [T, T[0]], reduction="none")


@pytest.mark.parametrize(
    ("predicts", "targets", "words"),
    [
        ({"a": P}, {"b": T}, r"in the same structure, got \{'a': array\} and \{'b': array\}\. Pass two arrays"),
        ([P, P], [T], r"got \[array, array\] and \[array\]"),
        ([P], (T,), r"got \[array\] and \(array,\)"),
        (P[0], [1.0, 2.0, 3.0], r"got array and \[array, array, array\]\. .* of a list of numbers make an array"),
        ("text", T, "expected an array, got str"),
        (P.astype(complex), T, "expected real numbers, got dtype complex64"),
    ],
)
def test_trees_that_differ_and_what_is_no_number_are_refused(loss, predicts, targets, words):
    with pytest.raises(bp.errors.KindError, match=rf"{loss.__name__}.*: .*{words}"):
        loss(predicts, targets)


def test_the_leaf_of_a_tree_that_is_wrong_is_named(loss):
    with pytest.raises(bp.errors.ShapeError, match=rf"{loss.__name__}, \['b'\]\[1\]: expected targets of the shape"):
        loss({"a": P, "b": [P, P]}, {"a": T, "b": [T, T[0]]})


def test_an_empty_tree_is_refused(loss):
    with pytest.raises(bp.errors.ValueRefused, match="expected at least one array, got none"):
        loss({}, {})
