"""Live views that can stand still, lay kept runs over what runs, and be exported."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bouton as bp

from ._export import csv, html
from ._export_png import png_of
from ._kept import KeptRun, shelf_of
from ._live_view import LiveView
from ._widget import ViewWidget

if TYPE_CHECKING:
    import xarray

Span = tuple[float, float]

_FORMS = {"csv": "text/csv", "png": "image/png", "html": "text/html"}


class KeptView(LiveView):
    """A live view that draws recordings as well as the simulation, without a screen.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    paths : sequence of str
        Of the signals that it draws.
    transport : bool
        Whether the page has buttons to steer it.
    """

    def __init__(self, simulation: bp.run.LiveSimulation, paths: Sequence[str], transport: bool = True):
        super().__init__(simulation, transport)
        self._paths = tuple(paths)
        self._shelf = shelf_of(simulation)
        self._shelf.watch(self._show_kept)

    @abstractmethod
    def drawn(
        self, recording: bp.run.Recording, time: Span | None = None, at: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Give a recording as it is drawn, over all of its time or between two times, with what there is at one time."""

    @abstractmethod
    def dataset(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give what is drawn of a recording as data."""

    def laid(self, recording: bp.run.Recording, time: Span | None = None) -> tuple[dict[str, Any], list[bytes]]:
        """Give a kept run as it is laid under what runs."""
        return self.drawn(recording, time)

    def reading(self, recording: bp.run.Recording, at: float) -> dict[str, Any] | None:
        """Give the values of what is drawn of a recording at one time, where there are such."""
        return None

    def table(self, recording: bp.run.Recording, time: Span | None = None) -> "xarray.Dataset":
        """Give what of these data goes into a table."""
        return self.dataset(recording, time)

    @abstractmethod
    def svg(self, recording: bp.run.Recording | None = None, time: Span | None = None) -> str:
        """Draw a recording, or the simulation as it is, without a script, for a light page."""

    @property
    def kept(self) -> dict[str, bp.run.Recording]:
        """The runs that are kept, by name."""
        return {run.name: run.recording for run in self._shelf.runs}

    @property
    def kept_runs(self) -> list[KeptRun]:
        """The runs that are kept, oldest first."""
        return list(self._shelf.runs)

    def content(self) -> dict[str, Any]:
        """Say that there is more than the newest frame."""
        return super().content() | {"standing": True, "window": float(self.simulation.window)}

    def keep(self, name: str | None = None) -> bp.run.Recording:
        """Keep the signals as they are now; all views of the simulation lay them under what runs."""
        return self._shelf.keep(self.simulation, name).recording

    def forget(self, name: str) -> None:
        """Let a kept run go; nothing happens when there is none of this name."""
        for run in self.kept_runs:
            if run.name == name:
                self._shelf.forget(run.number)

    def to_xarray(self) -> "xarray.Dataset":
        """Give what is drawn now as data with named axes and units."""
        return self.dataset(self._recorded())

    def exported(self, form: str, recording: bp.run.Recording | None = None, time: Span | None = None) -> bytes:
        """Give the view as a file: ``"csv"``, ``"png"`` or ``"html"``."""
        recording = self._recorded() if recording is None else recording
        if form == "csv":
            return csv(self.table(recording, time)).encode()
        picture = self.svg(recording, time)
        return png_of(picture) if form == "png" else html(self.plain(), picture, self._facts(recording)).encode()

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on one message of a page."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "look":
                self._tried(self._look, message)
            case "read":
                self._tried(self._read, message)
            case "thaw":
                self._shelf.thaw((id(self), page))
            case "keep":
                self._tried(self._keep, message)
            case "forget":
                self._shelf.forget(int(message["number"]))
            case "export":
                self._tried(self._export, message)
            case "hello":
                super().receive(message)
                if self._shelf.runs:
                    self._show_kept()
            case "bye":
                self._shelf.thaw((id(self), page))
                super().receive(message)
            case _:
                super().receive(message)

    def close(self) -> None:
        """Let go of what is frozen; runs that are kept stay for other views."""
        for page in tuple(self.pages):
            self._shelf.thaw((id(self), page))
        super().close()

    def columns(self, least: int = 50, most: int = 1600) -> int:
        """How many columns of pixels the widest page has."""
        asked = max((int(said["columns"]) for said in tuple(self.pages.values()) if said.get("columns")), default=700)
        return max(least, min(most, asked))

    def under(self, recording: bp.run.Recording, time: Span | None) -> list[tuple[KeptRun, Span, float]]:
        """The kept runs that are laid under a recording: each with its own times, and what is added to these."""
        start, end = self.span(recording) if time is None else time
        shifts = [(run, _window(recording)[0] - _window(run.recording)[0]) for run in self._shelf.runs]
        return [(run, (start - shift, end - shift), shift) for run, shift in shifts if run.recording is not recording]

    def span(self, recording: bp.run.Recording) -> Span:
        """The times that a picture of a whole recording shows."""
        start = _window(recording)[0]
        return start, start + recording.window * recording.dt

    def _recorded(self) -> bp.run.Recording:
        return self.simulation.recording(self._paths)

    def _look(self, message: Mapping[str, Any]) -> None:
        """Show a page a part of what it has frozen."""
        page, token = str(message["view"]), str(message["token"])
        with self._thawed_otherwise(message):
            recording = self._shelf.freeze(self.simulation, token, (id(self), page))
        head, buffers = self.drawn(recording, _span(message.get("span")), message.get("at"))
        runs = {str(run.number): run for run in self._shelf.runs}
        spans = message.get("kept") or {}
        self._publish_runs(
            {"type": "standing", "for": page, "token": token, **head, "window": _window(recording), "own": len(buffers)},
            buffers,
            [(runs[number], _span(span)) for number, span in spans.items() if number in runs],
        )

    def _read(self, message: Mapping[str, Any]) -> None:
        """Tell a page what there was at one time."""
        recording = self._frozen(message)
        found = None if recording is None or not recording.steps else self.reading(recording, float(message["at"]))
        self.publish({"type": "reading", "for": str(message["view"]), "token": message["token"], "at": found})

    def _keep(self, message: Mapping[str, Any]) -> None:
        """Keep what a page has frozen, or else what there is."""
        self._frozen(message)
        self._shelf.keep(self.simulation, message.get("name"), message.get("token"))

    def _frozen(self, message: Mapping[str, Any]) -> bp.run.Recording | None:
        """What a page has frozen, if anything."""
        with self._thawed_otherwise(message):
            return self._shelf.window(message.get("token"))

    @contextmanager
    def _thawed_otherwise(self, message: Mapping[str, Any]) -> Iterator[None]:
        """Have a page go on with what runs where there is nothing to look at closer."""
        try:
            yield
        except bp.errors.ValueRefused:
            self.publish({"type": "thawed", "for": str(message["view"]), "token": message.get("token")})
            raise

    def _show_kept(self) -> None:
        """Send the kept runs as they look now; a page that stands asks for what it shows, too."""
        self._publish_runs({"type": "kept", "own": 0}, [], [(run, None) for run in self._shelf.runs])

    def _publish_runs(self, head: dict[str, Any], buffers: list[bytes], runs: list[tuple[KeptRun, Span | None]]) -> None:
        told, buffers = [], list(buffers)
        for run, span in runs:
            its_head, its_buffers = self.laid(run.recording, span)
            buffers += its_buffers
            facts = {"number": run.number, "name": run.name, "window": _window(run.recording), "count": len(its_buffers)}
            told.append(its_head | facts)
        self.publish({**head, "runs": told}, buffers)

    def _export(self, message: Mapping[str, Any]) -> None:
        form = str(message["form"])
        found = self.exported(form, self._frozen(message), _span(message.get("span")))
        name = f"{self.title}-{type(self).__name__.removesuffix('View').lower()}.{form}"
        self.publish({"type": "file", "for": str(message["view"]), "name": name, "kind": _FORMS[form]}, [found])

    def _facts(self, recording: bp.run.Recording) -> dict[str, str]:
        start, end = _window(recording)
        facts = {
            "Model": self.title,
            "Simulated time": f"{start:.6g} s to {end:.6g} s",
            "Time step": f"{1000 * recording.dt:.6g} ms",
        }
        stimulus = bp.run.Stimulus(self.simulation)
        # Of a picture that has stood since something changed it may have been another.
        if stimulus.drive is not None and not stimulus.given and recording.change == self.simulation.change:
            facts["Drive"] = f"{stimulus.drive:.6g} {stimulus.unit}".strip()
        facts |= {"Kept runs": ", ".join(run.name for run in self._shelf.runs)} if self._shelf.runs else {}
        numbers = [(e.path, e) for e in self.module.entries() if e.kind == "parameter" and e.is_array and e.value.size == 1]
        return facts | {path: f"{float(e.value.reshape(-1)[0]):.6g} {e.unit or ''}".strip() for path, e in numbers}


def _span(given: Any) -> Span | None:
    return None if given is None else (float(given[0]), float(given[1]))


def _window(recording: bp.run.Recording) -> list[float]:
    """When the window begins, and where the data end."""
    end = recording.first + recording.steps
    return [max(end - recording.window, 0) * recording.dt, end * recording.dt]


class KeptWidget(ViewWidget):
    """A live view as a widget, with what it can keep and export."""

    view: KeptView

    @property
    def kept(self) -> dict[str, bp.run.Recording]:
        """The runs of the simulation that are kept, by name; ``kept["Run 1"].to_xarray()`` are its data."""
        return self.view.kept

    def keep(self, name: str | None = None) -> bp.run.Recording:
        """Keep the signals of the simulation as they are now, pale under what runs, in all views of it.

        Parameters
        ----------
        name : str, optional
            Default: ``"Run 1"``, ``"Run 2"``, ...

        Raises
        ------
        ValueRefused
            For a name that another kept run has, and when all that is kept takes more than 1 GiB.
        """
        return self.view.keep(name)

    def forget(self, name: str) -> None:
        """Let a kept run go; nothing happens when there is none of this name."""
        self.view.forget(name)

    def to_xarray(self) -> "xarray.Dataset":
        """Give the signals that are shown as an ``xarray.Dataset`` with named axes and units.

        Raises
        ------
        EnvironmentProblem
            When xarray is not installed; ``to_csv`` needs pandas, too.
        """
        return self.view.to_xarray()

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write what is drawn as a table: a row for each time, a column for each unit that is drawn, or that has events."""
        return _written(path, self.view.exported("csv"))

    def to_png(self, path: str | PathLike[str]) -> Path:
        """Write a picture of the view."""
        return _written(path, self.view.exported("png"))

    def to_html(self, path: str | PathLike[str]) -> Path:
        """Write a page with the picture and the parameters, which needs no script and no other file."""
        return _written(path, self.view.exported("html"))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def _written(path: str | PathLike[str], found: bytes) -> Path:
    path = Path(path)
    path.write_bytes(found)
    return path
