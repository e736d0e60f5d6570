"""Weights of probabilities."""

import warnings
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import ValueRefused
from ..run._given import count
from ._numbers import number


class LogisticRegression:
    r"""Weights with which :math:`\sigma(x W)` is the probability of a 1; the layer itself returns :math:`x W`.

    Each output by itself is fitted by the :math:`w` that makes least

    .. math:: -\sum_k \left[ y_k \ln \sigma(a_k w) + (1 - y_k) \ln (1 - \sigma(a_k w)) \right]
        + \frac{\alpha}{2} \lVert w \rVert_2^2.

    Parameters
    ----------
    alpha : float
        Of the penalty, which also the bias bears; 0 or more. Without one, data that can be told apart have no least sum.
    max_iter : int
        Steps at most.
    tol : float
        It ends when no slope is larger than this, for each sample.

    Raises
    ------
    ValueRefused
        For other numbers, and for targets that are not from 0 to 1.

    Warns
    -----
    UserWarning
        When it has not come to an end.

    Notes
    -----
    By steps of Newton's method, which are halved until the sum falls.
    """

    def __init__(self, alpha: float = 1.0, max_iter: int = 100, tol: float = 1e-6):
        self.alpha = number(alpha, "LogisticRegression(alpha=...)", "Try 1.0.")
        self.max_iter = count(max_iter, "LogisticRegression(max_iter=...)", of="")
        self.tol = number(tol, "LogisticRegression(tol=...)", "Try 1e-6.", above=True)

    def __call__(self, targets: jax.Array, inputs: jax.Array, outputs: Any = None) -> jax.Array:
        """(num_in, num_out) weights from (samples, num_out) targets and (samples, num_in) inputs."""
        low, high = float(targets.min()), float(targets.max())
        if low < 0 or high > 1:
            raise ValueRefused(
                where="LogisticRegression, targets",
                expected="numbers from 0 to 1",
                got=f"{low:g} to {high:g}",
                fix="Give a 1 for each step in the class, else a 0; of several classes an output for each.",
            )
        given = inputs, targets.astype(inputs.dtype), self.alpha, self.tol
        weights, slope = _newton(*given, max_iter=self.max_iter)
        if float(slope) > self.tol:
            warnings.warn(
                f"LogisticRegression: expected slopes of at most {self.tol:g}, got {float(slope):g} after {self.max_iter} steps. "
                "Take a larger alpha, max_iter or tol.",
                stacklevel=2,
            )
        return weights


@partial(jax.jit, static_argnames="max_iter")
def _newton(A: jax.Array, y: jax.Array, alpha: Any, tol: Any, *, max_iter: int) -> tuple[jax.Array, jax.Array]:
    """Weights, and the largest slope, for each sample."""
    alpha, tol = (jnp.asarray(x, A.dtype) for x in (alpha, tol))
    eye = jnp.eye(A.shape[1], dtype=A.dtype)

    def of_one(y: jax.Array) -> tuple[jax.Array, jax.Array]:
        def total(w: jax.Array) -> jax.Array:
            z = A @ w
            return jnp.sum(jax.nn.softplus(z) - y * z) + alpha / 2 * w @ w

        slopes = jax.grad(total)

        def step(carry: tuple) -> tuple:
            done, w, slope = carry
            p = jax.nn.sigmoid(A @ w)
            bend = A.T @ ((p * (1 - p))[:, None] * A) + alpha * eye
            # Far out probabilities are flat; without a penalty the bend could not be inverted.
            way = jnp.linalg.solve(bend + jnp.finfo(A.dtype).eps * jnp.trace(bend) * eye, slope)
            sizes = 0.5 ** jnp.arange(12, dtype=A.dtype)
            sums, now = jax.vmap(lambda size: total(w - size * way))(sizes), total(w)
            # The first that does not rise; close to the end all sums are alike but for rounding.
            w = w - sizes[jnp.argmax(sums <= now * (1 + 4 * jnp.finfo(A.dtype).eps))] * way
            return done + 1, w, slopes(w)

        def goes_on(carry: tuple) -> jax.Array:
            done, _, slope = carry
            return (done < max_iter) & (jnp.abs(slope).max() / len(A) > tol)

        w = jnp.zeros(A.shape[1], A.dtype)
        _, w, slope = jax.lax.while_loop(goes_on, step, (0, w, slopes(w)))
        return w, jnp.abs(slope).max() / len(A)

    weights, slope = jax.vmap(of_one, in_axes=1, out_axes=(1, 0))(y)
    return weights, slope.max()
