"""What a kernel computes on, and why it cannot on this machine."""

import os
import subprocess
from functools import cache

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from ..errors import UnknownPathError

_ACCELERATORS = {"cuda", "gpu", "metal", "rocm", "tpu"}
_PROBE = "import jax; jax.devices()"
_PROBE_SECONDS = 120


def platform(name: str) -> str:
    """``"gpu"`` for a kernel whose ``JAX_PLATFORMS``, or without that its name, tells of an accelerator, otherwise ``"cpu"``."""
    asked = _spec(name).env.get("JAX_PLATFORMS", "").lower()
    words = asked.split(",")[:1] if asked else name.lower().replace("_", "-").split("-")
    return "gpu" if _ACCELERATORS & set(words) else "cpu"


@cache
def missing_device(name: str) -> str | None:
    """Why this kernel has nothing to compute on here, or None; asked of its own Python, once.

    Raises
    ------
    UnknownPathError
        When there is no kernel of this name.
    """
    spec = _spec(name)
    if platform(name) == "cpu" or "JAX_PLATFORMS" not in spec.env:
        return None
    try:
        done = subprocess.run(
            [spec.argv[0], "-c", _PROBE], env=os.environ | spec.env, capture_output=True, text=True, timeout=_PROBE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"no {spec.env['JAX_PLATFORMS']} device: JAX did not answer within {_PROBE_SECONDS} s"
    if done.returncode == 0:
        return None
    told = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith(" ")]
    # Where JAX finds no device it may fail with a bare AssertionError.
    _, _, reason = (told or [""])[-1].partition(": ")
    return f"no {spec.env['JAX_PLATFORMS']} device: {reason or 'JAX found none'}"


def _spec(name: str) -> KernelSpec:
    manager = KernelSpecManager()
    try:
        return manager.get_kernel_spec(name)
    except NoSuchKernel:
        known = sorted(manager.find_kernel_specs())
    raise UnknownPathError(
        where=f"kernel {name}",
        expected=f"one of {', '.join(known)}" if known else "an installed kernel",
        got=repr(name),
        fix="bouton's own come with bouton notebooks install-kernels; choose another with --nbval-kernel-name.",
    )
