"""What a live simulation records when nobody says: what a first look at a model is for, and no more."""

from collections.abc import Iterable, Mapping

_MOST_EVENTS = 3
_MOST_TRACES = 2

# Of several states of a part the one that is looked at first, by the names that models give it.
_FIRST = ("V", "v", "vmem", "u", "x", "h", "state")

# What a part takes in or keeps in mind, not what it does.
_LAST = ("input", "rec_input", "irec", "U", "t_last_spike")


def usual(signals: Mapping[str, bool], order: Iterable[str], output: str) -> list[str]:
    """Choose signals: events, a state of the first parts, and the output where it is not one of them.

    Parameters
    ----------
    signals : mapping of str to bool
        All paths that could be recorded, and whether each is one of events.
    order : iterable of str
        Paths of the model in its own order.
    output : str
        The path that is the output of the model.

    Examples
    --------
    >>> usual({"a.input": False, "a.v": False, "a.spikes": True, "output": True}, ["a.input", "a.v", "a.spikes"], "output")
    ['a.spikes', 'a.v']
    """
    rank = {path: k for k, path in enumerate(order)}
    inside = sorted((path for path in signals if path in rank), key=lambda path: rank[path])
    events = [path for path in inside if signals[path]]
    parts: dict[str, list[str]] = {}
    # Parts with events come first: of what neurons get from synapses they tell themselves.
    for path in sorted(inside, key=lambda path: not any(_part(path) == _part(event) for event in events)):
        if not signals[path]:
            parts.setdefault(_part(path), []).append(path)
    traces = [min(paths, key=_worth) for paths in parts.values()][:_MOST_TRACES]
    if len(parts) == 1:
        # Two states of one part make a plane.
        (paths,) = parts.values()
        traces = [traces[0], *(path for path in sorted(paths, key=_worth)[1:2] if _worth(path) <= len(_FIRST))]
    chosen = [*events[:_MOST_EVENTS], *traces]
    if output in signals and (not events or not signals[output]):
        chosen.append(output)
    return chosen


def _part(path: str) -> str:
    return path.rpartition(".")[0]


def _worth(path: str) -> int:
    name = path.rpartition(".")[2]
    return _FIRST.index(name) if name in _FIRST else 2 * len(_FIRST) if name in _LAST else len(_FIRST)
