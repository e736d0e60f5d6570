"""Substitutes that are the same on both sides of the threshold."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ._step import FAR, finite, inverse, scaled, step


def inv_square_grad(x: Any, alpha: Any = 100.0) -> jax.Array:
    r"""Derivative :math:`1 / (\alpha |x| + 1)^2`, that of a fast sigmoid; the usual one here.

    References
    ----------
    .. [1] Zenke and Ganguli, SuperSpike, *Neural Computation* 30 (2018).
    """
    return step(_inv_square_grad, x, alpha)


def _inv_square_grad(x: jax.Array, alpha: jax.Array) -> jax.Array:
    u = 1 + scaled(x, alpha)
    return 1 / u / u


def sigmoid(x: Any, alpha: Any = 4.0) -> jax.Array:
    r"""Derivative :math:`\alpha\, s (1 - s)` with :math:`s = 1 / (1 + e^{-\alpha x})`.

    References
    ----------
    .. [1] Zenke and Vogels, The remarkable robustness of surrogate gradient learning, *Neural Computation* 33 (2021).
    """
    return step(_sigmoid, x, alpha)


def _sigmoid(x: jax.Array, alpha: jax.Array) -> jax.Array:
    e = jnp.exp(-scaled(x, alpha, FAR))
    return alpha * (e / (1 + e) / (1 + e))


def relu_grad(x: Any, alpha: Any = 0.3, width: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\alpha \max(w - |x|, 0)`, a triangle of half the base ``width``.

    References
    ----------
    .. [1] Bellec et al., Long short-term memory and learning-to-learn in networks of spiking neurons, *NeurIPS* (2018).
    """
    return step(_relu_grad, x, alpha, width)


def _relu_grad(x: jax.Array, alpha: jax.Array, width: jax.Array) -> jax.Array:
    return alpha * jnp.maximum(width - jnp.abs(x), 0)


def gaussian_grad(x: Any, sigma: Any = 0.5, alpha: Any = 0.5) -> jax.Array:
    r"""Derivative :math:`\alpha\, \mathcal N(x; 0, \sigma^2)`, the Gaussian density.

    References
    ----------
    .. [1] Yin, Corradi and Bohté, Accurate and efficient time-domain classification with adaptive spiking recurrent neural
       networks, *Nature Machine Intelligence* 3 (2021).
    """
    return step(_gaussian_grad, x, sigma, alpha)


def _gaussian_grad(x: jax.Array, sigma: jax.Array, alpha: jax.Array) -> jax.Array:
    return _gauss(x, sigma, alpha)


def _gauss(x: jax.Array, sigma: jax.Array, factor: jax.Array) -> jax.Array:
    """``factor`` times the density of a Gaussian of mean 0."""
    t = scaled(x, inverse(sigma), FAR)
    return finite(factor * inverse(sigma * math.sqrt(2 * math.pi))) * jnp.exp(-t * t / 2)


def multi_gaussian_grad(x: Any, h: Any = 0.15, s: Any = 6.0, sigma: Any = 0.5, scale: Any = 0.5) -> jax.Array:
    r"""Derivative that is negative far from the threshold.

    .. math:: \gamma\,[(1 + h)\,\mathcal N(x; 0, \sigma^2) - h\,\mathcal N(x; \sigma, (s \sigma)^2)
        - h\,\mathcal N(x; -\sigma, (s \sigma)^2)]

    with :math:`\gamma` the ``scale``.

    References
    ----------
    .. [1] Yin, Corradi and Bohté, Accurate and efficient time-domain classification with adaptive spiking recurrent neural
       networks, *Nature Machine Intelligence* 3 (2021).
    """
    return step(_multi_gaussian_grad, x, h, s, sigma, scale)


def _multi_gaussian_grad(x: jax.Array, h: jax.Array, s: jax.Array, sigma: jax.Array, scale: jax.Array) -> jax.Array:
    broad = finite(s * sigma)
    middle = finite(_gauss(x, sigma, finite(scale * (1 + h))))
    sides = finite(_gauss(x - sigma, broad, finite(scale * h)) + _gauss(x + sigma, broad, finite(scale * h)))
    return middle - sides


def piecewise_linear(x: Any, width: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`1 / w` where :math:`|x| < w / 2` and 0 elsewhere: a box of that ``width`` and area 1.

    References
    ----------
    .. [1] Wu et al., Spatio-temporal backpropagation for training high-performance spiking neural networks, *Frontiers in
       Neuroscience* 12 (2018), the first of its four curves.
    """
    return step(_piecewise_linear, x, width)


def _piecewise_linear(x: jax.Array, width: jax.Array) -> jax.Array:
    return jnp.where(jnp.abs(x) < width / 2, inverse(width), 0)


def piecewise_quadratic(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\max(\alpha - \alpha^2 |x|, 0)`, a triangle of area 1.

    References
    ----------
    .. [1] Esser et al., Convolutional networks for fast, energy-efficient neuromorphic computing, *PNAS* 113 (2016).
    """
    return step(_piecewise_quadratic, x, alpha)


def _piecewise_quadratic(x: jax.Array, alpha: jax.Array) -> jax.Array:
    return alpha * jnp.maximum(1 - scaled(x, alpha), 0)


def arctan(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\frac{\alpha}{2} / (1 + (\frac{\pi}{2} \alpha x)^2)`.

    References
    ----------
    .. [1] Fang et al., Incorporating learnable membrane time constant to enhance learning of spiking neural networks, *ICCV*
       (2021).
    """
    return step(_arctan, x, alpha)


def _arctan(x: jax.Array, alpha: jax.Array) -> jax.Array:
    t = scaled(x, alpha) * (math.pi / 2)
    u = jnp.maximum(t, 1)
    # The square of t may be too large to be held.
    return alpha / 2 / u / (1 / u + t / u * t)


def slayer_grad(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`e^{-\alpha |x|}`.

    References
    ----------
    .. [1] Shrestha and Orchard, SLAYER: spike layer error reassignment in time, *NeurIPS* (2018).
    """
    return step(_slayer_grad, x, alpha)


def _slayer_grad(x: jax.Array, alpha: jax.Array) -> jax.Array:
    return jnp.exp(-scaled(x, alpha, FAR))


def soft_sign(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\frac{\alpha}{2} / (1 + \alpha |x|)^2`, that of :math:`\alpha x / (1 + \alpha |x|)`, halved.

    References
    ----------
    .. [1] Zenke and Ganguli, SuperSpike, *Neural Computation* 30 (2018): the same curve, of area 1.
    """
    return step(_soft_sign, x, alpha)


def _soft_sign(x: jax.Array, alpha: jax.Array) -> jax.Array:
    u = 1 + scaled(x, alpha)
    return alpha / 2 / u / u


def erf(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\frac{\alpha}{\sqrt\pi} e^{-\alpha^2 x^2}`, a Gaussian of area 1.

    References
    ----------
    .. [1] Wu et al., Spatio-temporal backpropagation for training high-performance spiking neural networks, *Frontiers in
       Neuroscience* 12 (2018), the last of its four curves.
    """
    return step(_erf, x, alpha)


def _erf(x: jax.Array, alpha: jax.Array) -> jax.Array:
    t = scaled(x, alpha, FAR)
    return alpha / math.sqrt(math.pi) * jnp.exp(-t * t)


def nonzero_sign_log(x: Any, alpha: Any = 1.0) -> jax.Array:
    r"""Derivative :math:`\alpha / (1 + \alpha |x|)`, that of :math:`\mathrm{sign}(x) \log(1 + \alpha |x|)`.

    References
    ----------
    .. [1] Fang et al., SpikingJelly, *Science Advances* 9 (2023), which has it under this name.
    """
    return step(_nonzero_sign_log, x, alpha)


def _nonzero_sign_log(x: jax.Array, alpha: jax.Array) -> jax.Array:
    return 1 / (inverse(alpha) + jnp.abs(x))
