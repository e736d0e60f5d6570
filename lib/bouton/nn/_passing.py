"""In which form a node is handed its inputs: a tuple, the only one, or a dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import KindError, ValueRefused

if TYPE_CHECKING:
    from ._node import Node

Gather = Callable[[Mapping["Node", Any]], Any]


class DataPass:
    """A form of inputs.

    Parameters
    ----------
    name : str
        As it is shown, ``'PASS_SEQUENCE'``.
    gather : callable
        From a dict of what comes from each sender, in order, to the form.
    """

    def __init__(self, name: str, gather: Gather):
        self.name, self.gather = name, gather

    def __repr__(self) -> str:
        return self.name

    # A node that is copied goes on to compare the form by identity.
    def __copy__(self) -> DataPass:
        return self

    def __deepcopy__(self, memo: dict) -> DataPass:
        return self


def _only(given: Mapping[Node, Any]) -> Any:
    if len(given) != 1:
        raise ValueRefused(
            where="PASS_ONLY_ONE",
            expected="one sender",
            got=f"{len(given)}, {', '.join(str(node.name) for node in given)}",
            fix="Join them with bp.nn.Concat(), or let the node take MultipleData('sequence').",
        )
    return next(iter(given.values()))


def _by_type(given: Mapping[Node, Any]) -> dict[type, Any]:
    named = {type(node): value for node, value in given.items()}
    if len(named) != len(given):
        raise ValueRefused(
            where="PASS_TYPE_DICT",
            expected="senders of different classes",
            got=", ".join(f"{node.name} ({type(node).__name__})" for node in given),
            fix="Use MultipleData('name_dict') or MultipleData('node_dict').",
        )
    return named


PASS_SEQUENCE = DataPass("PASS_SEQUENCE", lambda given: tuple(given.values()))
PASS_ONLY_ONE = DataPass("PASS_ONLY_ONE", _only)
PASS_NAME_DICT = DataPass("PASS_NAME_DICT", lambda given: {str(node.name): value for node, value in given.items()})
PASS_TYPE_DICT = DataPass("PASS_TYPE_DICT", _by_type)
PASS_NODE_DICT = DataPass("PASS_NODE_DICT", dict)

_KNOWN = {form.name: form for form in (PASS_SEQUENCE, PASS_ONLY_ONE, PASS_NAME_DICT, PASS_TYPE_DICT, PASS_NODE_DICT)}
_LATER = {
    "sequence": PASS_SEQUENCE,
    "name_dict": PASS_NAME_DICT,
    "type_dict": PASS_TYPE_DICT,
    "node_dict": PASS_NODE_DICT,
}


class SingleData:
    """The form of a node that has one input: the array itself."""

    # There is one of each form, which nodes compare by identity.
    def __new__(cls) -> DataPass:
        return PASS_ONLY_ONE


class MultipleData:
    """The form of a node that may have several inputs.

    Parameters
    ----------
    form : {'sequence', 'name_dict', 'type_dict', 'node_dict'}
        A tuple in the order of the inputs, or a dict by the name, the class, or the sending node itself; or the name of a form
        that was registered.

    Raises
    ------
    ValueRefused
        For another one.
    """

    def __new__(cls, form: str = "sequence") -> DataPass:
        return as_data_pass(form)


def register_data_pass_type(name: str, func: Gather) -> DataPass:
    """Make another form known.

    Parameters
    ----------
    name : str
        By which a class asks for it: ``data_pass_type = name``.
    func : callable
        From a dict ``{sending node: array}``, in the order of the inputs, to what ``forward`` gets. Of shapes in place of arrays
        it makes ``feedforward_shapes``.

    Raises
    ------
    ValueRefused
        For a name that is taken.
    KindError
        For what is no name, or no function.
    """
    if not isinstance(name, str) or not callable(func):
        raise KindError(
            where="register_data_pass_type",
            expected="a name and a function",
            got=f"{type(name).__name__} and {type(func).__name__}",
            fix="Write for instance register_data_pass_type('list', lambda given: [*given.values()]).",
        )
    if name in _KNOWN or name in _LATER:
        raise ValueRefused(
            where="register_data_pass_type(name=...)", expected="a new name", got=f"{name!r}", fix="Choose another one."
        )
    form = _KNOWN[name] = DataPass(name, func)
    return form


def as_data_pass(given: Any) -> DataPass:
    """What a class says of its inputs: a form, or the name of one."""
    if isinstance(given, DataPass):
        return given
    known = {**_LATER, **_KNOWN}
    if isinstance(given, str) and given in known:
        return known[given]
    raise ValueRefused(
        where="data_pass_type",
        expected=f"one of {', '.join(map(repr, known))}",
        got=f"{given!r}",
        fix="Write for instance data_pass_type = bp.nn.MultipleData('name_dict').",
    )
