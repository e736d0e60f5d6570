"""Substitutes that differ below and above the threshold."""

from typing import Any

import jax
import jax.numpy as jnp

from ._step import FAR, scaled, step


def log_tailed_relu(x: Any, alpha: Any = 0.0) -> jax.Array:
    r"""Derivative :math:`\alpha` where :math:`x \le 0`, 1 up to :math:`x = 1`, and :math:`1 / x` beyond.

    References
    ----------
    .. [1] Cai, He, Sun and Vasconcelos, Deep learning with low precision by half-wave Gaussian quantization, *CVPR* (2017).
    """
    return step(_log_tailed_relu, x, alpha)


def _log_tailed_relu(x: jax.Array, alpha: jax.Array) -> jax.Array:
    return jnp.where(x > 0, 1 / jnp.maximum(x, 1), alpha)


def leaky_relu(x: Any, alpha: Any = 0.1, beta: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\alpha` where :math:`x < 0` and :math:`\beta` elsewhere.

    References
    ----------
    .. [1] Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, *ICML* (2013): the curve.
    """
    return step(_leaky_relu, x, alpha, beta)


def _leaky_relu(x: jax.Array, alpha: jax.Array, beta: jax.Array) -> jax.Array:
    return jnp.where(jnp.isnan(x), x, jnp.where(x < 0, alpha, beta))


def s2nn(x: Any, alpha: Any = 4.0, beta: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\beta / (x + 1)` where :math:`x \ge 0`, else that of :func:`sigmoid`.

    References
    ----------
    .. [1] Suetake, Ikegawa, Saiin and Sawada, Time step reduction of spiking surrogate gradients for training energy efficient
       single-step spiking neural networks, *Neural Networks* 159 (2023).
    """
    return step(_s2nn, x, alpha, beta)


def _s2nn(x: jax.Array, alpha: jax.Array, beta: jax.Array) -> jax.Array:
    e = jnp.exp(-scaled(x, alpha, FAR))
    return jnp.where(x < 0, alpha * (e / (1 + e) / (1 + e)), beta / (1 + jnp.maximum(x, 0)))
