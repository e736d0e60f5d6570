"""The weights of a running simulation as a matrix of who sends and who receives, with a histogram beside it."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._following import look_after_cells
from ._live_view import LiveView, checked_simulation
from ._weights_svg import picture
from ._widget import ViewWidget

_ROWS, _COLUMNS = 200, 280
_LEAST_BINS, _MOST_BINS = 8, 60

# Weights that move by themselves are looked at so often, and take at most this part of the time.
_PAUSE, _SHARE = 0.25, 0.2


class WeightsView(LiveView):
    """A matrix of weights, without a screen.

    Parameters
    ----------
    weights : bouton.run.Weights
        What is shown.
    simulation : bouton.run.LiveSimulation
        Of which.
    transport : bool
        Whether the page has buttons to steer it.
    """

    script = "weights.js"

    def __init__(self, weights: bp.run.Weights, simulation: bp.run.LiveSimulation, transport: bool = True):
        super().__init__(simulation, transport)
        self.weights = weights
        self._matrix: bp.run.WeightMatrix | None = None
        self._of: tuple = ()
        self._version = 0
        self._told = -1
        self._due, self._clock = 0.0, time.monotonic
        look_after_cells(self)

    def content(self) -> dict[str, Any]:
        """Give what there is to be chosen from."""
        sources = [
            {
                "path": source.path,
                "unit": source.unit,
                "shape": list(source.shape),
                "synapses": source.synapses,
                "names": list(source.names),
            }
            for source in self.weights.sources
        ]
        return super().content() | {"sources": sources, "path": self.weights.path}

    def plain(self) -> str:
        """Name the matrix, and what is in it."""
        source, matrix = self.weights.source, self.matrix(_ROWS, _COLUMNS)
        joined = "" if source.synapses is None else f", {source.synapses} synapses"
        low, high = (f"{edge:.4g}" for edge in _ends(matrix))
        span = f", from {low} to {high} {source.unit}".rstrip() if len(matrix.values) else ""
        return f"Weights of {self.title}, {source.path}: {source.shape[0]} × {source.shape[1]}{joined}{span}"

    def receive(self, message: Mapping[str, Any]) -> None:
        """As for every live view; a page that has come is told all of the matrix."""
        if message.get("type") == "hello":
            self._told = -1
        super().receive(message)

    def asked(self, message: Mapping[str, Any]) -> None:
        """Show other weights."""
        if message.get("type") == "path":
            self.weights.path = message["value"]

    def look(self) -> None:
        """Look again after a cell, which may have changed what does not run."""
        self._stream.wake()

    def matrix(self, rows: int, columns: int) -> bp.run.WeightMatrix:
        """The matrix: read anew where a hand has changed it or nothing runs, and of what moves by itself a few times a second."""
        weights, simulation = self.weights, self.simulation
        of, began = (weights.path, rows, columns, simulation.change), self._clock()
        settled = simulation.status != "running" or began >= self._due
        if self._matrix is None or of[:3] != self._of[:3] or (weights.stale and (settled or of != self._of)):
            self._matrix, self._of = weights(rows, columns), of
            self._version += 1
            ended = self._clock()
            self._due = ended + max(_PAUSE, (1 / _SHARE - 1) * (ended - began))
        return self._matrix

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the matrix where it is another than the pages know, and how it is distributed."""
        across = max((int(said["columns"]) for said in tuple(self.pages.values())), default=_COLUMNS)
        matrix = self.matrix(_ROWS, max(60, min(_COLUMNS, across)))
        change = max(matrix.change, self._settled_change())
        if self._told == self._version:
            return {"version": self._version}, [], change
        self._told = self._version
        edges, counts = matrix.histogram(_bins(matrix))
        head = {
            "version": self._version,
            "path": self.weights.path,
            "rows": matrix.rows.tolist(),
            "columns": matrix.columns.tolist(),
            "ends": [float(edges[0]), float(edges[-1])],
            "counts": counts.tolist(),
            "mean": float(matrix.values.mean(dtype=np.float64)) if len(matrix.values) else None,
            "std": float(matrix.values.std(dtype=np.float64)) if len(matrix.values) else None,
            "read": matrix.read,
            "size": matrix.size,
            "odd": matrix.odd,
        }
        cells = (matrix.mean, matrix.extreme, matrix.density)
        return head, [np.ascontiguousarray(cell, np.float32).tobytes() for cell in cells], change

    def svg(self) -> str:
        """Draw it without a script, for a light page."""
        matrix = self.matrix(_ROWS, _COLUMNS)
        return picture(self.title, self.weights.source, matrix, matrix.histogram(_bins(matrix)), self.plain())

    def _settled_change(self) -> int:
        # What is not stale holds whatever has been changed.
        return -1 if self.weights.stale else self.simulation.change


def _ends(matrix: bp.run.WeightMatrix) -> tuple[float, float]:
    return (float(matrix.values.min()), float(matrix.values.max())) if len(matrix.values) else (0.0, 0.0)


def _bins(matrix: bp.run.WeightMatrix) -> int:
    """As many as there are weights for."""
    return max(_LEAST_BINS, min(_MOST_BINS, round(2 * len(matrix.values) ** 0.5)))


class WeightsPlot(ViewWidget):
    """The widget that `weights` gives."""

    _esm: ClassVar[str] = script(WeightsView.script)
    view: WeightsView

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def weights(simulation: bp.run.LiveSimulation, path: str | None = None, *, transport: bool = True) -> WeightsPlot:
    """Show weights of a live simulation as a matrix of who sends and who receives, in colours on both sides of zero.

    A matrix that is larger than the picture is drawn in blocks, of which the mean or the weight that is furthest from zero is
    shown. Weights of synapses stand where their connections say. What a hand changes is drawn at once, and weights that move by
    themselves a few times a second.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    path : str, optional
        A parameter or a state with two axes, or the weights of synapses: ``"system.E2I.g_max"``. The page can choose another.
        Default: the first that the model has.
    transport : bool
        Whether the view has buttons to steer the simulation; leave them out where another view beside it has them.

    Returns
    -------
    WeightsPlot
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError, UnknownPathError, ValueRefused
        As `bouton.run.Weights`.
    """
    checked_simulation(simulation, "weights")
    return WeightsPlot(WeightsView(bp.run.Weights(simulation, path), simulation, transport))
