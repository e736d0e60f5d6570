"""The settings that models are made and run under: mode, time step, precision."""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

import jax
import jax.experimental

from ..errors import KindError, RunningError
from ..transform import Setting
from ..transform._frame import STACK
from ._admitted import DTYPES, admitted, admitted_flag, check_widths
from ._modes import BatchingMode, Mode, TrainingMode

# Older JAX has it among what is experimental.
_x64_block: Any = getattr(jax if hasattr(jax, "enable_x64") else jax.experimental, "enable_x64", None)


class _Entered(NamedTuple):
    """An environment that this thread or task is in."""

    environment: "Environment"
    before: list[tuple[Setting, Any]]
    x64: Any
    outer: "_Entered | None"


_ENTERED: ContextVar[_Entered | None] = ContextVar("bouton environments", default=None)


class Environment:
    """Settings for a ``with`` block, or for the calls of a function; what :func:`environment` returns.

    It can be entered again, also while it is in force: each exit brings back what was there at its own entry.
    """

    def __init__(self, changes: dict[Setting, Any], x64: bool | None):
        self._changes, self._x64 = changes, x64
        self._dtypes = not changes.keys().isdisjoint(DTYPES)

    def __enter__(self) -> "Environment":
        if self._dtypes:
            check_widths(self._changes, self._x64)
        block = None
        if self._x64 is not None:
            block = _x64_block(self._x64)
            block.__enter__()
        before = [(setting, setting.enter(value)) for setting, value in self._changes.items()]
        _ENTERED.set(_Entered(self, before, block, _ENTERED.get()))
        return self

    def __exit__(self, *error: object) -> None:
        entered = _ENTERED.get()
        if entered is None or entered.environment is not self:
            raise RunningError(
                where=repr(self),
                expected="to be left after everything that was entered inside it, by the thread or task that entered it",
                got="another order" if entered is not None else "nothing that was entered here",
                fix="Use it in a with statement, without a yield inside.",
            )
        for setting, value in entered.before:
            setting.leave(value)
        if entered.x64 is not None:
            entered.x64.__exit__(*error)
        _ENTERED.set(entered.outer)

    def __call__(self, func: Callable) -> Callable:
        """``func``, under these settings whenever it is called."""
        if not callable(func) or isinstance(func, type):
            raise KindError(
                where=repr(self),
                expected="a function or a method to decorate",
                got=f"the class {func.__name__}" if isinstance(func, type) else type(func).__name__,
                fix="Decorate the methods of a class one by one, below @staticmethod and @classmethod.",
            )
        if inspect.isgeneratorfunction(func) or inspect.isasyncgenfunction(func):
            raise KindError(
                where=repr(self),
                expected="a function that returns",
                got=f"the generator function {func.__name__}",
                fix="Its settings would hold in the caller's code as well: write a with statement around what needs them.",
            )
        if inspect.iscoroutinefunction(func):

            @functools.wraps(func)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await func(*args, **kwargs)

            return awaited

        @functools.wraps(func, updated=())
        def called(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return called

    def __repr__(self) -> str:
        x64 = [] if self._x64 is None else [f"x64={self._x64}"]
        return f"environment({', '.join([*(f'{setting.name}={value}' for setting, value in self._changes.items()), *x64])})"


def environment(
    mode: Mode | None = None,
    dt: float | None = None,
    x64: bool | None = None,
    float_: Any = None,
    int_: Any = None,
    bool_: Any = None,
    complex_: Any = None,
) -> Environment:
    """Settings for a ``with`` block, or as a decorator for the calls of a function or method.

    What is left out stays as it is. At the end of the block, however it ends, each setting that was changed is again what it was
    at the beginning. The settings hold for the thread or asynchronous task that is in the block; a thread started there has those
    of :func:`set_environment`. ``x64`` is JAX's own flag, which belongs to the thread.

    Parameters
    ----------
    mode : Mode, optional
        What models made here are prepared for. To begin with :class:`NonBatchingMode`.
    dt : float, optional, ms
        Time step. To begin with 0.1.
    x64 : bool, optional
        Whether JAX computes with 64 bits where it is asked to.
    float_, int_, complex_ : dtype, optional
        Of arrays that are made without a dtype: Variables of zeros, :func:`zeros`, random numbers. To begin with JAX's own, 32
        bits (``complex64``) and, under ``x64``, 64.
    bool_ : dtype, optional
        Of truth values where they are stored: ``bool`` to begin with, or an integer dtype.

    Returns
    -------
    Environment
        To be entered or to decorate with, as often as one likes.

    Raises
    ------
    ValueRefused
        For a mode that is none, a time step that is not above 0, a dtype of another kind, and at the entry for a dtype of 64 bits
        while ``x64`` is off.

    Examples
    --------
    >>> import bouton.math as bm
    >>> with bm.environment(dt=0.5):
    ...     bm.get_dt()
    0.5
    >>> bm.get_dt()
    0.1
    """
    return Environment(admitted("environment", mode, dt, float_, int_, bool_, complex_), admitted_flag("environment", x64))


def training_environment(
    dt: float | None = None,
    batch_size: int = 1,
    x64: bool | None = None,
    float_: Any = None,
    int_: Any = None,
    bool_: Any = None,
    complex_: Any = None,
) -> Environment:
    """:func:`environment` whose mode is ``TrainingMode(batch_size)``."""
    return environment(TrainingMode(batch_size), dt, x64, float_, int_, bool_, complex_)


def batching_environment(
    dt: float | None = None,
    batch_size: int = 1,
    x64: bool | None = None,
    float_: Any = None,
    int_: Any = None,
    bool_: Any = None,
    complex_: Any = None,
) -> Environment:
    """:func:`environment` whose mode is ``BatchingMode(batch_size)``."""
    return environment(BatchingMode(batch_size), dt, x64, float_, int_, bool_, complex_)


def set_environment(
    mode: Mode | None = None,
    dt: float | None = None,
    x64: bool | None = None,
    float_: Any = None,
    int_: Any = None,
    bool_: Any = None,
    complex_: Any = None,
) -> None:
    """Change settings for good; inside an :func:`environment` that has changed the same ones, until its end.

    The arguments, and what is refused, are those of :func:`environment`.

    Raises
    ------
    RunningError
        Inside of compiled code, and for ``x64`` inside an environment that has changed it.
    """
    changes = admitted("set_environment", mode, dt, float_, int_, bool_, complex_)
    flag = admitted_flag("set_environment", x64)
    if STACK.top is not None:
        raise RunningError(
            where="set_environment",
            expected="to be called where nothing is being compiled",
            got="a call inside a compiled or transformed function",
            fix="Use `with environment(...):` there.",
        )
    entered = _ENTERED.get()
    while flag is not None and entered is not None:
        if entered.x64 is not None:
            raise RunningError(
                where="set_environment(x64=...)",
                expected="no environment around it that has changed x64",
                got=repr(entered.environment),
                fix="Enter another environment(x64=...) inside of it.",
            )
        entered = entered.outer
    check_widths(changes, flag)
    if flag is not None:
        jax.config.update("jax_enable_x64", flag)
    for setting, value in changes.items():
        setting.set(value)
