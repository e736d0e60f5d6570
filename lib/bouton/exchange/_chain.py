"""Whether nodes stand in a row."""

from collections.abc import Mapping

from ._flat import Flat


def in_a_row(flat: Flat, loops: Mapping[str, str]) -> list[str] | None:
    """Nodes from the input to the output where there is no other way, or None.

    Parameters
    ----------
    flat : Flat
    loops : dict of str to str
        Neurons that bring their own loop along, and the weights in it, which are passed by.
    """
    ours = set(loops.values())
    row, name = [], ""
    while True:
        ahead = [two for two in flat.after[name] if two not in ours]
        if len(ahead) != 1 or ahead[0] in row:
            return None
        (name,) = ahead
        if len([one for one in flat.before[name] if one not in ours]) != 1:
            return None
        if not name:
            return row
        row.append(name)
