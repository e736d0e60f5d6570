"""Compilation of functions and methods that read and write cells."""

import functools
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MappingProxyType, MethodType
from typing import Any, ClassVar

import jax
from jax.core import Tracer

from ..errors import KindError
from ._deprecated import found_by_tracing
from ._frame import STACK, Frame, HiddenUse, NewCell, Versioned
from ._purify import Purified, _leaves_only, unwrap
from ._rebound import Watch, attributes_now, owner_of, warn_of_changes, watched
from ._static import both_ways
from ._variable import Variable

_KEPT = 8  # variants beside the present one
_ARRIVES_AS_ARRAY = (
    "A Variable that is passed to a compiled function arrives as its array. What the function should write to, it takes from an "
    "object or from outside."
)


class _Itself:
    """Stands for the object of a method that returns it: no array, and not to be taken apart."""


_ITSELF = _Itself()
jax.tree_util.register_pytree_node(_Itself, lambda _: ((), None), lambda *_: _ITSELF)


def _body(fn: Callable) -> Callable:
    """What is traced of a function."""
    looked, owner = watched(fn), owner_of(fn)
    if owner is None or not isinstance(fn, MethodType):
        return looked

    def call(*args: Any, **kwargs: Any) -> Any:
        out = looked(*args, **kwargs)
        return _ITSELF if out is owner else out

    return call


class _Variant(Purified):
    """The function as it is under some settings of the environment, and compiled."""

    call: Callable | None = None
    # Of the object and of those below it, when it was traced; while debug_rebound is on.
    attributes: Mapping = MappingProxyType({})


class Jitted:
    """A compiled function of cells; what :func:`jit` returns.

    A call passes one flat list of arrays to one :func:`jax.jit` and writes back what the function wrote: nothing of the model is
    hashed or flattened. A new argument shape or a Variable whose shape changed compiles again, inside :func:`jax.jit`. Other
    settings of the environment, where the function reads them, compile again too; what was made for the old ones is kept.

    Attributes
    ----------
    compilations : int
        How often the function has been traced and compiled.
    """

    warns_of_changes: ClassVar[bool] = False

    def __init__(self, fn: Callable, **options: Any):
        self._fn = fn
        static = both_ways(fn, options.get("static_argnums"), options.get("static_argnames"))
        options["static_argnums"], options["static_argnames"] = static
        # By identity: 0 names the first argument, and equals False.
        self._options = {k: v for k, v in options.items() if v is not None and v is not False and v != ()}
        self._variant = _Variant(_body(fn))
        # Those made under other settings of the environment, for when it is that again.
        self._others: list[_Variant] = []
        self._forgotten = 0
        functools.update_wrapper(self, fn, updated=())

    @property
    def compilations(self) -> int:
        return self._forgotten + sum(variant.traces for variant in (self._variant, *self._others))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if STACK.top is not None:
            # Inside another transform the function becomes part of it.
            args, kwargs = unwrap((args, kwargs))
            return unwrap(watched(self._fn)(*args, **kwargs))
        purified = self._variant
        if purified.call is None:
            self._discover(purified, args, kwargs)
        for constant, version in purified.constants.items():
            if constant.version != version:
                purified = self._under_present_settings(purified, args, kwargs)
                break
        while True:
            try:
                out, new = purified.call([c._value for c in purified.cells], *args, **kwargs)  # type: ignore[misc]
            except NewCell as met:
                purified.learn_from(met)
                self._compile(purified)
                continue
            except HiddenUse:
                purified.fresh = True
                self._compile(purified)
                continue
            if not _CONCRETE.issuperset(map(type, new)):
                _refuse_tracers(purified.written, new)
            if STACK.journal is not None:
                for cell in purified.written:
                    STACK.journal.note(cell, cell._value)
            for cell, value in zip(purified.written, new, strict=True):
                cell._value = value
            return owner_of(self._fn) if out is _ITSELF else out

    def prepare(self, *args: Any, **kwargs: Any) -> Callable[[], object]:
        """Trace for arguments like these and call nothing; what is returned compiles, on any thread, what such a call needs."""
        purified = self._variant
        if purified.call is None:
            self._discover(purified, args, kwargs)
        while True:
            try:
                return purified.call.lower([c._value for c in purified.cells], *args, **kwargs).compile  # type: ignore[union-attr]
            except NewCell as met:
                purified.learn_from(met)
            except HiddenUse:
                purified.fresh = True
            self._compile(purified)

    def __set_name__(self, owner: type, name: str) -> None:
        code = self._fn.__code__ if isinstance(self._fn, FunctionType) else None
        if code is not None and code.co_argcount and code.co_varnames[0] == "self":
            raise KindError(
                where=f"{owner.__name__}.{name}",
                expected="bm.cls_jit around a method in the body of a class",
                got="bm.jit, which does not know the instance",
                fix="Write @bm.cls_jit, or compile the method of an instance: bm.jit(instance.method).",
            )

    def call_with_a_look(self, *args: Any, **kwargs: Any) -> Any:
        """A call while debug_rebound is on."""
        if STACK.top is None:
            warn_of_changes(self._variant.attributes)
        return usual_call(self, *args, **kwargs)

    def _under_present_settings(self, last: "_Variant", args: tuple, kwargs: dict) -> "_Variant":
        """The variant whose constants are all as they are now, made where there is none."""
        if any(isinstance(constant, Versioned) and constant.version != version for constant, version in last.constants.items()):
            # A count never comes back: no variant that was made before fits again.
            self._forgotten += sum(variant.traces for variant in self._others)
            self._others = []
            self._discover(last, args, kwargs)
            return last
        for variant in self._others:
            if all(constant.version == version for constant, version in variant.constants.items()):
                break
        else:
            variant = _Variant(_body(self._fn))
            self._discover(variant, args, kwargs)
        # New lists: another thread may be going through the old one.
        others = [last, *(other for other in self._others if other is not variant and other is not last)]
        self._forgotten += sum(gone.traces for gone in others[_KEPT:])
        self._others = others[:_KEPT]
        self._variant = variant
        return variant

    def _discover(self, purified: "_Variant", args: tuple, kwargs: dict) -> None:
        try:
            frame = self._discovered(purified.fresh, args, kwargs)
        except HiddenUse:
            purified.fresh = True
            frame = self._discovered(True, args, kwargs)
        purified.learn(list(frame.read_cells), list(frame.written))
        purified.note(frame.constants)
        purified.attributes = attributes_now(self._fn) if Jitted.warns_of_changes else {}
        self._compile(purified)

    def _discovered(self, fresh: bool, args: tuple, kwargs: dict) -> Frame:
        def traced(*args: Any, **kwargs: Any) -> list:
            frame.starts_here()
            return _leaves_only(self._fn(*args, **kwargs))

        try:
            with Frame({}, discovering=True, fresh=fresh) as frame, Watch(self._fn):
                jax.jit(traced, **self._static(shift=0)).eval_shape(*args, **kwargs)
        except (AttributeError, TypeError) as error:
            if any(isinstance(arg, Variable) for arg in (*args, *kwargs.values())):
                error.add_note(_ARRIVES_AS_ARRAY)
            raise
        return frame

    def _compile(self, purified: "_Variant") -> None:
        # A fresh function, so that JAX does not answer with a trace of the cells known before.
        purified.call = jax.jit(lambda *a, **k: purified.traced(*a, **k), **self._static(shift=1), **self._plain_options())

    def _static(self, shift: int) -> dict:
        # The list of values comes first in the compiled function.
        options = {k: _shifted(v, shift) for k, v in self._options.items() if k == "static_argnums"}
        if "static_argnames" in self._options:
            options["static_argnames"] = self._options["static_argnames"]
        return options

    def _plain_options(self) -> dict:
        options = {k: v for k, v in self._options.items() if k in ("inline", "keep_unused")}
        if "donate_argnums" in self._options:
            options["donate_argnums"] = _shifted(self._options["donate_argnums"], 1)
        return options

    def __reduce__(self) -> tuple:
        # Compiled code belongs to one set of cells; a copy, or a pickle, compiles for itself.
        return _compiled_anew, (type(self), self._fn, self._options)

    def __repr__(self) -> str:
        return f"jit({getattr(self._fn, '__qualname__', repr(self._fn))})"


# What debug_rebound replaces, and puts back.
usual_call = Jitted.__call__


def _compiled_anew(cls: type[Jitted], fn: Callable, options: dict) -> Jitted:
    return cls(fn, **options)


# Types of values that are no tracers, as they come up: one look-up for all that a call has written.
_CONCRETE: set[type] = set()


def _refuse_tracers(cells: Sequence[Variable], values: Sequence[Any]) -> None:
    for cell, value in zip(cells, values, strict=True):
        cell.refuse_tracer(value)
        if not isinstance(value, Tracer):
            _CONCRETE.add(type(value))


def _shifted(argnums: int | Sequence[int], by: int) -> tuple[int, ...]:
    nums = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    # Counted from the end, an argument stays where it is.
    return tuple(n + by if n >= 0 else n for n in nums)


@found_by_tracing
def jit(
    func: Callable | None = None,
    static_argnums: int | Sequence[int] | None = None,
    static_argnames: str | Sequence[str] | None = None,
    donate_argnums: int | Sequence[int] = (),
    inline: bool = False,
    keep_unused: bool = False,
) -> Any:
    """Compile a function, a bound method or a callable object that reads and writes Variables.

    Whatever changes must be a Variable or an argument; everything else is a constant, baked in at the first call. Variables are
    found by tracing, none has to be listed. When the function raises, every Variable keeps the value it had. A Variable that is
    passed as an argument arrives as its array: what the function should write to, it takes from an object or from outside.

    Parameters
    ----------
    func : callable, optional
        Left out, ``jit`` is a decorator with arguments.
    static_argnums, static_argnames
        Arguments that are Python constants; each new value compiles again.
    donate_argnums
        Arguments whose memory the result may take over.
    inline, keep_unused : bool
        As in :func:`jax.jit`.

    Returns
    -------
    Jitted
        With ``compilations``, a count.

    Raises
    ------
    KindError
        When ``func`` cannot be called.
    """
    options = {
        "static_argnums": static_argnums,
        "static_argnames": static_argnames,
        "donate_argnums": donate_argnums,
        "inline": inline,
        "keep_unused": keep_unused,
    }
    if func is None:
        return lambda f: jit(f, **options)
    return Jitted(as_callable(func, "jit"), **options)


def as_callable(func: Any, where: str) -> Callable:
    """``func``, if it can be called."""
    if not callable(func):
        raise KindError(
            where=where,
            expected="a function, a method or a callable object",
            got=f"{type(func).__name__}",
            fix="Pass the function itself, not its result.",
        )
    return func
