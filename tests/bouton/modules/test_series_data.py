import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules._series_data import as_series, widened


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5,), (1, 5, 1)), ((5, 3), (1, 5, 3)), ((2, 5, 3), (2, 5, 3)), ((5, 1), (1, 5, 1)), ((0, 3), (1, 0, 3))],
)
def test_data_become_batch_time_channel(shape, expected):
    assert as_series(np.ones(shape), 3, "M").shape == expected


@pytest.mark.parametrize(
    "data",
    [
        np.ones((2, 3)),
        np.ones((2, 3), np.float16),
        np.ones((2, 3), int),
        np.ones((2, 3), np.uint8),
        np.ones((2, 3), bool),
        jnp.ones((2, 3), jnp.int32),
        jnp.ones((2, 3), bool),
        jnp.ones((2, 3), jnp.bfloat16),
        [[1, 1, 1], [1, 1, 1]],
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
        [np.ones(3), jnp.ones(3)],
        bm.Variable(np.ones((2, 3))),
    ],
    ids=lambda d: f"{type(d).__name__} {getattr(d, 'dtype', '')}",
)
def test_numbers_of_every_kind_become_floats(data):
    series = as_series(data, 3, "M")
    assert isinstance(series, jax.Array)
    assert jnp.issubdtype(series.dtype, jnp.floating)
    assert_array_equal(np.asarray(series, np.float32), np.ones((1, 2, 3)))


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (None, "NoneType of dtype object"),
        ("abc", "str of dtype <U3"),
        ({"a": 1}, "dict of dtype object"),
        (np.ones((2, 3), complex), "ndarray of dtype complex128"),
        (jnp.ones((2, 3), complex), "an array of dtype complex64"),
        (np.array(["a"]), "ndarray of dtype <U1"),
        ([[1.0], [1.0, 2.0]], "a list whose rows differ in length"),
        (jax.random.key(0), "an array of dtype key<fry>"),
    ],
    ids=lambda x: str(type(x).__name__),
)
def test_what_is_no_real_array_is_refused(data, got):
    with pytest.raises(
        KindError, match=r"M input: expected an array of real numbers, got .*Pass a NumPy or JAX array \(T, channels\)"
    ) as no:
        as_series(data, 3, "M")
    assert no.value.got == got


@pytest.mark.parametrize("shape", [(), (1, 2, 3, 3)])
def test_another_number_of_axes_is_refused(shape):
    with pytest.raises(
        ShapeError, match=r"M input: expected \(T,\), \(T, channels\) or \(batch, T, channels\), got \(.*\)\. Bring"
    ):
        as_series(np.ones(shape), 3, "M")


@pytest.mark.parametrize(
    ("channels", "size_in", "expected"), [(2, 3, "3 channels, or 1 for all of them"), (4, 3, "3 channels"), (2, 1, "1 channels")]
)
def test_a_wrong_number_of_channels_is_refused_with_both_numbers(channels, size_in, expected):
    with pytest.raises(
        ShapeError, match=rf"M input: expected {expected}.*, got {channels}\. The last axis holds the channels; trans"
    ):
        as_series(np.ones((5, channels)), size_in, "M")


def test_an_empty_batch_is_refused():
    with pytest.raises(
        ShapeError, match=r"M input: expected at least one series, got a batch of 0\. Leave the call out, or give data"
    ):
        as_series(np.ones((0, 5, 3)), 3, "M")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_host_data_are_finite(bad, dtype):
    data = np.ones((2, 5, 3), dtype)
    data[1, 2, 0] = data[1, 4, 1] = bad
    words = (
        rf"M input: expected finite numbers, got {bad} at index \(1, 2, 0\)\. Clean the data, for instance with numpy\.nan_to_num"
    )
    for given in (data, data.tolist()):
        with pytest.raises(ValueRefused, match=words):
            as_series(given, 3, "M")


def test_data_on_a_device_are_not_looked_through():
    assert np.isnan(as_series(jnp.full((5, 3), jnp.nan), 3, "M")).all()


def test_no_steps_are_finite():
    assert as_series(np.ones((1, 0, 3)), 3, "M").shape == (1, 0, 3)


def test_one_channel_is_given_to_all():
    series = widened(jnp.arange(2.0).reshape(1, 2, 1), 3)
    assert_array_equal(series, [[[0, 0, 0], [1, 1, 1]]])
    assert widened(series, 3) is series


def test_host_data_may_be_filled_anew_right_after_the_call():
    buffer = np.ones((1, 4, 3), np.float32)
    series = as_series(buffer, 3, "here")
    buffer[:] = -99
    assert (np.asarray(series) == 1).all()
