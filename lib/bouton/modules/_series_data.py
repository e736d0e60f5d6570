"""Input series: what is accepted, and how it becomes ``(batch, time, channel)``."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ShapeError, ValueRefused
from ..transform import Variable
from ..transform._variable import own_array

_KINDS = ("f", "i", "u", "b")


def as_series(data: Any, size_in: int, where: str) -> jax.Array:
    """``data`` as a float array ``(B, T, C)``, where ``C`` is 1 or ``size_in``.

    Parameters
    ----------
    data : (T,), (T, C) or (B, T, C) array
        Numbers or booleans.
    size_in : int
        Number of input channels of the module.
    where : str
        Named in an error.

    Raises
    ------
    KindError, ShapeError
        For what is no numeric array, has another number of axes or channels, or an empty batch.
    ValueRefused
        For NaN or infinity in host data. Looking through what is on a device would hold it up.
    """
    if isinstance(data, Variable):
        data = data.value
    if not isinstance(data, jax.Array):
        data = _host_array(data, where)
    kind = getattr(data.dtype, "kind", None)  # NumPy's dtypes tell by themselves, in a fraction of the time; keys have none
    if kind not in _KINDS and not jnp.issubdtype(data.dtype, jnp.floating):
        raise _no_real_numbers(f"an array of dtype {data.dtype}", where)
    if data.ndim not in (1, 2, 3):
        raise ShapeError(
            where=f"{where} input",
            expected="(T,), (T, channels) or (batch, T, channels)",
            got=f"{tuple(data.shape)}",
            fix="Bring the data to three axes: batch, time, channel.",
        )
    if data.ndim == 1:
        data = data[:, None]
    if data.ndim == 2:
        data = data[None]
    if data.shape[-1] not in (1, size_in):
        raise ShapeError(
            where=f"{where} input",
            expected=f"{size_in} channels" + ("" if size_in == 1 else ", or 1 for all of them"),
            got=f"{data.shape[-1]}",
            fix="The last axis holds the channels; transpose the data if time is last.",
        )
    if data.shape[0] == 0:
        raise ShapeError(
            where=f"{where} input",
            expected="at least one series",
            got="a batch of 0",
            fix="Leave the call out, or give data.",
        )
    return data.astype(float) if kind in ("i", "u", "b") else data


def _host_array(data: Any, where: str) -> jax.Array:
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise _no_real_numbers("a list whose rows differ in length", where) from error
    if array.dtype.kind not in "biuf":
        raise _no_real_numbers(f"{type(data).__name__} of dtype {array.dtype}", where)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        _refuse_first(array, where)
    # Its own memory: JAX reads it later than this returns, and the caller may fill it anew.
    return own_array(array)


def _refuse_first(array: np.ndarray, where: str) -> None:
    first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    raise ValueRefused(
        where=f"{where} input",
        expected="finite numbers",
        got=f"{array[first]} at index {first}",
        fix="Clean the data, for instance with numpy.nan_to_num: what enters a state once stays in it.",
    )


def _no_real_numbers(got: str, where: str) -> KindError:
    return KindError(
        where=f"{where} input",
        expected="an array of real numbers",
        got=got,
        fix="Pass a NumPy or JAX array (T, channels) or (batch, T, channels).",
    )


def widened(series: jax.Array, size_in: int) -> jax.Array:
    """One channel given to every input."""
    return series if series.shape[-1] == size_in else jnp.broadcast_to(series, (*series.shape[:-1], size_in))
