"""Makes ``pytest --nbval`` run and compare notebooks as bouton does.

pytest loads this by its entry point in every run, so it is a package of its own that imports neither bouton nor JAX: they are
loaded when there is a notebook to run.
"""

import importlib
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what nbval lacks."""
    group = parser.getgroup("notebooks", "notebooks, with --nbval and bouton")
    group.addoption(
        "--notebook-seconds", type=float, metavar="S", help="time limit of a notebook; of a cell: --nbval-cell-timeout"
    )
    group.addoption("--notebook-mb", type=float, metavar="MB", help="memory limit of a kernel and the processes it starts")
    group.addoption("--notebook-stderr", action="store_true", help="compare what is written to stderr as well")
    group.addoption("--notebook-report", metavar="FILE", help="write an HTML page with what was expected beside what came")
    group.addoption("--notebook-slow", type=int, default=5, metavar="N", help="how many of the slowest cells are told (5)")


def pytest_configure(config: pytest.Config) -> None:
    """Listen when nbval is asked to run notebooks."""
    if config.getoption("nbval", False) or config.getoption("nbval_lax", False):
        config.pluginmanager.register(_Listener(config), "bouton-notebooks")
        # The cells of a notebook share a kernel, so they have to come to one process.
        if config.getoption("dist", "no") in {"load", "worksteal"}:
            config.option.dist = "loadfile"


class _Listener:
    def __init__(self, config: pytest.Config):
        self._config = config
        self._seen: list[dict[str, Any]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path):
        collectors = yield
        if file_path.suffix != ".ipynb" or not collectors:
            return collectors
        harness = importlib.import_module("bouton.notebooks._plugin")
        return [harness.in_place_of(one) if type(one).__module__ == "nbval.plugin" else one for one in collectors]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if type(item).__module__ == "bouton.notebooks._plugin" and (call.when == "call" or report.outcome != "passed"):
            report.bouton_notebook = item.seen
        return report

    def pytest_runtest_logreport(self, report) -> None:
        seen = getattr(report, "bouton_notebook", None)
        if seen is not None:
            told = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            self._seen.append({"problem": told.removeprefix("Skipped: "), **seen, "outcome": report.outcome})

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self._seen:
            path = self._config.getoption("notebook_report")
            summary = importlib.import_module("bouton.notebooks._summary")
            summary.summarise(self._seen, terminalreporter, self._config.getoption("notebook_slow"), path)
