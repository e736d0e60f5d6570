"""Least squares with penalties that make weights zero."""

import warnings
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..run._given import count
from ._numbers import number


class ElasticNetRegression:
    r"""Least squares with penalties on the size and on the squares of weights.

    Each output by itself is fitted by the :math:`w` that makes least

    .. math:: \frac{1}{2n} \lVert y - A w \rVert_2^2
        + \alpha \rho \lVert w \rVert_1 + \frac{\alpha (1 - \rho)}{2} \lVert w \rVert_2^2

    over :math:`n` samples.

    Parameters
    ----------
    alpha : float
        Of both penalties, which also the bias bears; 0 or more.
    l1_ratio : float
        :math:`\rho`, from 0 to 1.
    max_iter : int
        Rounds through all weights at most.
    tol : float
        It ends when no weight changes by more than this part of the largest.

    Raises
    ------
    ValueRefused
        For other numbers.

    Warns
    -----
    UserWarning
        When it has not come to an end.

    Notes
    -----
    By coordinate descent: one weight after the other is put where the sum is least [1]_.

    References
    ----------
    .. [1] Friedman, Hastie and Tibshirani, Regularization paths for generalized linear models via coordinate descent, Journal of
       Statistical Software 33(1), 2010.
    """

    def __init__(self, alpha: float = 1.0, l1_ratio: float = 0.5, max_iter: int = 1000, tol: float = 1e-6):
        name = type(self).__name__
        self.alpha = number(alpha, f"{name}(alpha=...)", "Try 0.01.")
        self.l1_ratio = number(l1_ratio, f"{name}(l1_ratio=...)", "Try 0.5.", most=1.0)
        self.max_iter = count(max_iter, f"{name}(max_iter=...)", of="")
        self.tol = number(tol, f"{name}(tol=...)", "Try 1e-6.", above=True)

    def __call__(self, targets: jax.Array, inputs: jax.Array, outputs: Any = None) -> jax.Array:
        """(num_in, num_out) weights from (samples, num_out) targets and (samples, num_in) inputs."""
        shares = (self.alpha * self.l1_ratio, self.alpha * (1 - self.l1_ratio))
        weights, change = _descend(inputs, targets.astype(inputs.dtype), *shares, self.tol, max_iter=self.max_iter)
        if float(change) > self.tol:
            warnings.warn(
                f"{type(self).__name__}: expected weights that change by at most {self.tol:g} of the largest, "
                f"got {float(change):g} after {self.max_iter} rounds. Take a larger max_iter, tol or alpha.",
                stacklevel=2,
            )
        return weights


class LassoRegression(ElasticNetRegression):
    r"""Least squares with a penalty on the size of weights: many become zero.

    Each output by itself is fitted by the :math:`w` that makes :math:`\frac{1}{2n} \lVert y - A w \rVert_2^2 + \alpha \lVert w
    \rVert_1` least, over :math:`n` samples.

    Parameters
    ----------
    alpha : float
        Of the penalty, which also the bias bears; 0 or more.
    max_iter : int
        Rounds through all weights at most.
    tol : float
        It ends when no weight changes by more than this part of the largest.
    """

    def __init__(self, alpha: float = 1.0, max_iter: int = 1000, tol: float = 1e-6):
        super().__init__(alpha, 1.0, max_iter, tol)


@partial(jax.jit, static_argnames="max_iter")
def _descend(A: jax.Array, y: jax.Array, size: Any, squares: Any, tol: Any, *, max_iter: int) -> tuple[jax.Array, jax.Array]:
    """Weights, and the largest change in the last round as a part of the largest weight."""
    size, squares, tol = (jnp.asarray(x, A.dtype) for x in (size, squares, tol))
    gram, aims = A.T @ A / len(A), A.T @ y / len(A)

    def one(k: Any, weights: jax.Array) -> jax.Array:
        own = gram[k, k]
        aim = aims[k] - gram[k] @ weights + own * weights[k]
        shrunk = jnp.sign(aim) * jnp.maximum(jnp.abs(aim) - size, 0)
        # A column of zeros without a penalty: the weight does not matter.
        return weights.at[k].set(shrunk / jnp.maximum(own + squares, jnp.finfo(A.dtype).tiny))

    def round_(carry: tuple) -> tuple:
        done, weights, _ = carry
        new = jax.lax.fori_loop(0, len(gram), one, weights)
        largest = jnp.maximum(jnp.abs(new).max(), jnp.finfo(A.dtype).tiny)
        return done + 1, new, jnp.abs(new - weights).max() / largest

    def goes_on(carry: tuple) -> jax.Array:
        done, _, change = carry
        return (done < max_iter) & (change > tol)

    _, weights, change = jax.lax.while_loop(goes_on, round_, (0, jnp.zeros_like(aims), jnp.asarray(jnp.inf, A.dtype)))
    return weights, change
