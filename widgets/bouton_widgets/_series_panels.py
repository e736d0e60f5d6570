"""Which time series are shown, each in a panel of its own and in which form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import bouton as bp
from bouton import errors

from ._axis import span_of
from ._series_records import series_of
from ._summary import number, table

Form = Literal["lines", "offset", "heatmap"]
TimeSeries = bp.modules.TSContinuous | bp.modules.TSEvent

LINES, OFFSET = 8, 40
"""So many channels are drawn in one frame, and above one another; more become a heat map."""

_HEIGHTS = {"lines": 190, "offset": 230, "heatmap": 230, "events": 210}
_TALL = 420


@dataclass(frozen=True)
class Panel:
    """One series.

    Attributes
    ----------
    name : str
    series : TSContinuous or TSEvent
    form : str
        ``'lines'``, ``'offset'``, ``'heatmap'`` or ``'events'``.
    height : int
        Of the frame, in pixels.
    span : (float, float)
        Least and largest value, with no room about them; of events (0, 0).
    """

    name: str
    series: Any
    form: str
    height: int
    span: tuple[float, float]

    @property
    def unit(self) -> str:
        """Of the values, empty where there is none."""
        return getattr(self.series, "units", None) or ""

    @property
    def ends(self) -> tuple[float, float]:
        """Of the axis: of values with some room about them, a constant in the middle; of rows half a row more."""
        if self.form != "lines":
            return -0.5, max(self.series.num_channels, 1) - 0.5
        low, high = self.span
        room = 0.5 * abs(low) or 1.0
        return span_of(self.span, False) if low < high else (low - room, low + room)

    @property
    def ticks(self) -> int:
        """So many numbers stand on the axis at most, about."""
        channels = self.series.num_channels
        each = self.form != "lines" and 13 * channels <= self.height
        return max(2, channels if each else self.height // 32)

    def told(self, named: bool = True) -> str:
        """Name and unit, and of rows what they span; without the name where that stands elsewhere."""
        if self.form == "offset":
            low, high = (number(end, 3) for end in self.span)
            said = f"each row from {low} to {high}{' ' if self.unit else ''}{self.unit}"
        else:
            said = self.unit if named or self.form == "heatmap" else ""
        return said if not named else f"{self.name}  ({said})" if said else self.name

    @property
    def facts(self) -> str:
        """How much there is, in words."""
        count, what = len(self.series), "event" if self.form == "events" else "sample"
        counted = [(self.series.num_channels, "channel"), (count, what)]
        words = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counted]
        return " · ".join([*words, *(["one period"] if self.series.periodic else [])])


def panels_of(series: Any, form: Form | None, height: float | None) -> list[Panel]:
    """Give a panel for each series, in order.

    Raises
    ------
    KindError
        What is no series, samples that are complex.
    ValueRefused
        No series, an unknown form, no positive height.
    """
    if form not in (None, "lines", "offset", "heatmap"):
        raise errors.ValueRefused(
            where="bouton_widgets.series(form=...)",
            expected="'lines', 'offset' or 'heatmap'",
            got=f"{form!r:.80}",
            fix="Leave it out to choose by the number of channels.",
        )
    if height is not None and (
        isinstance(height, bool) or not isinstance(height, int | float | np.number) or not 20 <= height < 1e5
    ):
        raise errors.ValueRefused(
            where="bouton_widgets.series(height=...)",
            expected="a number of pixels, 20 or more",
            got=f"{height!r:.80}",
            fix="Leave it out for the usual height.",
        )
    found = list(_named(series, ""))
    if not found:
        raise errors.ValueRefused(
            where="bouton_widgets.series(series)",
            expected="one time series or more",
            got="none",
            fix="Run first, and name what to read: monitors=['V']."
            if isinstance(series, bp.run.Record)
            else "Evolve with record=True to get a record, or pass a series.",
        )
    names = [name or (f"series {i}" if len(found) > 1 else type(one).__name__) for i, (name, one) in enumerate(found)]
    return [_panel(name, one, form, height) for name, (_, one) in zip(names, found, strict=True)]


def summary(panels: list[Panel]) -> str:
    """Tell the series in a table."""
    rows = [["series", "", "from (s)", "to (s)", "least", "largest", ""]]
    for panel in panels:
        low, high = ("", "") if panel.form == "events" or not len(panel.series) else map(number, panel.span)
        limits = [number(panel.series.t_start), number(panel.series.t_stop)]
        rows.append([panel.name, panel.facts, *limits, low, high, panel.unit if low else ""])
    return table(rows)


def _named(series: Any, path: str) -> Iterator[tuple[str, TimeSeries]]:
    if isinstance(series, TimeSeries):
        yield path or series.name or "", series
    elif isinstance(series, bp.run.Record):
        yield from series_of(series.to_xarray(), path)
    elif hasattr(series, "data_vars"):
        yield from series_of(series, path)
    elif isinstance(series, Mapping):
        for name, one in series.items():
            yield from _named(one, f"{path}.{name}" if path else str(name))
    elif isinstance(series, Iterable) and not isinstance(series, str) and not hasattr(series, "__array__"):
        for one in series:
            yield from _named(one, "")
    else:
        raise errors.KindError(
            where="bouton_widgets.series(series)",
            expected="a TSContinuous, a TSEvent, a list of them, a record of them by name, or what a runner has read",
            got=type(series).__name__,
            fix="Make a series of it first, with TSContinuous.from_clocked(samples, dt) or TSEvent.from_raster(raster, dt). "
            "Of a runner pass runner.mon.",
        )


def _panel(name: str, series: TimeSeries, form: Form | None, height: float | None) -> Panel:
    if isinstance(series, bp.modules.TSEvent):
        tall = min(_TALL, max(90, _HEIGHTS["events"] if series.num_channels > 12 else 16 * series.num_channels))
        return Panel(name, series, "events", int(height or tall), (0.0, 0.0))
    if series.samples.dtype.kind == "c":
        raise errors.KindError(
            where=f"bouton_widgets.series({name!r})",
            expected="real samples",
            got=f"dtype {series.samples.dtype}",
            fix="Plot abs(series), or a series of the real and imaginary part.",
        )
    count = series.num_channels
    chosen = form or ("lines" if count <= LINES else "offset" if count <= OFFSET else "heatmap")
    tall = min(_TALL, max(_HEIGHTS["offset"], 15 * count)) if chosen == "offset" else _HEIGHTS[chosen]
    return Panel(name, series, chosen, int(height or tall), _span(series.samples))


def _span(samples: np.ndarray) -> tuple[float, float]:
    finite = samples if samples.size and np.isfinite(samples.sum()) else samples[np.isfinite(samples)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
