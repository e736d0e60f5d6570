"""Any transformation of optax as an optimiser."""

from typing import Any

import optax

from ..errors import KindError
from ._optimizer import Optimizer


class FromOptax(Optimizer):
    """Train with any gradient transformation of optax: chained, clipped, masked, your own.

    What the transformation keeps becomes Variables in ``state``, so all transforms of :mod:`bouton.math` see it. The rate and
    its schedule are the transformation's own; a number that ``optax.inject_hyperparams`` injects stands in ``state``, and can be
    set there. The transformation sees the Variables as one dict, by their paths in ``train_vars``: masks and labels may go by
    them.

    Parameters
    ----------
    transformation : optax.GradientTransformation
    train_vars, weight_decay, name
        As for :class:`Optimizer`.

    Raises
    ------
    KindError
        When ``transformation`` is none.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from bouton.math import Variable
    >>> w = Variable(jnp.asarray([3.0, 4.0]))
    >>> optimizer = FromOptax(optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.5)), w)
    >>> optimizer.update(jnp.asarray([30.0, 40.0]))
    >>> [round(float(x), 3) for x in w]
    [2.7, 3.6]
    """

    _rate_is_its_own = True

    def __init__(
        self,
        transformation: optax.GradientTransformation,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
    ):
        if not isinstance(transformation, optax.GradientTransformation):
            raise KindError(
                where="FromOptax",
                expected="a gradient transformation of optax",
                got=f"{type(transformation).__name__}",
                fix="Pass for instance optax.adam(1e-3).",
            )
        super().__init__(None, train_vars, weight_decay, name, transformation=transformation)
