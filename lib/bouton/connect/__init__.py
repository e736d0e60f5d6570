"""Who is joined with whom, and what spikes deliver: ``bp.connect``, also ``bp.conn``."""

from ._connector import Connector as Connector
from ._graphs import ScaleFreeBA as ScaleFreeBA
from ._graphs import SmallWorld as SmallWorld
from ._propagate import propagate as propagate
from ._random import FixedPostNum as FixedPostNum
from ._random import FixedPreNum as FixedPreNum
from ._random import FixedProb as FixedProb
from ._random import FixedTotalNum as FixedTotalNum
from ._regular import All2All as All2All
from ._regular import IJConn as IJConn
from ._regular import MatConn as MatConn
from ._regular import One2One as One2One
from ._regular import SparseMatConn as SparseMatConn
from ._regular import as_connector as as_connector
from ._space import DistanceProb as DistanceProb
from ._space import GaussianProb as GaussianProb
from ._space import GridEight as GridEight
from ._space import GridFour as GridFour
from ._space import GridN as GridN
from ._synapses import Synapses as Synapses

__all__ = [
    "All2All",
    "Connector",
    "DistanceProb",
    "FixedPostNum",
    "FixedPreNum",
    "FixedProb",
    "FixedTotalNum",
    "GaussianProb",
    "GridEight",
    "GridFour",
    "GridN",
    "IJConn",
    "MatConn",
    "One2One",
    "ScaleFreeBA",
    "SmallWorld",
    "SparseMatConn",
    "Synapses",
    "as_connector",
    "propagate",
]
