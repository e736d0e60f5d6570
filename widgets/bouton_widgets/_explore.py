"""All views of a live model in one: its tree, its parameters, the buttons that steer it, and pictures of what it does."""

from collections.abc import Sequence
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._explore_model import simulation_of
from ._explore_view import WHERE, ExplorerView
from ._widget import ViewWidget

_HEIGHT = (320, 4000)


class Explorer(ViewWidget):
    """The widget that `explore` gives.

    Attributes
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown.
    """

    _esm: ClassVar[str] = script(ExplorerView.script)
    view: ExplorerView

    def __init__(self, view: ExplorerView, owns: bool = False):
        super().__init__(view)
        self._owns = owns

    @property
    def simulation(self) -> bp.run.LiveSimulation:
        """What is shown and steered."""
        return self.view.simulation

    @property
    def selected(self) -> str | None:
        """Path of what is selected in the tree; assign to select."""
        return self.view.tree.selected

    @selected.setter
    def selected(self, path: str | None) -> None:
        self.view.tree.select(path)

    def show(self, name: str, *paths: str) -> None:
        """Open a live view on every page, ``show("histogram", "system.V")``; see `explore`."""
        self.view.show(name, *paths)

    def hide(self, name: str) -> None:
        """Close a live view on every page."""
        self.view.hide(name)

    def close(self) -> None:
        """Take the widget off every page; a simulation that was made for it ends with it."""
        super().close()
        if self._owns:
            self.simulation.close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["text/html"] = self.view.html()
        return (bundle, *metadata)


def explore(
    model: bp.Object | bp.run.LiveSimulation,
    *,
    inputs: Any = None,
    record: str | Sequence[str] | None = None,
    dt: float | None = None,
    views: Sequence[str] = ("traces",),
    play: bool | None = None,
    height: int = 780,
) -> Explorer:
    """Show all of a model while it runs: its tree, its parameters, and what it does, with one set of buttons to steer it.

    Select something in the tree, and parameters and traces are those of that part. What a slider changes shows in the very next
    pictures. Nobody watching, a closed tab for instance, pauses the simulation; somebody coming back resumes it.

    Parameters
    ----------
    model : bouton.modules.Module, bouton.DynamicalSystem or bouton.run.LiveSimulation
        A module, a system of one step (neurons, a network), a graph of nodes, or a simulation of one that exists. Of a network
        that is called without an argument, the input goes to its first neurons; make a `bouton.modules.FromStep` to say where to.
    inputs : (T, Nin) array, callable, number or None
        What drives it, as in `bouton.run.LiveSimulation`.
    record : str or sequence of str, optional
        Which signals. Default: events, a state of the first parts, and the output where it is not one of them.
    dt : float, s, optional
        Time step of a system or a graph. Default: that of the environment, ``bm.get_dt()``, which is in ms.
    views : sequence of str
        Which live views are open to begin with, of ``"traces"``, ``"stimulus"``, ``"rates"``, ``"histogram"``, ``"weights"``,
        ``"activity"`` and ``"phase"``. The page opens and closes them.
    play : bool, optional
        Whether it begins to run as soon as a page shows it. Default: a model does, a simulation is left as it is.
    height : int
        Pixels, on a page where there is room for more than one column.

    Returns
    -------
    Explorer
        A widget; the last expression of a cell displays it. Its ``simulation`` is what runs.

    Raises
    ------
    KindError
        For what is no model, and what `bouton.run.LiveSimulation` refuses.
    UnknownPathError
        For signals that the model does not record, and views that there are not.
    ValueRefused
        For arguments that belong to a simulation beside one, and a height out of range.

    Examples
    --------
    >>> import bouton as bp
    >>> explorer = explore(bp.modules.LIF(20), inputs=0.05)
    >>> [signal.path for signal in explorer.simulation.signals]
    ['spikes', 'vmem', 'isyn']
    >>> explorer.close()
    """
    if not isinstance(height, int) or isinstance(height, bool) or not _HEIGHT[0] <= height <= _HEIGHT[1]:
        raise errors.ValueRefused(
            where=f"{WHERE}(height=...)",
            expected=f"a whole number of pixels from {_HEIGHT[0]} to {_HEIGHT[1]}",
            got=f"{height!r}",
            fix="Leave it out for the usual height.",
        )
    exists = isinstance(model, bp.run.LiveSimulation)
    simulation = simulation_of(model, inputs, record, dt)
    plays = not exists if play is None else bool(play)
    return Explorer(ExplorerView(simulation, [views] if isinstance(views, str) else views, plays, height), owns=not exists)
