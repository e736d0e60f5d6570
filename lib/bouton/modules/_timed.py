"""Modules driven by time series instead of arrays."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import KindError, ShapeError, ValueRefused
from ._timed_record import one_of_batch, wrap_record
from ._timed_step import chosen_step, known_steps, refuse_other_step
from ._ts_checks import checked_count
from ._ts_clock import checked_time, step_count
from ._ts_continuous import TSContinuous
from ._ts_event import TSEvent

Series = TSContinuous | TSEvent


class Evolvable(Protocol):
    """What :class:`TimedModule` asks of the module it drives."""

    @property
    def size_in(self) -> int: ...
    @property
    def spiking_input(self) -> bool: ...
    @property
    def spiking_output(self) -> bool: ...
    @property
    def full_name(self) -> str: ...
    def __call__(self, data: Any, /, *, record: Any) -> tuple[Any, dict, dict]: ...
    def set_attributes(self, attributes: dict, /) -> Any: ...
    def reset_state(self) -> Any: ...
    def attributes_named(self, name: str, /) -> dict: ...
    def _wrap_recorded_state(self, record: dict, t_start: float, /) -> dict: ...
    def _event_signals(self) -> Collection[str]: ...


class TimedModule:
    """A module with a clock: time series in, time series out.

    The clock stands at ``t = timesteps * dt``. :meth:`evolve` reads the input from there on, moves the module and the
    clock, and returns the output as a series that begins at the old ``t``; the value at step *k* stands at ``t + k *
    dt``. A functional module is replaced by one with the new state after each call, so it continues like a plain one:
    see :attr:`module`.

    Parameters
    ----------
    module : Module
        What is driven. It is not copied.
    output_num : int
        Which element of the batch, in the output and in the record, becomes series. An input series is one element,
        so this is 0 unless the module's own ``evolve`` makes more of it.
    dt : float, s, optional
        Step of the clock. That of the module, or else the one that all its submodules share, unless given.
    add_events : bool
        Whether several input events in one step and channel add up; otherwise they count as one. Of the output every
        event is kept.

    Raises
    ------
    ValueRefused
        There is no ``dt``, the submodules have several, or the ``dt`` given is not that of the module (also a
        ``ValueError``).

    Examples
    --------
    >>> from bouton.modules import ExpSyn
    >>> timed = ExpSyn(1, tau=0.01).timed()
    >>> timed
    TimedModule of ExpSyn, dt = 0.001 s, at t = 0 s
    >>> output, state, record = timed(TSEvent([0.002], t_stop=0.005))
    >>> output
    TSContinuous 'ExpSyn' from 0 s to 0.005 s: 5 samples of 1 channels
    >>> [f"{sample:.2f}" for sample in output.samples[:, 0]], timed.t
    (['0.00', '0.00', '0.90', '0.82', '0.74'], 0.005)
    """

    def __init__(self, module: Evolvable, output_num: int = 0, dt: float | None = None, add_events: bool = False):
        self._module = module
        known = known_steps(module)
        self._dt = chosen_step(known, dt, f"{module.full_name}.timed(dt)")
        self._module_has_dt = bool(known)
        self._output_num = checked_count(output_num, "outputs", f"{module.full_name}.timed(output_num)")
        self._add_events = bool(add_events)
        self._timesteps = 0

    @property
    def module(self) -> Any:
        """The module, in its present state; another object after each call if it is functional."""
        return self._module

    @property
    def dt(self) -> float:
        """Step of the clock, s."""
        return self._dt

    @property
    def timesteps(self) -> int:
        """Number of steps taken since the clock stood at 0."""
        return self._timesteps

    @property
    def t(self) -> float:
        """Time of the next step, s."""
        return self._timesteps * self._dt

    def __repr__(self) -> str:
        return f"TimedModule of {self._module.full_name}, dt = {self._dt:g} s, at t = {self.t:g} s"

    def evolve(
        self,
        ts_input: Series | None = None,
        duration: float | None = None,
        num_timesteps: int | None = None,
        record: bool | str | Sequence[str] = False,
    ) -> tuple[Series, dict, dict]:
        """Run the module from ``t`` on.

        Any one of the first three arguments says how long: an input alone is taken to its end, whole steps that cover
        it. A periodic input alone runs for one period.

        Parameters
        ----------
        ts_input : TSContinuous or TSEvent, optional
            Input, an event series if the module has ``spiking_input``. A continuous one is read at the begin of each
            step, events are laid into the steps. It has to cover the time of the run, from ``t`` on. No input is
            zeros.
        duration : float, s, optional
            Length of the run; a step begun is taken.
        num_timesteps : int, optional
            Length of the run in steps, instead of ``duration``.
        record : bool, str or list of str
            Whether to return what the module records, or which paths of it.

        Returns
        -------
        output : TSEvent if the module has ``spiking_output``, else TSContinuous
            From the old ``t`` to the new one, ``size_out`` channels.
        new_state : dict
            State after the run, as the module returns it.
        record : dict
            Nested like the record of the module, with a series in place of each array; empty without ``record``. ``spikes``, and
            the outputs in a ``Sequential`` of modules with ``spiking_output``, are event series.

        Raises
        ------
        KindError
            The input is no series of the kind that the module takes (also a ``TypeError``).
        ShapeError
            The input has another number of channels (also a ``ValueError``).
        ValueRefused
            Nothing says how long, or both ``duration`` and ``num_timesteps`` do; the input does not cover the run;
            the output has no batch element ``output_num``; the ``dt`` of the module is not that of the clock any more
            (also a ``ValueError``).
        """
        refuse_other_step(self._module, self._dt)
        if ts_input is not None:
            self._check_kind(ts_input)
        count = self._step_count(ts_input, duration, num_timesteps)
        data = self._input(ts_input, count)
        t_start = self.t
        output, new_state, recorded = self._module(data, record=record)
        if getattr(self._module, "_functional", False):
            self._module = self._module.set_attributes(new_state)
        self._timesteps += count
        series = self._as_series(output, t_start)
        return series, new_state, self._wrapped(recorded, t_start) if record else {}

    def __call__(
        self,
        ts_input: Series | None = None,
        duration: float | None = None,
        num_timesteps: int | None = None,
        record: bool | str | Sequence[str] = False,
    ) -> tuple[Series, dict, dict]:
        """Evolve; see :meth:`evolve`."""
        return self.evolve(ts_input, duration, num_timesteps, record)

    def reset_time(self) -> Self:
        """Set the clock to 0, and leave the state of the module; return this object."""
        self._timesteps = 0
        return self

    def reset_state(self) -> Self:
        """Set the state of the module to its initial values, and leave the clock; return this object."""
        self._module = self._module.reset_state()
        return self

    def _where(self, part: str) -> str:
        return f"TimedModule of {self._module.full_name}: {part}"

    def _check_kind(self, ts_input: Any) -> None:
        kind = TSEvent if self._module.spiking_input else TSContinuous
        if not isinstance(ts_input, kind):
            takes = "events" if kind is TSEvent else "a continuous signal"
            maker = "TSEvent.from_raster(raster, dt)" if kind is TSEvent else "TSContinuous.from_clocked(samples, dt)"
            raise KindError(
                where=self._where("evolve(ts_input)"),
                expected=f"a {kind.__name__}, as this module takes {takes}",
                got=type(ts_input).__name__,
                fix=f"Make one with {maker}.",
            )

    def _step_count(self, ts_input: Series | None, duration: Any, num_timesteps: Any) -> int:
        if duration is not None and num_timesteps is not None:
            raise self._unclear_length("both duration and num_timesteps")
        if num_timesteps is not None:
            return checked_count(num_timesteps, "steps", self._where("evolve(num_timesteps)"), least=1)
        if duration is not None:
            seconds = checked_time(duration, self._where("evolve(duration)"))
            if seconds <= 0:
                raise ValueRefused(
                    where=self._where("evolve(duration)"),
                    expected="a time above 0 s",
                    got=f"{seconds!r} s",
                    fix="Give a longer one; reset_time() sets the clock back.",
                )
            return max(1, step_count(0.0, seconds, self._dt))
        if ts_input is None:
            raise self._unclear_length("none of them")
        if ts_input.periodic:
            return max(1, step_count(0.0, ts_input.duration, self._dt))
        return max(1, ts_input.steps_to_end(self._dt, self.t))

    def _unclear_length(self, got: str) -> ValueRefused:
        return ValueRefused(
            where=self._where("evolve"),
            expected="a duration, num_timesteps, or an input that says how long",
            got=got,
            fix="Pass ts_input, duration=... in seconds, or num_timesteps=....",
        )

    def _input(self, ts_input: Series | None, count: int) -> NDArray:
        """Give the input at the next ``count`` steps, (count, channels), in float64, which JAX narrows as set up."""
        size_in = self._module.size_in
        if ts_input is None:
            return np.zeros((count, size_in))
        covered = ts_input.contains(self.t) and count <= ts_input.steps_to_end(self._dt, self.t)
        if not ts_input.periodic and not covered:
            raise ValueRefused(
                where=self._where("evolve(ts_input)"),
                expected=f"an input that covers {self.t:.9g} s to {(self._timesteps + count) * self._dt:.9g} s",
                got=f"one from {ts_input.t_start:.9g} s to {ts_input.t_stop:.9g} s",
                fix="Move it with delay(...), make it with periodic=True, or set the clock back with reset_time().",
            )
        accepted = (size_in,) if isinstance(ts_input, TSEvent) else (1, size_in)
        if ts_input.num_channels not in accepted:
            raise ShapeError(
                where=self._where("evolve(ts_input)"),
                expected=f"{' or '.join(str(n) for n in dict.fromkeys(accepted))} channels",
                got=str(ts_input.num_channels),
                fix="Choose channels with clip or remap_channels; give num_channels when the last have no events.",
            )
        if isinstance(ts_input, TSEvent):
            raster = ts_input.raster(self._dt, self.t, num_timesteps=count, add_events=self._add_events)
            return raster.astype(np.float64)
        return ts_input((self._timesteps + np.arange(count)) * self._dt).astype(np.float64)

    def _as_series(self, output: Any, t_start: float) -> Series:
        values = np.asarray(output)
        if values.ndim != 3:
            raise ShapeError(
                where=self._where("evolve"),
                expected="an output of shape (B, T, Nout) from the module",
                got=f"shape {values.shape}",
                fix="Return (batch, time, feature) from its evolve method.",
            )
        if self._output_num >= len(values):
            raise ValueRefused(
                where=self._where("output_num"),
                expected=f"a number below {len(values)}, the batch of the output",
                got=str(self._output_num),
                fix="Make it anew with module.timed(output_num=0).",
            )
        make = TSEvent.from_raster if self._module.spiking_output else TSContinuous.from_clocked
        return make(values[self._output_num], self._dt, t_start=t_start, name=self._module.full_name)

    def _wrapped(self, record: Mapping[str, Any], t_start: float) -> dict:
        chosen = one_of_batch(record, self._output_num)
        if self._module_has_dt:
            return self._module._wrap_recorded_state(chosen, t_start)
        return wrap_record(chosen, self._dt, t_start, events=self._module._event_signals())
