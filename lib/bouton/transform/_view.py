"""A Variable that is a part of another one."""

from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from ..errors import KindError, MathError, PositionError, UnsupportedError
from ._frame import STACK
from ._numbers import is_whole
from ._operators import plain
from ._variable import Variable


class VariableView(Variable):
    """A slice of another Variable: it reads from there and writes to there, and holds nothing itself.

    Parameters
    ----------
    variable : Variable
        May itself be a view.
    index : int, slice, ``...``, boolean mask, array of int, or tuple of these
        Of known values: no traced array. A part of the Variable that follows its batch axis whole has that axis as its own.

    Raises
    ------
    KindError
        When ``variable`` is no Variable, or the index none of the above.
    PositionError
        For an index that is out of range, or a mask of another shape.
    MathError
        For an index that names nothing, or an element more than once.

    Examples
    --------
    >>> v = Variable(3)
    >>> tail = VariableView(v, slice(1, None))
    >>> tail += 2.0
    >>> v.tolist()
    [0.0, 2.0, 2.0]
    """

    __slots__ = ("_base", "_fits_shape", "_index")

    def __init__(self, variable: Variable, index: Any):
        if not isinstance(variable, Variable):
            raise KindError(
                where="VariableView",
                expected="a Variable",
                got=f"{type(variable).__name__}",
                fix="Make the array a Variable first: bm.Variable(x).",
            )
        self._base, self._home, self._place = variable, None, None
        self._index = tuple(map(_known, index)) if isinstance(index, tuple) else _known(index)
        self._fits_shape: tuple[int, ...] = ()
        self._trace = None
        shape = tuple(variable.value.shape)
        named = _named(self._index, shape)
        if named.size == 0 or np.unique(named).size < named.size:
            raise MathError(
                where=f"VariableView of shape {shape}",
                expected="an index that names some elements, each once",
                got=f"one that names {'none' if named.size == 0 else 'an element twice'}: {index!r}",
                fix="Count from 0, and leave out what comes again.",
            )
        self._fits_shape = shape
        self._batch_axis = self._surviving_axis(shape)

    def refuse_copy(self) -> None:
        """Called where a copy with a value of its own is needed, which a view has not."""
        raise UnsupportedError(
            where="VariableView",
            expected="a Variable with a value of its own, which a functional module can copy",
            got=f"a view of another one, of shape {self.shape} and batch_axis {self.batch_axis}",
            fix="Keep the whole Variable in the module and take the slice where it is used.",
        )

    def __getstate__(self) -> tuple[Any, bool, dict[str, Any]]:
        kept = ("_base", "_index", "_fits_shape", "_batch_axis", "_home", "_place")
        return None, False, {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: tuple[Any, bool, dict[str, Any]]) -> None:
        self._trace = None
        for name, x in state[-1].items():
            setattr(self, name, x)

    # -- the value, which is the other's -------------------------------------

    @property
    def base(self) -> Variable:
        """The Variable that this is a part of."""
        return self._base

    @property
    def index(self) -> Any:
        """Which part."""
        return self._index

    @property
    def value(self) -> Any:
        """The part as an array; assigning writes it into the whole."""
        self._use()
        whole = self._base.value
        self._check_fits(whole.shape)
        return whole[self._index]

    @value.setter
    def value(self, new: Any) -> None:
        self.store(self.admit(new))

    # What asks for the value of a cell outside of any trace finds that of the whole; nothing can be kept here.
    @property
    def _value(self) -> Any:
        return self.value

    def _sample(self) -> Any:
        return self.value

    def store(self, new: Any) -> None:
        """Write an array that is known to fit."""
        self._use()
        whole = self._base.value
        self._check_fits(whole.shape)
        self._base.store(whole.at[self._index].set(new))

    def differentiate(self) -> None:
        """Refuse to be what a derivative is taken by."""
        raise UnsupportedError(
            where=f"a derivative by a VariableView of shape {self.value.shape}",
            expected="Variables with values of their own",
            got="a view",
            fix="Differentiate by the whole Variable, view.base, and take the part of the gradient: gradient[view.index].",
        )

    def _use(self) -> None:
        frame = STACK.top
        while frame is not None:
            if self in frame.values:
                raise UnsupportedError(
                    where="a transform that was given a VariableView to map or to change",
                    expected="Variables with values of their own",
                    got="a view",
                    fix="Name the whole Variable, view.base, and take the part inside of the function.",
                )
            frame = frame.outer
        super()._use()

    def refuse_tracer(self, new: Any) -> None:
        """As the whole."""
        self._base.refuse_tracer(new)

    def check_alive(self) -> None:
        """As the whole."""
        self._base.check_alive()

    def _batch_resized(self, new: tuple[int, ...], old: tuple[int, ...]) -> bool:
        return False

    def _check_fits(self, shape: tuple[int, ...]) -> None:
        """Look again where the batch has another size than before: JAX would clip an index that is out of range."""
        if shape != self._fits_shape:
            if len(shape) != len(self._fits_shape):
                raise PositionError(
                    where=f"VariableView of shape {self._fits_shape}",
                    expected=f"a Variable with {len(self._fits_shape)} axes, as it had when the view was made",
                    got=f"shape {tuple(shape)}, as one mapped element has",
                    fix="Inside vmap take the part of the Variable itself, variable[index].",
                )
            _named(self._index, tuple(shape))
            self._fits_shape = tuple(shape)

    def _surviving_axis(self, shape: tuple[int, ...]) -> int | None:
        """Where the batch axis of the whole is in the part; ``None`` when the part is of one size whatever the batch."""
        axis = self._base.batch_axis
        if axis is None:
            return None
        more = (*shape[:axis], shape[axis] + 1, *shape[axis + 1 :])
        try:
            pairs = list(zip(_named(self._index, shape).shape, _named(self._index, more).shape, strict=True))
        except PositionError:
            return None  # a mask is for one shape
        return next((k for k, (one, other) in enumerate(pairs) if one != other), None)


def _known(index: Any) -> Any:
    """An index whose values are fixed, or :class:`KindError`."""
    index = plain(index)
    if index is None or index is Ellipsis or isinstance(index, slice):
        return index
    if is_whole(index):
        return int(index)
    if isinstance(index, list | np.ndarray | jax.Array) and not isinstance(index, Tracer):
        array = np.array(index)
        if array.dtype.kind in "iu" or array.dtype == bool:
            return array
    raise KindError(
        where="VariableView(index=...)",
        expected="integers, slices, or arrays of known integers or booleans",
        got=f"{index.dtype if isinstance(index, np.ndarray | jax.Array) else type(index).__name__}"
        + (", traced" if isinstance(index, Tracer) else ""),
        fix="Make the view outside of transformed functions, with an index that does not change.",
    )


def _named(index: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of the elements that ``index`` names."""
    try:
        return np.arange(int(np.prod(shape))).reshape(shape)[index]
    except IndexError as error:
        raise PositionError(
            where=f"VariableView of shape {shape}",
            expected="an index inside it",
            got=f"{index!r}: {error}",
            fix="Count from 0 on each axis; a mask has the shape of the whole.",
        ) from error
