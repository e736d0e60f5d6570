"""Running models: over a time, with a record of it, or live."""

from ._activity import Activity as Activity
from ._activity import ActivityCourses as ActivityCourses
from ._activity import ActivitySource as ActivitySource
from ._distribution import Distribution as Distribution
from ._distribution import SignalValues as SignalValues
from ._fit import Fit as Fit
from ._fit_start import look_ahead as look_ahead
from ._fit_start import look_back as look_back
from ._live import LiveSimulation as LiveSimulation
from ._live_frame import Frame as Frame
from ._live_frame import Trace as Trace
from ._phase import PhaseField as PhaseField
from ._phase import PhasePlane as PhasePlane
from ._phase_path import PhasePath as PhasePath
from ._presets import Preset as Preset
from ._rates import RateCurves as RateCurves
from ._rates import Rates as Rates
from ._read_outs import DistanceTo as DistanceTo
from ._read_outs import MeanOf as MeanOf
from ._read_outs import RateOf as RateOf
from ._read_outs import ReadOut as ReadOut
from ._record import Record as Record
from ._recording import Recording as Recording
from ._runner import DSRunner as DSRunner
from ._sensitivity import Sensitivity as Sensitivity
from ._sensitivity import Slopes as Slopes
from ._signals import Signal as Signal
from ._snapshot import Snapshot as Snapshot
from ._stimulus import Stimulus as Stimulus
from ._stimulus import StimulusTrace as StimulusTrace
from ._weights import WeightMatrix as WeightMatrix
from ._weights import Weights as Weights
from ._weights import WeightSource as WeightSource

# Without it help() shows none of them.
__all__ = [
    "Activity",
    "ActivityCourses",
    "ActivitySource",
    "DSRunner",
    "DistanceTo",
    "Distribution",
    "Fit",
    "Frame",
    "LiveSimulation",
    "MeanOf",
    "PhaseField",
    "PhasePath",
    "PhasePlane",
    "Preset",
    "RateCurves",
    "RateOf",
    "Rates",
    "ReadOut",
    "Record",
    "Recording",
    "Sensitivity",
    "Signal",
    "SignalValues",
    "Slopes",
    "Snapshot",
    "Stimulus",
    "StimulusTrace",
    "Trace",
    "WeightMatrix",
    "WeightSource",
    "Weights",
    "look_ahead",
    "look_back",
]
