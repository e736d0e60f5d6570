"""Steps in proportion to the size that gradients have had."""

from typing import Any

import optax

from ._numbers import above_zero, fraction
from ._optimizer import Optimizer
from ._transformations import of_arrays, then_rate


class Adagrad(Optimizer):
    r"""Smaller and smaller steps where gradients have been great (Duchi, Hazan and Singer, 2011).

    :math:`c \leftarrow c + g^2`, then :math:`p \leftarrow p - lr\,g / \sqrt{c + \epsilon}`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    epsilon : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        epsilon: float = 1e-6,
    ):
        fixed = {"epsilon": above_zero(epsilon, "Adagrad(epsilon=...)")}
        steps = then_rate(optax.scale_by_rss(initial_accumulator_value=0.0, eps=fixed["epsilon"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)


class Adadelta(Optimizer):
    r"""Steps as great as the last ones were, for their gradients (Zeiler, 2012).

    :math:`c \leftarrow \rho c + (1 - \rho)\,g^2`, :math:`d = g \sqrt{e + \epsilon} / \sqrt{c + \epsilon}`,
    :math:`e \leftarrow \rho e + (1 - \rho)\,d^2`, then :math:`p \leftarrow p - lr\,d`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
        1 in the publication.
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    rho, epsilon : float
    """

    def __init__(
        self,
        lr: Any = 0.01,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        rho: float = 0.95,
        epsilon: float = 1e-6,
    ):
        fixed = {"rho": fraction(rho, "Adadelta(rho=...)"), "epsilon": above_zero(epsilon, "Adadelta(epsilon=...)")}
        steps = then_rate(optax.scale_by_adadelta(rho=fixed["rho"], eps=fixed["epsilon"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)


class RMSProp(Optimizer):
    r"""Steps over the running root mean square of gradients (Tieleman and Hinton, 2012).

    :math:`c \leftarrow \rho c + (1 - \rho)\,g^2`, then :math:`p \leftarrow p - lr\,g / \sqrt{c + \epsilon}`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    rho, epsilon : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        rho: float = 0.9,
        epsilon: float = 1e-6,
    ):
        fixed = {"rho": fraction(rho, "RMSProp(rho=...)"), "epsilon": above_zero(epsilon, "RMSProp(epsilon=...)")}
        steps = then_rate(optax.scale_by_rms(decay=fixed["rho"], eps=fixed["epsilon"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)


class SM3(Optimizer):
    r"""Adagrad that keeps one number for each row and each column of a matrix (Anil et al., 2019), with momentum.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    momentum : float
    epsilon : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        momentum: float = 0.9,
        epsilon: float = 1e-8,
    ):
        fixed = {"momentum": fraction(momentum, "SM3(momentum=...)"), "epsilon": above_zero(epsilon, "SM3(epsilon=...)")}
        steps = then_rate(of_arrays(optax.scale_by_sm3(b1=fixed["momentum"], eps=fixed["epsilon"])))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)
