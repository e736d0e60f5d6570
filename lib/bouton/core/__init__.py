"""The object under every model, and what registers attributes with it."""

from ._collector import ArrayCollector as ArrayCollector
from ._collector import Collector as Collector
from ._entry import Entry as Entry
from ._functional import functional as functional
from ._glance import memory as memory
from ._glance import number as number
from ._names import clear_name_cache as clear_name_cache
from ._names import naming as naming
from ._node_groups import NodeDict as NodeDict
from ._node_groups import NodeList as NodeList
from ._object import Object as Object
from ._pure import Pure as Pure
from ._to_object import to_object as to_object
from ._tree import Tree as Tree
from ._tree import tree as tree
from ._var_groups import VarDict as VarDict
from ._var_groups import VarList as VarList
from ._wrappers import Constant as Constant
from ._wrappers import Parameter as Parameter
from ._wrappers import SimulationParameter as SimulationParameter
from ._wrappers import State as State
