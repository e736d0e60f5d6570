"""Normalisation against means and variances in NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ShapeError, UnsupportedError, ValueRefused
from bouton.layers import BatchNorm1D, BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, InstanceNorm, LayerNorm

RNG = np.random.default_rng(11)
X = RNG.normal(2.0, 3.0, size=(4, 6, 2)).astype(np.float32)


def normalised(x, axes, epsilon=1e-5):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


@pytest.mark.parametrize(("kind", "shape"), [(BatchNorm1d, (4, 2)), (BatchNorm1d, (4, 3, 2)), (BatchNorm2d, (4, 3, 3, 2))])
def test_training_takes_the_batch_and_the_running_statistics_follow(kind, shape):
    x = RNG.normal(2.0, 3.0, size=shape).astype(np.float32)
    axes = tuple(range(len(shape) - 1))
    layer = kind(2, momentum=0.9, mode=bm.training_mode)
    with bp.share.restored({"fit": True}):
        assert_allclose(layer(x), normalised(x, axes), rtol=1e-4, atol=1e-5)
    assert_allclose(layer.running_mean, 0.1 * x.mean(axes), rtol=1e-4)
    assert_allclose(layer.running_var, 0.9 + 0.1 * x.var(axes), rtol=1e-4)
    layer.reset_state(3)
    before = np.asarray(layer.running_mean)
    out = (x - before) / np.sqrt(np.asarray(layer.running_var) + 1e-5)
    assert_allclose(layer(x), out, rtol=1e-4, atol=1e-5)
    assert_array_equal(layer.running_mean, before)


def test_compiled_code_sees_whether_training_is_under_way():
    layer = BatchNorm3d(2, mode=bm.batching_mode)
    x = X.reshape(4, 3, 2, 1, 2)
    step = bm.jit(layer)
    assert_allclose(step(x), x / np.sqrt(1 + 1e-5), rtol=1e-5)
    with bp.share.restored({"fit": True}):
        assert_allclose(step(x), normalised(x, (0, 1, 2, 3)), rtol=1e-4, atol=1e-5)
    assert np.all(np.asarray(layer.running_mean) != 0)


def test_a_compiled_function_may_be_told_so_at_each_call():
    layer = BatchNorm1d(2, momentum=0.9, mode=bm.batching_mode)
    x = X[:, 0]
    step = bm.jit(layer)
    assert_allclose(step({"fit": False}, x[:1]), x[:1] / np.sqrt(1 + 1e-5), rtol=1e-5)
    assert_array_equal(layer.running_mean, [0.0, 0.0])
    assert_allclose(step({"fit": True}, x), normalised(x, (0,)), rtol=1e-4, atol=1e-5)
    assert_allclose(layer.running_mean, 0.1 * x.mean(0), rtol=1e-4)
    assert_allclose(layer.running_var, 0.9 + 0.1 * x.var(0), rtol=1e-4)


def test_no_gradient_passes_through_the_running_statistics():
    layer = BatchNorm1d(2, mode=bm.batching_mode)

    def later(x):
        with bp.share.restored({"fit": True}):
            layer(x)
        return layer(bm.ones((1, 2))).sum() + layer.running_var.sum()

    assert_array_equal(bm.grad(later)(bm.asarray(X[:, 0])), np.zeros((4, 2)))


def test_mean_and_variance_may_be_taken_over_some_axes():
    layer = BatchNorm1d(2, axis=0, mode=bm.batching_mode)
    with bp.share.restored({"fit": True}):
        assert_allclose(layer(X), normalised(X, (0,)), rtol=1e-3, atol=1e-4)
    assert_allclose(layer.running_mean, 0.01 * X.mean((0, 1)), rtol=1e-3)


def test_gradients_of_a_batch_norm_pass_through_its_statistics():
    layer = BatchNorm1d(2, mode=bm.training_mode)
    x = X[:, 0]
    with bp.share.restored({"fit": True}):
        grads = bm.grad(lambda: (layer(x) * np.float32(2.0)).sum(), layer.train_vars("relative").unique())()
        by_input = bm.grad(lambda x: layer(x).sum())(bm.asarray(x))
    assert_allclose(grads["bias"], [8.0, 8.0])
    assert_allclose(grads["scale"], 2 * normalised(x, (0,)).sum(0), atol=1e-4)
    # The sum of what has mean 0 does not change.
    assert_allclose(by_input, np.zeros((4, 2)), atol=1e-5)


def test_scale_and_bias_can_be_left_out():
    for layer in (
        BatchNorm1d(2, affine=False, mode=bm.batching_mode),
        LayerNorm(2, elementwise_affine=False),
        GroupNorm(1, 2, affine=False),
    ):
        assert not hasattr(layer, "scale")
        assert layer(X[0]).shape == (6, 2)
    assert BatchNorm1D is BatchNorm1d


@pytest.mark.parametrize("shape", [2, (6, 2)])
def test_a_layer_norm_takes_the_last_axes(shape):
    size = (shape,) if isinstance(shape, int) else shape
    scale, bias = RNG.normal(size=size).astype(np.float32), RNG.normal(size=size).astype(np.float32)
    layer = LayerNorm(shape, scale_initializer=scale, bias_initializer=bias)
    axes = (-1,) if isinstance(shape, int) else (-2, -1)
    assert_allclose(layer(X), normalised(X, axes) * scale + bias, rtol=1e-4, atol=1e-4)
    assert_allclose(bm.jit(layer)(X), normalised(X, axes) * scale + bias, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_group_norm_takes_space_and_the_channels_of_a_group(groups):
    x = RNG.normal(1.0, 2.0, size=(3, 5, 4)).astype(np.float32)
    wanted = normalised(x.reshape(3, 5, groups, -1), (1, 3)).reshape(x.shape)
    scale = np.arange(1.0, 5.0, dtype=np.float32)
    batched = GroupNorm(groups, 4, scale_initializer=scale, mode=bm.batching_mode)
    assert_allclose(batched(x), wanted * scale, rtol=1e-4, atol=1e-4)
    assert_allclose(GroupNorm(groups, 4)(x[1]), wanted[1], rtol=1e-4, atol=1e-4)
    assert_allclose(InstanceNorm(4)(x[0]), normalised(x[0], (0,)), rtol=1e-4, atol=1e-4)


def test_scales_and_biases_are_trained_in_a_training_mode():
    for layer in (
        BatchNorm1d(2, mode=bm.training_mode),
        LayerNorm(2, mode=bm.training_mode),
        GroupNorm(1, 2, mode=bm.training_mode),
    ):
        assert sorted(layer.train_vars("relative")) == ["bias", "scale"]
    assert list(LayerNorm(2).train_vars("relative")) == []


def test_what_does_not_fit_is_refused():
    with pytest.raises(UnsupportedError, match="BatchNorm1d does not support NonBatchingMode"):
        BatchNorm1d(2)
    with pytest.raises(
        ShapeError, match=r"BatchNorm1d\(x\): expected 2 or 3 axes, the batch first and the features last, got shape"
    ):
        BatchNorm1d(2, mode=bm.batching_mode)(np.ones(2))
    with pytest.raises(
        ValueRefused, match=r"BatchNorm2d\.axis: expected axes from 0 to 2, each once, got 3\. The last axis counts"
    ):
        BatchNorm2d(2, axis=3, mode=bm.batching_mode)
    with pytest.raises(ValueRefused, match=r"each once, got \(0, 0\)"):
        BatchNorm2d(2, axis=(0, 0), mode=bm.batching_mode)
    for layer, x in ((BatchNorm1d(2, mode=bm.batching_mode), X[:1, 0]), (BatchNorm1d(2, axis=1, mode=bm.batching_mode), X[:, 0])):
        with (
            bp.share.restored({"fit": True}),
            pytest.raises(
                ShapeError, match=r"BatchNorm1d\(x\): expected two or more values of each feature while training, got shape"
            ),
        ):
            layer(x)
    with pytest.raises(
        ShapeError, match=r"InstanceNorm\(x\): expected two or more values in each group, got shape \(4, 2\)\. Less"
    ):
        InstanceNorm(2, mode=bm.batching_mode)(X[:, 0])
    with pytest.raises(ValueRefused, match=r"BatchNorm1d\.momentum: expected a number from 0 to 1, got 2\.0"):
        BatchNorm1d(2, momentum=2.0, mode=bm.batching_mode)
    with pytest.raises(ValueRefused, match=r"LayerNorm\.epsilon: expected a number above 0, got 0"):
        LayerNorm(2, epsilon=0)
    with pytest.raises(
        ShapeError, match=r"LayerNorm\(x\): expected last axes of shape \(6, 3\), got shape \(4, 6, 2\)\. Give normal"
    ):
        LayerNorm((6, 3))(X)
    with pytest.raises(
        ValueRefused, match=r"GroupNorm\.num_channels: expected a multiple of num_groups, 2, got 3\. Channels are"
    ):
        GroupNorm(2, 3)
    with pytest.raises(
        ShapeError, match=r"InstanceNorm\(x\): expected the batch, any axes of space, and channels, got shape \(2,\)"
    ):
        InstanceNorm(2, mode=bm.batching_mode)(np.ones(2))
    assert repr(LayerNorm(2, name="level")) == "LayerNorm(name=level, normalized_shape=(2,), mode=NonBatchingMode)"
    assert repr(GroupNorm(1, 2, name="even")) == "GroupNorm(name=even, num_groups=1, num_channels=2, mode=NonBatchingMode)"
    text = "BatchNorm1d(name=same, num_features=2, mode=BatchingMode(batch_size=1))"
    assert repr(BatchNorm1d(2, mode=bm.batching_mode, name="same")) == text


def test_epsilon_is_a_cell():
    layer = LayerNorm(2)
    step, x = bm.jit(layer.update), np.array([[0.0, 2.0]], np.float32)
    step(x)
    layer.epsilon = 3.0
    assert_allclose(step(x), (x - 1) / np.sqrt(1 + 3.0), rtol=1e-6)
    assert step.compilations == 1


def test_epsilon_and_momentum_are_cells():
    layer = BatchNorm1d(2, mode=bm.batching_mode)
    x = np.array([[0.0, 1.0], [2.0, 5.0]], np.float32)
    step = bm.jit(lambda x: layer({"fit": True}, x))
    step(x)
    layer.reset_state()
    layer.running_mean.value = np.zeros(2, np.float32)
    layer.momentum, layer.epsilon = 0.5, 3.0
    assert_allclose(step(x), (x - x.mean(0)) / np.sqrt(x.var(0) + 3.0), rtol=1e-6)
    assert_allclose(layer.running_mean.value, 0.5 * x.mean(0), rtol=1e-6)
    assert step.compilations == 1
    with pytest.raises(ValueRefused, match=r"BatchNorm1d\.momentum: "):
        layer.momentum = 1.5
    with pytest.raises(ValueRefused, match=r"BatchNorm1d\.epsilon: "):
        layer.epsilon = 0.0
