"""A model's parameters as sliders and number fields."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import bouton as bp
from bouton import errors

from ._assets import script
from ._fit_targets import Target
from ._focus import follow as follow_tree
from ._parameters_view import Family as Family
from ._parameters_view import ParametersView as ParametersView
from ._widget import ViewWidget


class ParameterControls(ViewWidget):
    """The widget that `parameters` gives."""

    _esm: ClassVar[str] = script(ParametersView.script)
    view: ParametersView

    def undo(self) -> None:
        """Take the last change back, whoever made it: a control here or in another view of the model, or Python code."""
        self.view.writing.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.view.writing.redo()

    @property
    def presets(self) -> dict[str, bp.run.Preset]:
        """The settings that are kept for this model, by name."""
        return dict(self.view.presets.kept)

    def store_preset(self, name: str) -> None:
        """Keep the present setting under a name; the page offers it too."""
        self.view.presets.store(name)

    def pick_preset(self, name: str) -> None:
        """Turn the model to a setting that is kept: all of it or, when something is refused, nothing.

        Raises
        ------
        UnknownPathError
            When there is none of this name, or the model has no such parameter.
        BoutonError
            As for the assignment.
        """
        self.view.presets.pick(name)

    def sensitivity(self, read_out: str | None) -> None:
        """Show beside each slider how a read-out of the live simulation depends on it, as the menu of the page does.

        Parameters
        ----------
        read_out : str or None
            ``"rate hidden.spikes"``, ``"mean hidden.vmem"``: of a recorded signal. None shows nothing.

        Raises
        ------
        UnknownPathError
            When there is no such read-out.
        """
        self.view.slopes.choose(read_out)

    def fit(
        self,
        target: Any,
        signal: str | None = None,
        of: str | Sequence[str] | None = None,
        *,
        units: int | Sequence[int] | None = None,
        inputs: Any = None,
        start: bp.run.Snapshot | None = None,
        smooth: float | None = None,
    ) -> bp.run.Fit:
        """Take a target; the page then offers to fit what is ticked to it.

        Parameters
        ----------
        target : (T,) or (T, units) array, or TSContinuous
            What the signal should be, from the start on.
        signal : str, optional
            Path of the signal. Default: the first trace that the simulation records; of a model its output.
        of : str or sequence of str, optional
            What is turned; what is ticked already unless given, and all if nothing is.
        units, inputs, start, smooth
            As for :class:`bouton.run.Fit`.

        Returns
        -------
        bouton.run.Fit
            ``controls.fit(...).start()`` starts it from Python.

        Raises
        ------
        BoutonError
            As for :class:`bouton.run.Fit`.
        """
        desk, simulation = self.view.fitting, self.view.simulation
        if signal is None:
            traces = [one.path for one in simulation.signals if one.kind == "trace"] if simulation is not None else []
            signal = traces[0] if traces else "output"
        desk.smooth = smooth
        desk.aim(Target(signal, target, start, inputs, units, f"{signal}, given by Python"))
        paths = [of] if isinstance(of, str) else of
        desk.choose(list(paths if paths is not None else desk.chosen or desk.content()["able"]))
        return desk.made()

    def save_preset(self, file: str | os.PathLike[str], name: str = "") -> None:
        """Save the present setting, see :meth:`bouton.run.Preset.save`."""
        self.view.presets.present(name).save(file)

    def load_preset(self, file: str | os.PathLike[str]) -> None:
        """Turn the model to the setting in a file, and keep it; see :meth:`bouton.run.Preset.load`."""
        preset = bp.run.Preset.load(file)
        self.view.presets.add(preset, preset.name or Path(file).stem)


def parameters(
    target: bp.Object | bp.run.LiveSimulation,
    family: Family = None,
    *,
    simulation_parameters: bool = False,
    follow: ViewWidget | None = None,
) -> ParameterControls:
    """Show a model's parameters as sliders, with number fields, units and reset buttons.

    A number, or an array of equal numbers, is moved as one number. An array of different numbers keeps its proportions and is
    scaled by a factor; its editor scales, shifts, draws from a distribution, or sets single cells. A field takes a number in its
    unit, or with a unit of its own: ``20 ms`` in a field of seconds. What cannot be taken is refused beside the field, and
    nothing changes.

    Ctrl+Z takes the last change back. Settings are kept by name and in files, beside each slider stands how much a read-out of a
    live simulation depends on it, and what is ticked is fitted to a target, all on demand.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        A model is written to directly. A live simulation takes each change into its very next chunk, without compiling. What
        Python code changes shows here when its cell has been executed, and within a second while a simulation runs.
    family : str or sequence of str, optional
        Only the parameters of these families, such as ``"taus"``.
    simulation_parameters : bool
        Numeric simulation parameters too.
    follow : ModuleTree, optional
        What `tree` gives for the same model: only the controls of what is selected there are shown.

    Returns
    -------
    ParameterControls
        A widget; the last expression of a cell displays it.

    Raises
    ------
    KindError
        When the target is neither a model nor a simulation, or ``follow`` is no tree.
    ValueRefused
        When the model has no parameter of that family, or the tree is of another model.
    """
    if not isinstance(target, bp.Object | bp.run.LiveSimulation):
        raise errors.KindError(
            where="bouton_widgets.parameters(target)",
            expected="a bouton model or a bouton.run.LiveSimulation",
            got=type(target).__name__,
            fix="Pass the module itself, such as bp.modules.LIF(10), or a simulation of it.",
        )
    view = ParametersView(target, family, simulation_parameters=simulation_parameters)
    if not view.controls and not view.fixed:
        known = sorted({e.family for e in view.module.entries() if e.kind == "parameter" and isinstance(e.family, str)})
        raise errors.ValueRefused(
            where=f"bouton_widgets.parameters(family={family!r})",
            expected=f"a family that the model has: {', '.join(known) or 'it has none'}",
            got="no parameter of it",
            fix="Leave family out to see every parameter.",
        )
    if follow is not None:
        follow_tree(view, follow, "bouton_widgets.parameters")
    return ParameterControls(view)
