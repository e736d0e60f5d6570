"""A network of integrate-and-fire neurons with current-based synapses."""

from .. import init, synouts
from ..math import Mode
from ._two_groups import TwoGroups


class CUBA(TwoGroups):
    r"""Benchmark 2 of Brette et al. 2007: an irregular state that keeps itself up, through currents.

    .. math::

        \tau \dot V &= V_\mathrm{rest} - V + R\,(I_e + I_i) \\
        \dot I_e &= -I_e / \tau_e, \qquad \dot I_i = -I_i / \tau_i

    A spike of an excitatory neuron adds 1.62 mV to :math:`R I_e` of the neurons that it is joined with, one of an inhibitory
    neuron takes 9 mV from :math:`R I_i`, in the next step. Any two neurons are joined with the same probability. At
    :math:`V_\mathrm{th}` a neuron spikes, and its potential stays at :math:`V_\mathrm{reset}` for 5 ms.

    ==================  =======================  ======================================
    published           here                     where
    ==================  =======================  ======================================
    leak 10 nS          R = 100 MΩ               excitatory, inhibitory
    capacity 200 pF     tau = 20 ms              excitatory, inhibitory
    rest -49 mV         V_rest = -49             excitatory, inhibitory
    reset -60 mV        V_reset = -60            excitatory, inhibitory
    threshold -50 mV    V_th = -50               excitatory, inhibitory
    refractory 5 ms     tau_ref = 5              excitatory, inhibitory
    1.62 mV, 5 ms       g_max = 0.0162 nA, tau   E2E, E2I
    -9 mV, 10 ms        g_max = -0.09 nA, tau    I2E, I2I
    ==================  =======================  ======================================

    All of them are entries: ``net.E2E.g_max = 0.02`` compiles nothing.

    Parameters
    ----------
    num : int
        Neurons, four excitatory ones to each inhibitory one.
    fan_out : float
        Synapses that leave a neuron, on the average: 80 are the published 2 % of 4000.
    seed : int, optional
        Of connections and initial values, which then do not depend on bouton's random state.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Attributes
    ----------
    excitatory, inhibitory : LIF
        The groups.
    E2E, E2I, I2E, I2I : Exponential
        From one to the other.

    Raises
    ------
    KindError, ValueRefused
        For fewer than 5 neurons, more synapses than there are pairs, or what is no number.

    Notes
    -----
    Rest is above threshold: without synapses each neuron would fire. Potentials begin anywhere between reset and threshold.
    With 4000 neurons and steps of 0.1 ms they fire 5 to 6 spikes a second.

    References
    ----------
    .. [1] Brette et al., Simulation of networks of spiking neurons: a review of tools and strategies, *Journal of Computational
       Neuroscience* 23, 2007, appendix 2.
    .. [2] Vogels and Abbott, Signal propagation and logic gating in networks of integrate-and-fire neurons, *Journal of
       Neuroscience* 25, 2005.

    Examples
    --------
    >>> import bouton as bp
    >>> net = CUBA(400, seed=1)
    >>> runner = bp.DSRunner(net, monitors=["excitatory.spike"], progress_bar=False)
    >>> runner.run(20.0)  # ms
    >>> runner.mon["excitatory.spike"].shape
    (200, 320)
    """

    def __init__(
        self,
        num: int = 4000,
        fan_out: float = 80.0,
        seed: int | None = None,
        mode: Mode | None = None,
        name: str | None = None,
    ):
        super().__init__(num, fan_out, seed, mode, name)
        membrane = {"V_rest": -49.0, "V_reset": -60.0, "V_th": -50.0, "R": 100.0, "tau": 20.0, "tau_ref": 5.0}
        self.excitatory, self.inhibitory = (
            self._neurons(size, init.Uniform(-60.0, -50.0, seed=self._seed()), **membrane) for size in self._sizes
        )
        both = self.excitatory, self.inhibitory
        self.E2E, self.E2I = (self._joined(both[0], post, synouts.CUBA(), 5.0, 0.0162) for post in both)
        self.I2E, self.I2I = (self._joined(both[1], post, synouts.CUBA(), 10.0, -0.09) for post in both)
