"""nbval's notebooks and cells, run and compared as bouton does."""

from pathlib import Path
from typing import Any, NoReturn

import pytest
from nbval.cover import setup_coverage
from nbval.kernel import CURRENT_ENV_KERNEL_NAME
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from ..errors import BoutonError
from ._compare import Difference, differences
from ._devices import missing_device, platform
from ._outputs import shown
from ._running import StartedKernel
from ._session import CellRun, Session
from ._tolerance import Limits, Settings, settings

# A report travels between processes, and a page holds many.
_LONGEST = 20_000
_LONGEST_PICTURE = 400_000


class NotebookFile(IPyNbFile):
    """A notebook: its cells share one kernel."""

    running: Session | None = None
    stopped = ""  # why the cells that follow are not run

    def collect(self):
        """Yield a test for each code cell."""
        for cell in super().collect():
            yield NotebookCell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)

    def setup(self) -> None:
        """Start the kernel, or skip the notebook when its device is missing."""
        if self.kernel_name != CURRENT_ENV_KERNEL_NAME:
            try:
                missing = missing_device(self.kernel_name)
            except BoutonError as error:
                pytest.fail(str(error), pytrace=False)
            if missing:
                self.stopped = f"{self.kernel_name}: {missing}"
                pytest.skip(self.stopped)
        self.kernel = StartedKernel(self.kernel_name, self.path.parent, self.config.option.nbval_kernel_startup_timeout)
        self.setup_sanitize_files()
        if getattr(self.config.option, "cov_source", None):
            setup_coverage(self.config, self.kernel, self.path)
        self.running = Session(self.kernel)
        self.updatable: list[tuple[NotebookCell, CellRun]] = []

    def teardown(self) -> None:
        """Stop the kernel, one that died too: its channels are still open."""
        if self.kernel is not None and hasattr(self.kernel, "km") and not self.kernel.is_alive():
            self.kernel.stop()
        super().teardown()

    @property
    def kernel_name(self) -> str:
        """The kernel that was asked for, or the notebook's own."""
        option = self.config.option
        if option.nbval_current_env:
            return CURRENT_ENV_KERNEL_NAME
        return option.nbval_kernel_name or self.nb.metadata.get("kernelspec", {}).get("name", "python")

    @property
    def label(self) -> str:
        """Its path below the folder that pytest works in."""
        root = self.config.rootpath
        return self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else str(self.path)


class NotebookCell(IPyNbCell):
    """A code cell: it runs without an exception, and gives what is stored."""

    parent: NotebookFile

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.seen: dict[str, Any] = {
            "notebook": self.parent.label,
            "cell": self.cell_num,
            "kernel": self.parent.kernel_name,
            "differences": [],
        }

    def setup(self) -> None:
        """Do nothing: what follows a cell that was stopped is skipped in ``runtest``."""

    def runtest(self) -> None:
        """Run the cell and compare; what was seen stays in ``seen`` for the report."""
        if self.options["skip"]:
            pytest.skip("the cell is marked to be skipped")
        if self.parent.stopped:
            pytest.skip(self.parent.stopped)
        running = self.parent.running
        assert running is not None
        held = self._settings()
        run = running.run(self.cell.source, held.limits)
        self.test_outputs = run.sheet.outputs
        self.seen |= {"seconds": round(run.seconds, 3), "memory": round(run.memory)}
        self.user_properties += [("seconds", f"{run.seconds:.3f}"), ("memory_mb", f"{run.memory:.0f}")]
        if running.is_over:
            self.parent.stopped = f"not run: cell {self.cell_num} was stopped"
        self._refuse_what_broke(run)
        if self.cell.execution_count is None and self.cell.outputs:
            self._fail("The stored cell has outputs and was never run.")
        if self.options["check"] and self.cell.execution_count is not None:
            if running.gathered.is_updatable(run.sheet):
                self.parent.updatable.append((self, run))
            else:
                self._refuse_what_differs(self._differences(run, held))
        if self is self._last():
            self._refuse_what_was_updated()

    def repr_failure(self, excinfo) -> str:
        """What failed in one line, which pytest repeats at the end, then nbval's account of the cell."""
        found = self.seen["differences"]
        first = f"{found[0]['kind']}: {found[0]['why']}" if found else ""
        return f"{self.seen.get('problem', '')} {first}".strip() + f"\n{super().repr_failure(excinfo)}"

    def _settings(self) -> Settings:
        option = self.config.option
        asked = Limits(option.nbval_cell_timeout, option.notebook_seconds, option.notebook_mb)
        name = self.parent.kernel_name
        on = "cpu" if name == CURRENT_ENV_KERNEL_NAME else platform(name)
        where = f"{self.parent.label}, cell {self.cell_num}"
        try:
            return settings(
                where,
                on,
                self.parent.nb.metadata.get("bouton", {}),
                self.cell.metadata.get("tags", []),
                asked,
                option.notebook_stderr,
            )
        except BoutonError as error:
            self._fail(str(error))

    def _refuse_what_broke(self, run: CellRun) -> None:
        if run.problem:
            self._fail(run.problem)
        error = run.error
        if error and not self.options["check_exception"]:
            self._fail("The cell raised an exception.", "\n".join(error["traceback"]))
        if run.unseen and not self.options["check_exception"]:
            self._fail("An exception was raised in a thread or a task, where no cell sees it.", run.unseen)

    def _differences(self, run: CellRun, held: Settings) -> list[Difference]:
        assert self.parent.running is not None
        stored = self.parent.nb.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
        old = shown(self.cell.outputs, stored, self.sanitize)
        new = shown(run.sheet.outputs, self.parent.running.gathered.widgets, self.sanitize)
        return differences(old, new, held.tolerance, held.stderr)

    def _refuse_what_differs(self, found: list[Difference], of: str = "") -> None:
        if not found:
            return
        self.seen["differences"] += [_portable(one) for one in found]
        told = [f"{one.kind}: {one.why}\n--- expected\n{_in_text(one, 2)}\n+++ got\n{_in_text(one, 3)}" for one in found]
        self._fail(f"The outputs{of} are not those stored.", "\n\n".join(told))

    def _refuse_what_was_updated(self) -> None:
        """Displays that later cells may update are compared when there is no later cell."""
        assert self.parent.running is not None
        self.parent.running.drain()
        for cell, run in self.parent.updatable:
            of = "" if cell is self else f" of cell {cell.cell_num}, after all updates,"
            self._refuse_what_differs(cell._differences(run, cell._settings()), of)

    def _last(self) -> pytest.Item | None:
        """The notebook's last cell of those that are run."""
        return next((item for item in reversed(self.session.items) if item.parent is self.parent), None)

    def _fail(self, message: str, details: str | None = None) -> NoReturn:
        self.seen |= {"problem": message, "details": (details or "")[:_LONGEST], "source": self.cell.source[:_LONGEST]}
        raise NbCellError(self.cell_num, message, self.cell.source, details)


def in_place_of(collector: IPyNbFile) -> NotebookFile:
    """The same notebook, run by bouton."""
    return NotebookFile.from_parent(collector.parent, path=Path(collector.path))


def _portable(one: Difference) -> dict[str, str]:
    longest = _LONGEST_PICTURE if one.kind.startswith("image/") else _LONGEST
    return {name: value[:longest] for name, value in one._asdict().items()}


def _in_text(one: Difference, place: int) -> str:
    if one.kind.startswith("image/"):
        return "(a picture)"
    text = one[place]
    return text if len(text) <= 2000 else f"{text[:2000]}\n..."
