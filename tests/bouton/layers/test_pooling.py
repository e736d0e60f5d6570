"""Pooling against windows that are cut out in NumPy."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton import layers
from bouton.errors import ShapeError, ValueRefused
from bouton.layers import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool, AvgPool1d, MaxPool, MaxPool2d, MinPool

RNG = np.random.default_rng(9)
BY = {"Max": np.max, "Min": np.min, "Avg": np.mean}


def pooled(x, reduce, size, stride):
    """Of whole windows, over the axes between the first and the last."""
    counts = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:-1], size, stride, strict=True)]
    out = np.zeros((x.shape[0], *counts, x.shape[-1]))
    for place in itertools.product(*map(range, counts)):
        box = tuple(slice(p * s, p * s + k) for p, s, k in zip(place, stride, size, strict=True))
        out[(slice(None), *place)] = reduce(x[(slice(None), *box)], axis=tuple(range(1, len(size) + 1)))
    return out


@pytest.mark.parametrize(
    "name", ["MaxPool", "MinPool", "AvgPool", "MaxPool1d", "AvgPool2d", "MaxPool3d", "AvgPool3d", "MaxPool2d"]
)
def test_each_window_gives_one_number(name):
    axes = int(name[-2]) if name[-1] == "d" else 2
    x = RNG.normal(size=(2, *(5, 4, 3)[:axes], 2)).astype(np.float32)
    wanted = pooled(x, BY[name[:3]], (2,) * axes, (1,) * axes)
    kind = getattr(layers, name)
    assert_allclose(kind(2, 1, mode=bm.batching_mode)(x), wanted, rtol=1e-5, atol=1e-6)
    assert_allclose(kind(2, 1)(x[1]), wanted[1], rtol=1e-5, atol=1e-6)


def test_windows_do_not_overlap_by_default():
    assert_array_equal(MaxPool(2)(np.arange(5.0)[:, None]).ravel(), [1.0, 3.0])
    assert_array_equal(MaxPool((2, 1))(np.arange(4.0).reshape(2, 2, 1)).ravel(), [2.0, 3.0])


def test_what_is_padded_does_not_count():
    x = np.array([-1.0, -2.0, -3.0])[:, None]
    assert_array_equal(MaxPool(2, 1, padding="SAME")(x).ravel(), [-1.0, -2.0, -3.0])
    assert_array_equal(AvgPool(2, 1, padding="SAME")(x).ravel(), [-1.5, -2.5, -3.0])
    assert_array_equal(AvgPool1d(2, 2, padding=1)(x).ravel(), [-1.0, -2.5])
    assert_array_equal(MinPool(2, 2, padding=((1, 0),))(x).ravel(), [-1.0, -3.0])


@pytest.mark.parametrize("dtype", [jnp.int8, jnp.int32, jnp.float32, jnp.float16])
def test_padding_is_below_all_numbers_and_above_them(dtype):
    x = jnp.array([[-5], [-7]], dtype)
    assert_array_equal(MaxPool(2, 2, padding=1)(x).ravel(), [-5, -7])
    assert_array_equal(MinPool(2, 2, padding=1)(-x).ravel(), [5, 7])


@pytest.mark.parametrize("dtype", [jnp.int32, jnp.bool_, jnp.float16])
def test_other_numbers_are_pooled_as_they_are(dtype):
    x = jnp.array([[0], [1]], dtype)
    assert MaxPool(2)(x).dtype == MinPool(2)(x).dtype == dtype
    assert (int(MaxPool(2)(x)[0, 0]), int(MinPool(2)(x)[0, 0])) == (1, 0)
    assert float(AvgPool(2)(x)[0, 0]) == 0.5


def test_gradients_go_to_the_largest_and_to_all_of_a_mean():
    x = jnp.array([[1.0], [3.0], [2.0], [0.0]])
    assert_array_equal(bm.grad(lambda x: MaxPool(2)(x).sum())(x).ravel(), [0, 1, 1, 0])
    assert_array_equal(bm.grad(lambda x: AvgPool(2)(x).sum())(x).ravel(), [0.5] * 4)


@pytest.mark.parametrize(("length", "windows"), [(6, 3), (7, 3), (3, 5)])
def test_adaptive_windows_cover_the_axis(length, windows):
    x = RNG.normal(size=(length, 2)).astype(np.float32)
    cuts = [(int(np.floor(i * length / windows)), int(np.ceil((i + 1) * length / windows))) for i in range(windows)]
    assert_allclose(AdaptiveAvgPool1d(windows)(x), [x[a:b].mean(0) for a, b in cuts], rtol=1e-5)


@pytest.mark.parametrize(("kind", "reduce"), [(AdaptiveAvgPool2d, np.mean), (AdaptiveMaxPool2d, np.max)])
def test_adaptive_windows_are_boxes(kind, reduce):
    x = RNG.normal(size=(2, 4, 6, 3)).astype(np.float32)
    wanted = reduce(x.reshape(2, 2, 2, 3, 2, 3), axis=(2, 4))
    assert_allclose(kind((2, 3), mode=bm.batching_mode)(x), wanted, rtol=1e-5)
    assert_allclose(bm.jit(kind((2, 3)))(x[0]), wanted[0], rtol=1e-5)


@pytest.mark.parametrize("name", ["AdaptiveMaxPool1d", "AdaptiveMaxPool3d", "AdaptiveAvgPool3d"])
def test_one_adaptive_window_is_all_of_space(name):
    axes = int(name[-2])
    x = RNG.normal(size=(*(3,) * axes, 2)).astype(np.float32)
    reduce = np.max if "Max" in name else np.mean
    assert_allclose(getattr(layers, name)(1)(x).ravel(), reduce(x.reshape(-1, 2), axis=0), rtol=1e-5, atol=1e-6)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"MaxPool2d\(x\): expected 3 axes: 2 of space, and channels, got 4\. In a BatchingMode"):
        MaxPool2d(2)(np.ones((1, 4, 4, 1)))
    with pytest.raises(ShapeError, match=r"MaxPool2d\(x\): expected 4 axes: the batch, 2 of space, and channels, got 3"):
        MaxPool2d(2, mode=bm.batching_mode)(np.ones((4, 4, 1)))
    with pytest.raises(ShapeError, match=r"MaxPool\(x\): expected 2 axes: 1 of space, and channels, got 1"):
        MaxPool(2)(np.ones(4))
    with pytest.raises(
        ShapeError, match=r"AdaptiveAvgPool1d\(x\): expected at least one element .* got shape \(0, 2\)\. Windows of"
    ):
        AdaptiveAvgPool1d(2)(np.ones((0, 2)))
    with pytest.raises(ShapeError, match=r"AdaptiveMaxPool2d\(x\): expected 3 axes"):
        AdaptiveMaxPool2d(2)(np.ones((4, 1)))
    with pytest.raises(
        ShapeError, match=r"MaxPool2d\(x\): expected space in which the kernel has room, got \(2, 4\)\. Take a smaller"
    ):
        MaxPool2d(3)(np.ones((2, 4, 1)))
    with pytest.raises(ValueRefused, match=r"MaxPool2d\.kernel_size: expected a number, or 2 of them"):
        MaxPool2d((2,))
    with pytest.raises(ValueRefused, match=r"AvgPool\.stride: expected 1 or more, got 0"):
        AvgPool(2, 0)
    with pytest.raises(ValueRefused, match=r"MinPool\.padding: expected 'SAME' or 'VALID', got 'ROUND'"):
        MinPool(2, padding="ROUND")
    with pytest.raises(
        ValueRefused, match=r"AvgPool\.padding: expected less than the window, \(2,\), on each side, got 2\. A window of padding"
    ):
        AvgPool(2, padding=2)
    with pytest.raises(ValueRefused, match=r"MaxPool2d\.padding: expected less than the window, \(3, 1\)"):
        MaxPool2d((3, 1), padding=((1, 1), (0, 1)))
    assert repr(MaxPool(2, name="largest")) == "MaxPool(name=largest, kernel_size=2, mode=NonBatchingMode)"
    assert repr(AdaptiveAvgPool1d(2, name="few")) == "AdaptiveAvgPool1d(name=few, target_shape=(2,), mode=NonBatchingMode)"
