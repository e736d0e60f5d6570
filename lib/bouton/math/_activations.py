"""Activation functions, over :mod:`jax.nn`: they take Variables, and are found by name."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core._names import nearest
from ..errors import KindError, UnknownPathError
from ..transform import Variable, default_float


def relu(x: Any) -> jax.Array:
    """``max(x, 0)``."""
    return jax.nn.relu(_array(x))


def relu6(x: Any) -> jax.Array:
    """``min(max(x, 0), 6)``."""
    return jax.nn.relu6(_array(x))


def leaky_relu(x: Any, negative_slope: Any = 0.01) -> jax.Array:
    """``x`` above 0, ``negative_slope * x`` below."""
    return jax.nn.leaky_relu(_array(x), _plain(negative_slope))


def prelu(x: Any, alpha: Any = 0.25) -> jax.Array:
    """``x`` above 0, ``alpha * x`` below, where ``alpha`` is learnt: a number or an array that broadcasts."""
    return jax.nn.leaky_relu(_array(x), _plain(alpha))


def elu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below."""
    return jax.nn.elu(_array(x), _plain(alpha))


def celu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """``x`` above 0, ``alpha * (exp(x / alpha) - 1)`` below."""
    return jax.nn.celu(_array(x), _plain(alpha))


def selu(x: Any) -> jax.Array:
    """An :func:`elu` scaled so that layers keep mean 0 and variance 1."""
    return jax.nn.selu(_array(x))


def gelu(x: Any, approximate: bool = True) -> jax.Array:
    """``x`` times the probability that a standard Gaussian number is below it; ``approximate`` takes a tanh for that."""
    return jax.nn.gelu(_array(x), approximate)


def sigmoid(x: Any) -> jax.Array:
    """``1 / (1 + exp(-x))``."""
    return jax.nn.sigmoid(_array(x))


def log_sigmoid(x: Any) -> jax.Array:
    """``-log(1 + exp(-x))``."""
    return jax.nn.log_sigmoid(_array(x))


def softplus(x: Any) -> jax.Array:
    """``log(1 + exp(x))``."""
    return jax.nn.softplus(_array(x))


def soft_sign(x: Any) -> jax.Array:
    """``x / (1 + abs(x))``."""
    return jax.nn.soft_sign(_array(x))


def silu(x: Any) -> jax.Array:
    """``x * sigmoid(x)``, also called swish."""
    return jax.nn.silu(_array(x))


def mish(x: Any) -> jax.Array:
    """``x * tanh(softplus(x))``."""
    x = _array(x)
    return x * jnp.tanh(jax.nn.softplus(x))


def hard_tanh(x: Any) -> jax.Array:
    """``x``, but at least -1 and at most 1."""
    return jax.nn.hard_tanh(_array(x))


def hard_sigmoid(x: Any) -> jax.Array:
    """``relu6(x + 3) / 6``."""
    return jax.nn.hard_sigmoid(_array(x))


def hard_silu(x: Any) -> jax.Array:
    """``x * hard_sigmoid(x)``."""
    return jax.nn.hard_silu(_array(x))


def hard_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """``x`` where ``abs(x) > threshold``, 0 elsewhere."""
    x = _array(x)
    return jnp.where(jnp.abs(x) <= threshold, 0, x)


def soft_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """``x`` moved by ``threshold`` towards 0, and 0 where it would pass it."""
    x = _array(x)
    return jnp.where(jnp.abs(x) <= threshold, 0, x - threshold * jnp.sign(x))


def tanh_shrink(x: Any) -> jax.Array:
    """``x - tanh(x)``."""
    x = _array(x)
    return x - jnp.tanh(x)


def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> jax.Array:
    """``exp(x)`` divided by its sum along ``axis``."""
    return jax.nn.softmax(_array(x), axis)


def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> jax.Array:
    """The logarithm of :func:`softmax`."""
    return jax.nn.log_softmax(_array(x), axis)


def glu(x: Any, axis: int = -1) -> jax.Array:
    """The first half along ``axis`` times the sigmoid of the second."""
    return jax.nn.glu(_array(x), axis)


def one_hot(x: Any, num_classes: int, dtype: Any = None, axis: int = -1) -> jax.Array:
    """A new axis with 1 at the place that ``x`` names and 0 elsewhere, of the environment's ``float_`` unless told another."""
    return jax.nn.one_hot(_plain(x), num_classes, dtype=default_float() if dtype is None else dtype, axis=axis)


def activation(name: str | Callable) -> Callable:
    """The activation function of this name, or the function itself.

    Parameters
    ----------
    name : str or callable
        ``'relu'``, ``'tanh'``, ...; ``'identity'`` and ``'linear'`` change nothing.

    Raises
    ------
    UnknownPathError
        For a name that no activation function has.
    KindError
        For what is neither a name nor a function, and for a function of NumPy.
    """
    if isinstance(name, np.ufunc):
        raise KindError(
            where="activation",
            expected="a function of JAX, which can be compiled",
            got=f"numpy.{name.__name__}",
            fix=f"Write bm.{name.__name__}, from bouton.math.",
        )
    if callable(name):
        return name
    if not isinstance(name, str):
        raise KindError(
            where="activation",
            expected="a name or a function",
            got=type(name).__name__,
            fix="Write for instance activation('relu').",
        )
    if name not in _BY_NAME:
        raise UnknownPathError(
            where="activation",
            expected=f"one of {', '.join(_BY_NAME)}",
            got=repr(name),
            fix=nearest(name.lower(), _BY_NAME),
        )
    return _BY_NAME[name]


def _unchanged(x: Any) -> jax.Array:
    return _array(x)


def _tanh(x: Any) -> jax.Array:
    return jnp.tanh(_array(x))


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x


def _array(x: Any) -> jax.Array:
    return jnp.asarray(_plain(x))


_BY_NAME: dict[str, Callable] = {
    **{
        function.__name__: function
        for function in (
            celu,
            elu,
            gelu,
            glu,
            hard_shrink,
            hard_sigmoid,
            hard_silu,
            hard_tanh,
            leaky_relu,
            log_sigmoid,
            log_softmax,
            mish,
            prelu,
            relu,
            relu6,
            selu,
            sigmoid,
            silu,
            soft_shrink,
            soft_sign,
            softmax,
            softplus,
            tanh_shrink,
        )
    },
    "identity": _unchanged,
    "linear": _unchanged,
    "swish": silu,
    "tanh": _tanh,
}
