"""A setting of a model's parameters: taken, put back all at once, kept in a file."""

import os
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ..core import Entry, Object
from ..core._files import as_path, check_folder
from ..core._names import nearest
from ..errors import BoutonError, KindError, UnknownPathError, ValueRefused
from ._live import LiveSimulation
from ._preset_text import from_text, to_text


@dataclass(frozen=True)
class Preset:
    """Values of parameters by path.

    Attributes
    ----------
    values : dict of str to value
        Arrays, numbers, and of what is chosen by name the name.
    name : str
        As people call it.
    model : str
        Class of the model that it was taken of; for information.

    Examples
    --------
    >>> import bouton as bp
    >>> model = bp.modules.LIF(4, tau_mem=0.02)
    >>> quiet = bp.run.Preset.of(model, "tau_mem", name="quiet")
    >>> model.tau_mem = 0.05
    >>> _ = quiet.apply(model)
    >>> float(model.tau_mem) == float(quiet.values["tau_mem"])
    True
    """

    values: Mapping[str, Any]
    name: str = ""
    model: str = ""

    @classmethod
    def of(cls, target: Object | LiveSimulation, paths: str | Iterable[str] | None = None, *, name: str = "") -> Self:
        """Take the parameters as they are.

        Parameters
        ----------
        target : Object or LiveSimulation
            Whose.
        paths : str or iterable of str, optional
            Of parameters and simulation parameters. Default: all parameters, and all that is chosen by name.
        name : str
            What it is to be called.

        Raises
        ------
        KindError
            When the target is neither a model nor a simulation.
        UnknownPathError
            For a path that is none of a parameter.
        ValueRefused
            For a function that has no name among the choices.
        """
        model = _model_of(target, "Preset.of")
        known = _known(model)
        if paths is None:
            wanted = [p for p, e in known.items() if e.kind == "parameter" or (e.choices is not None and _choice(e))]
        else:
            wanted = [paths] if isinstance(paths, str) else list(paths)
        return cls({path: _taken(_found(path, known, "Preset.of")) for path in wanted}, name, model.class_name)

    def apply(self, target: Object | LiveSimulation) -> int:
        """Write all values; when one is refused, none. A live simulation takes all into the same chunk.

        Returns
        -------
        int
            Number of the last change, as of :meth:`LiveSimulation.set`; 0 for a model.

        Raises
        ------
        UnknownPathError
            When the model has no such parameter.
        ShapeError, KindError, ValueRefused
            For a value that its parameter cannot take.
        RunningError
            As for :meth:`LiveSimulation.set`.
        """
        model = _model_of(target, "Preset.apply")
        simulation = target if isinstance(target, LiveSimulation) else None
        where = f"Preset {self.name!r}" if self.name else "Preset"
        change = 0 if simulation is None else simulation.change
        with nullcontext() if simulation is None else simulation._turns:
            known = _known(model)
            entries = [(_found(path, known, where), value) for path, value in self.values.items()]
            for entry, value in entries:
                _check(entry, value)
            before = [(entry, entry.value) for entry, _ in entries]
            finished = False
            try:
                for entry, value in entries:
                    if simulation is None:
                        entry.set(value)
                    else:
                        change = simulation.set(entry.path, value)
                finished = True
            finally:
                # A model may have reasons of its own, which only the assignment tells.
                if not finished:
                    for entry, value in before:
                        if entry.value is not value:
                            entry.set(value)
        return change

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write a file of text, JSON, which :meth:`load` reads.

        Raises
        ------
        KindError
            When ``file`` is no path, or a value is no array, number or name.
        FolderError
            When its folder is not there.
        """
        path = as_path(file, "Preset.save")
        check_folder(path, "Preset.save")
        text = self.text()
        path.write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Self:
        """Read what :meth:`save` has written. Nothing in it is ever run.

        Raises
        ------
        ValueRefused
            For a file that is damaged, something else, or of a newer format.
        KindError
            When ``file`` is no path.
        """
        path = as_path(file, "Preset.load")
        if not Path(path).is_file():
            raise ValueRefused(
                where="Preset.load", expected="a file that is there", got=f"{path}", fix="Give the path that save was given."
            )
        return cls.read(path.read_bytes(), str(path))

    def text(self) -> str:
        """The content of a file."""
        return to_text(self.values, self.name, self.model)

    @classmethod
    def read(cls, text: str | bytes, where: str = "Preset.read") -> Self:
        """The preset that a text tells of, as :meth:`load` reads it from a file."""
        return cls(*from_text(text, where))


def _model_of(target: Any, where: str) -> Object:
    if isinstance(target, LiveSimulation):
        return target.model
    if isinstance(target, Object):
        return target
    raise KindError(
        where=where,
        expected="a model or a LiveSimulation",
        got=f"{type(target).__name__}",
        fix="Pass the module itself, or a simulation of it.",
    )


def _known(model: Object) -> dict[str, Entry]:
    # The time step belongs to a simulation, not to a setting.
    return {e.path: e for e in model.entries() if e.kind in ("parameter", "simulation") and e.name != "dt"}


def _found(path: str, known: Mapping[str, Entry], where: str) -> Entry:
    if path not in known:
        raise UnknownPathError(
            where=where, expected="paths of the model's parameters", got=f"{path!r:.80}", fix=nearest(path, known)
        )
    return known[path]


def _taken(entry: Entry) -> Any:
    value = entry.value
    if entry.is_array or isinstance(value, str):
        return value
    name = _choice(entry)
    if name is None:
        raise ValueRefused(
            where=f"Preset.of, {entry.path}",
            expected="a number, an array, or one of the choices by name",
            got=f"{getattr(value, '__name__', type(value).__name__)}",
            fix="Leave this path out.",
        )
    return name


def _choice(entry: Entry) -> str | None:
    """The name of what is chosen, if it has one."""
    value = entry.value
    return next((name for name, one in (entry.choices or {}).items() if one is value), None)


def _check(entry: Entry, value: Any) -> None:
    try:
        entry.check(value)
    except BoutonError as error:
        raise type(error)(where=entry.path, expected=error.expected, got=error.got, fix=error.fix) from error
