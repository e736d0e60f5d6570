"""Settings of a model's parameters that are kept by name, for all views of the model."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import bouton as bp
from bouton import errors

MOST_TEXT = 8_000_000
"""Characters of a file that go through a page; a larger one is read and written by Python."""

_LONGEST = 80
"""Letters of a name that a page gives."""

_of_model: "WeakKeyDictionary[bp.Object, dict[str, bp.run.Preset]]" = WeakKeyDictionary()


class Presets:
    """The presets of a view's model, and what its pages do with them.

    Parameters
    ----------
    view : ParametersView
        Whose controls make up a setting.
    """

    def __init__(self, view: Any):
        self._view = view
        self.kept = _of_model.setdefault(view.module, {})

    @property
    def names(self) -> list[str]:
        """In the order in which they were stored."""
        return list(self.kept)

    def store(self, name: str) -> bp.run.Preset:
        """Keep the present setting under a name; one of this name is replaced."""
        self.kept[name] = found = self.present(name)
        self._tell()
        return found

    def present(self, name: str = "") -> bp.run.Preset:
        """The present setting of all that has a control."""
        return bp.run.Preset.of(self._view.module, self._nameable(), name=name)

    def add(self, preset: bp.run.Preset, name: str) -> None:
        """Turn the model to a preset, and keep it if nothing is refused."""
        self._apply(preset, name)
        self.kept[name] = preset
        self._tell()

    def pick(self, name: str) -> None:
        """Turn the model to a preset."""
        self._apply(self._found(name), name)

    def delete(self, name: str) -> None:
        """Keep it no more."""
        self._found(name)
        del self.kept[name]
        self._tell()

    def receive(self, message: Mapping[str, Any], page: str) -> None:
        """Act on a button of a page.

        Raises
        ------
        BoutonError
            When a file or a value is refused.
        """
        given = str(message.get("name") or "").strip()[:_LONGEST]
        name = given or "preset"
        match message["type"]:
            case "preset-store":
                self.store(given or self._unused())
            case "preset-pick":
                self.pick(name)
            case "preset-delete":
                self.delete(name)
            case "preset-load":
                preset = bp.run.Preset.read(str(message["text"]), name)
                self.add(preset, preset.name[:_LONGEST] or name)
            case "preset-save":
                self._send(name, page)

    def _unused(self) -> str:
        """A name that no preset has: one of the same name would be replaced."""
        number = len(self.kept) + 1
        while f"setting {number}" in self.kept:
            number += 1
        return f"setting {number}"

    def _send(self, name: str, page: str) -> None:
        text = self._found(name).text()
        if len(text) > MOST_TEXT:
            raise errors.ValueRefused(
                where=f"preset {name!r}",
                expected=f"at most {MOST_TEXT // 1_000_000} MB to go through the page",
                got=f"{len(text) // 1_000_000} MB",
                fix="Write controls.save_preset('setting.json') in Python.",
            )
        self._view.publish({"type": "preset-file", "to": page, "name": name, "text": text})

    def _apply(self, preset: bp.run.Preset, name: str) -> None:
        self._view.writing.write(preset.values, label=f"preset {name}", name=name)
        controls = self._view.controls
        self._view.show([controls[path].row() for path in preset.values if path in controls])

    def _found(self, name: str) -> bp.run.Preset:
        if name not in self.kept:
            raise errors.UnknownPathError(
                where="presets",
                expected=f"one of {', '.join(map(repr, self.kept))}" if self.kept else "a preset that is kept",
                got=f"{name!r}",
                fix="Store it first.",
            )
        return self.kept[name]

    def _nameable(self) -> list[str]:
        # A function that is none of the choices has no name that a file could hold.
        entries = [control.entry for control in tuple(self._view.controls.values())]
        return [e.path for e in entries if e.choices is None or any(one is e.value for one in e.choices.values())]

    def _tell(self) -> None:
        self._view.tell_all({"type": "presets", "presets": self.names})
