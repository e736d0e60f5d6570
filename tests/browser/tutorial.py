"""Tutorials in a real JupyterLab, for the tests that touch their live views."""

import shutil
from pathlib import Path

TUTORIALS = Path(__file__).parents[2] / "notebooks"
_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code')"

# Of each raster that is drawn, the part of its cells that has a spike.
SHARES = """element => Object.fromEntries(element.bouton.plots.filter((plot) => plot.kind === 'events').map((plot) => {
  const ones = (byte) => byte.toString(2).replaceAll('0', '').length;
  const {bits, rows, columns} = plot.data;
  return [plot.path, bits.reduce((sum, byte) => sum + ones(byte), 0) / (rows * columns)];
}))"""


def run_all(lab, watched, name):
    """Open a copy of a tutorial and run all its cells; the page, and a client of the kernel."""
    shutil.copy(TUTORIALS / f"{name}.ipynb", lab.folder / "notebooks")
    return watched, lab.show(watched.page, f"{name}.ipynb")


def check_all_ran(page, until, said):
    """Wait for the last cell, see that none has failed, and that the last has said what it should."""
    until(
        lambda: page.evaluate(f"{_CELLS}.every((cell) => cell.model.executionState === 'idle' && cell.model.executionCount)"), 200
    )
    failed = f"{_CELLS}.filter((cell) => cell.model.outputs.toJSON().some((output) => output.output_type === 'error')).length"
    assert page.evaluate(failed) == 0
    assert said in page.evaluate(f"JSON.stringify({_CELLS}.at(-1).model.outputs.toJSON())")
