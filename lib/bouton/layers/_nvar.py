"""The next-generation reservoir."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics._declare import state
from ..errors import KindError
from ..math import BatchingMode, Mode, NonBatchingMode
from ._layer import Layer, whole, with_features
from ._recurrent import refuse_batch


class NVAR(Layer):
    """Nonlinear vector autoregression: the input now and before, and the products of these [1]_.

    The linear part is the input now and ``delay - 1`` times before, ``stride`` steps apart, the newest first. For each order k
    follow the products of k of its elements, repeated ones among them, in lexicographic order. What is before the first step is
    zero.

    Parameters
    ----------
    num_in : int
        Number of inputs.
    delay : int
        How many times the linear part holds, that of now among them.
    order : int or sequence of int, optional
        Orders of the products, each 2 or more. Default: none.
    stride : int
        Steps from one of these times to the next.
    constant : bool
        Whether a 1 comes first.
    mode : Mode, optional
        Nothing is trained here: BatchingMode or NonBatchingMode. Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Attributes
    ----------
    num_out : int
        ``delay * num_in``, with C(delay * num_in + k - 1, k) for each order k, and 1 for the constant.

    State
    -----
    store : ((delay - 1) * stride, num_in), with axis 0 for the batch before it in a mode that has one
        The inputs of earlier steps, the newest first.

    Raises
    ------
    UnsupportedError
        For a TrainingMode.
    KindError, ValueRefused
        For sizes that are no whole numbers, below 1, or for an order below 2.
    ShapeError
        When called with an input that does not fit.

    References
    ----------
    .. [1] Gauthier, Bollt, Griffith and Barbosa, Next generation reservoir computing, Nature Communications 12, 5564, 2021.

    Examples
    --------
    >>> nvar = NVAR(1, delay=2, order=2)
    >>> [nvar([x]).tolist() for x in (2.0, 3.0)]
    [[2.0, 0.0, 4.0, 0.0, 0.0], [3.0, 2.0, 9.0, 6.0, 4.0]]
    >>> nvar.get_feature_names()
    ['x0(t)', 'x0(t-1)', 'x0(t)^2', 'x0(t) x0(t-1)', 'x0(t-1)^2']
    """

    _is_reset = True
    _modes = (BatchingMode, NonBatchingMode)

    def __init__(
        self,
        num_in: int,
        delay: int,
        order: int | Sequence[int] | None = None,
        stride: int = 1,
        constant: bool = False,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(name, mode)
        where = type(self).__name__
        self.num_in, self.delay = whole(f"{where}.num_in", num_in), whole(f"{where}.delay", delay)
        self.stride, self.constant = whole(f"{where}.stride", stride), bool(constant)
        self.order = _orders(f"{where}.order", order)
        linear = self.delay * self.num_in
        self.num_out = int(self.constant) + linear + sum(math.comb(linear + k - 1, k) for k in self.order)
        state(self, "store", 0.0, ((self.delay - 1) * self.stride, self.num_in))

    def update(self, x: Any) -> jax.Array:
        """The features of this step.

        Parameters
        ----------
        x : (num_in,), or (batch, num_in) array in a mode that has a batch

        Returns
        -------
        (num_out,) or (batch, num_out) array
        """
        linear = self._linear(self._remember(x))
        products = [part for k in self.order for part in [self._products(linear, k)]]
        ones = [jnp.ones((*linear.shape[:-1], 1), linear.dtype)] if self.constant else []
        return jnp.concatenate([*ones, linear, *products], axis=-1)

    def get_feature_names(self, for_plot: bool = False) -> list[str]:
        """What stands at each place of the output.

        Parameters
        ----------
        for_plot : bool
            Whether as formulas, for the labels of a figure: ``'$x_{0}(t-1)^{2}$'``.

        Returns
        -------
        list of str, of length num_out
        """
        lags = [k * self.stride for k in range(self.delay)]
        shown = "x_{{{}}}({})" if for_plot else "x{}({})"
        linear = [shown.format(i, f"t-{lag}" if lag else "t") for lag in lags for i in range(self.num_in)]
        power = "{}^{{{}}}" if for_plot else "{}^{}"
        names = ["1"] if self.constant else []
        names += linear
        for k in self.order:
            for chosen in _combinations(len(linear), k):
                factors = [(linear[i], len([*same])) for i, same in itertools.groupby(chosen)]
                names.append(" ".join(name if n == 1 else power.format(name, n) for name, n in factors))
        return [f"${name}$" for name in names] if for_plot else names

    def _remember(self, x: Any) -> jax.Array:
        """The inputs until now, the newest first, as (..., times, num_in)."""
        where, store = type(self).__name__, self.store.value
        array = with_features(x, self.num_in, store.dtype, where)
        refuse_batch(array.shape, (*store.shape[:-2], self.num_in), self.num_in, where)
        batch = jnp.broadcast_shapes(array.shape[:-1], store.shape[:-2])
        newest = jnp.broadcast_to(array, (*batch, self.num_in))[..., None, :]
        history = jnp.concatenate([newest, jnp.broadcast_to(store, (*batch, *store.shape[-2:]))], axis=-2)
        self.store.value = history[..., : store.shape[-2], :]
        return history

    def _linear(self, history: jax.Array) -> jax.Array:
        chosen = history[..., :: self.stride, :]
        return chosen.reshape(*chosen.shape[:-2], self.delay * self.num_in)

    def _products(self, linear: jax.Array, k: int) -> jax.Array:
        places = np.asarray(_combinations(self.delay * self.num_in, k)).T
        out = linear[..., places[0]]
        for others in places[1:]:
            out = out * linear[..., others]
        return out

    def _described(self) -> dict[str, Any]:
        shown = self.order[0] if len(self.order) == 1 else self.order or None
        return {"num_in": self.num_in, "num_out": self.num_out, "delay": self.delay, "order": shown, "stride": self.stride}


def _combinations(n: int, k: int) -> list[tuple[int, ...]]:
    return [*itertools.combinations_with_replacement(range(n), k)]


def _orders(where: str, order: Any) -> tuple[int, ...]:
    if order is None:
        return ()
    if isinstance(order, str | dict | set):
        raise KindError(where=where, expected="whole numbers", got=f"{order!r}", fix="Write for instance 2, or [2, 3].")
    given = order if isinstance(order, Sequence | np.ndarray) else [order]
    return tuple(whole(where, k, 2) for k in given)
