r"""What a step of bouton's modules is in the terms of NIR, whose nodes are differential equations.

Over a step in which what comes in is held, :math:`\tau \dot x = -x + R u` is
:math:`x \leftarrow x e^{-\mathrm{d}t/\tau} + R (1 - e^{-\mathrm{d}t/\tau}) u`. So a step that multiplies with the same
exponential is one of NIR's equations, with the factor that belongs to it; nothing is approximated. Double precision throughout:
what was single precision before is so again afterwards, to the last bit.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def synapse_gain(dt: float, tau: Numbers) -> Numbers:
    r""":math:`R` for a synapse that adds its input and then decays, :math:`x \leftarrow (x + u) e^{-\mathrm{d}t/\tau}`."""
    return 1.0 / np.expm1(dt / tau)


def membrane_gain(dt: float, tau: Numbers) -> Numbers:
    r""":math:`R` for a membrane that decays and then adds its input, :math:`x \leftarrow x e^{-\mathrm{d}t/\tau} + u`."""
    return -1.0 / np.expm1(-dt / tau)
