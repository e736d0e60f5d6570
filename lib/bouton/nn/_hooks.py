"""Two names of what a subclass says."""

from typing import Any

from ..errors import KindError
from ._passing import as_data_pass

# The later name of a hook, and that by which it is called here.
_HOOKS = {"init_ff_conn": "init_ff", "init_fb_conn": "init_fb", "data_pass": "data_pass_type"}


def know_both_names(cls: type, root: type) -> None:
    """Let what ``cls``, a class of nodes, says or inherits under one name be known under the other.

    Parameters
    ----------
    cls : type
        That has just been made.
    root : type
        The class that all nodes are derived from.

    Raises
    ------
    KindError
        For a class that says two things under the two names.
    """
    for later, name in _HOOKS.items():
        for base in cls.__mro__:
            both = [vars(base)[key] for key in (name, later) if key in vars(base)]
            if not both:
                continue
            if len(both) == 2 and base is not root and both[0] is not both[1]:
                raise KindError(
                    where=f"class {base.__name__}",
                    expected=f"{name} or {later}, which are two names of one",
                    got="both",
                    fix="Leave one of them out.",
                )
            # Classes of nodes have both names already; one that is mixed in has one.
            if base is cls or not issubclass(base, root):
                _name(cls, as_data_pass(both[0]) if name == "data_pass_type" else both[0], name, later)
            break


def _name(cls: type, hook: Any, *names: str) -> None:
    for name in names:
        setattr(cls, name, hook)
