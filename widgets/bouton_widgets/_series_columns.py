"""What of a series is drawn between two times, as columns for Bokeh."""

from ._series_cells import cells
from ._series_events import events
from ._series_lines import lines
from ._series_panels import Panel
from ._series_window import Columns, Window


def columns_of(panel: Panel, window: Window) -> tuple[dict[str, Columns], bool]:
    """Give columns by name of their source, and whether they are all there is: nothing would be gained by looking closer."""
    if panel.form == "events":
        return events(panel, window)
    if panel.form == "heatmap":
        shown, exact = cells(panel, window)
        return {"cells": shown}, exact
    sources, exact = lines(panel, window)
    if panel.form == "offset":
        # Not seen, but told where one points.
        del sources["reading"]
        sources["cells"] = cells(panel, window)[0]
    return sources, exact
