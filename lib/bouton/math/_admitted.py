"""Which values a setting of the environment takes."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ValueRefused
from ..transform import BOOL, COMPLEX, DT, FLOAT, INT, Setting
from ..transform._numbers import is_real
from ._modes import MODE, Mode

DTYPES = (FLOAT, INT, BOOL, COMPLEX)


def admitted(where: str, mode: Any, dt: Any, float_: Any, int_: Any, bool_: Any, complex_: Any) -> dict[Setting, Any]:
    """The changes that were asked for: those that are not ``None``, checked."""
    changes = {
        MODE: None if mode is None else _mode(mode, where),
        DT: None if dt is None else _time_step(dt, where),
        FLOAT: None if float_ is None else _dtype(float_, where, "float_", "a floating dtype", jnp.floating),
        INT: None if int_ is None else _dtype(int_, where, "int_", "an integer dtype", jnp.integer),
        BOOL: None if bool_ is None else _dtype(bool_, where, "bool_", "bool or an integer dtype", jnp.bool_, jnp.integer),
        COMPLEX: None if complex_ is None else _dtype(complex_, where, "complex_", "a complex dtype", jnp.complexfloating),
    }
    return {setting: value for setting, value in changes.items() if value is not None}


def admitted_flag(where: str, x64: Any) -> bool | None:
    """``x64`` when it is one of ``True``, ``False`` and ``None``."""
    if x64 is None or isinstance(x64, bool | np.bool_):
        return None if x64 is None else bool(x64)
    raise KindError(
        where=f"{where}(x64=...)",
        expected="True or False",
        got=f"{type(x64).__name__}",
        fix="Leave it out to keep it as it is.",
    )


def check_widths(changes: dict[Setting, Any], x64: bool | None) -> None:
    """:class:`ValueRefused` for a dtype that JAX would quietly narrow."""
    for setting in DTYPES:
        dtype = changes.get(setting)
        if dtype is not None and dtype in _WIDE and not (_is_wide() if x64 is None else x64):
            raise ValueRefused(
                where=f"environment({setting.name}=...)",
                expected="a dtype that JAX uses while x64 is off",
                got=dtype.name,
                fix="Give x64=True as well.",
            )


def _is_wide() -> bool:
    return jax.dtypes.canonicalize_dtype(np.float64) == np.float64


_WIDE = {np.dtype(name) for name in ("float64", "int64", "uint64", "complex128")}


def _mode(mode: Any, where: str) -> Mode:
    if not isinstance(mode, Mode):
        raise ValueRefused(
            where=f"{where}(mode=...)",
            expected="a mode",
            got=f"the class {mode.__name__}" if isinstance(mode, type) else f"{mode!r}",
            fix="Pass an instance, such as bouton.math.training_mode or TrainingMode(batch_size=8).",
        )
    return mode


def _time_step(dt: Any, where: str) -> float:
    if is_real(dt) and 0 < (number := float(dt)) < math.inf:
        return number
    array = isinstance(dt, jax.Array | np.ndarray)
    raise ValueRefused(
        where=f"{where}(dt=...)",
        expected="a number above 0, in ms",
        got=f"an array of shape {dt.shape}" if array else f"{dt!r}",
        fix="Write float(...) around an array of one number." if array else "Give the length of a time step.",
    )


def _dtype(value: Any, where: str, name: str, expected: str, *kinds: Any) -> np.dtype:
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError):
        dtype = None
    if dtype is None or not any(jnp.issubdtype(dtype, kind) for kind in kinds):
        raise ValueRefused(
            where=f"{where}({name}=...)",
            expected=expected,
            got=f"{value!r}" if dtype is None else dtype.name,
            fix="Pass one of jax.numpy's, or its name.",
        )
    return dtype
