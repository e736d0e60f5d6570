"""Running models: over a time, with a record of it, or live."""

from ._live import LiveSimulation as LiveSimulation
from ._live_frame import Frame as Frame
from ._live_frame import Trace as Trace
from ._record import Record as Record
from ._runner import DSRunner as DSRunner
from ._signals import Signal as Signal
from ._snapshot import Snapshot as Snapshot

# Without it help() shows none of them.
__all__ = ["DSRunner", "Frame", "LiveSimulation", "Record", "Signal", "Snapshot", "Trace"]
