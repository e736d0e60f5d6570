"""Lists and dicts of Variables that belong to an object."""

from typing import Any

import jax

from ..errors import KindError
from ..transform import Variable
from ._groups import Group, Keyed, Listed


class _OfVariables(Group):
    def _checked(self, value: Any) -> Variable:
        if not isinstance(value, Variable):
            raise KindError(
                where=type(self).__name__,
                expected="Variables",
                got=f"{type(value).__name__}",
                fix="Make one of it first: bm.Variable(jax.numpy.asarray(x)).",
            )
        return value


class VarList(_OfVariables, Listed):
    """A list of Variables that belong to the object it is an attribute of.

    Assigning an array to an index writes into the Variable that stands there.

    Parameters
    ----------
    seq : iterable of Variable

    Raises
    ------
    KindError
        For an element that is no Variable.
    """

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            values = [*value]
            if len(values) == len(self[index]):
                for cell, x in zip(self[index], values, strict=True):
                    cell.value = x
                return
            list.__setitem__(self, index, [self._checked(x) for x in values])
            self._changed()
        else:
            self[index].value = value


class VarDict(_OfVariables, Keyed):
    """A dict of Variables that belong to the object it is an attribute of.

    Assigning an array to a known key writes into the Variable that stands there.

    Parameters
    ----------
    *dicts : mapping of str to Variable
    **named : Variable

    Raises
    ------
    KindError
        For a value that is no Variable.
    """

    def __setitem__(self, key: Any, value: Any) -> None:
        if key in self:
            self[key].value = value
        else:
            dict.__setitem__(self, key, self._checked(value))
            self._changed()


# What comes out of a JAX function is a plain list or dict of the arrays: it cannot write to copies of the cells by mistake.
def _plain_list(_: None, arrays: Any) -> Any:
    return list(arrays)


def _plain_dict(keys: tuple, arrays: Any) -> Any:
    return dict(zip(keys, arrays, strict=True))


jax.tree_util.register_pytree_node(VarList, lambda cells: (tuple(cells), None), _plain_list)
jax.tree_util.register_pytree_node(VarDict, lambda cells: (tuple(cells.values()), tuple(cells)), _plain_dict)
