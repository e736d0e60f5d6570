"""Starts a kernel for a notebook."""

import subprocess
from pathlib import Path

from nbval.kernel import RunningKernel, start_new_kernel


class StartedKernel(RunningKernel):
    """nbval's kernel, without the file that nbval opens for each and leaves to the garbage collector.

    Parameters
    ----------
    name : str
        The kernelspec.
    folder : Path
        Where it runs.
    seconds : float
        How long it may take to start.
    """

    def __init__(self, name: str, folder: Path, seconds: float = 60.0):
        self.km, self.kc = start_new_kernel(
            kernel_name=name, startup_timeout=round(seconds), stderr=subprocess.DEVNULL, cwd=str(folder.resolve())
        )
        self._ensure_iopub_up()
