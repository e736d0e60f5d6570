"""Views that follow what is selected in a tree."""

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from bouton import errors


@runtime_checkable
class Focusing(Protocol):
    """What can show a part of the model only."""

    module: Any

    def focus(self, path: str | None) -> None: ...


class Leading(Protocol):
    """A view in which something is selected."""

    module: Any
    selected: str | None
    followers: Any


def near(path: str | None, paths: Iterable[str]) -> list[str] | None:
    """Of some paths those at or below a path; if there are none, those of the nearest part around it.

    Parameters
    ----------
    path : str or None
        What is selected; None or ``""`` is all.
    paths : iterable of str
        What there is.

    Returns
    -------
    list of str or None
        None for all.

    Examples
    --------
    >>> near("hidden.vmem", ["hidden.tau", "out.weight"]), near("", ["hidden.tau"])
    (['hidden.tau'], None)
    """
    known = list(paths)
    while path:
        found = [one for one in known if one == path or one.startswith(f"{path}.")]
        if found:
            return found
        path = path.rpartition(".")[0]
    return None


def follow(view: Focusing, leader: object, where: str) -> None:
    """Have a view show what is selected in a tree, from now on.

    Raises
    ------
    KindError
        When the leader is no widget with a tree.
    ValueRefused
        When the tree is of another model.
    """
    tree: Leading | None = getattr(leader, "view", None)
    if tree is None or not hasattr(tree, "followers"):
        raise errors.KindError(
            where=f"{where}(follow=...)",
            expected="what bouton_widgets.tree gives",
            got=type(leader).__name__,
            fix="Write tree = bw.tree(...) first, and then follow=tree.",
        )
    if tree.module is not view.module:
        raise errors.ValueRefused(
            where=f"{where}(follow=...)",
            expected="a tree of the same model",
            got=f"one of another {type(tree.module).__name__}",
            fix="Make the tree of the same simulation, or of simulation.model.",
        )
    tree.followers.add(view)
    view.focus(tree.selected)
