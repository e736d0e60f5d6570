"""What bouton's notebooks stand on: the kernels they name."""

from ._kernels import KERNELS as KERNELS
from ._kernels import Kernel as Kernel
from ._kernels import install_kernels as install_kernels
from ._kernels import kernel_spec as kernel_spec
