"""Steps along the gradient, with and without momentum."""

from typing import Any

import optax

from ._numbers import above_zero, fraction
from ._optimizer import Optimizer
from ._transformations import then_rate, times_rate


class SGD(Optimizer):
    r"""Gradient descent: :math:`p \leftarrow p - lr\,g`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from bouton.math import Variable, grad
    >>> w = Variable(jnp.asarray(1.0))
    >>> optimizer = SGD(lr=0.25, train_vars=w)
    >>> optimizer.update(grad(lambda: w**2, grad_vars=w)())
    >>> float(w)
    0.5
    """

    def __init__(self, lr: Any, train_vars: Any = None, weight_decay: float | None = None, name: str | None = None):
        super().__init__(lr, train_vars, weight_decay, name, transformation=times_rate())


class Momentum(Optimizer):
    r"""Gradient descent with inertia: :math:`v \leftarrow m\,v - lr\,g`, then :math:`p \leftarrow p + v`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    momentum : float
        :math:`m`.
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        momentum: float = 0.9,
    ):
        kept = fraction(momentum, f"{self.class_name}(momentum=...)")
        steps = optax.chain(times_rate(), optax.trace(decay=kept))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed={"momentum": kept})


class MomentumNesterov(Optimizer):
    r"""Momentum that looks ahead: :math:`v \leftarrow m\,v - lr\,g`, then :math:`p \leftarrow p + m\,v - lr\,g`.

    In this form of Nesterov's method (Sutskever et al., 2013) the gradient is taken where the Variables stand.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    momentum : float
        :math:`m`.
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        momentum: float = 0.9,
    ):
        kept = fraction(momentum, f"{self.class_name}(momentum=...)")
        steps = optax.chain(times_rate(), optax.trace(decay=kept, nesterov=True))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed={"momentum": kept})


class LARS(Optimizer):
    r"""Momentum with a rate for each Variable, in proportion to its norm (You, Gitman and Ginsburg, 2017).

    :math:`v \leftarrow m\,v - lr\,tc\,\frac{|p|}{|g|}\,g`, then :math:`p \leftarrow p + v`; where one of the norms is 0, the
    factor is 1.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`: the weight decay has no part in the norms.
    momentum : float
        :math:`m`.
    tc : float
        The trust coefficient.
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        momentum: float = 0.9,
        tc: float = 1e-3,
    ):
        kept, trust = fraction(momentum, "LARS(momentum=...)"), above_zero(tc, "LARS(tc=...)")
        steps = optax.chain(optax.scale_by_trust_ratio(trust_coefficient=trust), times_rate(), optax.trace(decay=kept))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed={"momentum": kept, "tc": trust})


class Lion(Optimizer):
    r"""Steps of equal size, in the direction of a sign (Chen et al., 2023).

    :math:`p \leftarrow p - lr\,\mathrm{sign}(\beta_1 m + (1 - \beta_1)\,g)`, then
    :math:`m \leftarrow \beta_2 m + (1 - \beta_2)\,g`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
        Three to ten times less than for :class:`Adam`.
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    beta1, beta2 : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        beta1: float = 0.9,
        beta2: float = 0.99,
    ):
        fixed = {"beta1": fraction(beta1, "Lion(beta1=...)"), "beta2": fraction(beta2, "Lion(beta2=...)")}
        steps = then_rate(optax.scale_by_lion(b1=fixed["beta1"], b2=fixed["beta2"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)
