"""Runs a notebook and puts its new outputs in the place of those stored, where they are not alike."""

from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from ..errors import RunningError
from ._compare import Difference, differences
from ._devices import missing_device, platform
from ._files import code_cells, is_marked, kernel_of, read
from ._noise import as_shown
from ._outputs import WIDGET, Shown, shown
from ._running import StartedKernel
from ._session import CellRun, Session
from ._tolerance import Limits, settings

_WIDGETS = "application/vnd.jupyter.widget-state+json"


class Change(NamedTuple):
    """A cell whose outputs are stored anew, and why."""

    cell: int
    differences: list[Difference]


class Update(NamedTuple):
    """A notebook that was run: what it looks like now, and which cells changed."""

    notebook: Any
    changes: list[Change]


def update(path: Path, kernel: str | None = None, limits: Limits | None = None) -> Update:
    """Run a notebook; nothing is written.

    Outputs that are alike within the tolerance stay as they are stored, so that a change of version control shows what changed.
    What was written to stderr is kept only where it is compared.

    Parameters
    ----------
    path : Path
        The notebook.
    kernel : str, optional
        The kernel; the notebook's own when left out.
    limits : Limits, optional
        What its cells may take.

    Raises
    ------
    RunningError
        When a cell raises, runs past a limit, or the kernel's device is missing.
    """
    notebook = read(path)
    name = kernel or kernel_of(notebook)
    missing = missing_device(name)
    if missing:
        raise RunningError(
            where=str(path), expected=f"a device for {name}", got=missing, fix="Choose another kernel with --kernel."
        )
    running = StartedKernel(name, path.parent)
    try:
        session = Session(running)
        runs = [_run(f"{path}, cell {place}", cell, session, limits) for place, cell in enumerate(code_cells(notebook))]
        session.drain()
    finally:
        if hasattr(running, "km"):
            running.stop()
    return _stored(str(path), notebook, runs, session, platform(name))


def _run(where: str, cell: Any, session: Session, limits: Limits | None) -> CellRun | None:
    if is_marked(cell, "nbval-skip"):
        return None
    run = session.run(cell.source, limits or Limits())
    error = run.error
    expected = is_marked(cell, "raises-exception", "nbval-raises-exception")
    problem = run.problem or (f"{error['ename']}: {error['evalue']}" if error and not expected else None)
    if problem:
        raise RunningError(
            where=where, expected="a cell that runs", got=problem, fix="Nothing was written: correct the cell first."
        )
    return run


def _stored(where: str, notebook: Any, runs: list[CellRun | None], session: Session, on: str) -> Update:
    widgets = notebook.metadata.get("widgets", {}).get(_WIDGETS, {}).get("state", {})
    changes = []
    for place, (cell, run) in enumerate(zip(code_cells(notebook), runs, strict=True)):
        if run is None:
            continue
        tags = cell.metadata.get("tags", [])
        held = settings(f"{where}, cell {place}", on, notebook.metadata.get("bouton", {}), tags, Limits())
        new = [_as_stored(output, place + 1) for output in run.sheet.outputs if held.stderr or output.get("name") != "stderr"]
        before, after = shown(cell.outputs, widgets), shown(new, session.gathered.widgets)
        found = [*differences(before, after, held.tolerance, True), *_redrawn(before, after)]
        if found or any(WIDGET in display for display in after.displays):
            cell.outputs = new
        if found:
            changes.append(Change(place, found))
        cell.execution_count = place + 1
    used = _used(notebook, session.gathered.widgets)
    if used:
        notebook.metadata["widgets"] = nbformat.from_dict({_WIDGETS: {"version_major": 2, "version_minor": 0, "state": used}})
    return Update(notebook, changes)


def _as_stored(output: dict[str, Any], count: int) -> Any:
    changed = dict(output)
    if output["output_type"] == "stream":
        changed["text"] = as_shown(output["text"])
    if output["output_type"] == "execute_result":
        changed["execution_count"] = count
    return nbformat.from_dict(changed)


def _redrawn(before: Shown, after: Shown) -> list[Difference]:
    """Pictures of the same size that look otherwise: a comparison lets them pass, a store does not."""
    if len(before.displays) != len(after.displays):
        return []
    return [
        Difference(mime, "drawn anew", old[mime].shown, new[mime].shown)
        for old, new in zip(before.displays, after.displays, strict=True)
        for mime in old.keys() & new.keys()
        if mime.startswith("image/") and old[mime].size == new[mime].size and old[mime].shown.split() != new[mime].shown.split()
    ]


def _used(notebook: Any, widgets: dict[str, Any]) -> dict[str, Any]:
    """All widgets when one of them is shown; bytes, which a notebook cannot hold as they are, are left out."""
    is_shown = any(WIDGET in output.get("data", {}) for cell in code_cells(notebook) for output in cell.outputs)
    return _plain(widgets) if is_shown else {}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if not isinstance(one, bytes | memoryview)}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
