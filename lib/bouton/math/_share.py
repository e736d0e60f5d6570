"""What all systems of one step know: the time, the step's number, whether training is under way."""

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from ..core._names import nearest
from ..errors import KindError, LeakedTracerError, UnknownPathError
from ..transform import DT, Variable
from ..transform._frame import STACK
from ..transform._own_array import assign_quickly
from ._admitted import admitted
from ._environment import set_environment
from ._shared_layers import ABSENT, Context, Outside, as_cell_array, is_number, same, signature

# What library classes go by where nothing is shared; `dt` is that of the environment.
_DEFAULTS = {"t": 0.0, "i": 0, "fit": False}


class Share:
    """Shared arguments by name; :data:`bouton.share` is the one that every system looks at.

    The usual ones are ``t`` (time before the step, ms), ``dt`` (ms), ``i`` (number of the step) and ``fit`` (whether training is
    under way).

    Notes
    -----
    Compiled code sees what is shared at each call. Another number (but ``dt``) compiles nothing; other truth values, names and
    objects are constants of compiled code, and compile once for each. What is shared while a function is being traced is
    forgotten when the trace is over.
    """

    def __init__(self) -> None:
        self._context = Context()
        self._outside: dict[str | None, Outside] = {}

    @property
    def dt(self) -> float:
        """Length of a step, ms: the shared one, or else that of the environment; it can be assigned."""
        return self.load("dt")

    @dt.setter
    def dt(self, dt: float) -> None:
        self.set_dt(dt)

    def set_dt(self, dt: float) -> None:
        """Set the length of a step, ms, for everything that asks for it.

        Raises
        ------
        ValueRefused
            For what is no number above 0.
        """
        set_environment(dt=dt)
        self.clear_shargs("dt")

    def save(self, *pairs: Any, **items: Any) -> None:
        """Share values by name.

        Parameters
        ----------
        *pairs
            Names and values in turn: ``save('t', 0.0, 'i', 0)``.
        **items
            Values by name.

        Raises
        ------
        KindError
            For a name without a value, or one that is no string.
        ValueRefused
            For a ``dt`` that is no number above 0.
        LeakedTracerError
            For a value that a plain JAX transform traces: it would be left behind.
        """
        if len(pairs) % 2:
            raise KindError(
                where="share.save",
                expected="names and values in turn",
                got=f"{len(pairs)} positional arguments",
                fix="Write for instance share.save('t', 0.0), or share.save(t=0.0).",
            )
        self._write(dict(zip(map(_name, pairs[::2]), pairs[1::2], strict=True)) | items)

    def load(self, key: str, default: Any = ABSENT) -> Any:
        """What is shared under ``key``; ``default`` if nothing is.

        ``dt`` is always known: it is that of the environment where none is shared.

        Raises
        ------
        UnknownPathError
            When nothing is shared under ``key`` and no default is given.
        """
        value = self._read(key)
        if value is not ABSENT:
            return value
        if default is not ABSENT:
            return default
        if key == "dt":
            return DT.get()
        known = [*self.get_shargs(), "dt"]
        raise UnknownPathError(
            where=f"share[{key!r}]",
            expected="the name of a shared argument",
            got=f"{key!r}",
            fix=f"{nearest(key, known)} Runners share t, i and dt, trainers fit as well; by hand: bp.share.save({key}=...).",
        )

    def __getitem__(self, key: str) -> Any:
        return self.load(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.save(key, value)

    def __contains__(self, key: str) -> bool:
        return self._read(key) is not ABSENT

    def get_shargs(self) -> dict[str, Any]:
        """A copy of all that is shared."""
        return {name: value for name in self._names() if (value := self._read(name)) is not ABSENT}

    def arguments(self) -> dict[str, Any]:
        """All that is shared, as a copy; what is not has its usual value: ``t`` and ``i`` 0, ``fit`` False."""
        return {"dt": DT.get(), **_DEFAULTS, **self.get_shargs()}

    def take(self, given: Mapping[str, Any]) -> None:
        """Share what is not shared like that already: a system hands what it was given on to others."""
        known = self.arguments()
        self._write({_name(key): value for key, value in given.items() if not same(value, known.get(key, ABSENT))})

    def clear_shargs(self, *keys: str) -> None:
        """Forget these names; those that are not shared do no harm."""
        self._write(dict.fromkeys(keys, ABSENT))

    def clear(self) -> None:
        """Forget everything."""
        self.clear_shargs(*self._names())

    def restored(self, shared: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Share these as well, and afterwards exactly what was shared before."""
        return _Restored(self, shared)

    def __repr__(self) -> str:
        return f"Share({', '.join(f'{key}={value!r}' for key, value in self.get_shargs().items())})"

    # -- the layers --------------------------------------------------------

    def _names(self) -> list[str]:
        self._depend(None)
        return list(dict.fromkeys(name for _, known in self._context.visible() for name in known))

    def _read(self, name: str) -> Any:
        if STACK.top is not None:
            STACK.top.refuse_hidden_use()
        for frame, known in reversed(self._context.visible()):
            if name in known and frame is not None:
                return known[name]
        self._depend(name)
        value = self._context.outside(name)
        if STACK.top is None or not is_number(value) or name == "dt":
            return value
        cells = self._context.cells.setdefault(name, {})
        kind = signature(value)
        if kind not in cells:
            with jax.ensure_compile_time_eval():
                # It outlives the trace that is the first to ask for it.
                cells[kind] = Variable.holding(as_cell_array(value))
            assign_quickly(cells[kind]._value)
        return cells[kind].value

    def _depend(self, name: str | None) -> None:
        if STACK.top is not None:
            self._outside.setdefault(name, Outside(self._context, name)).used()

    def _write(self, items: Mapping[str, Any]) -> None:
        context = self._context
        here = context.written()
        outermost = here is context.layers[0][1]
        for name, given in items.items():
            value = _time_step(given) if name == "dt" else given
            if outermost and not context.blocks:
                _refuse_tracers(name, value)
            here[name] = value
            if outermost:
                if name in context.cells:
                    self._tell_cells(name, value)
                if value is ABSENT:
                    del here[name]

    def _tell_cells(self, name: str, value: Any) -> None:
        cells = self._context.cells.get(name)
        if cells and is_number(value) and (cell := cells.get(signature(value))) is not None:
            cell._value = as_cell_array(value)


class _Restored(AbstractContextManager):
    # A class: the same as a generator is slower, and this is entered once a run, or a step.
    def __init__(self, share: Share, shared: Mapping[str, Any]):
        self._share, self._shared = share, {_name(key): value for key, value in shared.items()}

    def __enter__(self) -> None:
        context = self._share._context
        self._here = context.written()
        self._before = dict(self._here)
        context.blocks += 1
        written = False
        try:
            self._share._write(self._shared)
            written = True
        finally:
            if not written:
                self.__exit__()

    def __exit__(self, *_: object) -> None:
        context, here, before = self._share._context, self._here, self._before
        context.blocks -= 1
        now = dict(here)
        here.clear()
        here.update(before)
        # Cells follow what is shared outside of any trace.
        if context.cells and here is context.layers[0][1]:
            for name in {*now, *before}:
                if now.get(name, ABSENT) is not before.get(name, ABSENT):
                    self._share._tell_cells(name, before.get(name, ABSENT))


def _time_step(dt: Any) -> Any:
    # A float that is admitted, as runners give it, needs no longer look.
    if dt is ABSENT or isinstance(dt, Tracer) or (type(dt) is float and 0 < dt < math.inf):
        return dt
    if isinstance(dt, np.ndarray | jax.Array) and dt.ndim == 0:
        dt = float(dt)
    return admitted("share", None, dt, None, None, None, None).get(DT, ABSENT)


def _refuse_tracers(name: str, value: Any) -> None:
    if any(isinstance(leaf, Tracer) for leaf in jax.tree_util.tree_leaves(value)):
        raise LeakedTracerError(
            where=f"share.save({name}=...)",
            expected="a value that outlives the function being transformed",
            got="one traced by a plain JAX transform",
            fix="Use the transforms of bouton.math, or share it inside `with bp.share.restored({...}):`.",
        )


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise KindError(
            where="share.save", expected="the name of a shared argument", got=f"{key!r}", fix="Put a name before each value."
        )
    return key


share = Share()
