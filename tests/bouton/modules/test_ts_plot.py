"""The way from a time series to the widgets, which need not be installed."""

import importlib

import pytest

from bouton.errors import EnvironmentProblem
from bouton.modules import TSContinuous, TSEvent


@pytest.fixture
def without(monkeypatch):
    """Have a package missing when the widgets are loaded."""

    def without(name):
        def gone(*args):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        monkeypatch.setattr(importlib, "import_module", gone)

    return without


def test_a_series_draws_itself_by_the_widgets():
    bw = pytest.importorskip("bouton_widgets")
    assert isinstance(TSContinuous([0, 1], [2, 3]).plot(height=100), bw.SeriesPlot)
    assert isinstance(TSEvent([0.5]).plot(), bw.SeriesPlot)


@pytest.mark.parametrize("package", ["anywidget", "bokeh.models", "bouton_widgets"])
def test_without_the_packages_of_the_widgets_it_is_said_what_to_install(without, package):
    without(package)
    name = package.split(".")[0]
    words = rf"TSEvent 'a'\.plot: expected the packages that draw figures, got no {name}\. Install them with `pip install"
    with pytest.raises(EnvironmentProblem, match=words):
        TSEvent([0.5], name="a").plot()


def test_another_package_that_is_missing_is_told_as_it_is(without):
    without("somebodys_own")
    with pytest.raises(ModuleNotFoundError, match="somebodys_own"):
        TSContinuous([0, 1], [2, 3]).plot()
