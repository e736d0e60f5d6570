"""Running models: over a time, with a record of it, or live."""

from ._distribution import Distribution as Distribution
from ._distribution import SignalValues as SignalValues
from ._live import LiveSimulation as LiveSimulation
from ._live_frame import Frame as Frame
from ._live_frame import Trace as Trace
from ._phase import PhaseField as PhaseField
from ._phase import PhasePlane as PhasePlane
from ._phase_path import PhasePath as PhasePath
from ._rates import RateCurves as RateCurves
from ._rates import Rates as Rates
from ._read_outs import DistanceTo as DistanceTo
from ._read_outs import MeanOf as MeanOf
from ._read_outs import RateOf as RateOf
from ._read_outs import ReadOut as ReadOut
from ._record import Record as Record
from ._runner import DSRunner as DSRunner
from ._sensitivity import Sensitivity as Sensitivity
from ._sensitivity import Slopes as Slopes
from ._signals import Signal as Signal
from ._snapshot import Snapshot as Snapshot

# Without it help() shows none of them.
__all__ = [
    "DSRunner",
    "DistanceTo",
    "Distribution",
    "Frame",
    "LiveSimulation",
    "MeanOf",
    "PhaseField",
    "PhasePath",
    "PhasePlane",
    "RateCurves",
    "RateOf",
    "Rates",
    "ReadOut",
    "Record",
    "Sensitivity",
    "Signal",
    "SignalValues",
    "Slopes",
    "Snapshot",
    "Trace",
]
