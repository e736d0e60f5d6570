"""Each setting of the environment by itself."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, ValueRefused
from ..transform import DT, default_bool, default_complex, default_float, default_int
from ._admitted import admitted
from ._environment import set_environment
from ._modes import MODE, Mode


def set_mode(mode: Mode) -> None:
    """Change the mode, see :func:`set_environment`."""
    _set("set_mode", "mode", mode)


def get_mode() -> Mode:
    """The mode of models that are made now."""
    return MODE.get()


def set_dt(dt: float) -> None:
    """Change the time step (ms), see :func:`set_environment`."""
    _set("set_dt", "dt", dt)


def get_dt() -> float:
    """The time step, ms."""
    return DT.get()


def set_float(dtype: Any) -> None:
    """Change the dtype of new floating arrays, see :func:`set_environment`."""
    _set("set_float", "float_", dtype)


def get_float() -> Any:
    """The dtype of new floating arrays, as :mod:`jax.numpy` has it; also ``bm.float_``."""
    return _type(default_float())


def set_int(dtype: Any) -> None:
    """Change the dtype of new integer arrays, see :func:`set_environment`."""
    _set("set_int", "int_", dtype)


def get_int() -> Any:
    """The dtype of new integer arrays, as :mod:`jax.numpy` has it; also ``bm.int_``."""
    return _type(default_int())


def set_bool(dtype: Any) -> None:
    """Change the dtype that truth values are stored in, see :func:`set_environment`."""
    _set("set_bool", "bool_", dtype)


def get_bool() -> Any:
    """The dtype that truth values are stored in, as :mod:`jax.numpy` has it; also ``bm.bool_``."""
    return _type(default_bool())


def set_complex(dtype: Any) -> None:
    """Change the dtype of new complex arrays, see :func:`set_environment`."""
    _set("set_complex", "complex_", dtype)


def get_complex() -> Any:
    """The dtype of new complex arrays, as :mod:`jax.numpy` has it; also ``bm.complex_``."""
    return _type(default_complex())


def enable_x64() -> None:
    """Let JAX compute with 64 bits, for good."""
    set_environment(x64=True)


def disable_x64() -> None:
    """Let JAX compute with 32 bits at most, for good."""
    set_environment(x64=False)


def set_platform(platform: str) -> None:
    """Compute on another platform from now on: new arrays, and compiled functions whose arguments are not bound to a device.

    Parameters
    ----------
    platform : str
        ``'cpu'``, ``'gpu'``, ``'tpu'``, or another that JAX has on this machine.

    Raises
    ------
    KindError, ValueRefused
        When it is no string, or there is no such platform here.
    """
    if not isinstance(platform, str):
        raise KindError(
            where="set_platform",
            expected="the name of a platform",
            got=type(platform).__name__,
            fix="Write for instance set_platform('cpu').",
        )
    try:
        device = jax.local_devices(backend=platform)[0]
    except RuntimeError as error:
        raise ValueRefused(
            where="set_platform",
            expected=f"a platform that JAX has on this machine, {' or '.join(map(repr, _platforms()))}",
            got=repr(platform),
            fix="Choose one of these, or install the JAX that is built for it.",
        ) from error
    jax.config.update("jax_default_device", device)


def get_platform() -> str:
    """The platform that new arrays are made on: ``'cpu'``, ``'gpu'``, ``'tpu'``, ..."""
    config: Any = jax.config  # it makes its attributes as it goes
    device = config.jax_default_device
    return jax.default_backend() if device is None else getattr(device, "platform", device)


def _platforms() -> list[str]:
    found = {jax.default_backend()}
    for platform in ("cpu", "gpu", "tpu"):
        try:
            found.add(jax.local_devices(backend=platform)[0].platform)
        except RuntimeError:
            continue
    return sorted(found)


_SETTINGS = ("mode", "dt", "float_", "int_", "bool_", "complex_")


def _set(where: str, setting: str, value: Any) -> None:
    """Change one setting; what is refused names the function that was called."""
    if value is None:
        raise KindError(where=where, expected="a value", got="None", fix="Say what to change it to.")
    admitted(where, *(value if name == setting else None for name in _SETTINGS))
    set_environment(**{setting: value})


def _type(dtype: np.dtype) -> Any:
    # JAX's own classes can be called as well: bm.float_(3).
    return getattr(jnp, "bool_" if dtype.kind == "b" else dtype.name)
