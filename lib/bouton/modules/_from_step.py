"""A system of one step, or a graph of nodes, as a module."""

from contextlib import AbstractContextManager, ExitStack
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import State
from ..core._nested import nested_by_path
from ..dynamics import DynamicalSystem, share
from ..errors import KindError, ShapeError, ValueRefused
from ..math import BatchingMode, environment
from ..transform import DEFAULT, KeyVariable, cls_jit, result_shapes
from ..transform._operators import plain
from ..transform._purify import discover
from ._call import CALLS, Selection
from ._declare import declare_time_step
from ._module import Module


class FromStep(Module):
    """A module over a system of one step: a layer, neurons, a network of these, or a graph of nodes.

    Modules count time in seconds, systems in milliseconds: with ``dt`` in seconds the system takes steps of ``1000 * dt`` ms, and
    is told their time in ms. Parameters and states of the system keep their units, and stand below ``system``. It begins anew.

    Parameters
    ----------
    system : DynamicalSystem
        In any mode; in one with a batch it is given a batch of 1. A graph of nodes is initialised. What it returns, one number
        for each channel, is the output.
    dt : float, s
        Time step. It cannot be changed: delays of the system were laid out for it.
    shape : (Nin, Nout), optional
        Default: as the system says. Of a system that does not, one number for ``Nin`` will do.
    input_to : str, optional
        Path of a Variable of the system to which the input is added before each step, ``'E.input'``; the system is then called
        without an argument.
    output_from : str, optional
        Path of a Variable of the system whose value after each step is the output, ``'E.spike'``, whatever the system returns.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    State
    -----
    i : ()
        Number of the next step; the system is told the time ``i * dt``.
    system
        Those of the system.

    Raises
    ------
    KindError
        For what is no system; for one that returns no array.
    ValueRefused
        For a time step of 0 or less, and where neither the system nor ``shape`` tells the number of inputs.
    ShapeError
        When the system does not fit ``shape``, or returns more than one axis.
    UnknownPathError
        For a path that the system has not.

    Notes
    -----
    The states of the system can be recorded, and of a graph also what each node gives, ``'system.hidden.output'``.

    Every element of a batch starts from the present state of the system, and has random numbers of its own; the state of the
    first is kept.

    Examples
    --------
    >>> import bouton as bp, numpy as np
    >>> lif = FromStep(bp.neurons.LIF(3, tau=10.0), dt=1e-4)  # steps of 0.1 ms
    >>> spikes, state, record = lif(np.full((200, 3), 30.0), record="system.V")
    >>> spikes.shape, record["system"]["V"].shape
    ((1, 200, 3), (1, 200, 3))
    """

    # What is below is reset by the system.
    _resets_below = True

    def __init__(
        self,
        system: DynamicalSystem,
        dt: float,
        shape: int | tuple[int, ...] | None = None,
        input_to: str | None = None,
        output_from: str | None = None,
        spiking_input: bool = False,
        spiking_output: bool = False,
    ):
        where = type(self).__name__
        if not isinstance(system, DynamicalSystem):
            raise KindError(
                where=f"{where}(system)",
                expected="a system of one step",
                got=type(system).__name__,
                fix="A module needs no adapter."
                if isinstance(system, Module)
                else "Pass a bp.DynamicalSystem or a graph of nodes.",
            )
        self.__dict__.update(_input_to=input_to, _output_from=output_from)
        self.__dict__["_batched"] = isinstance(system.mode, BatchingMode) or hasattr(system, "initialize")
        given = shape if isinstance(shape, tuple | list) else () if shape is None else (shape,)
        with self._time(dt, where):
            self._restart(system)
            size_in = int(given[0]) if given else self._size_in(system)
            found = result_shapes(lambda: self._one_step(system, jnp.zeros(size_in)))
        if len(given) > 1 and given[-1] != found.shape[0]:
            raise ShapeError(
                where=f"{where}(shape=...)",
                expected=f"{found.shape[0]} outputs, as {type(system).__name__} returns",
                got=f"{given[-1]}",
                fix="Leave the shape out, or give the number of inputs alone.",
            )
        super().__init__((size_in, found.shape[0]), spiking_input, spiking_output)
        self.system = system
        self.i = State(np.int32(0))
        declare_time_step(self, dt)
        self._dt = float(dt)

    def _admit(self, name: str, value: Any) -> Any:
        if name == "dt" and not isinstance(value, Tracer) and not np.isclose(np.asarray(value), self._dt, rtol=1e-6, atol=0):
            raise ValueRefused(
                where=f"{self.class_name}.dt",
                expected=f"{self._dt:g} s, for which the system was laid out",
                got=f"{value}",
                fix="Build the system, and FromStep around it, again.",
            )
        return super()._admit(name, value)

    def reset_state(self) -> Self:
        """The system begins anew, at time 0; returns the module."""
        with self._time(self._dt, self.class_name):
            self._restart(self.modules()["system"])
        self._slots["i"].reset(self._where("i"))
        return self

    def _restart(self, system: Any) -> None:
        if hasattr(system, "initialize"):
            system.reset_state(1)
        elif any(entry.kind in ("state", "random") for entry in system.entries()):
            # A system without states has nothing that could begin anew, and says so.
            system.reset_state(*([1] if self._batched else []))

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        call = CALLS.top if CALLS.top is not None and CALLS.top.module is self else None
        chosen = Selection(record)
        names = self._signal_names()
        wanted = call.wanted(names) if call is not None and call.selections else tuple(n for n in names if chosen.wants(n))
        series = input_data.astype(jnp.result_type(float))
        outputs, states, keys, signals = self._advance(series, tuple(name.partition(".")[2] for name in wanted))
        for path, key in keys.items():
            self.system.cell(path).value = key[0]
        record = {"system": nested_by_path(signals)} if signals else {}
        begun: Any = self.i
        last = jnp.broadcast_to(begun + series.shape[1], series.shape[:1])
        return outputs, {"i": last, "system": nested_by_path(states)}, record

    @cls_jit(static_argnames="wanted")
    def _advance(self, series: jax.Array, wanted: tuple[str, ...]) -> tuple[jax.Array, dict, dict, dict]:
        """Outputs (B, T, Nout), states and random keys (B, ...) by path, signals (B, T, ...) by path."""
        batch, steps, system = series.shape[0], series.shape[1], self.system
        with self._time(self._dt, self.class_name):
            first = jnp.zeros(series.shape[2:], series.dtype)
            draws = any(cell is DEFAULT.cell for cell in discover(lambda: self._one_step(system, first))[1])
            # Alone, it draws what its steps one by one would draw, in one call or in several.
            pure = system.pure((DEFAULT.split() if batch > 1 else DEFAULT.cell.value) if draws else None)
            leaves, structure = jax.tree_util.tree_flatten(pure)
            own = [k for k, cell in enumerate(pure.cells) if isinstance(cell, KeyVariable)]
            # Each element of a batch draws random numbers of its own.
            keys = [jax.random.split(leaves[k], batch) if batch > 1 else leaves[k][None] for k in own]
            moving = [(e.path, e.kind) for e in system.entries() if e.kind in ("state", "random") and e.cell is not None]
            begun: Any = self.i
            numbers = begun + jnp.arange(steps, dtype=jnp.int32)
            times = numbers.astype(series.dtype) * (self._dt * 1000)

            def turn(form: Any, x: tuple) -> tuple[Any, tuple]:
                with share.restored({"t": x[0], "i": x[1]}):
                    seen, left = form.after(lambda: self._seen(x[2], wanted))
                return left, seen

            def one(keys: list, xs: jax.Array) -> tuple:
                known = list(leaves)
                for k, key in zip(own, keys, strict=True):
                    known[k] = key
                start = jax.tree_util.tree_unflatten(structure, known)
                last, (outputs, signals) = jax.lax.scan(turn, start, (times, numbers, xs))
                left = last.after(
                    lambda: ({path: system.cell(path).value for path, _ in moving}, DEFAULT.cell.value if draws else None)
                )[0]
                return outputs, left, signals

            if batch > 1:
                outputs, (after, _), signals = jax.vmap(one)(keys, series)
            else:
                results = one([key[0] for key in keys], series[0])
                if draws:
                    DEFAULT.cell.store(results[1][1])
                outputs, (after, _), signals = jax.tree_util.tree_map(lambda y: y[None], results)
        states = {path: after[path] for path, kind in moving if kind == "state"}
        return outputs, states, {path: after[path] for path, kind in moving if kind == "random"}, signals

    def _signal_names(self) -> tuple[str, ...]:
        return tuple(f"system.{path}" for path in (*self._states(), *self._outputs()))

    def _states(self) -> list[str]:
        return [entry.path for entry in self.system.entries() if entry.kind == "state" and entry.is_array]

    def _outputs(self) -> dict[str, str]:
        """Of the nodes of a graph: by path, ``'hidden.output'``, the name under which a step is watched for it."""
        outputs = getattr(self.system, "_outputs_below", dict)() if self._input_to is None else {}
        states = {*self._states()} if outputs else ()
        return {path: name for path, name in outputs.items() if path not in states}

    def _seen(self, x: jax.Array, wanted: tuple[str, ...]) -> tuple[jax.Array, dict]:
        """The output of a step, and the signals that are wanted."""
        # The batch of the system is 1; that of the module comes in front of the time.
        nodes = {path: name for path, name in self._outputs().items() if path in wanted}
        if nodes:
            output, watched = self.system(x[None], monitors=[*nodes.values()])
        else:
            output, watched = self._called(self.system, x), {}
        signals = {path: watched[name][0] for path, name in nodes.items()}
        for path in [path for path in wanted if path not in nodes]:
            cell = self.system.cell(path)
            value = cell.value
            signals[path] = value[0] if cell.batch_axis == 0 and value.shape[:1] == (1,) else value
        return self._as_output(self.system, output), signals

    def _one_step(self, system: Any, x: jax.Array) -> jax.Array:
        return self._as_output(system, self._called(system, x))

    def _called(self, system: Any, x: jax.Array) -> Any:
        x = x[None] if self._batched else x
        if self._input_to is None:
            return system(x)
        cell = system.cell(self._input_to)
        cell.value = (cell.value + jnp.reshape(x, cell.value.shape)).astype(cell.value.dtype)
        return system()

    def _as_output(self, system: Any, output: Any) -> jax.Array:
        output = plain(output if self._output_from is None else system.cell(self._output_from))
        if not hasattr(output, "shape"):
            raise KindError(
                where=f"{type(self).__name__}({type(system).__name__})",
                expected="a system that returns an array",
                got=f"{type(output).__name__}",
                fix="Say which of its Variables is the output: output_from='E.spike', for instance.",
            )
        output = output[0] if self._batched and output.ndim else output
        if output.ndim > 1:
            raise ShapeError(
                where=f"{type(self).__name__}({type(system).__name__})",
                expected="one number for each channel",
                got=f"shape {output.shape}",
                fix="Flatten it in the system, for instance with bp.layers.Flatten().",
            )
        return jnp.reshape(output, (-1,))

    def _size_in(self, system: Any) -> int:
        shapes = getattr(system, "feedforward_shapes", None)
        if isinstance(shapes, dict) and len(shapes) == 1:
            shapes = next(iter(shapes.values()))
        while isinstance(shapes, tuple) and len(shapes) == 1 and isinstance(shapes[0], tuple):
            shapes = shapes[0]
        if isinstance(shapes, tuple) and len(shapes) == 2 and isinstance(shapes[-1], int):
            return shapes[-1]
        if self._input_to is not None:
            return int(np.prod(system.cell(self._input_to).value.shape))
        first = next(iter(system), None) if hasattr(system, "__iter__") else system
        for name in ("num_in", "num"):
            size = getattr(first, name, None)
            if isinstance(size, int):
                return size
        raise ValueRefused(
            where=f"{type(self).__name__}({type(system).__name__}, shape=...)",
            expected="the number of inputs",
            got="none, and the system does not tell",
            fix="Give it: shape=3, for instance.",
        )

    @staticmethod
    def _time(dt: Any, where: str) -> AbstractContextManager:
        """The environment in which the system takes steps of ``dt`` seconds."""
        if isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < np.inf:
            raise ValueRefused(
                where=f"{where}(dt=...)", expected="a number of seconds above 0", got=f"{dt!r}", fix="Write for instance 1e-4."
            )
        milliseconds = round(dt * 1000, 12)
        with ExitStack() as stack:
            stack.enter_context(environment(dt=milliseconds))
            stack.enter_context(share.restored({"dt": milliseconds, "t": 0.0, "i": 0}))
            return stack.pop_all()
