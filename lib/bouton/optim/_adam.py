"""Adam and what has come of it."""

from typing import Any

import optax

from ._numbers import above_zero, fraction
from ._optimizer import Optimizer
from ._transformations import then_rate


class Adam(Optimizer):
    r"""Running means of gradients over the root of those of their squares (Kingma and Ba, 2015).

    :math:`m \leftarrow \beta_1 m + (1 - \beta_1)\,g`, :math:`v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2`, then
    :math:`p \leftarrow p - lr\,\hat m / (\sqrt{\hat v} + eps)` with :math:`\hat m = m / (1 - \beta_1^n)`,
    :math:`\hat v = v / (1 - \beta_2^n)` at the :math:`n`-th update.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    beta1, beta2, eps : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        fixed = _numbers(self.class_name, beta1, beta2, eps)
        steps = then_rate(optax.scale_by_adam(b1=fixed["beta1"], b2=fixed["beta2"], eps=fixed["eps"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)


class AdamW(Optimizer):
    r"""Adam with a weight decay that follows the rate (Loshchilov and Hutter, 2019).

    :math:`p \leftarrow (1 - lr \cdot weight\_decay)\,p - lr\,\hat m / (\sqrt{\hat v} + eps)`: unlike that of the other
    optimisers, this weight decay is times the rate, as published and as in other libraries.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, name
        As for :class:`Optimizer`.
    weight_decay : float
    beta1, beta2, eps : float
    amsgrad : bool
        Divide by the root of the greatest :math:`\hat v` so far (Reddi, Kale and Kumar, 2018).
    """

    _decay_follows_rate = True

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = 1e-2,
        name: str | None = None,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        amsgrad: bool = False,
    ):
        fixed = _numbers(self.class_name, beta1, beta2, eps)
        kind = optax.scale_by_amsgrad if amsgrad else optax.scale_by_adam
        steps = then_rate(kind(b1=fixed["beta1"], b2=fixed["beta2"], eps=fixed["eps"]))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed | {"amsgrad": bool(amsgrad)})


class NAdam(Optimizer):
    r"""Adam that looks ahead as :class:`MomentumNesterov` does (Dozat, 2016), with a constant :math:`\beta_1`.

    As Adam, with :math:`\hat m = \beta_1 m / (1 - \beta_1^{n + 1}) + (1 - \beta_1)\,g / (1 - \beta_1^n)`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
    train_vars, weight_decay, name
        As for :class:`Optimizer`.
    beta1, beta2, eps : float
    """

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        fixed = _numbers(self.class_name, beta1, beta2, eps)
        steps = then_rate(optax.scale_by_adam(b1=fixed["beta1"], b2=fixed["beta2"], eps=fixed["eps"], nesterov=True))
        super().__init__(lr, train_vars, weight_decay, name, transformation=steps, fixed=fixed)


def _numbers(where: str, beta1: Any, beta2: Any, eps: Any) -> dict[str, Any]:
    return {
        "beta1": fraction(beta1, f"{where}(beta1=...)"),
        "beta2": fraction(beta2, f"{where}(beta2=...)"),
        "eps": above_zero(eps, f"{where}(eps=...)"),
    }
