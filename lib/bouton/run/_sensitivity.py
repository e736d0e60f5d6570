"""How much a read-out of a live simulation depends on each parameter, where the simulation stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Entry, Object
from ..core._names import nearest
from ..errors import KindError, RunningError, UnknownPathError, UnsupportedError
from ..transform import Purified, grad, purify
from ._foreign import Foreign, Stopped
from ._live import LiveSimulation
from ._read_outs import ReadOut
from ._settings import checked_count
from ._signals import Recorder

_WHERE = "Sensitivity"


@dataclass(frozen=True)
class Slopes:
    """Derivatives of a read-out, and where they were taken.

    Attributes
    ----------
    value : float
        The read-out itself.
    slopes : dict of str to array
        By path, of the shape of the parameter: the read-out's change for a small change of each element.
    values : dict of str to array
        The parameters as they were.
    step, change : int
        Step of the simulation from which the stretch began, and number of the last change of a parameter before.
    """

    value: float
    slopes: dict[str, np.ndarray]
    values: dict[str, np.ndarray]
    step: int
    change: int

    def of_shift(self, path: str) -> float:
        """Derivative by a number that is added to all elements of the parameter."""
        return float(np.sum(self.slopes[path]))

    def of_scale(self, path: str) -> float:
        """Derivative by a factor of all elements: the read-out's change for a relative change of the parameter, per 100 %."""
        return float(np.sum(self.slopes[path] * self.values[path]))


class Sensitivity:
    """Derivatives of a read-out by parameters, through the next steps of a live simulation.

    A call takes the state, the parameters and the inputs as they are now, goes ahead from there on the side, and
    differentiates backwards. The simulation is not moved, and need not stop. A call compiles once; a changed parameter nothing.

    Parameters
    ----------
    simulation : LiveSimulation
    read_out : ReadOut
        ``MeanOf('vmem')``, ``RateOf('spikes')``, ``DistanceTo('vmem', target)``. Any signal that the model records, whether
        the simulation keeps it or not.
    of : str or list of str, optional
        Paths of parameters. Default: all that are floats.
    steps : int, optional
        Length of the stretch. Default: that of the window, at most 1000; that of the target, if there is one.

    Raises
    ------
    UnknownPathError
        For a signal or a parameter that there is not.
    UnsupportedError
        For a parameter that is no float, and for a model without any.
    KindError, ValueRefused, ShapeError
        For what is no simulation and no read-out, and for units and targets that do not fit the signal.

    Notes
    -----
    Derivatives pass spikes as the model says: of :class:`bouton.modules.LIF` by its surrogate. What reaches a read-out through
    nothing but steps without a derivative has slope 0.

    Examples
    --------
    >>> import bouton as bp
    >>> with bp.run.LiveSimulation(bp.modules.ExpSyn(1, tau=0.02), inputs=1.0, record="isyn") as sim:
    ...     sim.step(1000)
    ...     found = bp.run.Sensitivity(sim, bp.run.MeanOf("isyn"))()
    >>> f"{found.value:.1f}", f"{found.of_scale('tau'):.1f}", found.step  # settled at tau/dt - 1/2; 2 % more tau, 0.4 more
    ('19.5', '19.6', 1000)
    """

    def __init__(
        self, simulation: LiveSimulation, read_out: ReadOut, of: str | Sequence[str] | None = None, steps: int | None = None
    ):
        if not isinstance(simulation, LiveSimulation) or not isinstance(read_out, ReadOut):
            raise KindError(
                where=_WHERE,
                expected="a LiveSimulation and a read-out",
                got=f"{type(simulation).__name__} and {type(read_out).__name__}",
                fix="Write for instance Sensitivity(simulation, bp.run.MeanOf('vmem')).",
            )
        self._simulation, self.read_out = simulation, read_out
        self._entries = float_parameters(simulation.model, of, _WHERE)
        target = getattr(read_out, "target", None)
        usual = len(target) if target is not None and target.ndim else min(simulation._engine.window, 1000)
        self.steps = usual if steps is None else checked_count(steps, "Sensitivity(steps=...)")
        self._pure: Purified | None = None
        self._compiled: Any = None
        check_signal(simulation._engine.recorder, read_out, self.steps, simulation.model.size_in, _WHERE)

    @property
    def of(self) -> tuple[str, ...]:
        """Paths of the parameters."""
        return tuple(entry.path for entry in self._entries)

    def __call__(self) -> Slopes:
        """Take the derivatives where the simulation stands.

        Raises
        ------
        RunningError
            When a part of the model has been replaced since the simulation was made, and when an input function does not go so
            far.
        """
        simulation = self._simulation
        simulation._engine.refuse_other_parts()
        # Traced before its turn, for which the simulation would have to wait.
        if self._pure is None or any(constant.version != version for constant, version in self._pure.constants.items()):
            self._pure = purify(self._differentiated, self._no_inputs())
            self._compiled = jax.jit(self._pure.pure)
        with simulation._turns:
            step, change, drive = simulation.steps, simulation.change, simulation.inputs
            cells = [cell.value for cell in self._pure.cells]
            held = {entry.path: entry.cell.value for entry in self._entries if entry.cell is not None}
        values = {path: np.asarray(value) for path, value in held.items()}
        try:
            with Foreign("the input function"):
                inputs = drive(step, self.steps)
        except Stopped as stop:
            raise RunningError(
                where=_WHERE,
                expected=f"inputs for the next {self.steps} steps",
                got=f"{stop}",
                fix="Drive it longer, or ask for a shorter stretch: steps=...",
            ) from stop
        (slopes, value), _ = self._compiled(cells, inputs)
        return Slopes(float(value), {path: np.asarray(slope) for path, slope in slopes.items()}, values, step, change)

    # -- inside ---------------------------------------------------------------

    def _differentiated(self, inputs: Any) -> tuple:
        by = {entry.path: entry.cell for entry in self._entries}
        return grad(self._read, grad_vars=by, return_value=True)(inputs)

    def _read(self, inputs: Any) -> jax.Array:
        path = self.read_out.path
        rows = jnp.reshape(self._simulation._engine.recorder.evolved(inputs, [path])[path][0], (self.steps, -1))
        rows = rows if jnp.issubdtype(rows.dtype, jnp.floating) else rows.astype(float)
        return self.read_out({path: rows}, self._simulation.dt)

    def _no_inputs(self) -> np.ndarray:
        return np.zeros((self.steps, self._simulation.model.size_in), jax.dtypes.canonicalize_dtype(float))


def check_signal(recorder: Recorder, read_out: ReadOut, steps: int, size_in: int, where: str) -> int:
    """Refuse a read-out of what the model does not record, or of another shape; the units that the signal has.

    Raises
    ------
    UnknownPathError, ValueRefused, ShapeError
    """
    shapes: dict[str, tuple[int, ...]] = {}

    def look(inputs: Any) -> None:
        shapes.update({path: np.shape(value) for path, value in recorder.evolved(inputs, True).items()})

    purify(look, np.zeros((steps, size_in), jax.dtypes.canonicalize_dtype(float)))
    path = read_out.path
    if path not in shapes:
        raise UnknownPathError(
            where=f"{where}({read_out!r})",
            expected="a signal that the model records",
            got=f"{path!r}",
            fix=nearest(path, shapes),
        )
    units = int(np.prod(shapes[path][2:]))
    read_out.check((steps, units))
    return units


def float_parameters(model: Object, of: str | Sequence[str] | None, where: str) -> list[Entry]:
    """The parameters of floats that are asked for, or all.

    Raises
    ------
    UnknownPathError, UnsupportedError
        For a path that is none of a parameter, for one that is no float, and for a model without any.
    """
    known = {entry.path: entry for entry in model.entries() if entry.kind == "parameter"}
    floats = {
        path: entry for path, entry in known.items() if entry.dtype is not None and jnp.issubdtype(entry.dtype, jnp.floating)
    }
    wanted = list(floats) if of is None else [of] if isinstance(of, str) else list(of)
    for path in wanted:
        if path not in known:
            raise UnknownPathError(
                where=f"{where}(of=...)", expected="paths of parameters", got=f"{path!r}", fix=nearest(path, floats)
            )
        if path not in floats:
            raise UnsupportedError(
                where=f"{where}(of={path!r})", expected="a parameter of floats", got=f"{known[path].dtype}", fix="Leave it out."
            )
    if not wanted:
        raise UnsupportedError(
            where=where,
            expected="a model with parameters of floats",
            got="none",
            fix="Register what is to be turned as a Parameter.",
        )
    return [floats[path] for path in wanted]
