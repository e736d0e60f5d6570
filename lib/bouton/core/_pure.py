"""The pure form of any object: a tree of its arrays that is called as the object is, and changes nothing."""

import copy
import operator
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from ..errors import KindError, UnsupportedError, ValueRefused
from ..transform import DEFAULT, Variable, VariableView
from ..transform._frame import Constant, Frame, started_again
from ..transform._purify import unwrap
from ..transform._random import new_key
from . import _inspect
from ._nested import overlay

if TYPE_CHECKING:
    from ._object import Object

RNG_KEY = "rng_key"
# Under which an object notes what the code of its pure form depends on besides arrays, so that all its pure forms do.
_SEEN = "_bouton_pure"


class _Seen(dict[Constant, Hashable]):
    """Constants with the versions that they had when they were first used. A copy of the object starts without."""

    def __reduce__(self) -> tuple:
        return _Seen, ()


class Form:
    """All of a pure form but its arrays: what JAX compares to know whether compiled code fits.

    Parameters
    ----------
    obj : Object
    draws : bool
        Whether there is a key for bouton's random state.
    """

    __slots__ = ("_changes", "cells", "draws", "known", "obj", "seen")

    def __init__(self, obj: "Object", draws: bool):
        # A zero that is left out of the compiled code is no array; a view has none of its own. Bouton's random state, which some
        # objects have as an attribute, is that of nobody: its key comes last, where there is one.
        found = [(e.cell, e) for e in obj.entries()]
        own = [
            cell
            for cell, e in found
            if cell is not None and cell is not DEFAULT.cell and not isinstance(cell, VariableView) and not e._slot.is_off()
        ]
        self.cells: tuple[Variable, ...] = tuple(dict.fromkeys((*own, *([DEFAULT.cell] if draws else []))))
        self.known, self.obj, self.draws = frozenset(self.cells), obj, draws
        for cell in self.cells:
            cell.become_argument()
        self.seen: _Seen = obj.__dict__.setdefault(_SEEN, _Seen())
        self._changes: tuple = ()

    def now(self) -> "Form":
        """This form with what has changed, in what no array holds, since it was first used."""
        changes = tuple((id(constant), version) for constant, then in self.seen.items() if (version := constant.version) != then)
        if changes == self._changes:
            return self
        form = copy.copy(self)
        form._changes = changes
        return form

    def __hash__(self) -> int:
        return hash((id(self.obj), len(self.cells)))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Form)
            and self.obj is other.obj
            and len(self.cells) == len(other.cells)
            and all(map(operator.is_, self.cells, other.cells))
            and self._changes == other._changes
        )


class Pure:
    """The pure form of an object: its arrays, with the object's behaviour.

    Called as the object is, it returns ``(output, new_state, record)`` and changes nothing; ``set_attributes`` returns another
    one. It is a JAX pytree, so it goes through ``jax.jit``, ``jax.grad`` and ``jax.vmap`` as an argument and as a result.
    :func:`bouton.functional` makes it.
    """

    __slots__ = ("_form", "_values")

    _form: Form
    _values: tuple

    @classmethod
    def _of(cls, form: Form, values: Any) -> Self:
        self = object.__new__(cls)
        self._form, self._values = form, tuple(values)
        return self

    @property
    def obj(self) -> "Object":
        """The object that it is the form of, which has arrays of its own."""
        return self._form.obj

    def __call__(self, *args: Any, record: Any = False, **kwargs: Any) -> tuple[Any, dict, dict]:
        """Call the object, with these arrays in it.

        Parameters
        ----------
        *args, **kwargs
            As for the object.
        record : bool, str or list of str
            What to record. Of a model of one step, the states after it: ``True`` for all, or paths and patterns.

        Returns
        -------
        output
            What the object returns; of a :class:`bouton.modules.Module` the first of its results.
        new_state : dict
            States, nested like the object, with the random keys that have moved on. ``set_attributes`` takes it.
        record : dict
            What was asked for.

        Raises
        ------
        UnsupportedError
            When the object draws random numbers from the random state of bouton and was given no ``rng_key``; when it writes to
            Variables that are not its own.
        """
        (output, state, recorded), values = self._run(lambda: self._called(record, args, kwargs), self.obj)
        return output, self._with_key(state, values[-1:]), recorded

    def after(self, code: Callable[[], Any]) -> tuple[Any, Self]:
        """What ``code`` returns, which uses the object with these arrays in it, and the form with those that it has left."""
        out, values = self._run(code, self.obj)
        return unwrap(out), self._of(self._form, values)

    @property
    def cells(self) -> tuple[Variable, ...]:
        """The cells of the object that the leaves of the tree stand for, in order."""
        return self._form.cells

    def parameters(self, family: Any = None) -> dict:
        """Parameters, as :meth:`bouton.Object.parameters` gives them."""
        return self._run(lambda: self.obj.parameters(family))[0]

    def simulation_parameters(self, family: Any = None) -> dict:
        """Simulation parameters, as :meth:`bouton.Object.simulation_parameters` gives them."""
        return self._run(lambda: self.obj.simulation_parameters(family))[0]

    def states(self) -> dict:
        """States, nested like the object, and its random keys."""
        return self._with_key(self._run(lambda: moving(self.obj))[0], self._values[-1:])

    def set_attributes(self, attributes: Mapping[str, Any]) -> Self:
        """Another one, with the values of a nested dict; see :meth:`bouton.Object.set_attributes`."""
        given = dict(attributes)
        key = given.pop(RNG_KEY) if self._draws and RNG_KEY in given else None
        new = self._changed(lambda: self.obj.set_attributes(given))
        return new if key is None else self._of(new._form, (*new._values[:-1], key))

    def reset_state(self, *args: Any) -> Self:
        """Another one, with every state at its initial value; arguments as for the object."""
        return self._changed(lambda: self.obj.reset_state(*args))

    def reset_parameters(self) -> Self:
        """Another one, with every parameter at its initial value."""
        return self._changed(self.obj.reset_parameters)

    def __repr__(self) -> str:
        return f"Pure({self.obj!r})"

    @property
    def _draws(self) -> bool:
        return self._form.draws

    def _with_key(self, state: dict, key: Any) -> dict:
        return {**state, RNG_KEY: key[0]} if self._draws else state

    def _called(self, record: Any, args: tuple, kwargs: dict) -> tuple[Any, dict, dict]:
        output, told, recorded = self.obj._call_purely(record, args, kwargs)
        present = moving(self.obj)
        return unwrap(output), present if told is None else overlay(present, told), recorded

    def _changed(self, change: Callable) -> Self:
        def values_after() -> tuple[Form, list]:
            change()
            # Noise that was 0, and left out of the compiled code, may be an array of the tree from now on.
            form = Form(self.obj, self._draws)
            return form, [cell.value for cell in form.cells]

        return self._of(*self._run(values_after)[0])

    def _run(self, code: Callable, own: "Object | None" = None) -> tuple[Any, list]:
        """What ``code`` returns with these arrays in the cells of the object, and the arrays after it.

        With ``own``, code that writes to cells of others is refused.
        """
        form = self._form

        def run() -> tuple[Any, list]:
            with Frame(dict(zip(form.cells, self._values, strict=True))) as frame:
                out = code()
                if own is not None:
                    _refuse_outside(own, [cell for cell in frame.written if cell not in form.known])
                for constant, version in frame.constants.items():
                    form.seen.setdefault(constant, version)
                return out, [frame.values[cell] for cell in form.cells]

        return started_again(run)


def pure(obj: "Object", rng_key: Any = None) -> Pure:
    """The pure form of an object, as it is now."""
    where = f"functional({type(obj).__name__})"
    if not callable(obj):
        raise KindError(
            where=where,
            expected="an object that can be called",
            got=f"{type(obj).__name__}, without a __call__ of its own",
            fix="Give its class a method __call__(self, x).",
        )
    form = Form(obj, rng_key is not None)
    hidden = [path for path, cell in obj.vars("relative").items() if cell not in form.known and not _is_listed(obj, cell)]
    if hidden:
        raise UnsupportedError(
            where=where,
            expected="Variables in attributes, which have a place in nested dicts",
            got=f"{hidden[0]!r}, which was registered by register_implicit_vars",
            fix="Assign it to an attribute.",
        )
    if rng_key is not None and RNG_KEY in obj._slots:
        raise ValueRefused(
            where=f"{where}, rng_key",
            expected="none, since the object has a key of its own",
            got="one",
            fix="Set it: bp.functional(obj).set_attributes({'rng_key': key}).",
        )
    values = [cell.value for cell in form.cells if cell is not DEFAULT.cell]
    return Pure._of(form, values if rng_key is None else [*values, as_key(rng_key)])


def _is_listed(obj: "Object", cell: Variable) -> bool:
    return any(entry.cell is cell for entry in obj.entries())


def as_key(key: Any) -> jax.Array:
    """A key as bouton's random state holds it: a seed, a typed key, or the plain array."""
    if isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        return jax.random.key_data(key)
    if isinstance(key, jax.Array | np.ndarray) and key.shape == (2,) and key.dtype == np.uint32:
        return jnp.asarray(key)
    return new_key(key, where="functional(rng_key=...)")


def moving(obj: "Object") -> dict:
    """States and random keys as a nested dict."""
    return _inspect.chosen(obj, lambda entry: entry.kind in ("state", "random"))


def _refuse_outside(obj: "Object", outside: list[Variable]) -> None:
    if not outside:
        return
    where = f"the pure form of {type(obj).__name__}"
    if any(cell is DEFAULT.cell for cell in outside):
        raise UnsupportedError(
            where=where,
            expected="a key for the random numbers that it draws",
            got="none",
            fix="Give it one: bp.functional(obj, rng_key=0). It moves on with the states, under 'rng_key'.",
        )
    raise UnsupportedError(
        where=where,
        expected="an object that writes to Variables of its own only",
        got=f"one that writes to another {type(outside[0]).__name__}, of shape {outside[0].shape}",
        fix="Assign that Variable to an attribute of the object.",
    )


def _flatten(form: Pure) -> tuple[tuple, Form]:
    return form._values, form._form.now()


jax.tree_util.register_pytree_node(Pure, _flatten, Pure._of)
