"""The plane of two states of one unit of a live simulation: which way its point would go from every place, and where it went."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import RunningError, ShapeError, ValueRefused
from ..transform import Purified, Variable, purify
from ._foreign import Foreign, Stopped
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._phase_given import WHERE, checked_range, known_course, place_in, place_kept, state_cell
from ._phase_path import PhasePath, outline, stretch
from ._recording import Recording
from ._ring import Held, Ring
from ._settings import checked_count

# Values of states that a field computes at most, and keeps at once: a larger model gets a coarser grid, in several goes.
_MOST_VALUES = 2**22
_LEAST_POINTS = 9

# A step with an event that goes over more than so many places of the grid is a reset and no motion.
_LEAP = 3.0


@dataclass(frozen=True)
class PhaseField:
    """How two states of a unit would change over one step, on a grid of their values.

    Attributes
    ----------
    x, y : (nx,), (ny,) array
        Values of the two states.
    dx, dy : (ny, nx) array, 1/s
        Their changes in a second, at the pace of the next step; NaN where that step is a reset.
    step, change : int
        Step of the simulation at which all else was taken, and number of the last change of a parameter.
    """

    x: np.ndarray
    y: np.ndarray
    dx: np.ndarray
    dy: np.ndarray
    step: int
    change: int


class PhasePlane:
    """Two states of one unit of a live simulation as a plane.

    A field takes the model as it is now, with its parameters, its input, and the states of all other units, moves the one unit to
    every point of a grid and does one step from there, on the side. The zero lines of the two changes are the nullclines. The
    simulation is not moved, and need not stop. It compiles once; changed parameters, ranges and units compile nothing.

    Parameters
    ----------
    simulation : LiveSimulation
    x, y : str
        Paths of two states with floats, of as many units each: ``'system.V'``, ``'system.w'``.
    unit : int
        Which of the units; may be assigned later.
    points : int
        Places of the grid along each axis. A model with many values gets fewer, so that its field stays cheap.

    Raises
    ------
    KindError
        For what is no simulation, and for a state that is no float.
    UnknownPathError
        For a state that there is not.
    ShapeError
        For states of different numbers of units.
    ValueRefused
        For one state twice, and a unit that there is not.

    Notes
    -----
    What one step changes is compared, not a derivative: at a nullcline both are zero, for all integrators of one stage. Random
    numbers of the next step are part of the field. Of neurons that spike, points whose next step resets them are left out.

    Examples
    --------
    >>> import bouton as bp
    >>> model = bp.modules.FromStep(bp.neurons.FHN(1), dt=1e-4)
    >>> with bp.run.LiveSimulation(model, inputs=0.5, record="system.*") as sim:
    ...     plane = bp.run.PhasePlane(sim, "system.V", "system.w")
    ...     field = plane.field((-2.0, 2.0), (-1.0, 2.0))
    >>> field.dx.shape, bool(field.dx[0, 16] > 0)
    ((33, 33), True)
    """

    def __init__(self, simulation: LiveSimulation, x: str, y: str, unit: int = 0, *, points: int = 33):
        checked_simulation(simulation, WHERE)
        self._simulation, self.x, self.y = simulation, x, y
        if x == y:
            raise ValueRefused(where=f"{WHERE}(x, y)", expected="two states", got=f"{x!r} twice", fix="Name another one.")
        self._cells = tuple(state_cell(simulation, path, name) for path, name in ((x, "x"), (y, "y")))
        sizes = [math.prod(cell.shape) for cell in self._cells]
        if sizes[0] != sizes[1]:
            raise ShapeError(
                where=f"{WHERE}(x={x!r}, y={y!r})",
                expected="two states of the same units",
                got=f"{sizes[0]} and {sizes[1]} values",
                fix="Name two states of one group.",
            )
        self.units = sizes[0]
        self.unit = unit
        self._points = max(checked_count(points, f"{WHERE}(points=...)"), 2)
        self._pure: Purified | None = None
        self._compiled: Any = None

    @property
    def unit(self) -> int:
        """Which unit is shown. Assign to change it."""
        return self._unit

    @unit.setter
    def unit(self, unit: int) -> None:
        if isinstance(unit, bool) or not isinstance(unit, int | np.integer) or not 0 <= unit < self.units:
            raise ValueRefused(
                where=f"{WHERE}(unit=...)",
                expected=f"a whole number from 0 to {self.units - 1}",
                got=f"{unit!r}",
                fix="Units are counted from 0.",
            )
        self._unit = int(unit)

    def now(self) -> tuple[float, float]:
        """The two states of the unit as they are now."""
        with self._simulation._turns:
            x, y = (float(np.asarray(cell.value).reshape(-1)[self.unit]) for cell in self._cells)
        return x, y

    def path(
        self,
        seconds: float | None = None,
        most: int = 1200,
        *,
        of: Recording | None = None,
        time: Sequence[float] | None = None,
    ) -> PhasePath:
        """Where the unit has been, over the last seconds.

        Parameters
        ----------
        seconds : float, s, optional
            Default: all that the simulation keeps.
        most : int
            About how many points at most; of more, those are left out that are extreme in neither state.
        of : Recording, optional
            Of this simulation, instead of what it keeps now.
        time : (float, float), s, optional
            Only between two times; ``seconds`` is then not looked at.

        Raises
        ------
        UnknownPathError
            When one of the states is not recorded at all, or not of this unit.
        ValueRefused
            For times that are none.
        """
        simulation, paths = self._simulation, (self.x, self.y)
        ends = None if time is None else checked_range(time, "time", f"{WHERE}.path", "(0.5, 1.5)")

        def outlined(held: Sequence[Ring | Held], kept: Sequence[int]) -> PhasePath:
            begin, end = stretch(max(one.first for one in held), held[0].next, simulation.dt, seconds, ends)
            steps = np.arange(begin, end)
            xs, ys = (one.rows(steps, np.array([k]))[:, 0] for one, k in zip(held, kept, strict=True))
            chosen = outline(xs, ys, most, begin)
            return PhasePath(xs[chosen], ys[chosen], steps[chosen] + 1)

        if of is not None:
            places = [place_in(of, path, self.unit) for path in paths]
            return outlined([of.held(path) for path in paths], places)
        kept = [place_kept(simulation, path, self.unit) for path in paths]
        with simulation._turns:
            return outlined([simulation._engine.rings[path] for path in paths], kept)

    def field(self, x: Sequence[float], y: Sequence[float], *, of: Recording | None = None) -> PhaseField:
        """How both states would change from every point of a grid, all else as it is now.

        Parameters
        ----------
        x, y : (float, float)
            Smallest and largest value of each state.
        of : Recording, optional
            Of this simulation: all else is as it was at the end of it.

        Raises
        ------
        ValueRefused
            For a range that is none, and a recording whose end is not known or was of another activation function or the like.
        RunningError
            When a part of the model has been replaced since the simulation was made, or the model or its input raises.
        """
        simulation = self._simulation
        ranges = [checked_range(given, name, f"{WHERE}.field") for given, name in ((x, "x"), (y, "y"))]
        engine = simulation._engine
        engine.refuse_other_parts()
        course = None if of is None else known_course(of, simulation)
        try:
            with simulation._turns:
                pure, compiled = self._program()
                if of is None or course is None:
                    step, change, drive = simulation.steps, simulation.change, simulation.inputs
                    values = [cell.value for cell in pure.cells]
                else:
                    step, change, drive = course.snapshots[-1].steps, of.change, course.inputs
                    values = engine.values_at(course.snapshots[-1], pure.cells)
                size = sum(math.prod(cell.shape) for cell in pure.written)
            points = min(self._points, max(_LEAST_POINTS, math.isqrt(_MOST_VALUES // max(size, 1))))
            xs, ys = (np.linspace(low, high, points) for low, high in ranges)
            with Foreign("the input function"):
                inputs = drive(step, 1)
            with Foreign("the model"):
                at = np.int32(self.unit)
                dtypes = [cell.dtype for cell in self._cells]
                found = compiled(values, inputs, xs.astype(dtypes[0]), ys.astype(dtypes[1]), at)
                dx, dy, fires = (np.asarray(part) for part in found)
        except Stopped as stop:
            raise RunningError(
                where=f"{WHERE}.field",
                expected="a model that can be advanced",
                got=f"a failure: {stop}",
                fix="See the cause above, or choose narrower ranges.",
            ) from stop.__cause__
        steps_of = [(high - low) / (points - 1) for low, high in ranges]
        resets = fires & ((np.abs(dx) > _LEAP * steps_of[0]) | (np.abs(dy) > _LEAP * steps_of[1]))
        dx, dy = (np.where(resets, np.nan, part / simulation.dt).astype(np.float32) for part in (dx, dy))
        return PhaseField(xs, ys, dx, dy, step, change)

    # -- inside ---------------------------------------------------------------

    def _program(self) -> tuple[Purified, Any]:
        pure = self._pure
        if pure is None or any(constant.version != version for constant, version in pure.constants.items()):
            size_in = self._simulation.model.size_in
            pure = purify(self._stepped, np.zeros((1, size_in), jax.dtypes.canonicalize_dtype(float)))
            pure.learn(self._cells, [])
            self._pure, self._compiled = pure, jax.jit(_on_grid(pure, self._cells))
        return pure, self._compiled

    def _stepped(self, inputs: jax.Array) -> list[jax.Array]:
        """Advance by one step; gives how many events each unit had, ``[(units,), ...]``."""
        recorder = self._simulation._engine.recorder
        found = recorder.evolved(inputs, True)
        group = self.x.rpartition(".")[0]
        alike = [path for path in found if path.rpartition(".")[0] == group and recorder._is_events(path)]
        return [jnp.reshape(found[path], -1).astype(bool) for path in alike if np.size(found[path]) == self.units]


def _on_grid(pure: Purified, cells: tuple[Variable, ...]) -> Any:
    """Changes of both states over one step, from every point, and whether the step has an event of the unit."""
    # By identity: a cell compares like its array.
    places = [next(k for k, known in enumerate(pure.cells) if known is cell) for cell in cells]
    size = sum(math.prod(cell.shape) for cell in pure.written)

    def grid(values: list[jax.Array], inputs: jax.Array, xs: jax.Array, ys: jax.Array, unit: jax.Array) -> tuple:
        def one(point: tuple[jax.Array, jax.Array]) -> tuple:
            there = list(values)
            for place, value in zip(places, point, strict=True):
                there[place] = jnp.reshape(jnp.reshape(values[place], -1).at[unit].set(value), values[place].shape)
            events, left = pure.pure(there, inputs)
            after = dict(zip(pure.written, left, strict=True))
            ends = [jnp.reshape(after[cell], -1)[unit] if cell in after else at for cell, at in zip(cells, point, strict=True)]
            fires = jnp.any(jnp.stack([event[unit] for event in events])) if events else jnp.zeros((), bool)
            return ends[0] - point[0], ends[1] - point[1], fires

        shape = (len(ys), len(xs))
        across, up = (jnp.reshape(part, -1) for part in jnp.meshgrid(xs, ys))
        together = min(max(_MOST_VALUES // max(size, 1), 1), len(across))
        return tuple(jnp.reshape(part, shape) for part in jax.lax.map(one, (across, up), batch_size=together))

    return grid
