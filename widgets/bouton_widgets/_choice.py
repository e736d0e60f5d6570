"""One of several functions, chosen by name: the menu for what is no number."""

from typing import Any

import bouton as bp


def choosable(entry: bp.Entry) -> bool:
    """Whether there is something to choose from."""
    return entry.choices is not None


class Choice:
    """One entry under a menu; what a `Control` is to a number.

    Parameters
    ----------
    entry : bouton.Entry
        With ``choices``.
    """

    def __init__(self, entry: bp.Entry):
        self.entry = entry
        self.initial = entry.value
        self._seen = self.initial

    @property
    def stale(self) -> bool:
        """Whether the model holds something else than at the last look."""
        return self.entry.value is not self._seen

    def update(self, source: object = None) -> bool:
        """Look at the model again. Tells whether there is something else than at the last look."""
        stale, self._seen = self.stale, self.entry.value
        return stale

    def read(self, typed: Any) -> str | None:
        """The name that a page sent, if it is one of the choices."""
        return typed if isinstance(typed, str) and typed in (self.entry.choices or {}) else None

    def objection(self, chosen: str | None) -> str | None:
        """Say in one short sentence why it cannot be taken."""
        return f"Choose one of {', '.join(self.entry.choices or {})}." if chosen is None else None

    def value_for(self, chosen: str) -> Any:
        """What has this name."""
        return (self.entry.choices or {})[chosen]

    def took(self, chosen: str, *, dragging: bool = False) -> None:
        """Note that the model has taken it."""
        self.update()

    def look(self) -> None:
        """Nothing is shown beside the value."""

    def recall(self, look: object) -> None:
        """Show the value as it is."""
        self.update()

    def row(self) -> dict[str, Any]:
        """Give the page all that it needs, ready for JSON."""
        entry, choices = self.entry, self.entry.choices or {}
        name = next((name for name, one in choices.items() if one is self._seen), None)
        return {
            "path": entry.path,
            "name": entry.name,
            "group": entry.path.rpartition(".")[0],
            "class": entry.owner.class_name,
            "family": entry.family if isinstance(entry.family, str) else "",
            "unit": "",
            "shape": [],
            "factor": False,
            "switch": False,
            "choices": list(choices) if name is not None else ["", *choices],
            "compiles": False,
            "value": name,
            "text": name or entry.summary(),
            "changed": self._seen is not self.initial,
        }
