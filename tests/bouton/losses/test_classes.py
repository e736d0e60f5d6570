"""Losses for classes against NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import bouton as bp
import bouton.math as bm

pytestmark = pytest.mark.long

DRAW = np.random.default_rng(1)
SCORES = DRAW.normal(size=(6, 4)) * 3
INDEX = np.asarray([0, 3, 2, 2, 1, 0])
ROWS = np.eye(4)[INDEX]
SOFT = DRAW.dirichlet(np.ones(4), size=6)
WEIGHT = np.asarray([0.5, 2.0, 1.0, 3.0])

LOGS = SCORES - np.log(np.exp(SCORES).sum(-1, keepdims=True))
LOSSES = -LOGS[np.arange(6), INDEX]


@pytest.fixture(params=["eager", "jit", "vmap", "for_loop"])
def run(request):
    """The loss of arrays, in one way."""

    def call(loss, *arrays):
        arrays = tuple(map(jnp.asarray, arrays))
        if request.param == "for_loop":
            return bm.for_loop(loss, tuple(a[None] for a in arrays))[0]
        if request.param == "vmap":
            return bm.vmap(loss)(*(a[None] for a in arrays))[0]
        return (bm.jit(loss) if request.param == "jit" else loss)(*arrays)

    return call


# -- cross entropy -------------------------------------------------------------


@pytest.mark.parametrize("targets", [INDEX, INDEX.astype(float), INDEX.astype(np.uint8), INDEX.astype(np.float16), ROWS])
def test_indices_of_classes_indices_as_floats_and_rows(run, targets):
    for reduction, expected in (("mean", LOSSES.mean()), ("sum", LOSSES.sum()), ("none", LOSSES)):
        found = run(lambda p, t, r=reduction: bp.losses.cross_entropy_loss(p, t, reduction=r), SCORES, targets)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_mean_is_what_comes_unless_told_otherwise():
    assert float(bp.losses.cross_entropy_loss(SCORES, INDEX)) == pytest.approx(LOSSES.mean(), rel=1e-5)


def test_rows_of_probabilities(run):
    found = run(bp.losses.cross_entropy_loss, SCORES, SOFT)
    np.testing.assert_allclose(found, -(SOFT * LOGS).sum(-1).mean(), rtol=1e-5)


def test_true_and_false_are_classes():
    found = bp.losses.cross_entropy_loss(SCORES[:, :2], np.asarray([True, False] * 3), reduction="none")
    logs = SCORES[:, :2] - np.log(np.exp(SCORES[:, :2]).sum(-1, keepdims=True))
    np.testing.assert_allclose(found, -logs[np.arange(6), [1, 0] * 3], rtol=1e-5)


def test_the_labels_of_the_classifier(run):
    # 256 samples, two classes, labels that are 0.0 or 1.0.
    scores, labels = DRAW.normal(size=(256, 2)), (DRAW.random(256) < 0.5).astype(float)
    right = np.where(labels == 1, scores[:, 1], scores[:, 0])
    expected = (np.log(np.exp(scores).sum(-1)) - right).mean()
    np.testing.assert_allclose(run(bp.losses.cross_entropy_loss, scores, labels), expected, rtol=1e-5)


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_there_may_be_any_number_of_axes_before_the_classes(shape):
    scores, index = DRAW.normal(size=(*shape, 5)), DRAW.integers(0, 5, size=shape)
    chosen = np.take_along_axis(scores, np.asarray(index)[..., None], -1)[..., 0]
    expected = np.log(np.exp(scores).sum(-1)) - chosen
    found = bp.losses.cross_entropy_loss(scores, index, reduction="none")
    assert found.shape == shape
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("targets", [INDEX, ROWS])
def test_the_mean_of_weighted_losses_is_over_the_weights_of_the_targets(run, targets):
    weights = WEIGHT[INDEX]
    for reduction, expected in (
        ("mean", (weights * LOSSES).sum() / weights.sum()),
        ("sum", (weights * LOSSES).sum()),
        ("none", weights * LOSSES),
    ):
        found = run(lambda p, t, r=reduction: bp.losses.cross_entropy_loss(p, t, WEIGHT, r), SCORES, targets)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_weighted_rows_of_probabilities():
    expected = -(SOFT * WEIGHT * LOGS).sum() / (SOFT * WEIGHT).sum()
    weight = bm.Variable(jnp.asarray(WEIGHT))
    assert float(bp.losses.cross_entropy_loss(SCORES, SOFT, weight)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("targets", [INDEX, INDEX.astype(float), ROWS])
def test_the_gradient_is_the_softmax_less_the_target(targets):
    w = bm.Variable(jnp.asarray(SCORES))
    found = bm.grad(lambda: bp.losses.cross_entropy_loss(w, targets, reduction="sum"), grad_vars=w)()
    np.testing.assert_allclose(found, np.exp(LOGS) - ROWS, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("targets", [np.asarray([0, 1]), np.asarray([[1.0, 0, 0], [0, 1.0, 0]])])
def test_great_scores_give_finite_losses_and_gradients(targets):
    scores = jnp.asarray([[-1e4, 1e4, 0.0], [1e30, 1e30, -1e30]])
    value, slope = jax.value_and_grad(lambda p: bp.losses.cross_entropy_loss(p, targets, reduction="sum"))(scores)
    np.testing.assert_allclose(value, 2e4 + np.log(2), rtol=1e-5)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("targets", [np.asarray([0]), np.asarray([[1.0, 0.0, 0.0]])])
def test_a_class_that_is_ruled_out_may_have_a_score_of_minus_infinity(targets):
    scores = jnp.asarray([[1.0, 1.0, -jnp.inf]])
    value, slope = jax.value_and_grad(lambda p: bp.losses.cross_entropy_loss(p, targets))(scores)
    np.testing.assert_allclose(value, np.log(2), rtol=1e-6)
    np.testing.assert_allclose(slope, [[-0.5, 0.5, 0.0]], rtol=1e-6)


@pytest.mark.parametrize("loss", [bp.losses.cross_entropy_loss, bp.losses.multiclass_logistic_loss])
@pytest.mark.parametrize(
    ("wrong", "got"), [([0, 4], "4"), ([-1, 0], "-1"), ([0.0, 0.5], "0.5"), ([0.0, np.nan], "nan"), ([1e20, 0.0], r"1e\+20")]
)
def test_an_index_that_is_no_class_is_refused_where_it_is_known(loss, wrong, got):
    with pytest.raises(bp.errors.ValueRefused, match=rf"{loss.__name__}: expected class indices from 0 to 3, got {got}\. Number"):
        loss(SCORES[:2], np.asarray(wrong))


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("wrong", [[0, 4, 1], [0, -1, 1], [0.0, 0.5, 1.0], [0.0, np.nan, 1.0], [0.0, 1e20, 1.0]])
def test_in_compiled_code_its_loss_is_no_number_and_the_others_are(weight, wrong):
    loss = bm.jit(lambda p, t: bp.losses.cross_entropy_loss(p, t, weight, "none"))
    found = loss(jnp.asarray(SCORES[:3]), jnp.asarray(wrong))
    np.testing.assert_array_equal(np.isnan(found), [False, True, False])


@pytest.mark.parametrize(
    ("scores", "targets", "words"),
    [
        (
            SCORES,
            INDEX[:, None],
            r"expected class indices of shape \(6,\), or rows of shape \(6, 4\), got targets of shape \(6, 1\)\. Take",
        ),
        (SCORES, INDEX[:5], r"got targets of shape \(5,\)\. Give one index, or one row, for each row of scores"),
        (SCORES, ROWS[:, :3], r"got targets of shape \(6, 3\)"),
        (SCORES, 1, r"got targets of shape \(\)"),
        (1.0, 0, r"expected scores of shape \(..., classes\), got \(\)\. Put the classes along the last axis"),
        (np.zeros((3, 0)), np.zeros(3, int), r"expected scores of shape \(..., classes\), got \(3, 0\)"),
    ],
)
def test_targets_of_other_shapes_are_refused(scores, targets, words):
    with pytest.raises(bp.errors.ShapeError, match=f"cross_entropy_loss: .*{words}"):
        bp.losses.cross_entropy_loss(scores, targets)


def test_there_is_a_weight_for_each_class():
    with pytest.raises(
        bp.errors.ShapeError, match=r"cross_entropy_loss\(weight=...\): expected shape \(4,\), .* got \(6,\)\. Weights"
    ):
        bp.losses.cross_entropy_loss(SCORES, INDEX, np.ones(6))


ALL = [
    "cross_entropy_loss",
    "softmax_cross_entropy",
    "multiclass_logistic_loss",
    "sigmoid_binary_cross_entropy",
    "binary_logistic_loss",
]


@pytest.mark.parametrize("name", ALL)
def test_another_reduction_is_refused(name):
    with pytest.raises(
        bp.errors.UnsupportedError, match=rf"{name}\(reduction=...\): expected 'mean', 'sum' or 'none', got 'max'"
    ):
        getattr(bp.losses, name)(SCORES, INDEX, reduction="max")


@pytest.mark.parametrize("name", ALL)
def test_the_losses_of_the_leaves_of_a_tree_are_added(name):
    loss = getattr(bp.losses, name)
    p, t = {
        "cross_entropy_loss": (SCORES, INDEX),
        "softmax_cross_entropy": (SCORES, SOFT),
        "multiclass_logistic_loss": (SCORES, INDEX),
    }.get(name, (SCORES, ROWS))
    one = loss(p, t, reduction="sum")
    np.testing.assert_allclose(loss({"a": p, "b": p}, {"a": t, "b": t}, reduction="sum"), 2 * one, rtol=1e-6)
    with pytest.raises(bp.errors.KindError, match=f"{name}: expected predictions and targets in the same structure"):
        loss({"a": p}, [t])


# -- the others ----------------------------------------------------------------


def test_softmax_cross_entropy(run):
    np.testing.assert_allclose(run(bp.losses.softmax_cross_entropy, SCORES, SOFT), -(SOFT * LOGS).sum(-1), rtol=1e-5)
    with pytest.raises(bp.errors.ShapeError, match=r"softmax_cross_entropy: expected targets of the shape .* got \(6,\)"):
        bp.losses.softmax_cross_entropy(SCORES, INDEX)


def test_multiclass_logistic_loss(run):
    np.testing.assert_allclose(run(bp.losses.multiclass_logistic_loss, SCORES, INDEX), LOSSES, rtol=1e-5)
    with pytest.raises(
        bp.errors.ShapeError, match=r"multiclass_logistic_loss: expected class indices .* got targets of shape \(6, 4\)"
    ):
        bp.losses.multiclass_logistic_loss(SCORES, ROWS)


def test_sigmoid_binary_cross_entropy(run):
    right = 1 / (1 + np.exp(-SCORES))
    expected = -SOFT * np.log(right) - (1 - SOFT) * np.log(1 - right)
    np.testing.assert_allclose(run(bp.losses.sigmoid_binary_cross_entropy, SCORES, SOFT), expected, rtol=1e-4)


def test_binary_logistic_loss(run):
    expected = np.log(1 + np.exp(np.where(ROWS == 1, -SCORES, SCORES)))
    np.testing.assert_allclose(run(bp.losses.binary_logistic_loss, SCORES, ROWS), expected, rtol=1e-5)
    np.testing.assert_allclose(bp.losses.binary_logistic_loss(SCORES, ROWS == 1), expected, rtol=1e-5)


def test_a_binary_label_is_zero_or_one():
    with pytest.raises(
        bp.errors.ValueRefused, match=r"binary_logistic_loss: expected labels that are 0 or 1, got 0\.5\. For prob"
    ):
        bp.losses.binary_logistic_loss(SCORES[0, :2], np.asarray([0.0, 0.5]))


@pytest.mark.parametrize("name", ["sigmoid_binary_cross_entropy", "binary_logistic_loss"])
def test_a_binary_loss_is_finite_for_great_scores_and_its_shapes_do_not_spread(name):
    loss = getattr(bp.losses, name)
    scores, labels = jnp.asarray([1e4, -1e4, 1e4, -1e4]), jnp.asarray([1.0, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(loss(scores, labels), [0, 0, 1e4, 1e4])
    slope = jax.grad(lambda p: loss(p, labels, reduction="sum"))(scores)
    np.testing.assert_allclose(slope, [0, 0, 1, -1])
    with pytest.raises(
        bp.errors.ShapeError, match=rf"{name}: expected targets of the shape .* Take the last axis off the predictions"
    ):
        loss(scores[:, None], labels)


# -- labels without a time ---------------------------------------------------------


def paths(time, labels):
    """All sequences of classes of that length that read as the labels: repeats merged, then blanks (0) left out."""
    for path in np.ndindex(*(3,) * time):
        merged = [c for k, c in enumerate(path) if k == 0 or c != path[k - 1]]
        if [c for c in merged if c != 0] == list(labels):
            yield path


def test_ctc_is_the_probability_of_all_paths(run):
    scores = DRAW.normal(size=(2, 4, 3))
    logs = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    expected = [
        -np.log(sum(np.exp(logs[0, range(4), path].sum()) for path in paths(4, [1, 1]))),
        -np.log(sum(np.exp(logs[1, range(3), path].sum()) for path in paths(3, [2]))),
    ]
    paddings = np.asarray([[0, 0, 0, 0], [0, 0, 0, 1]])
    found = run(bp.losses.ctc_loss, scores, paddings, np.asarray([[1, 1], [2, 0]]), np.asarray([[0, 0], [0, 1]]))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_ctc_may_have_another_blank_and_be_reduced():
    scores, none, labels = DRAW.normal(size=(1, 4, 3)), np.zeros((1, 4)), np.asarray([[1, 2]])
    turned = np.roll(scores, -1, axis=-1)  # class 0 is the last now
    one = bp.losses.ctc_loss(scores, none, labels, np.zeros((1, 2)))
    other = bp.losses.ctc_loss(turned, none, labels - 1, np.zeros((1, 2)), blank_id=2, reduction="sum")
    assert one.shape == (1,)
    assert float(other) == pytest.approx(float(one[0]), rel=1e-5)
    cell = bm.Variable(jnp.asarray(scores))
    slope = bm.grad(lambda: bp.losses.ctc_loss(cell, none, labels, np.zeros((1, 2)), reduction="mean"), grad_vars=cell)()
    with jax.numpy_dtype_promotion("standard"):
        given = (jnp.asarray(none), jnp.asarray(labels), jnp.zeros((1, 2)))
        expected = jax.grad(lambda p: optax.ctc_loss(p, *given).mean())(jnp.asarray(scores))
    np.testing.assert_allclose(slope, expected, rtol=1e-5, atol=1e-7)


def test_what_does_not_fit_ctc_is_refused():
    scores, paddings, labels = np.zeros((2, 4, 3)), np.zeros((2, 4)), np.zeros((2, 2))
    for wrong in (
        (scores[0], paddings, labels, labels),
        (scores, paddings[:1], labels, labels),
        (scores, paddings, labels, labels[0]),
    ):
        with pytest.raises(
            bp.errors.ShapeError, match=r"ctc_loss: expected shapes \(batch, time, classes\), .* Give a padding for each"
        ):
            bp.losses.ctc_loss(*wrong)
    with pytest.raises(bp.errors.ValueRefused, match=r"ctc_loss\(blank_id=...\): expected a class, from 0 to 2, got 3"):
        bp.losses.ctc_loss(scores, paddings, labels, labels, blank_id=3)
    with pytest.raises(bp.errors.UnsupportedError, match=r"ctc_loss\(reduction=...\): expected 'mean', 'sum' or 'none'"):
        bp.losses.ctc_loss(scores, paddings, labels, labels, reduction="all")


@pytest.mark.parametrize(("label", "told"), [(3, "3"), (-1, "-1"), (0, "0"), (1.5, r"1\.5")])
def test_a_label_that_is_no_class_is_refused_by_ctc(label, told):
    labels, past = np.asarray([[1, label]]), np.asarray([[0, 1]])
    scores, none = jnp.zeros((1, 5, 3)), np.zeros((1, 5))
    words = rf"ctc_loss\(targets\): expected classes from 0 to 2 other than the blank one, 0, got {told}\. Mark what is past"
    with pytest.raises(bp.errors.ValueRefused, match=words):
        bp.losses.ctc_loss(scores, none, labels, np.zeros((1, 2)))
    unknown = bm.jit(lambda x: bp.losses.ctc_loss(scores, none, x, np.zeros((1, 2))))
    assert np.isnan(unknown(jnp.asarray(labels))).all()
    assert np.isfinite(bp.losses.ctc_loss(scores, none, labels, past)).all()
