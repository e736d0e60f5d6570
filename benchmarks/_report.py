"""What every benchmark says and how: its arguments, one row of a table, the table, JSON. Imports no JAX."""

import argparse
import dataclasses
import json
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata


@dataclasses.dataclass
class Row:
    """One row of a table, beside the first row of the same table.

    Attributes
    ----------
    table, name : str
        Where it stands.
    value : float
        The median itself, in ``unit``.
    ratio : float
        Median of the ratios to the table's first row, each pair taken in the same round.
    low, high : float
        Quartiles of those ratios.
    cpu : float or None
        The same median for processor time, which other processes on the machine disturb less.
    limit : float or None
        What it should stay below: the ratio, or with ``limit_on = 'value'`` the value.
    """

    table: str
    name: str
    value: float
    unit: str
    ratio: float
    low: float
    high: float
    cpu: float | None = None
    limit: float | None = None
    limit_on: str = "ratio"


def row(
    table: str,
    name: str,
    values: Sequence[float],
    base: Sequence[float],
    unit: str,
    *,
    cpu: tuple[Sequence[float], Sequence[float]] | None = None,
    limit: float | None = None,
    limit_on: str = "ratio",
) -> Row:
    """A row from repeated measurements and those of the table's first row, in the same order."""
    ratios = [value / other for value, other in zip(values, base, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    by_cpu = None if cpu is None else statistics.median(a / b for a, b in zip(*cpu, strict=True))
    return Row(table, name, statistics.median(values), unit, middle, low, high, by_cpu, limit, limit_on)


def median_of(runs: Sequence[list[Row]]) -> list[Row]:
    """The same rows measured by several processes: each number their median."""
    merged = []
    for same in zip(*runs, strict=True):
        numbers = {f: [getattr(r, f) for r in same] for f in ("value", "ratio", "low", "high", "cpu")}
        medians = {f: None if None in v else statistics.median(v) for f, v in numbers.items()}
        merged.append(dataclasses.replace(same[0], **medians))
    return merged


def as_text(rows: Iterable[Row]) -> str:
    """Markdown tables."""
    lines, table = [], None
    for r in rows:
        if r.table != table:
            table = r.table
            lines += ["", f"| {table} | median | ratio | quartiles | processor time | at most |", "|---|---|---|---|---|---|"]
        limit = "" if r.limit is None else f"{r.limit:g}" + (f" {r.unit}" if r.limit_on == "value" else "")
        cpu = "" if r.cpu is None else f"{r.cpu:.2f}"
        lines.append(f"| {r.name} | {_short(r)} | {r.ratio:.2f} | {r.low:.2f} to {r.high:.2f} | {cpu} | {limit} |")
    return "\n".join(lines[1:])


def _short(r: Row) -> str:
    if r.unit != "s":
        return f"{r.value:.0f} {r.unit}"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if r.value >= size:
            return f"{r.value / size:.3g} {unit}"
    return f"{r.value * 1e6:.3g} µs"


def versions() -> dict[str, str]:
    """Of Python and of what is measured."""
    found = {name: metadata.version(name) for name in ("jax", "jaxlib", "numpy")}
    return {"python": platform.python_version(), **found}


def options(what: str, peers: Sequence[str] = ()) -> argparse.Namespace:
    """The arguments that every benchmark takes; with ``peers`` also interpreters that have other simulators."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--tiny", action="store_true", help="tiny sizes and few rounds: does the work, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="also write the rows there; '-' writes them instead of the table")
    for name in peers:
        parser.add_argument(f"--{name}", metavar="PYTHON", help=f"an interpreter that has {name}, to be measured as well")
    return parser.parse_args()


def say(rows: list[Row], json_file: str | None) -> None:
    """Print the tables, and write JSON where asked."""
    text = json.dumps({"versions": versions(), "rows": [dataclasses.asdict(r) for r in rows]}, indent=1)
    if json_file == "-":
        sys.stdout.write(text + "\n")
        return
    sys.stdout.write(as_text(rows) + "\n")
    if json_file:
        with open(json_file, "w", encoding="utf-8") as file:
            file.write(text + "\n")


def read(text: str) -> list[Row]:
    """The rows that :func:`say` wrote as JSON."""
    return [Row(**fields) for fields in json.loads(text)["rows"]]
