"""One step of a module, as a system."""

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import VarDict
from ..core._nested import leaves
from ..dynamics import DynamicalSystemNS, share
from ..errors import KindError, ShapeError, ValueRefused
from ..math import BatchingMode, Mode
from ..transform import Variable, cls_jit
from ..transform._operators import plain
from ._module import Module

# By which random keys are told from other states.
_KEY = np.dtype(np.uint32)


class StepOf(DynamicalSystemNS):
    """One step of a module as a system: it goes where systems go, into networks, runners and graphs of nodes.

    Modules count time in seconds, systems in milliseconds. A step of the system is a step of the module, so both have to be of
    one length: ``module.dt`` of 1e-3 s needs ``bm.environment(dt=1.0)``. Any other is refused.

    Parameters
    ----------
    module : Module
        Plain or functional. Its states are those of the system: in a mode with a batch, and of a functional module, they stand in
        ``held``, by path.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Whether there is a batch. Default: that of the environment.

    Raises
    ------
    KindError
        For what is no module.

    Examples
    --------
    >>> import bouton as bp, bouton.math as bm, numpy as np
    >>> system = bp.StepOf(bp.modules.LIF(3))
    >>> with bm.environment(dt=1.0):
    ...     spikes = bm.for_loop(system, np.ones((5, 3), np.float32))
    >>> spikes.shape
    (5, 3)
    """

    def __init__(self, module: Module, name: str | None = None, mode: Mode | None = None):
        super().__init__(name, mode)
        if not isinstance(module, Module):
            raise KindError(
                where="StepOf(module)",
                expected="a module of bouton.modules",
                got=type(module).__name__,
                fix="Systems go by steps as they are." if hasattr(module, "update") else "Pass for instance bp.modules.LIF(3).",
            )
        self.module = module
        self._holds = isinstance(self.mode, BatchingMode) or module._functional
        if self._holds:
            self.held = VarDict()
            self._begin(self.mode.batch_size if isinstance(self.mode, BatchingMode) else None)

    def update(self, x: Any) -> jax.Array:
        """One step of the module.

        Parameters
        ----------
        x : (Nin,) or (batch, Nin) array
            The input; with a batch in a mode that has one.

        Returns
        -------
        (Nout,) or (batch, Nout) array

        Raises
        ------
        ShapeError
            For an input of other axes.
        ValueRefused
            Where a step of the system is not as long as one of the module.
        """
        self._check_time()
        x = jnp.asarray(plain(x))
        batched = isinstance(self.mode, BatchingMode)
        if x.ndim != 1 + batched:
            raise ShapeError(
                where=f"StepOf({type(self.module).__name__})",
                expected=f"an input ({'batch, ' if batched else ''}channels)",
                got=f"shape {x.shape}",
                fix="Build it in a mode with a batch: StepOf(module, mode=bm.BatchingMode(8))."
                if x.ndim == 2
                else "Give it the input of one step.",
            )
        if not self._holds:
            return self.module(x[None])[0][0, 0]
        if batched and x.shape[0] != self._trials():
            self._refuse_batch(x.shape[0])
        return self._advance(x)

    def reset_state(self, batch_size: int | None = None) -> Self:
        """The module begins anew; ``batch_size`` is the new size of the batch, in a mode that has one."""
        if not self.module._functional:
            self.module.reset_state()
        if self._holds:
            batched = isinstance(self.mode, BatchingMode)
            self._begin((self._trials() if batch_size is None else batch_size) if batched else None)
        return self

    # -- states of a batch -------------------------------------------------

    def _begin(self, batch: int | None) -> None:
        start = self.module.reset_state() if self.module._functional else self.module
        for path, value in leaves(start.pure().states()):
            if batch is None:
                value = jnp.asarray(value)
            elif value.dtype == _KEY and value.ndim == 1:
                # Each element draws random numbers of its own.
                value = jax.random.split(value, batch)
            else:
                value = jnp.broadcast_to(value, (batch, *value.shape))
            if path in self.held:
                self.held[path].value = value
            else:
                self.held[path] = Variable(value, batch_axis=None if batch is None else 0)

    def _trials(self) -> int:
        for cell in self.held.values():
            return cell.value.shape[0]
        return getattr(self.mode, "batch_size", 1)

    def _refuse_batch(self, got: int) -> None:
        if self.held:
            raise ShapeError(
                where=f"StepOf({type(self.module).__name__})",
                expected=f"a batch of {self._trials()}, for which it has states",
                got=f"{got}",
                fix=f"Call reset_state({got}).",
            )

    @cls_jit
    def _advance(self, x: jax.Array) -> jax.Array:
        pure = self.module.pure()

        def one(states: dict, x: jax.Array) -> tuple[jax.Array, dict]:
            output, new, _ = pure.set_attributes(states)(x[None])
            known = dict(leaves(new))
            return output[0, 0], {path: known[path] for path in states}

        states = {path: cell.value for path, cell in self.held.items()}
        output, new = (jax.vmap(one) if isinstance(self.mode, BatchingMode) else one)(states, x)
        for path, cell in self.held.items():
            cell.value = new[path]
        return output

    def _check_time(self) -> None:
        step = share.dt
        if isinstance(step, Tracer):
            return
        for entry in self.module.entries():
            # As it is outside of any trace: lengths of steps are constants of a run.
            now = entry.cell._value if entry.name == "dt" and entry.cell is not None else None
            if now is None or isinstance(now, Tracer) or np.isclose(float(now) * 1000, step, rtol=1e-5, atol=0):
                continue
            raise ValueRefused(
                where=f"StepOf({type(self.module).__name__})",
                expected=f"steps of {float(now) * 1000:g} ms, since {entry.path} of the module is {float(now):g} s",
                got=f"{step:g} ms",
                fix=f"Run it in bm.environment(dt={float(now) * 1000:g}), or set {entry.path} to {step / 1000:g}.",
            )
