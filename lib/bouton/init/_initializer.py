"""What all initialisers have in common."""

import inspect
from typing import Any

import jax
from jax.typing import DTypeLike

from ..errors import NoImplementationError
from ..math.random import default_rng
from ..transform import default_float
from ._checks import as_shape


class Initializer:
    """Base of what gives the first values of weights and states: called with a shape, it returns an array.

    A subclass implements ``__call__``.
    """

    def __call__(self, shape: int | tuple[int, ...], dtype: DTypeLike | None = None) -> jax.Array:
        """The values.

        Parameters
        ----------
        shape : int or tuple of int
            Of what is returned.
        dtype : dtype, optional
            Default: the floating dtype of the environment.

        Returns
        -------
        array of that shape and dtype

        Raises
        ------
        NoImplementationError
            In the base class.
        """
        raise NoImplementationError(
            where=f"{type(self).__name__}.__call__",
            expected="a method that returns an array of the shape",
            got="none",
            fix="Write def __call__(self, shape, dtype=None) in the subclass.",
        )

    def _asked(self, shape: Any, dtype: DTypeLike | None) -> tuple[tuple[int, ...], Any]:
        """The shape and the dtype that the call asks for."""
        return as_shape(type(self).__name__, shape), default_float() if dtype is None else jax.dtypes.canonicalize_dtype(dtype)

    def __repr__(self) -> str:
        names = [name for name in inspect.signature(type(self)).parameters if hasattr(self, name)]
        shown = [f"{name}={getattr(self, name)!r}" for name in names if name != "seed" or getattr(self, name) is not None]
        return f"{type(self).__name__}({', '.join(shown)})"


class Drawn(Initializer):
    """Base of those that draw random numbers.

    Parameters
    ----------
    seed : int, key or RandomState, optional
        For numbers of its own; each call goes on. Default: drawn from ``bm.random.DEFAULT``, which ``bm.random.seed`` governs.
    """

    def __init__(self, seed: Any = None):
        self.seed = seed
        self._rng = default_rng(seed)
