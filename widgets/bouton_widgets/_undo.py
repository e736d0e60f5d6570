"""Steps back and forth through what has been changed in a model's parameters."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import bouton as bp

MOST_STEPS = 200
MOST_BYTES = 256_000_000
"""Of arrays that are kept to go back to; the oldest steps go first, the newest stays whatever its size."""


class Step(NamedTuple):
    """One change of one or several parameters.

    Attributes
    ----------
    before, after : dict of str to value
        By path.
    looks : dict of str to pair
        By path, how the control showed the two, for controls that show more than the value.
    label : str
        What was changed, in a word or two.
    gesture : hashable or None
        Of which movement of a hand; the next change of the same belongs to the same step.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    looks: Mapping[str, tuple[Any, Any]]
    label: str
    gesture: Hashable = None


_FOREIGN = object()
"""The gesture of code that changes parameters without a control: what it does in one go is one step."""


class Undo:
    """The steps of one model, shared by all views of it.

    What Python code or a view of another model has changed is found by `note` and is a step too, so that going back never
    takes it along unseen.
    """

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._known: dict[str, Any] = {}

    @property
    def labels(self) -> dict[str, str | None]:
        """What would be undone and redone."""
        return {
            "undo": self._done[-1].label if self._done else None,
            "redo": self._undone[-1].label if self._undone else None,
        }

    def note(self, values: Mapping[str, Any]) -> bool:
        """Look at the values as they are; tells whether there is a new step in it."""
        known = self._known
        moved = [path for path, value in values.items() if known.get(path, value) is not value]
        step = Step({path: known[path] for path in moved}, {path: values[path] for path in moved}, {}, named(moved), _FOREIGN)
        known.update(values)
        if not moved:
            return False
        self._take(step)
        return True

    def did(self, step: Step) -> None:
        """Keep a step that has just been taken."""
        self._known.update(step.after)
        self._take(step)

    def back(self) -> Step | None:
        """The step that is to be undone, if there is one."""
        return self._done[-1] if self._done else None

    def forth(self) -> Step | None:
        """The step that is to be done again, if there is one."""
        return self._undone[-1] if self._undone else None

    def went_back(self) -> None:
        """Note that the last step has been undone."""
        step = self._done.pop()
        self._known.update(step.before)
        self._undone.append(step._replace(gesture=None))

    def went_forth(self) -> None:
        """Note that the step undone last has been done again."""
        step = self._undone.pop()
        self._known.update(step.after)
        self._done.append(step)

    def _take(self, step: Step) -> None:
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and step.gesture is not None and last.gesture == step.gesture:
            looks = {path: (last.looks.get(path, pair)[0], pair[1]) for path, pair in step.looks.items()}
            before = {**step.before, **last.before}
            after = {**last.after, **step.after}
            self._done[-1] = Step(before, after, {**last.looks, **looks}, named(after), step.gesture)
        else:
            self._done.append(step)
        while len(self._done) > MOST_STEPS or (len(self._done) > 1 and self._nbytes() > MOST_BYTES):
            del self._done[0]

    def _nbytes(self) -> int:
        arrays = {id(value): value for step in self._done for value in (*step.before.values(), *step.after.values())}
        return sum(int(getattr(value, "nbytes", 0)) for value in arrays.values())


def named(paths: Iterable[str]) -> str:
    """Paths in a word or two.

    >>> named(["hidden.tau"]), named(["a", "b", "c"])
    ('hidden.tau', '3 parameters')
    """
    known = list(paths)
    return known[0] if len(known) == 1 else f"{len(known)} parameters"


_of_model: "WeakKeyDictionary[bp.Object, Undo]" = WeakKeyDictionary()


def undo_of(model: bp.Object) -> Undo:
    """The steps of a model, for all who show it."""
    return _of_model.setdefault(model, Undo())
