"""How many steps a delay is, given as such or as a time."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..errors import KindError, RunningError, ValueRefused
from ..transform import Variable
from ..transform._frame import Versioned
from ._share import share


class Layout(Versioned):
    """The length of the steps that the past was stored in: compiled code holds it as a constant."""

    __slots__ = ("dt",)

    def __init__(self, dt: Any):
        super().__init__()
        self.dt = dt

    def change(self, dt: Any) -> None:
        """The past is stored anew, in steps of ``dt``."""
        if dt != self.dt:
            self.dt = dt
            self.version += 1

    def steps(self, delay: Any, longest: int, where: str) -> Any:
        """``delay`` in steps. What is not traced is refused where it is more than ``longest``, or below 0."""
        delay = delay.value if isinstance(delay, Variable) else delay
        if isinstance(delay, Tracer):
            if not jnp.issubdtype(delay.dtype, jnp.floating):
                return delay
            self._check(where)
            return jnp.rint(delay / share.dt).astype(jnp.int32)
        delay = concrete(delay, where)
        if delay.dtype.kind == "f":
            self._check(where)
        steps = in_steps(delay, self.dt)
        refuse_outside(longest, where, steps <= longest, steps)
        return steps

    def _check(self, where: str) -> None:
        self.used()
        before, now = self.dt, share.dt
        if before is now or isinstance(now, Tracer) or before == now:
            return
        raise RunningError(
            where=where,
            expected=f"the dt with which the past was stored, {before:g} ms",
            got=f"{now:g} ms",
            fix="Reset the state after a change of dt, or give delays in steps.",
        )


def refuse_outside(longest: int, where: str, inside: Any, steps: Any) -> None:
    """:class:`ValueRefused` for steps that are not all ``inside``."""
    if not np.all(inside):
        raise ValueRefused(
            where=where,
            expected=f"at most the {longest} steps that are stored",
            got=f"{np.broadcast_to(steps, np.shape(inside))[~np.asarray(inside)].flat[0]}",
            fix="Make the delay with a larger delay_len.",
        )


def concrete(delay: Any, where: str) -> np.ndarray:
    """Delays as a NumPy array of whole numbers or of floats."""
    delay = np.asarray(delay)
    if delay.dtype.kind not in "iuf":
        raise KindError(
            where=where,
            expected="steps, whole numbers, or times in ms, floats",
            got=f"{delay.dtype}",
            fix="Write for instance 15, or 1.5.",
        )
    if not np.isfinite(delay).all() or (delay < 0).any():
        wrong = delay[~(np.isfinite(delay) & (delay >= 0))].ravel()[0]
        raise ValueRefused(where=where, expected="0 or more", got=f"{wrong}", fix="A delay looks back, never ahead.")
    return delay


def in_steps(delay: np.ndarray, dt: float) -> np.ndarray:
    """Delays of :func:`concrete` in steps: times to the nearest one."""
    return np.rint(delay / dt).astype(np.int32) if delay.dtype.kind == "f" else delay.astype(np.int32)
