"""Time series on the screen, by ``bouton_widgets`` where it can be loaded."""

import importlib
from typing import Any

from ..errors import EnvironmentProblem

# What a figure is made with. Another package that is missing is no matter of installing widgets.
_FIGURES_NEED = {"anywidget", "bokeh", "bouton_widgets", "ipywidgets", "traitlets"}


def plot(series: Any, where: str, **options: Any) -> Any:
    """A figure of a series as a widget.

    Raises
    ------
    EnvironmentProblem
        The widgets are not installed.
    """
    try:
        return importlib.import_module("bouton_widgets").series(series, **options)
    except ModuleNotFoundError as error:
        name = str(error.name).split(".")[0]
        if name not in _FIGURES_NEED:
            raise
        raise EnvironmentProblem(
            where=where,
            expected="the packages that draw figures",
            got=f"no {name}",
            fix="Install them with `pip install 'bouton[widgets]'`; to_pandas() gives the numbers to any other plotting package.",
        ) from error
