"""Leaky integrate-and-fire neurons with exponential synapses."""

from ._functional import Functional
from ._lif_neurons import LIFNeurons, LIFStep


class LIF(LIFNeurons):
    r"""Leaky integrate-and-fire neurons with exponential synapses and subtractive reset.

    One step, with the input and the recurrent spikes reshaped to :math:`(N, S)`, :math:`S` synapses a neuron:

    .. math::
        I &\leftarrow (I + u + s W_\mathrm{rec})\, e^{-\mathrm{d}t/\tau_\mathrm{syn}} \\
        v &\leftarrow v\, e^{-\mathrm{d}t/\tau_\mathrm{mem}} + \textstyle\sum_S I + b + \sigma\sqrt{\mathrm{d}t}\,\xi \\
        s &= \lfloor v/\theta \rfloor \text{ where } v \ge \theta, \text{ else } 0; \qquad v \leftarrow v - s\,\theta

    Gradients pass through the spikes by a piecewise linear surrogate with a window of 0.5.

    Parameters
    ----------
    shape : int or (Nin, N)
        ``Nin`` is a multiple of ``N``; input channel ``n * S + k`` is synapse ``k`` of neuron ``n``.
    tau_mem : (N,) or scalar, s
        Membrane time constants, 20 ms by default. Family ``'taus'``.
    tau_syn : (N, S), (1, S) or scalar, s
        Synaptic time constants, 20 ms by default. Family ``'taus'``. S numbers in a row are one for each synapse, the same in all
        neurons, also where N is S; with one synapse a neuron, N in a row are one for each neuron.
    bias : (N,) or scalar
        Added at every step, 0 by default. Family ``'bias'``.
    w_rec : (N, Nin)
        Recurrent weights, from neuron to synapse; only with ``has_rec``. Family ``'weights'``.
    has_rec : bool
        Whether there is recurrence.
    weight_init_func : callable
        ``f(shape)`` for ``w_rec``.
    threshold : (N,) or scalar
        1 by default. Family ``'threshold'``.
    noise_std : float
        Standard deviation of the noise on the membrane, per square root of a second.
    max_spikes_per_dt : float
        Most spikes of a neuron in one step.
    dt : float, s
        Time step.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.
    rng_key : key or int, optional
        For the noise.

    State
    -----
    spikes : (N,)
        Spikes of the last step.
    isyn : (N, S)
        Synaptic currents.
    vmem : (N,)
        Membrane potentials.

    Raises
    ------
    ShapeError
        For three or more dimensions, an ``Nin`` that is no multiple of ``N``, or an attribute with none of the shapes above.
    ValueRefused
        For ``w_rec`` without ``has_rec``, for negative time constants or noise, and for a threshold or time step of 0 or less.

    Notes
    -----
    ``U`` in the record, ``(tanh(v - θ) + 1)/2`` before the reset, is a smooth trace of how near a neuron is to threshold.

    Examples
    --------
    >>> import numpy as np
    >>> spikes, state, record = LIF(3)(np.ones((10, 3)))
    >>> spikes.shape
    (1, 10, 3)
    """

    def _step(self) -> LIFStep:
        return LIFStep(self.size_out, self._synapses, self._has_rec, not self._slots["noise_std"].is_off())


class LIFJax(Functional, LIF):
    """:class:`LIF` neurons in the functional form: a call leaves the module alone and returns the new state.

    Same arguments and numbers as :class:`LIF`; ``rng_key`` is a state. The module is a JAX pytree. Continue with
    ``module = module.set_attributes(new_state)``.
    """
