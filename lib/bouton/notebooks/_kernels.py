"""The two kernels that bouton's notebooks are written for, as Jupyter kernelspecs."""

import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from ..errors import EnvironmentProblem

try:
    from jupyter_client.kernelspec import KernelSpecManager
except ImportError:  # only a part of the `lab` extra; a bare installation simulates without Jupyter
    KernelSpecManager = None


class Kernel(NamedTuple):
    """One kernel: its name, what Jupyter shows for it, and where JAX computes in it.

    Parameters
    ----------
    name : str
        Name that notebooks and ``pytest --nbval-kernel-name`` use.
    display_name : str
        Name in Jupyter's launcher.
    platform : str
        Value of ``JAX_PLATFORMS``, so that a missing accelerator is an error and never a silent change of device.
    """

    name: str
    display_name: str
    platform: str


KERNELS = (
    Kernel("bouton-cpu", "bouton (CPU)", "cpu"),
    Kernel("bouton-gpu", "bouton (GPU)", "cuda"),
)


def kernel_spec(kernel: Kernel, executable: str = sys.executable) -> dict:
    """Return the content of ``kernel.json`` for one kernel.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    executable : str
        The Python that runs it: the one that runs this function, unless told otherwise.
    """
    return {
        "argv": [executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": kernel.display_name,
        "language": "python",
        "env": {"JAX_PLATFORMS": kernel.platform},
        "metadata": {"debugger": True},
    }


def install_kernels(*, user: bool = False, prefix: str | None = None) -> list[Path]:
    """Register ``bouton-cpu`` and ``bouton-gpu`` with Jupyter; installing again replaces them.

    Parameters
    ----------
    user : bool
        Install for the user who runs this, rather than under a prefix.
    prefix : str, optional
        Environment to install into; the one that runs this (``sys.prefix``) when neither is given.

    Returns
    -------
    list of Path
        The folder of each kernelspec.

    Raises
    ------
    EnvironmentProblem
        ``jupyter_client`` is not installed, or the folder cannot be written.
    """
    if KernelSpecManager is None:
        raise EnvironmentProblem(
            where="bouton notebooks install-kernels",
            expected="the package jupyter_client",
            got="a Python without it",
            fix="Install JupyterLab and what belongs to it with pip install 'bouton[lab]'.",
        )
    if not user and prefix is None:
        prefix = sys.prefix
    manager = KernelSpecManager()
    folders = []
    try:
        for kernel in KERNELS:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "kernel.json").write_text(json.dumps(kernel_spec(kernel), indent=1) + "\n")
                folders.append(Path(manager.install_kernel_spec(folder, kernel.name, user=user, prefix=prefix)))
    except OSError as error:
        raise EnvironmentProblem(
            where="bouton notebooks install-kernels",
            expected=f"a folder it may write under {'the home folder' if user else prefix}",
            got=str(error),
            fix="Choose another place with --user or --prefix.",
        ) from error
    return folders
