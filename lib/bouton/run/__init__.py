"""Running models live."""

from ._live import LiveSimulation as LiveSimulation
from ._live_frame import Frame as Frame
from ._live_frame import Trace as Trace
from ._signals import Signal as Signal
from ._snapshot import Snapshot as Snapshot

# Without it help() shows none of them.
__all__ = ["Frame", "LiveSimulation", "Signal", "Snapshot", "Trace"]
