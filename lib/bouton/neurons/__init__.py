"""Groups of neurons that advance step by step."""

from ._ad_qua_if import AdQuaIF as AdQuaIF
from ._adex_if import AdExIF as AdExIF
from ._alif import ALIFBellec2020 as ALIFBellec2020
from ._exp_if import ExpIF as ExpIF
from ._fhn import FHN as FHN
from ._gif import GIF as GIF
from ._group import NeuGroup as NeuGroup
from ._hh import HH as HH
from ._hindmarsh_rose import HindmarshRose as HindmarshRose
from ._izhikevich import Izhikevich as Izhikevich
from ._leaky_integrator import LeakyIntegrator as LeakyIntegrator
from ._lif import LIF as LIF
from ._morris_lecar import MorrisLecar as MorrisLecar
from ._placeholders import InputGroup as InputGroup
from ._placeholders import OutputGroup as OutputGroup
from ._poisson_group import PoissonGroup as PoissonGroup
from ._qua_if import QuaIF as QuaIF
from ._spike_time_group import SpikeTimeGroup as SpikeTimeGroup

__all__ = [
    "FHN",
    "GIF",
    "HH",
    "LIF",
    "ALIFBellec2020",
    "AdExIF",
    "AdQuaIF",
    "ExpIF",
    "HindmarshRose",
    "InputGroup",
    "Izhikevich",
    "LeakyIntegrator",
    "MorrisLecar",
    "NeuGroup",
    "OutputGroup",
    "PoissonGroup",
    "QuaIF",
    "SpikeTimeGroup",
]
