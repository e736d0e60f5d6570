"""Systems that advance by one step."""

import inspect
from enum import IntEnum
from typing import Any, ClassVar, Self

from ..core import Object
from ..errors import KindError, NoImplementationError, ValueRefused
from ..math._modes import MODE, Mode
from ..math._share import share
from ..transform._frame import Versioned
from ._calling import check_arguments, is_marked, without_shared
from ._declare import reset_states
from ._reset import children, delays_below, reset_below, visiting


class Turn(IntEnum):
    """When a :class:`~bouton.Network` updates a member; each kind of system says it of itself."""

    SYNAPSES = 0
    NEURONS = 1
    OTHERS = 2
    DELAYS = 3


class _Choice(Versioned):
    """A mode: compiled code holds it as a constant."""

    __slots__ = ("mode",)

    def __init__(self, mode: Mode):
        super().__init__()
        self.mode = mode


class DynamicalSystem(Object):
    """Base of what advances step by step: a subclass writes ``update``, one step, and ``reset_state``.

    Calling the system is calling ``update``. The first argument of ``update`` is the dict of shared arguments; it is passed by
    whoever calls the system, or else it is all that :data:`bouton.share` knows. In a :class:`DynamicalSystemNS` there is no such
    argument. An array in front of ``>>`` is what the system is called with: ``x >> hidden >> readout``.

    Parameters
    ----------
    name : str, optional
        Unique among live objects. Default: class name and a number.
    mode : Mode, optional
        Whether states have a batch axis, and whether weights are trained. Default: that of the environment.

    Raises
    ------
    ValueRefused
        For a ``mode`` that is none.

    Examples
    --------
    >>> import bouton.math as bm
    >>> class Leak(DynamicalSystem):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.v = bm.Variable(1)
    ...     def update(self, shared, current):
    ...         self.v += shared["dt"] * (current - self.v)
    ...         return self.v.value
    >>> leak = Leak()
    >>> [f"{leak(2.0)[0]:.2f}" for _ in range(2)]
    ['0.20', '0.38']
    """

    # NumPy must leave ``array >> system`` to the system.
    __array_ufunc__ = None

    _turn: ClassVar[Turn] = Turn.OTHERS
    _takes_shared: ClassVar[bool] = True
    _never_shared: ClassVar[bool] = False
    _is_reset: ClassVar[bool] = True
    _choice: _Choice

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls._takes_shared = not (cls._never_shared or is_marked(inspect.getattr_static(cls, "update")))

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        # Here, so that a subclass works without calling super().__init__().
        self.__dict__["_choice"] = _Choice(MODE.get())
        return self

    def __init__(self, name: str | None = None, mode: Mode | None = None):
        super().__init__(name)
        if mode is not None:
            self.mode = mode

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "mode":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def mode(self) -> Mode:
        """Whether states have a batch axis, and whether weights are trained; it can be assigned."""
        self._choice.used()
        return self._choice.mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if not isinstance(mode, Mode):
            raise ValueRefused(
                where=self._where("mode"),
                expected="a mode",
                got=f"{mode!r}",
                fix="Pass for instance bm.nonbatching_mode, bm.BatchingMode(8) or bm.training_mode.",
            )
        self._choice.mode = mode
        self._choice.version += 1

    # -- one step ----------------------------------------------------------

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """One step; a subclass says which.

        Raises
        ------
        NoImplementationError
            When it does not.
        """
        raise _missing(self, "update", "one step of the system")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = without_shared(args)
        given = (share.arguments(), *args) if self._takes_shared else args
        try:
            return self.update(*given, **kwargs)
        except TypeError:
            where, named = f"{type(self).__name__}(...)", "".join(f", {name}=" for name in kwargs)
            got = f"{len(args)}{named}" + (" behind the shared arguments" if self._takes_shared else "")
            check_arguments(self, args, kwargs, where, got, "Call it with one for each of these.")
            raise

    def _call_purely(self, record: Any, args: tuple, kwargs: dict) -> tuple[Any, dict | None, dict]:
        # What is handed over in front of the input is shared for this step only.
        with share.restored({}):
            return super()._call_purely(record, args, kwargs)

    def __rshift__(self, other: Any) -> Any:
        # Python asks nobody else when both are of one class.
        return other.__rrshift__(self) if isinstance(other, DynamicalSystem) else NotImplemented

    def __rrshift__(self, x: Any) -> Any:
        if isinstance(x, Object):
            raise KindError(
                where=f"{type(x).__name__} >> {type(self).__name__}",
                expected="an array on the left of >>, which the system is called with",
                got=f"{type(x).__name__}",
                fix="Begin with the input, x >> first >> second, or make one system of them: bp.Sequential(first, second).",
            )
        return self(x)

    # -- resetting ---------------------------------------------------------

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Begin anew: resets what is below, then delays.

        Own states that were registered with :class:`~bouton.parameters.State` go back to their initial values. A bare Variable
        remembers none: a subclass that has some says here what becomes of them.

        Parameters
        ----------
        batch_size : int, optional
            New size of the batch, in a mode that has one.

        Raises
        ------
        NoImplementationError
            When there is nothing below and nothing of its own that could be reset.
        """
        known = reset_states(self, batch_size)
        if not (reset_below(self, batch_size, DynamicalSystem.reset_state) or known or not self._is_reset):
            raise _missing(self, "reset_state", "what the states begin with")
        for delay in delays_below(self):
            delay.reset()
        return self

    def reset(self, *args: Any, **kwargs: Any) -> Any:
        """The same as :meth:`reset_state`."""
        return self.reset_state(*args, **kwargs)

    def clear_input(self) -> None:
        """Set accumulated inputs, here and below, to zero."""
        with visiting(self, "cleared") as again:
            for child in () if again else children(self):
                if isinstance(child, DynamicalSystem):
                    child.clear_input()

    # -- showing -----------------------------------------------------------

    def _described(self) -> dict[str, Any]:
        """What a subclass shows of itself between name and mode."""
        return {}

    def __repr__(self) -> str:
        facts = {"name": self.name, **self._described(), "mode": self.mode}
        return f"{type(self).__name__}({', '.join(f'{key}={value}' for key, value in facts.items())})"


class DynamicalSystemNS(DynamicalSystem):
    """A system whose ``update`` takes no shared arguments, only its own: ``layer(x)``.

    A dict in front of them, ``layer(shared, x)``, is shared for whoever asks :data:`bouton.share`, and not handed on.

    Parameters
    ----------
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Default: that of the environment.
    """

    _never_shared = True
    _takes_shared = False


def _missing(system: DynamicalSystem, method: str, what: str) -> NoImplementationError:
    return NoImplementationError(
        where=f"{type(system).__name__}.{method}",
        expected=f"a method that says {what}",
        got="none",
        fix=f"Define {method} in the class.",
    )
