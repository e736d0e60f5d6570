"""A model that turns a whole series of inputs into a series of outputs."""

from collections.abc import Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from ..core import Object
from ..core._nested import leaves, overlay
from ..errors import NoImplementationError, ShapeError, ValueRefused
from . import _file_facts
from ._batch_state import first_of_batch, of_whole_batch, refuse_whole_batch
from ._call import CALLS, FORWARDED, Call
from ._call_result import checked_result, taken_apart
from ._evolve_arguments import arguments_of
from ._forms import plain_form
from ._graph import ModuleGraph, of_leaf
from ._held_state import is_written, moving, present_state
from ._repeated import carried_here, note_left, refuse_to_go_on
from ._series_data import as_series, widened
from ._timed import TimedModule
from ._with_signals import WithSignals


class Module(WithSignals):
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

    # -- evolving -----------------------------------------------------------

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        """Turn an input series into an output series. Subclasses implement this.

        Parameters
        ----------
        input_data : (B, T, Nin) array
            The input series, with a batch axis whatever the caller passed.
        record : bool
            Whether to return the signals inside. May be left out: what submodules record is found by its path.

        Returns
        -------
        output : (B, T, Nout) array
        new_state : dict
            Final states, in the structure of :meth:`state`, each of the shape of its attribute, or with the batch in front,
            ``(B, ...)``. States of submodules, and those that were assigned, may be left out.
        record : dict
            ``{signal: (B, T, ...)}``, nested like the submodules. What was not asked for is left out of it.
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
            Return all final states ``(B, ...)``, instead of those of the first element of the batch, which the module keeps.
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
        ShapeError, KindError, ValueRefused
            For input that does not fit the module, or host data that are not finite; for results of :meth:`evolve` that do not
            fit; for ``return_batch_state`` when ``evolve`` tells a state of one element alone.
        UnknownPathError
            When ``record`` names a signal that there is not. The module's state is then as before.
        """
        data, earlier_state, earlier_record = taken_apart(input_data)
        data = self._checked_input(data)
        arguments = arguments_of(self)
        if kwargs:
            arguments.check_names(kwargs, self.class_name)
        asked = arguments.asked(args, kwargs)
        before = moving(self)
        start = present_state(self) if return_batch_state else {}
        finished = False
        try:
            with Call(self, asked, return_batch_state) as call:
                if call.selections and not call.asked.everything:
                    # Paths are for the call; code inside understands yes or no.
                    args, kwargs = arguments.with_record(args, kwargs, FORWARDED)
                elif arguments.needs_record or not arguments.takes_record:
                    args, kwargs = arguments.with_record(args, kwargs, asked)
                carried = carried_here(call)
                results = self.evolve(data, *args, **kwargs)
                output, new_state, record = checked_result(results, data, self.size_out, self.class_name, self._children)
                call.batch = output.shape[0]
                refuse_to_go_on(call, call.batch, before, carried)
                state = self._completed_state(call, new_state)
                whole = overlay(call.record, record) if call.record else record
                record = call.kept(whole) if call.selections else {}
                call.asked.check_found(record, lambda: [*self._signals(), *(path for path, _ in leaves(whole))], self.class_name)
            given = of_whole_batch(state, start, call.batched, call.batch, self.class_name) if return_batch_state else state
            if not self._functional:
                self._keep_state(state)
            call.report(state, whole)
            note_left(call, before)
            finished = True
        finally:
            if not finished:
                for cell, value in before:
                    if cell.value is not value:
                        cell.value = value
        if earlier_state or earlier_record:
            return output, overlay(earlier_state, given), overlay(earlier_record, record)
        return output, given, record

    def set_attributes(self, attributes: Mapping[str, Any]) -> Self:
        """Write the values of a nested dict such as :meth:`parameters` or a call gives.

        Either all are written or, when one is refused, none. A functional module is left alone, and another one returned.

        Raises
        ------
        UnknownPathError
            For an unknown name; it names the nearest.
        ShapeError, KindError, ValueRefused
            For a value that its attribute cannot take. States of a whole batch, from ``return_batch_state``, go through
            ``jax.vmap`` of a functional module.
        """
        try:
            return super().set_attributes(attributes)
        except ShapeError as error:
            refuse_whole_batch(self, attributes, error)
            raise

    def _call_purely(self, record: Any, args: tuple, kwargs: dict) -> tuple[Any, dict | None, dict]:
        return self(*args, record=record, **kwargs)

    def _file_facts(self) -> dict[str, str]:
        return _file_facts.told(self, plain_form)

    def _check_file_facts(self, facts: Mapping[str, str], where: str) -> None:
        _file_facts.check(self, facts, plain_form, where)

    def _checked_input(self, data: Any) -> Any:
        """Input for ``evolve``: a float array ``(B, T, Nin)``, one channel given to every input."""
        return widened(as_series(data, self.size_in, self.class_name), self.size_in)

    def _completed_state(self, call: Call, returned: Mapping[str, Any]) -> dict:
        """The state in full: what ``evolve`` returned, over what functional submodules reported, over what is there."""
        first, whole = first_of_batch(self, returned, call.states, call.batch, f"{self.class_name}.evolve")
        if whole:
            call.batched = overlay(call.batched, whole)
        return overlay(overlay(present_state(self), call.unwritten), first)

    def _keep_state(self, state: dict) -> None:
        """Write the final state, unless the code of ``evolve`` and the submodules have done so."""
        if not is_written(self, state):
            # All of it: a module that stands in two places is left as it was in the last.
            Object.set_attributes(self, state)

    def _admit(self, name: str, value: Any) -> Any:
        call = CALLS.top
        if call is None or call.module is not self:
            return value
        slot = self._slots[name]
        if slot.kind == "state" and slot.cell is not None:
            shape = slot.cell.value.shape
            if np.ndim(value) == len(shape) + 1 and np.shape(value)[1:] == shape:
                raise ShapeError(
                    where=self._where(name),
                    expected=f"shape {shape}",
                    got=f"{np.shape(value)}, one state for each element of a batch",
                    fix=f"Carry it in a variable of evolve, and return it at the end: new_state = {{{name!r}: {name}}}.",
                )
        return value

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

    def as_graph(self) -> ModuleGraph:
        """The computational graph of the module: which module feeds which, and with what parameters.

        Library modules have one, alone and put together. ``bp.to_nir`` writes the exchange format.

        Raises
        ------
        NoImplementationError
            When the class, or one below it, has none: what an ``evolve`` of your own does, nobody else can tell.
        """
        self._refuse_unknown_evolve()
        return of_leaf(self, plain_form(type(self)))

    def _refuse_unknown_evolve(self) -> None:
        evolve = type(self).evolve
        if "evolve" in self.__dict__ or evolve is Module.evolve or evolve.__module__.partition(".")[0] != "bouton":
            raise NoImplementationError(
                where=f"{self.class_name}.as_graph",
                expected="a class that describes its computational graph",
                got=f"{self.class_name}, whose evolve is its own",
                fix="Define as_graph(self) in the class; entries() and modules() tell its structure.",
            )
