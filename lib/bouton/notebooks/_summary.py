"""What a run of notebooks came to, below pytest's own lines: each notebook, the slowest cells, the page."""

from collections import Counter
from pathlib import Path
from typing import Any, Protocol

from ._report import page

# A cell below this is not worth a line.
_SLOW_SECONDS = 1.0


class Terminal(Protocol):
    """Where lines are written: pytest's terminal."""

    def section(self, title: str) -> None:
        """Write a heading."""

    def line(self, msg: str) -> None:
        """Write a line."""


def summarise(seen: list[dict[str, Any]], terminal: Terminal, slow: int, report: str | None) -> None:
    """Write the summary, and the page when one was asked for.

    Parameters
    ----------
    seen : list of dict
        For each cell the ``notebook``, ``cell``, ``kernel`` and ``outcome``, and where they are known ``seconds``,
        ``memory`` (MB), ``problem``, ``details``, ``source`` and ``differences``.
    terminal : Terminal
        Where it goes.
    slow : int
        How many of the slowest cells are told.
    report : str or None
        File of the HTML page.
    """
    terminal.section("notebooks")
    for line in lines(seen, slow):
        terminal.line(line)
    if report is not None:
        Path(report).parent.mkdir(parents=True, exist_ok=True)
        Path(report).write_text(page(seen), encoding="utf-8")
        terminal.line(f"report: {report}")


def lines(seen: list[dict[str, Any]], slow: int) -> list[str]:
    """The lines of the summary."""
    books = by_notebook(seen)
    counts = Counter(outcome(cells) for cells in books.values())
    told = [", ".join(f"{counts[name]} {name}" for name in ("passed", "failed", "skipped") if counts[name])]
    for (kernel, reason), count in Counter(
        (cells[0]["kernel"], reason) for cells in books.values() if outcome(cells) == "skipped" and (reason := _reason(cells))
    ).items():
        what = reason.removeprefix(f"{kernel}: ")
        told.append(f"{count} notebook{'s'[: count != 1]} skipped on {kernel}: {what}")
    for cell in slowest(seen)[: max(0, slow)]:
        told.append(f"{cell['seconds']:7.1f} s {cell['memory']:6d} MB  {cell['notebook']}, cell {cell['cell']}")
    return told


def by_notebook(seen: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The cells of each notebook."""
    books: dict[str, list[dict[str, Any]]] = {}
    for cell in seen:
        books.setdefault(cell["notebook"], []).append(cell)
    return books


def outcome(cells: list[dict[str, Any]]) -> str:
    """Failed when a cell failed, passed when one passed, skipped when none was run."""
    outcomes = {cell["outcome"] for cell in cells}
    return next((name for name in ("failed", "passed") if name in outcomes), "skipped")


def slowest(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells that took longer than a second, the slowest first."""
    timed = [cell for cell in seen if cell.get("seconds", 0.0) >= _SLOW_SECONDS]
    return sorted(timed, key=lambda cell: -cell["seconds"])


def _reason(cells: list[dict[str, Any]]) -> str:
    return next((cell["problem"] for cell in cells if cell.get("problem")), "")
