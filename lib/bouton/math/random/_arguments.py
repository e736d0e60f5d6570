"""What draws are given, checked where it enters."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike

from ...errors import KindError, ShapeError, ValueRefused
from ...transform import Variable, default_float, default_int
from ...transform._numbers import as_sizes
from ...transform._operators import plain

Numbers = ArrayLike | Variable | Sequence
Size = int | Sequence[int] | None


# Shapes of a key that is a plain array; which one it is, jax_default_prng_impl says.
RAW = ((2,), (4,))


class Range(NamedTuple):
    """The values that a parameter may have."""

    text: str
    holds: Callable[[Any], Any]


NOT_NEGATIVE = Range("0 or more", lambda x: x >= 0)
POSITIVE = Range("above 0", lambda x: x > 0)
PROBABILITY = Range("between 0 and 1", lambda x: (x >= 0) & (x <= 1))
CHANCE = Range("above 0 and at most 1", lambda x: (x > 0) & (x <= 1))


def number(where: str, value: Any, allowed: Range | None = None) -> Any:
    """A real parameter of a distribution: a float or an array. A traced value is taken as it is."""
    if isinstance(value, int | float):
        value = float(value)
        # Written so that NaN is refused as well.
        if allowed is not None and not allowed.holds(value):
            refuse(where, allowed.text, f"{value:g}", "Choose a value inside.")
        return value
    value = _array(where, value)
    if not isinstance(value, Tracer) and allowed is not None:
        host = np.asarray(value, np.float64)
        inside = allowed.holds(host)
        if not np.all(inside):
            refuse(where, f"all {allowed.text}", f"{host[~np.asarray(inside)].ravel()[0]:g}", "Choose values inside.")
    return value


def whole(where: str, value: Any) -> Any:
    """A parameter that is a whole number, or an array of them."""
    if isinstance(value, int) and not isinstance(value, bool):
        dtype = default_int()
        limits = np.iinfo(dtype)
        if not limits.min <= value <= limits.max:
            refuse(where, f"a whole number that {dtype} holds", f"{value}", "Choose a smaller one, or let JAX work with 64 bits.")
        return value
    value = _array(where, np.asarray(value) if isinstance(value, bool | float) else value)
    if value.dtype.kind not in "iu":
        raise KindError(where=_at(where), expected="whole numbers", got=f"{value.dtype}", fix="Convert with .astype(int).")
    return value


def _array(where: str, value: Any) -> Any:
    value = plain(value)
    if isinstance(value, list | tuple) and not any(isinstance(x, jax.Array | Variable) for x in value):
        value = np.asarray(value)
    elif isinstance(value, list | tuple):
        value = jnp.stack([jnp.asarray(plain(x)) for x in value])
    if isinstance(value, jax.Array | np.ndarray | np.generic) and jnp.issubdtype(value.dtype, jnp.number):
        return value
    if isinstance(value, np.ndarray | np.generic | jax.Array) and value.dtype == bool:
        return value.astype(int)
    raise KindError(
        where=_at(where),
        expected="a number or an array of numbers",
        got=f"{type(value).__name__}",
        fix="Pass what jax.numpy.asarray takes.",
    )


def shape(where: str, size: Size, *parameters: Any) -> tuple[int, ...]:
    """The shape of a draw: ``size``, or what the parameters have together."""
    if all(type(p) is float for p in parameters):
        return () if size is None else sizes(where, size)
    try:
        together = np.broadcast_shapes(*map(np.shape, parameters))
    except ValueError as error:
        raise ShapeError(
            where=_at(where),
            expected="parameters that broadcast",
            got=" and ".join(str(np.shape(p)) for p in parameters),
            fix="Give each a shape of its own only where the others have 1, the same, or no axis.",
        ) from error
    if size is None:
        return together
    wanted = sizes(where, size)
    if not broadcasts(together, wanted):
        raise ShapeError(
            where=_at(f"{where}(size)"),
            expected=f"a shape that parameters of shape {together} broadcast to",
            got=f"{wanted}",
            fix="Leave size out for one number for each parameter; its last axes are those of the parameters.",
        )
    return wanted


def rows(where: str, size: Size, batch: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of an array of things, of which there are ``batch`` without a size."""
    wanted = batch if size is None else sizes(where, size)
    if not broadcasts(batch, wanted):
        raise ShapeError(
            where=_at(f"{where}(size)"),
            expected=f"a shape that {batch} broadcasts to",
            got=f"{wanted}",
            fix="The leading axes of what was given are the last ones of size.",
        )
    return wanted


def broadcasts(small: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether an array of shape ``small`` can be repeated to the shape ``to``."""
    return len(small) <= len(to) and all(a in (1, b) for a, b in zip(small[::-1], to[::-1], strict=False))


def sizes(where: str, size: Any, argument: str = "size") -> tuple[int, ...]:
    """``size`` as a shape."""
    if type(size) is int and size >= 0:
        return (size,)
    try:
        given = as_sizes(size)
    except TypeError as error:
        raise KindError(
            where=_at(f"{where}({argument})"),
            expected="an int or a tuple of ints",
            got="a traced value" if isinstance(plain(size), Tracer) else f"{size!r}",
            fix="A shape has to be known when the function is compiled; write for instance (3, 4).",
        ) from error
    if any(n < 0 for n in given):
        refuse(f"{where}({argument})", "sizes of 0 or more", f"{size}", "Choose others.")
    return given


def floating(where: str, dtype: Any) -> Any:
    """The dtype of a draw of real numbers."""
    if dtype is None:
        return default_float()
    if not jnp.issubdtype(dtype, jnp.floating):
        raise KindError(
            where=_at(f"{where}(dtype)"),
            expected="a floating dtype",
            got=f"{jnp.dtype(dtype)}",
            fix="Convert what is drawn with .astype(...).",
        )
    return jax.dtypes.canonicalize_dtype(dtype)


def integer(where: str, dtype: Any) -> Any:
    """The dtype of a draw of whole numbers."""
    if dtype is None:
        return default_int()
    if not jnp.issubdtype(dtype, jnp.integer):
        raise KindError(
            where=_at(f"{where}(dtype)"),
            expected="an integer dtype",
            got=f"{jnp.dtype(dtype)}",
            fix="Convert what is drawn with .astype(...).",
        )
    return jax.dtypes.canonicalize_dtype(dtype)


def one_key(where: str, key: Any) -> jax.Array:
    """A key that was given, or the error that refuses it."""
    key = plain(key)
    if isinstance(key, jax.Array | np.ndarray):
        if key.dtype == np.uint32 and key.shape in RAW:
            return jnp.asarray(key)
        if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) and key.shape == ():
            return jnp.asarray(key)
    raise KindError(
        where=_at(where),
        expected="one key: of jax.random.key, or 2 uint32 numbers",
        got=f"shape {key.shape} and dtype {key.dtype}" if hasattr(key, "dtype") else f"{type(key).__name__}",
        fix="Take bm.random.split_key(); for many keys use bm.vmap.",
    )


def within(where: str, dtype: Any, *values: Any) -> None:
    """Refuse known numbers that ``dtype`` cannot hold, which would come out as infinity or as the greatest number there is."""
    most = float((jnp.finfo if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo)(dtype).max)
    if not all(
        abs(value) <= most if type(value) is float else np.all(np.abs(np.asarray(value, np.float64)) <= most) for value in values
    ):
        refuse(
            where, f"numbers that {jnp.dtype(dtype)} holds, up to {most:g}", "greater ones", "Choose others, or another dtype."
        )


def concrete(*values: Any) -> bool:
    """Whether all are known: what is traced cannot be checked."""
    return not any(isinstance(value, Tracer) for value in values)


def refuse(where: str, expected: str, got: str, fix: str) -> None:
    """Raise :class:`ValueRefused` for an argument of a draw."""
    raise ValueRefused(where=_at(where), expected=expected, got=got, fix=fix)


def _at(where: str) -> str:
    return f"random.{where}"
