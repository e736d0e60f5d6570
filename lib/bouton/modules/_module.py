"""A model that turns a whole series of inputs into a series of outputs."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Object
from ..core._render import as_text
from ..errors import KindError, NoImplementationError, ValueRefused
from ..transform import Variable
from ._call import Call, overlay
from ._call_result import checked_result, of_whole_batch, taken_apart, with_record
from ._series_data import as_series, widened
from ._timed import TimedModule, wrap_record


class Module(Object):
    """Base of models that evolve a series ``(batch, time, feature)``.

    A subclass calls ``super().__init__(shape)``, assigns its parameters, states and submodules to attributes, and implements
    :meth:`evolve`. Calling the module evolves it and moves its state: the next call continues.

    Parameters
    ----------
    shape : int or tuple of int
        The first entry is the number of input channels, the last that of output channels; an int ``n`` means ``(n,)``.
    spiking_input, spiking_output : bool
        Whether input and output are counts of events.

    Raises
    ------
    KindError, ValueRefused
        When ``shape`` is no positive int or tuple of such.
    """

    # Whether a call leaves the module alone and only returns the new state.
    _functional = False

    def __init__(self, shape: int | tuple[int, ...], spiking_input: bool = False, spiking_output: bool = False):
        super().__init__()
        self._shape = _checked_shape(shape, type(self).__name__)
        self._spiking_input, self._spiking_output = bool(spiking_input), bool(spiking_output)

    # -- what it is ---------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The attribute name its parent gave it; ``None`` for a model of its own."""
        return self._attribute_name

    @property
    def full_name(self) -> str:
        """Class name, and the quoted name where there is one: ``RateJax 'neurons'``."""
        return self.class_name + (f" {self.name!r}" if self.name else "")

    @property
    def shape(self) -> tuple[int, ...]:
        """Dimensions, input first and output last."""
        return self._shape

    @property
    def size_in(self) -> int:
        """Number of input channels."""
        return self._shape[0]

    @property
    def size_out(self) -> int:
        """Number of output channels."""
        return self._shape[-1]

    @property
    def size(self) -> int:
        """The same as ``size_out``. Deprecated."""
        return self.size_out

    @property
    def size_module(self) -> int:
        """Number of units: the product of ``shape``."""
        return int(np.prod(self._shape))

    @property
    def spiking_input(self) -> bool:
        """Whether the input is counts of events."""
        return self._spiking_input

    @property
    def spiking_output(self) -> bool:
        """Whether the output is counts of events."""
        return self._spiking_output

    def state(self, family: str | tuple | list | None = None) -> dict:
        """States as a nested dict of copies; the same as :meth:`states`."""
        return self.states(family)

    # -- evolving -----------------------------------------------------------

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        """Turn an input series into an output series. Subclasses implement this.

        Parameters
        ----------
        input_data : (T, Nin) or (B, T, Nin) array
            The input series.
        record : bool
            Whether to return the signals inside.

        Returns
        -------
        output : (B, T, Nout) array
        new_state : dict
            Final states, in the structure of :meth:`state`. States of submodules may be left out.
        record : dict
            ``{signal: (B, T, ...)}``, nested like the submodules; ``{}`` without ``record``.
        """
        raise NoImplementationError(
            where=f"{self.class_name}.evolve",
            expected="an evolve method in the class",
            got="none",
            fix="Write evolve(self, input_data, record=False) that returns (output, new_state, record).",
        )

    def __call__(self, input_data: Any, *args: Any, return_batch_state: bool = False, **kwargs: Any) -> tuple[Any, dict, dict]:
        """Evolve the module over a series.

        Parameters
        ----------
        input_data : (T,), (T, Nin) or (B, T, Nin) array, or the result of another module
            One channel is given to every input. The three results of another module are taken apart, and their dicts merged with
            this module's, whose entries win.
        record : bool, str or list of str
            ``True`` returns every signal inside, a path or pattern such as ``'neurons.*'`` those it names.
        return_batch_state : bool
            Return all final states ``(B, ...)``, instead of those of the first element of the batch.
        *args, **kwargs
            Passed to :meth:`evolve`.

        Returns
        -------
        output : (B, T, Nout) array
        new_state : dict
            Final states, of batch element 0 unless ``return_batch_state``. Every element starts from the module's present state.
        record : dict
            ``{signal: (B, T, ...)}``, nested like the submodules.

        Raises
        ------
        ShapeError, KindError
            For input that does not fit the module.
        UnknownPathError
            When ``record`` names a signal that there is not. The module's state is then as before.
        """
        data, earlier_state, earlier_record = taken_apart(input_data)
        data = self._checked_input(data)
        asked = kwargs.get("record", args[0] if args else False)
        before = list(_moving(self, ()))
        finished = False
        try:
            with Call(self, asked, return_batch_state) as call:
                if call.asked.patterns:
                    # Paths are for the call; code inside understands yes or no.
                    args, kwargs = with_record(args, kwargs)
                output, new_state, record = checked_result(self.evolve(data, *args, **kwargs), data, self.class_name)
                state = self._completed_state(call, new_state)
                whole = overlay(call.record, record)
                record = call.kept(whole) if call.selections else record
                call.asked.check_found(record, self._signals, self.class_name)
            call.report(state, whole)
            if not self._functional:
                self._keep_state(state)
            finished = True
        finally:
            if not finished:
                for cell, value in before:
                    cell.value = value
        if return_batch_state:
            state = of_whole_batch(state, call.batched, output.shape[0])
        return output, overlay(earlier_state, state), overlay(earlier_record, record)

    def _checked_input(self, data: Any) -> Any:
        """Input for ``evolve``: a float array, one channel given to every input, and a batch axis where it came with one."""
        series = widened(as_series(data, self.size_in, self.class_name), self.size_in)
        return series[0] if np.ndim(data) == 2 else series

    def _completed_state(self, call: Call, returned: Mapping[str, Any]) -> dict:
        """The state in full: what ``evolve`` returned, over what submodules reported, over what is there."""
        return overlay(overlay(self.state(), call.states), returned)

    def _keep_state(self, state: dict) -> None:
        """Write the final state. The code of ``evolve`` may have done so."""
        Object.set_attributes(self, state)

    def _signals(self, above: tuple = ()) -> list[str]:
        """Paths of the signals that library modules below record; for the sentence about an unknown one."""
        own = [] if not hasattr(self, "_signal_names") else list(self._signal_names())
        for name, child in self.modules().items():
            if isinstance(child, Module) and not any(child is a for a in (*above, self)):
                own += [f"{name}.{path}" for path in child._signals((*above, self))]
        return own

    # -- help for evolve ----------------------------------------------------

    def _auto_batch(
        self, data: Any, states: tuple = (), target_shapes: tuple | None = None
    ) -> tuple[jax.Array, tuple[jax.Array, ...]]:
        """Bring data and states to one batch.

        Parameters
        ----------
        data : (T,), (T, Nin) or (B, T, Nin) array
            One channel is broadcast over ``size_in``.
        states : tuple of arrays
            Without batch axis.
        target_shapes : tuple of (tuple of int or None), optional
            For each state the shape to broadcast it to; ``None`` keeps its own.

        Returns
        -------
        data : (B, T, Nin) array, float
        states : tuple of (B, ...) arrays
        """
        series = widened(as_series(data, self.size_in, self.class_name), self.size_in)
        shapes = (None,) * len(states) if target_shapes is None else target_shapes
        if len(shapes) != len(states):
            raise ValueRefused(
                where=f"{self.class_name}._auto_batch(target_shapes=...)",
                expected=f"one shape for each of {len(states)} states",
                got=f"{len(shapes)}",
                fix="Use None for a state that keeps its own shape.",
            )
        batch = series.shape[0]
        repeated = []
        for state, shape in zip(states, shapes, strict=True):
            state = jnp.asarray(state)
            repeated.append(jnp.broadcast_to(state, (batch, *(state.shape if shape is None else shape))))
        return series, tuple(repeated)

    # -- other forms --------------------------------------------------------

    def timed(self, output_num: int = 0, dt: float | None = None, add_events: bool = False) -> TimedModule:
        """This module with time series for inputs and outputs.

        Parameters
        ----------
        output_num : int
            Which element of a batch becomes the output series.
        dt : float, s, optional
            Time step. Default: the module's own.
        add_events : bool
            Whether several input events in one step count as several.

        Raises
        ------
        ValueRefused
            When neither the module nor the caller gives a time step.
        """
        return TimedModule(self, output_num, dt, add_events)

    def as_graph(self) -> Any:
        """The computational graph of the module.

        Raises
        ------
        NoImplementationError
            When the class has none.
        """
        raise NoImplementationError(
            where=f"{self.class_name}.as_graph",
            expected="a class that describes its computational graph",
            got=f"{self.class_name}, which does not",
            fix="Use entries() and modules() to look at the structure.",
        )

    def _wrap_recorded_state(self, record: Mapping[str, Any], t_start: float = 0.0) -> dict:
        """A record as time series that begin at ``t_start`` seconds, nested alike."""
        return wrap_record(record, self._time_step(), t_start)

    def _time_step(self) -> float:
        steps = [e.value for e in self.entries() if e.name == "dt"]
        if not steps:
            raise ValueRefused(
                where=f"{self.class_name}.dt",
                expected="a time step in seconds",
                got="a module without one",
                fix="Give the module, or one below it, a SimulationParameter called dt.",
            )
        return float(steps[0])

    def reset_state(self) -> Self:
        """Set every state, here and below, to its initial value; returns the module."""
        return super().reset_state()

    # -- text ----------------------------------------------------------------

    def __repr__(self) -> str:
        return as_text(self)


def _moving(obj: Object, above: tuple) -> Iterator[tuple[Variable, jax.Array]]:
    """The cells that a call may move, with their values. The walk of entries() takes longer than a short call should."""
    for slot in obj._slots.values():
        if slot.kind in ("state", "random") and slot.cell is not None:
            yield slot.cell, slot.cell.value
    for child in obj._children.values():
        if not any(child is a for a in (*above, obj)):
            yield from _moving(child, (*above, obj))


def _checked_shape(shape: Any, where: str) -> tuple[int, ...]:
    entries = shape if isinstance(shape, tuple | list) else (shape,)
    if not entries or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in entries):
        raise KindError(
            where=f"{where}(shape=...)",
            expected="an int or a tuple of ints",
            got=f"{shape!r}",
            fix="Write for instance 4, or (4, 6) for 4 inputs and 6 outputs.",
        )
    if any(n < 1 for n in entries):
        raise ValueRefused(
            where=f"{where}(shape=...)",
            expected="sizes of at least 1",
            got=f"{shape!r}",
            fix="Give every dimension a size.",
        )
    return tuple(int(n) for n in entries)
