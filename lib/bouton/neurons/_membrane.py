"""Groups whose membrane potential follows a differential equation."""

from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ..check import is_subclass
from ..core import SimulationParameter
from ..dynamics._declare import parameter, state
from ..dynamics._integrate import step
from ..dynamics._system import _missing
from ..errors import RunningError
from ..init import Initializer
from ..math import BatchingMode, Mode, NonBatchingMode, TrainingMode
from ..math._share import share
from ._group import NeuGroup


class MembraneGroup(NeuGroup):
    """Base of groups with a potential ``V``: a subclass names its variables in ``_units`` and writes ``derivative``.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons.
    keep_size : bool
        Whether states keep the shape of the sheet.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.
    method : str
        Integrator: ``'exp_auto'``, ``'euler'``, ``'rk4'`` and others. A name that is none is refused.
    noise : number, array, Initializer or callable, optional
        Standard deviation on the membrane per square root of a ms. Another callable than an initialiser is a function
        ``f(*variables, t)`` of the state, which gives it for ``V``, or a tuple for each variable.
    input_var : bool
        Whether there is a Variable ``input``, which synapses add to.
    **initial : number, array, Initializer or another function of a shape
        Initial values by variable.

    Raises
    ------
    ValueRefused
        For a method that is none.
    UnsupportedError
        For noise with a method that has none.
    """

    # The variables of the equation with their units, V first.
    _units: ClassVar[dict[str, str | None]] = {"V": "mV"}
    _input_unit: ClassVar[str | None] = "nA"

    method: Any
    noise: Any

    def __init__(
        self,
        size: int | tuple[int, ...],
        keep_size: bool,
        mode: Mode | None,
        name: str | None,
        *,
        method: str,
        noise: Any,
        input_var: bool,
        **initial: Any,
    ):
        super().__init__(size, keep_size, name, mode)
        is_subclass(self.mode, (TrainingMode, BatchingMode, NonBatchingMode), type(self).__name__)
        self.method = SimulationParameter(method)
        if noise is not None and callable(noise) and not isinstance(noise, Initializer):
            self.noise = SimulationParameter(noise)
        else:
            root = None if self._units["V"] is None else f"{self._units['V']}/√ms"
            parameter(self, "noise", noise, self.varshape, allow_none=True, unit=root, family="noise", bounds=(0.0, None))
        # Refused here, and not at the first step.
        self._method()
        for variable, unit in self._units.items():
            state(self, variable, initial[variable], self.varshape, unit=unit)
        if input_var:
            self._gather_input(unit=self._input_unit)

    def derivative(self, values: tuple[jax.Array, ...], t: Any, current: jax.Array) -> tuple[jax.Array, ...]:
        """The right-hand side of the equation: a rate for each variable, per ms.

        Parameters
        ----------
        values : tuple of arrays
            Of the variables, ``V`` first.
        t : float, ms
            Time.
        current : array
            What drives the step.

        Raises
        ------
        NoImplementationError
            When a subclass does not say it.
        """
        raise _missing(self, "derivative", "how fast each variable changes")

    def _declare(self, kind: dict[str, Any], **given: Any) -> None:
        """Register parameters of one kind, each one number or one for each neuron."""
        for name, value in given.items():
            parameter(self, name, value, self.varshape, **kind)

    def _integrated(self, x: Any) -> tuple[jax.Array, ...]:
        """The variables after a step under ``x`` and what has gathered; nothing is written but the input."""
        driven = self._take_input(x)  # first: the variables follow its number of trials
        return self._method()(self._values(), share.load("t", 0.0), driven)

    def _values(self) -> tuple[jax.Array, ...]:
        return tuple(getattr(self, name).value for name in self._units)

    def _write(self, values: tuple[jax.Array, ...]) -> None:
        for name, value in zip(self._units, values, strict=True):
            getattr(self, name).value = value

    def _method(self) -> Callable:
        noise = self.noise
        if noise is None:
            return step(self.method)(self.derivative)
        self._refuse_late("noise")
        silent = (0.0,) * (len(self._units) - 1)
        if not callable(noise):
            return step(self.method)(self.derivative, noise=(noise, *silent))

        def amplitudes(values: tuple[jax.Array, ...], t: Any, _: jax.Array) -> tuple:
            found = noise(*values, t)
            return found if isinstance(found, tuple) else (found, *silent)

        return step(self.method)(self.derivative, noise=amplitudes)

    def _refuse_late(self, name: str) -> None:
        """Refuse what was left out when the group was made, and is no cell that compiled code would follow."""
        if name not in self._slots:
            raise RunningError(
                where=f"{type(self).__name__}.{name}",
                expected=f"a group that was made with {name}",
                got="one that was made without",
                fix=f"Pass {name}=0.0 when the group is made; from then on it can be changed.",
            )

    def _driven_shape(self) -> tuple[int, ...] | None:
        return self.V.shape
