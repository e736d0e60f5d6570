"""A model as a tree, on its own: text in a terminal, HTML in a notebook."""

from itertools import islice
from typing import Any

from ..errors import KindError
from ._glance import line
from ._object import Object
from ._render import MOST_ROWS, as_html
from ._tree_rows import Row, rows

_HEAD = ("", "kind", "family", "shape", "type", "memory", "value", "unit")
_TO_THE_RIGHT = {3, 5, 6}


class Tree:
    """What `bouton.tree` gives. Values are read when it is shown, not before."""

    def __init__(self, obj: Object):
        self._obj = obj

    def __repr__(self) -> str:
        found = rows(self._obj, self._obj.name or self._obj.class_name)
        table = [_HEAD, *map(_cells, islice(found, MOST_ROWS))]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ("  ".join(_placed(k, text, widths[k]) for k, text in enumerate(cells)).rstrip() for cells in table)
        left = sum(1 for _ in found)
        return "\n".join([*lines, *([f"… and {left} more rows"] if left else [])])

    def _repr_html_(self) -> str:
        return as_html(self._obj)


def _cells(row: Row) -> tuple[str, ...]:
    name, *rest = map(line, row.cells())
    return "  " * row.depth + name, *rest


def _placed(column: int, text: str, width: int) -> str:
    return text.rjust(width) if column in _TO_THE_RIGHT else text.ljust(width)


def tree(obj: Any) -> Tree:
    """A model as a tree: print it in a terminal, or let a notebook's cell display it.

    Every part and every parameter and state is a row, with shape, dtype, memory, value and unit. Of a large model the first
    rows are shown, and the others counted; of a large array a sample is read.

    Parameters
    ----------
    obj : Object
        A module, a system of one step, a node or a network.

    Returns
    -------
    Tree
        That prints as a table, and that a notebook shows as a foldable tree without any script.

    Raises
    ------
    KindError
        When it is no model.

    Examples
    --------
    >>> import bouton as bp
    >>> class Leak(bp.Object):
    ...     def __init__(self):
    ...         super().__init__("leak")
    ...         self.tau = bp.parameters.Parameter(0.02, family="taus", unit="s")
    >>> bp.tree(Leak())
           kind                  family  shape  type     memory  value  unit
    leak   Leak                                             4 B
      tau  parameter, trainable  taus       ()  float32     4 B   0.02  s
    """
    if not isinstance(obj, Object):
        raise KindError(
            where="bouton.tree(obj)",
            expected="a bouton model",
            got=type(obj).__name__,
            fix="Pass the model itself, such as bp.modules.LIF(10).",
        )
    return Tree(obj)
