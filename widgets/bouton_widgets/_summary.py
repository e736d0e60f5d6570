"""Numbers and tables as plain text."""

from collections.abc import Sequence

from bouton.core import number as number


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns of text.

    >>> print(table([("tau", "0.02", "s"), ("bias", "0", "")]))
    tau   0.02  s
    bias  0
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
