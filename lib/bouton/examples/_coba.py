"""A network of integrate-and-fire neurons with conductance-based synapses."""

from .. import init, synouts
from ..math import Mode
from ..neurons import LIF
from ..synapses import Exponential
from ._two_groups import TwoGroups


class COBA(TwoGroups):
    r"""Benchmark 1 of Brette et al. 2007: an irregular state that keeps itself up, through conductances.

    .. math::

        \tau \dot V &= V_\mathrm{rest} - V + R\,\bigl(g_e (E_e - V) + g_i (E_i - V)\bigr) \\
        \dot g_e &= -g_e / \tau_e, \qquad \dot g_i = -g_i / \tau_i

    A spike of an excitatory neuron adds 6 nS to :math:`g_e` of the neurons that it is joined with, one of an inhibitory neuron
    67 nS to :math:`g_i`, in the next step. Any two neurons are joined with the same probability. At :math:`V_\mathrm{th}` a
    neuron spikes, and its potential stays at :math:`V_\mathrm{reset}` for 5 ms.

    ==================  =======================  ======================================
    published           here                     where
    ==================  =======================  ======================================
    leak 10 nS          R = 100 MΩ               excitatory, inhibitory
    capacity 200 pF     tau = 20 ms              excitatory, inhibitory
    rest -60 mV         V_rest, V_reset = -60    excitatory, inhibitory
    threshold -50 mV    V_th = -50               excitatory, inhibitory
    refractory 5 ms     tau_ref = 5              excitatory, inhibitory
    6 nS, 5 ms, 0 mV    g_max, tau; output.E     E2E, E2I
    67 nS, 10 ms, -80   g_max, tau; output.E     I2E, I2I
    ==================  =======================  ======================================

    All of them are entries: ``net.E2E.g_max = 0.007`` compiles nothing.

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
    Nothing drives the network from outside, so that something has to set it going: potentials are drawn from a normal
    distribution (-65 mV, 5 mV), and conductances from exponential ones, with means of 20 and 200 nS. With 4000 neurons and steps
    of 0.1 ms it goes on for many seconds, at 17 to 21 spikes a second; a much smaller one falls silent. The currents are held
    during a step.

    References
    ----------
    .. [1] Brette et al., Simulation of networks of spiking neurons: a review of tools and strategies, *Journal of Computational
       Neuroscience* 23, 2007, appendix 2.
    .. [2] Vogels and Abbott, Signal propagation and logic gating in networks of integrate-and-fire neurons, *Journal of
       Neuroscience* 25, 2005.

    Examples
    --------
    >>> import bouton as bp
    >>> net = COBA(400, seed=1)
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
        membrane = {"V_rest": -60.0, "V_reset": -60.0, "V_th": -50.0, "R": 100.0, "tau": 20.0, "tau_ref": 5.0}
        self.excitatory, self.inhibitory = (
            self._neurons(size, init.Normal(scale=5.0, mean=-65.0, seed=self._seed()), **membrane) for size in self._sizes
        )
        both = self.excitatory, self.inhibitory
        self.E2E, self.E2I = (self._opened(both[0], post, 0.0, 5.0, 6e-3, 0.02) for post in both)
        self.I2E, self.I2I = (self._opened(both[1], post, -80.0, 10.0, 67e-3, 0.2) for post in both)

    def _opened(self, pre: LIF, post: LIF, E: float, tau: float, weight: float, first: float) -> Exponential:
        return self._joined(pre, post, synouts.COBA(E=E), tau, weight, init.Exponential(first, seed=self._seed()))
