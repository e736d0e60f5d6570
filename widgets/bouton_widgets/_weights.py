"""The weights of a running simulation as a matrix of who sends and who receives, with a histogram beside it."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import bouton as bp

from ._assets import script
from ._export import dataset
from ._following import look_after_cells
from ._kept import KeptRun
from ._kept_view import KeptView, KeptWidget, Span
from ._live_view import checked_simulation
from ._weights_svg import picture

if TYPE_CHECKING:
    import xarray

_ROWS, _COLUMNS = 200, 280
_LEAST_BINS, _MOST_BINS = 8, 60

# Weights that move by themselves are looked at so often, and take at most this part of the time.
_PAUSE, _SHARE = 0.25, 0.2


class WeightsView(KeptView):
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
        super().__init__(simulation, (), transport)
        self.weights = weights
        self.against: int | None = None
        """Number of the kept run to which the difference is shown."""
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
        # Nothing lies under anything here that could be aligned.
        return super().content() | {"sources": sources, "path": self.weights.path, "align": False}

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
        match message.get("type"):
            case "path":
                self.weights.path = message["value"]
            case "against":
                self.against = None if message["value"] is None else int(message["value"])
            case _:
                return
        self._show_kept()

    def look(self) -> None:
        """Look again after a cell, which may have changed what does not run."""
        self._stream.wake()

    def matrix(self, rows: int, columns: int) -> bp.run.WeightMatrix:
        """The matrix: read anew where a hand has changed it or nothing runs, and of what moves by itself a few times a second."""
        weights, simulation, less = self.weights, self.simulation, self._less
        of = (weights.path, rows, columns, None if less is None else less.number, simulation.change)
        began = self._clock()
        settled = simulation.status != "running" or began >= self._due
        if self._matrix is None or of[:-1] != self._of[:-1] or (weights.stale and (settled or of != self._of)):
            self._matrix, self._of = weights(rows, columns, less=_end(less)), of
            self._version += 1
            ended = self._clock()
            self._due = ended + max(_PAUSE, (1 / _SHARE - 1) * (ended - began))
        return self._matrix

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the matrix where it is another than the pages know, and how it is distributed."""
        matrix = self.matrix(_ROWS, self._across)
        change = max(matrix.change, self._settled_change())
        if self._told == self._version:
            return {"version": self._version}, [], change
        self._told = self._version
        head, buffers = self._packed(matrix)
        return head | {"version": self._version}, buffers, change

    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give the matrix as it was at the end of a recording; of times before nothing is kept."""
        head, buffers = self._packed(self._then(recording, _ROWS, self._across))
        return head | {"now": (recording.first + recording.steps) * recording.dt}, buffers

    def laid(self, recording: bp.run.Recording, time: Span | None = None) -> tuple[dict[str, Any], list[bytes]]:
        """Nothing is drawn over another: of a kept run the page can ask for the difference."""
        return {}, []

    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give all weights at the end of a recording, and by how much they differ from those compared with."""
        weights, source, end = self.weights, self.weights.source, recording.end
        pairs, values = weights.pairs(), {source.path: weights.values(end)}
        if self._less is not None:
            values[f"{source.path} minus {self._less.name}"] = weights.values(end, _end(self._less))
        ends = [name.partition(",")[0] for name in source.names]
        if pairs is None:
            axes = {name: (name, np.arange(count)) for name, count in zip(ends, source.shape, strict=True)}
            return dataset({name: (tuple(ends), found, source.unit) for name, found in values.items()}, axes)
        joined = {name: ("synapse", ids) for name, ids in zip(ends, pairs, strict=True)}
        numbers = {"synapse": np.arange(len(pairs[0]))}
        return dataset({name: ("synapse", found, source.unit) for name, found in values.items()}, numbers | joined)

    def table(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give the same; of synapses with who sends and who receives."""
        found = self.dataset(recording)
        return found if "synapse" not in found.dims else found.reset_coords(["pre", "post"])[["pre", "post", *found.data_vars]]

    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw it without a script, for a light page."""
        matrix = self.matrix(_ROWS, _COLUMNS) if recording is None else self._then(recording, _ROWS, _COLUMNS)
        less = "" if self._less is None else f" minus {self._less.name}"
        return picture(self.title, self.weights.source, matrix, matrix.histogram(_bins(matrix)), self.plain(), less)

    @property
    def _across(self) -> int:
        return self.columns(60, _COLUMNS)

    @property
    def _less(self) -> KeptRun | None:
        return next((run for run in self.kept_runs if run.number == self.against), None)

    def _show_kept(self) -> None:
        super()._show_kept()
        # What was compared with may be gone.
        self._stream.wake()

    def _then(self, recording: bp.run.Recording, rows: int, columns: int) -> bp.run.WeightMatrix:
        return self.weights(rows, columns, at=recording.end, less=_end(self._less))

    def _packed(self, matrix: bp.run.WeightMatrix) -> tuple[dict[str, Any], list[bytes]]:
        edges, counts = matrix.histogram(_bins(matrix))
        head = {
            "path": self.weights.path,
            "against": None if self._less is None else self._less.number,
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
        return head, [np.ascontiguousarray(cell, np.float32).tobytes() for cell in cells]

    def _settled_change(self) -> int:
        # What is not stale holds whatever has been changed.
        return -1 if self.weights.stale else self.simulation.change


def _end(run: KeptRun | None) -> bp.run.Snapshot | None:
    """As the model was when a run was kept."""
    return None if run is None else run.recording.end


def _ends(matrix: bp.run.WeightMatrix) -> tuple[float, float]:
    return (float(matrix.values.min()), float(matrix.values.max())) if len(matrix.values) else (0.0, 0.0)


def _bins(matrix: bp.run.WeightMatrix) -> int:
    """As many as there are weights for."""
    return max(_LEAST_BINS, min(_MOST_BINS, round(2 * len(matrix.values) ** 0.5)))


class WeightsPlot(KeptWidget):
    """The widget that `weights` gives."""

    _esm: ClassVar[str] = script(WeightsView.script)


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
