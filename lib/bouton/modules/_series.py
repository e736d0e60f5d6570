"""Modules that scan one step over a series: the one time loop of the sequence face."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from ..transform import Jitted
from ..transform._frame import Frame, HiddenUse, NewCell
from ._call import CALLS, Call, Selection
from ._dtypes import common_dtype
from ._module import Module
from ._series_data import as_series, widened

Values = dict[str, jax.Array]


class Step(Protocol):
    """The equations of one time step. Hashable: everything in it that is no array is a constant of the compiled loop."""

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states that the step moves."""
        ...

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals that it can record."""
        ...

    def prepare(self, p: Values) -> Any:
        """From parameters, what stays the same over the series."""
        ...

    def start(self, p: Values, batch: int) -> Values:
        """From states without batch axis, those the loop carries, in any shape of the same order.

        A state that is left out is the output: its last value is that of the last step.
        """
        ...

    def __call__(self, fixed: Any, s: Values, x: jax.Array, /) -> tuple[Values, jax.Array, Values]:
        """From states and input ``(B, Nin)``: new states, output ``(B, Nout)``, signals."""
        ...


class SeriesModule(Module):
    """A module whose ``evolve`` is a compiled scan of one :class:`Step`.

    Parameters are arguments of the compiled loop, so changing one compiles nothing. Equal steps share their compiled loops,
    across instances too: a notebook cell that is run again compiles nothing.
    """

    def _step(self) -> Step:
        raise NotImplementedError

    def _checked_input(self, data: Any) -> Any:
        # The loop checks it; the evolve of a subclass gets what every evolve gets.
        return data if type(self).evolve is SeriesModule.evolve else super()._checked_input(data)

    def _signal_names(self) -> tuple[str, ...]:
        return self._step().signals

    def __call__(self, input_data: Any, *args: Any, return_batch_state: bool = False, **kwargs: Any) -> tuple[Any, dict, dict]:
        # A leaf calls nothing, and writes nothing before its loop is through: called plainly and by itself, nothing has to be
        # watched. What a short call takes is for the most part Python.
        plainly = not args and not kwargs.keys() - {"record"} and not return_batch_state and not isinstance(input_data, tuple)
        if plainly and CALLS.top is None and self._is_leaf():
            step = self._step()
            wanted = _plainly_wanted(step.signals, kwargs.get("record", False))
            if wanted is not None:
                output, new, _, recorded = self._run(step, input_data, wanted, batched=False)
                return output, self._all_of_state(new), recorded
        return super().__call__(input_data, *args, return_batch_state=return_batch_state, **kwargs)

    __call__.__doc__ = Module.__call__.__doc__

    def _is_leaf(self) -> bool:
        return not self._children and type(self).evolve is SeriesModule.evolve

    def evolve(self, input_data: Any, record: Any = False) -> tuple[jax.Array, dict, dict]:
        step = self._step()
        call = CALLS.top if CALLS.top is not None and CALLS.top.module is self else None
        batched = call is not None and call.batch_states
        output, new, whole, recorded = self._run(step, input_data, _wanted(step, call, record), batched)
        if call is not None and batched:
            call.batched = whole
        return output, new, recorded

    def _run(self, step: Step, data: Any, wanted: tuple[str, ...], batched: bool) -> tuple[jax.Array, Values, Values, Values]:
        """Output, new states, new states of the whole batch, record; what moves has moved."""
        series = as_series(data, self.size_in, self.class_name)
        cells = {name: slot.cell for name, slot in self._slots.items() if slot.cell is not None}
        loop = _compiled(step, tuple(cells), wanted, batched, self.size_in)
        output, new, whole, recorded = loop([cell.value for cell in cells.values()], series)
        if not self._functional:
            for name, value in new.items():
                cells[name].store(value)
        return output, {n: v for n, v in new.items() if self._slots[n].kind == "state"}, whole, recorded

    def _keep_state(self, state: dict) -> None:
        # evolve has written it.
        return

    def _completed_state(self, call: Call, returned: Mapping[str, Any]) -> dict:
        return super()._completed_state(call, returned) if self._children else self._all_of_state(returned)

    def _all_of_state(self, returned: Mapping[str, Any]) -> dict:
        # Without the walk over everything: this is a good part of what a short call takes.
        own = ((name, slot) for name, slot in self._slots.items() if slot.kind == "state")
        return {name: returned[name] if name in returned else slot.read() for name, slot in own}


def _plainly_wanted(signals: tuple[str, ...], record: Any) -> tuple[str, ...] | None:
    """The signals to record, where ``record`` says so in the simplest way."""
    if record is False:
        return ()
    if record is True:
        return signals
    return (record,) if isinstance(record, str) and record in signals else None


def _wanted(step: Step, call: Call | None, record: Any) -> tuple[str, ...]:
    if call is not None and call.selections:
        return call.wanted(step.signals)
    chosen = Selection(record)
    return tuple(n for n in step.signals if chosen.wants(n))


@functools.lru_cache(maxsize=1024)
def _compiled(step: Step, names: tuple[str, ...], wanted: tuple[str, ...], batched: bool, size_in: int) -> Callable:
    def run(values: list, series: jax.Array) -> tuple[jax.Array, Values, Values, Values]:
        return _evolved(step, dict(zip(names, values, strict=True)), series, wanted, batched, size_in)

    return _Loop(run)


class _Depends(BaseException):
    """The trace has used a constant that may change."""


class _Loop:
    """A compiled function of arrays; when it turns out to read Variables, as a user's activation function may, of those too.

    The same for attributes that are no arrays: compiled code holds them as they are, and is made again when they change.
    """

    def __init__(self, run: Callable):
        self._run = run
        # Inlined, so that a compiled gradient keeps of the loop only what it uses.
        self._call: Callable = jax.jit(self._reading_none, inline=True)

    def _reading_none(self, *args: Any) -> Any:
        with Frame({}, closed=True) as frame:
            found = self._run(*args)
            if frame.constants:
                raise _Depends
            return found

    def __call__(self, values: list, series: jax.Array) -> tuple[jax.Array, Values, Values, Values]:
        try:
            return self._call(values, series)
        except (NewCell, HiddenUse, _Depends):
            if isinstance(self._call, Jitted):
                raise  # for the trace around this one
            self._call = Jitted(self._run)
            return self._call(values, series)


def _evolved(
    step: Step, p: Values, series: jax.Array, wanted: tuple[str, ...], batched: bool, size_in: int
) -> tuple[jax.Array, Values, Values, Values]:
    dtypes = {name: p[name].dtype for name in p}
    common = common_dtype(series, *[v for v in p.values() if jnp.issubdtype(v.dtype, jnp.floating)])
    p = {name: v.astype(common) if jnp.issubdtype(v.dtype, jnp.floating) else v for name, v in p.items()}
    fixed, start = step.prepare(p), step.start(p, series.shape[0])
    # Of a state that is the output, what the module keeps travels along: a gradient that needs no outputs then stacks none.
    # In a batch of one that is a pass more over everything, and the last of the stack comes cheaper.
    alone = series.shape[0] == 1
    kept = {} if alone else {name: p[name] for name in step.states if name not in start}

    def turn(carry: tuple[Values, Values], x: jax.Array) -> tuple[tuple[Values, Values], tuple[jax.Array, Values]]:
        new, out, signals = step(fixed, carry[0], widened(x, size_in))
        return (new, dict.fromkeys(kept, out[0])), (out, {name: signals[name] for name in wanted})

    xs = jnp.swapaxes(series.astype(common), 0, 1)
    (last, kept), (outputs, record) = _over_time(turn, (start, kept), xs)
    last = _full(last, step.states, p, outputs)
    output, record = jax.tree_util.tree_map(lambda y: jnp.swapaxes(y, 0, 1), (outputs, record))
    new = {name: _first(last[name], dtypes[name]) for name in last} | {n: v.astype(dtypes[n]) for n, v in kept.items()}
    whole = {name: last[name].astype(dtypes[name]) for name in step.states} if batched else {}
    return output, new, whole, record


def _over_time(turn: Callable, carry: Any, xs: jax.Array) -> tuple[Any, Any]:
    """The scan of ``turn`` over the leading axis of ``xs``, which rounds alike however many steps there are."""
    if xs.shape[0] != 1:
        return jax.lax.scan(turn, carry, xs)
    last, out = _one_turn(turn, carry, xs[0])
    return last, jax.tree_util.tree_map(lambda y: y[None], out)


def _one_turn(turn: Callable, carry: Any, x: jax.Array) -> tuple[Any, Any]:
    """One turn of a loop that could be longer.

    XLA would dissolve a loop of one step into the code around it, where other multiplications and additions are contracted into
    one, and rounded once. A loop whose length it cannot know stays one: two calls are exactly one call of as many steps.
    """
    run, closed_over = jax.closure_convert(turn, carry, x)

    @jax.custom_jvp
    def once(carry: Any, x: jax.Array, closed_over: list) -> tuple[Any, Any]:
        shapes = jax.eval_shape(run, carry, x, *closed_over)[1]
        xs, room = jnp.stack([x, x]), jax.tree_util.tree_map(lambda s: jnp.zeros((2, *s.shape), s.dtype), shapes)

        def body(loop: tuple) -> tuple:
            t, carry, outs = loop
            carry, out = run(carry, jax.lax.dynamic_index_in_dim(xs, t, keepdims=False), *closed_over)
            return t + 1, carry, jax.tree_util.tree_map(lambda o, y: jax.lax.dynamic_update_index_in_dim(o, y, t, 0), outs, out)

        bits = jax.lax.bitcast_convert_type(x[(0,) * x.ndim], np.dtype(f"uint{8 * x.dtype.itemsize}"))
        one = ((bits | 1) != 0).astype(np.int32)
        _, carry, outs = jax.lax.while_loop(lambda loop: loop[0] < one, body, (jnp.int32(0), carry, room))
        return carry, jax.tree_util.tree_map(lambda o: o[0], outs)

    @once.defjvp
    def _(primals: tuple, tangents: tuple) -> tuple:
        # A loop of unknown length has no derivative backwards; the turn by itself has.
        def plain(carry: Any, x: jax.Array, closed_over: list) -> tuple[Any, Any]:
            return run(carry, x, *closed_over)

        return once(*primals), jax.jvp(plain, primals, tangents)[1]

    return once(carry, x, closed_over)


def _full(carried: Values, states: tuple[str, ...], p: Values, outputs: jax.Array) -> Values:
    """Every state after the last step, with its batch axis; a key, which has none, as it is."""
    steps, batch = outputs.shape[:2]
    last = dict(carried)
    for name in states:
        shape = (batch, *p[name].shape)
        if name in carried:
            last[name] = jnp.reshape(carried[name], shape)
        else:
            last[name] = outputs[-1] if steps else jnp.broadcast_to(p[name], shape)
    return last


def _first(value: jax.Array, dtype: Any) -> jax.Array:
    # A key is one for the whole batch; states have a batch axis, and element 0 is kept.
    return value if jnp.issubdtype(dtype, jnp.unsignedinteger) else value[0].astype(dtype)
