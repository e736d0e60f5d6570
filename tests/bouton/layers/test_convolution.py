"""Convolutions against the sum that defines them, in NumPy."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnsupportedError, ValueRefused
from bouton.layers import Conv1D, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

RNG = np.random.default_rng(7)
MODE = bm.batching_mode


def convolved(x, w, stride, padding, groups=1):
    """The sum over the kernel; ``padding`` is a pair for each axis."""
    axes = w.ndim - 2
    x = np.pad(x, [(0, 0), *padding, (0, 0)])
    windows = [(x.shape[k + 1] - w.shape[k]) // stride[k] + 1 for k in range(axes)]
    out = np.zeros((x.shape[0], *windows, w.shape[-1]))
    per_in, per_out = w.shape[-2], w.shape[-1] // groups
    for place in itertools.product(*map(range, windows)):
        box = tuple(slice(p * s, p * s + n) for p, s, n in zip(place, stride, w.shape, strict=False))
        for o in range(w.shape[-1]):
            g = o // per_out
            part = x[(slice(None), *box, slice(g * per_in, (g + 1) * per_in))]
            out[(slice(None), *place, o)] = (part * w[..., o]).sum(tuple(range(1, axes + 2)))
    return out


def spread(a, steps):
    """With zeros between the elements of the axes after the first."""
    out = np.zeros((a.shape[0], *((n - 1) * s + 1 for n, s in zip(a.shape[1:-1], steps, strict=True)), a.shape[-1]))
    out[(slice(None), *(slice(None, None, s) for s in steps))] = a
    return out


CASES = {
    "valid": (Conv1d, (2, 7, 2), 3, {"padding": "VALID"}, [(0, 0)], (1,)),
    "same": (Conv1d, (2, 7, 2), 3, {}, [(1, 1)], (1,)),
    "strided": (Conv2d, (1, 5, 4, 2), (3, 2), {"stride": (2, 1), "padding": "valid"}, [(0, 0), (0, 0)], (2, 1)),
    "padded": (Conv2d, (1, 4, 4, 2), 2, {"padding": ((0, 1), 1)}, [(0, 1), (1, 1)], (1, 1)),
    "padded all round": (Conv1d, (1, 4, 2), 2, {"padding": 2}, [(2, 2)], (1,)),
    "volume": (Conv3d, (1, 3, 3, 3, 2), 2, {"padding": "VALID"}, [(0, 0)] * 3, (1, 1, 1)),
    "grouped": (Conv1d, (2, 5, 4), 2, {"groups": 2, "padding": "VALID"}, [(0, 0)], (1,)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_convolution_is_the_sum_over_its_kernel(case):
    kind, shape, size, options, padding, stride = CASES[case]
    sizes = (size,) * (len(shape) - 2) if isinstance(size, int) else size
    groups = options.get("groups", 1)
    w = RNG.normal(size=(*sizes, shape[-1] // groups, 4)).astype(np.float32)
    b = RNG.normal(size=4).astype(np.float32)
    x = RNG.normal(size=shape).astype(np.float32)
    layer = kind(shape[-1], 4, size, w_initializer=w, b_initializer=b, mode=MODE, **options)
    wanted = convolved(x, w, stride, padding, groups) + b
    assert_allclose(layer(x), wanted, rtol=1e-4, atol=1e-5)
    assert_allclose(bm.jit(layer)(x), wanted, rtol=1e-4, atol=1e-5)


def test_dilations_put_zeros_between_the_elements():
    w, x = RNG.normal(size=(3, 2, 4)).astype(np.float32), RNG.normal(size=(1, 8, 2)).astype(np.float32)
    options = {"w_initializer": w, "b_initializer": None, "padding": "VALID", "mode": MODE}
    wide = np.moveaxis(spread(np.moveaxis(w, -1, 0), (2,)), 0, -1)
    assert_allclose(Conv1d(2, 4, 3, rhs_dilation=2, **options)(x), convolved(x, wide, (1,), [(0, 0)]), rtol=1e-4, atol=1e-5)
    assert_allclose(
        Conv1d(2, 4, 3, lhs_dilation=2, **options)(x), convolved(spread(x, (2,)), w, (1,), [(0, 0)]), rtol=1e-4, atol=1e-5
    )
    assert Conv1d(2, 4, 3, lhs_dilation=2, mode=MODE)(x).shape == (1, 15, 4)


def test_same_takes_the_sizes_that_dilations_make():
    w, x = RNG.normal(size=(3, 2, 4)).astype(np.float32), RNG.normal(size=(1, 6, 2)).astype(np.float32)
    layer = Conv1d(2, 4, 3, 2, "SAME", 2, 3, w_initializer=w, b_initializer=None, mode=MODE)
    wide = np.moveaxis(spread(np.moveaxis(w, -1, 0), (3,)), 0, -1)
    # 11 elements give 6 windows of 7, which want (6 - 1) * 2 + 7 - 11 more.
    assert_allclose(layer(x), convolved(spread(x, (2,)), wide, (2,), [(3, 3)]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("kind", "axes"), [(ConvTranspose1d, 1), (ConvTranspose2d, 2), (ConvTranspose3d, 3)])
def test_a_transposed_convolution_spreads_its_input(kind, axes):
    w, x = RNG.normal(size=(*(3,) * axes, 2, 4)).astype(np.float32), RNG.normal(size=(1, *(3,) * axes, 2)).astype(np.float32)
    options = {"stride": 2, "w_initializer": w, "b_initializer": 1.0, "mode": MODE}
    # All that the kernel reaches: it begins with its last element on the first of the input.
    full = convolved(spread(x, (2,) * axes), w, (1,) * axes, [(2, 2)] * axes) + 1
    assert_allclose(kind(2, 4, 3, padding="VALID", **options)(x), full, rtol=1e-4, atol=1e-5)
    assert kind(2, 4, 3, **options)(x).shape == (1, *(6,) * axes, 4)


@pytest.mark.parametrize(("padding", "wanted"), [("SAME", [100, 10, 201, 20]), (((1, 0),), [10, 201]), (1, [10, 201, 20])])
def test_paddings_of_a_transposed_convolution(padding, wanted):
    kernel = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1)
    layer = ConvTranspose1d(1, 1, 3, 2, padding, w_initializer=kernel, mode=MODE)
    # The kernel goes over 1, 0, 2 with zeros before and after: two and one for 'SAME'.
    assert_array_equal(layer(np.array([1.0, 2.0]).reshape(1, 2, 1)).ravel(), wanted)


def test_weights_are_masked_and_trained():
    mask = np.array([1.0, 0.0]).reshape(2, 1, 1)
    layer = Conv1d(1, 1, 2, padding="VALID", w_initializer=2.0, mask=mask, mode=bm.training_mode)
    x = np.array([1.0, 3.0, 5.0]).reshape(1, 3, 1)
    assert_array_equal(layer(x).ravel(), [2.0, 6.0])
    assert isinstance(layer.b, bm.TrainVar)
    layer = Conv1d(1, 1, 2, padding="VALID", w_initializer=np.full((2, 1, 1), 2.0), mask=mask, mode=bm.training_mode)
    assert_array_equal(bm.grad(lambda: layer(x).sum(), {"w": layer.w})()["w"].ravel(), [4.0, 0.0])


def test_names_and_repr():
    assert Conv1D is Conv1d
    text = "Conv2d(name=edges, in_channels=1, out_channels=2, kernel_size=(3, 3), mode=BatchingMode(batch_size=1))"
    assert repr(Conv2d(1, 2, 3, mode=MODE, name="edges")) == text
    assert "Over two axes of space." in Conv2d.__doc__


def test_what_does_not_fit_is_refused():
    with pytest.raises(UnsupportedError, match="Conv1d does not support NonBatchingMode"):
        Conv1d(1, 1, 3)
    with pytest.raises(
        ShapeError, match=r"Conv1d\(x\): expected 3 axes: the batch, 1 of space, and 2 channels, got shape \(5, 2\)"
    ):
        Conv1d(2, 1, 3, mode=MODE)(np.ones((5, 2)))
    with pytest.raises(
        ShapeError, match=r"Conv1d\(x\): expected space in which the kernel has room, got \(2,\)\. Take a smaller kernel"
    ):
        Conv1d(2, 1, 3, padding="VALID", mode=MODE)(np.ones((1, 2, 2)))
    with pytest.raises(ShapeError, match=r"ConvTranspose1d\(x\): expected space in which the kernel has room, got \(2,\)"):
        ConvTranspose1d(2, 1, 3, padding=0, mode=MODE)(np.ones((1, 2, 2)))
    with pytest.raises(ShapeError, match=r"expected shape \(\.\.\., 2\)"):
        Conv1d(2, 1, 3, mode=MODE)(np.ones((1, 5, 3)))
    with pytest.raises(ValueRefused, match=r"Conv1d\.in_channels: expected a multiple of groups, 2, got 3\. Channels are shared"):
        Conv1d(3, 2, 3, groups=2, mode=MODE)
    with pytest.raises(ValueRefused, match=r"Conv1d\.out_channels: expected a multiple of groups, 2, got 3"):
        Conv1d(2, 3, 3, groups=2, mode=MODE)
    with pytest.raises(
        ValueRefused, match=r"Conv2d\.kernel_size: expected a number, or 2 of them, got \(3,\)\. Give one for each"
    ):
        Conv2d(1, 1, (3,), mode=MODE)
    with pytest.raises(KindError, match=r"Conv2d\.stride: expected a whole number, got '2'"):
        Conv2d(1, 1, 3, stride="2", mode=MODE)
    with pytest.raises(ValueRefused, match=r"Conv2d\.padding: expected 'SAME' or 'VALID', got 'FULL'\. Or give numbers"):
        Conv2d(1, 1, 3, padding="FULL", mode=MODE)
    with pytest.raises(
        ValueRefused, match=r"expected a number, or for each of 2 axes a number or a pair, got \(1,\)\. Write for"
    ):
        Conv2d(1, 1, 3, padding=(1,), mode=MODE)
    with pytest.raises(ValueRefused, match=r"Conv1d\.padding: expected 0 or more, got -1"):
        Conv1d(1, 1, 3, padding=-1, mode=MODE)
    with pytest.raises(
        ShapeError, match=r"Conv1d\.mask: expected a mask that broadcasts to \(3, 1, 1\), got \(2, 1, 1\)\. The kernel"
    ):
        Conv1d(1, 1, 3, mask=np.ones((2, 1, 1)), mode=MODE)
    with pytest.raises(
        KindError, match=r"Conv1d\.mask: expected an array of numbers or truth values, got <U1\. 1 keeps a weight\."
    ):
        Conv1d(1, 1, 3, mask="a", mode=MODE)
