"""Intermediate values that are computed again in the backward pass instead of being kept."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from ..errors import KindError
from ._deprecated import found_by_tracing
from ._frame import NewCell, started_again
from ._purify import Purified, discover, is_discovering, unwrap
from ._rebound import watched
from ._transformed import Transformed

_NUMBERS = (jax.Array, np.ndarray, np.generic, bool, int, float, complex)


@found_by_tracing
def remat(
    func: Callable | None = None,
    prevent_cse: bool = True,
    policy: Callable[..., bool] | None = None,
    static_argnums: int | Sequence[int] = (),
) -> Callable:
    """A function whose intermediate values a gradient computes again instead of keeping them: less memory for more work.

    Parameters
    ----------
    func : callable, optional
        Reads and writes Variables; what it writes is kept, once. Left out, ``remat`` is a decorator with arguments.
    prevent_cse : bool
        As in :func:`jax.checkpoint`; ``False`` is quicker inside a loop, where the compiler cannot undo the recomputation.
    policy : callable, optional
        One of :data:`jax.checkpoint_policies`: which intermediate values are kept after all. Default: none.
    static_argnums : int or sequence of int, optional
        Arguments that are Python constants.

    Returns
    -------
    callable
        With the arguments and results of ``func``.

    Raises
    ------
    KindError
        When ``func`` cannot be called.

    See Also
    --------
    for_loop : ``remat=True`` does this for each turn.
    """
    if func is None:
        return lambda f: remat(f, prevent_cse, policy, static_argnums)
    if not callable(func):
        raise KindError(
            where="remat",
            expected="a function, a method or a callable object",
            got=f"{type(func).__name__}",
            fix="Pass the function itself, not its result.",
        )
    nums = (static_argnums,) if isinstance(static_argnums, int) else tuple(static_argnums)

    def rematerialised(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = unwrap((args, kwargs))
        if is_discovering():
            return unwrap(watched(func)(*args, **kwargs))
        static = {n % len(args) for n in nums if -len(args) <= n < len(args)}
        traced = [() if n in static else arg for n, arg in enumerate(args)]
        # What is no array, such as the object of a method, is a constant.
        leaves, structure = jax.tree_util.tree_flatten((traced, kwargs))
        arrays = {n: leaf for n, leaf in enumerate(leaves) if isinstance(leaf, _NUMBERS)}

        def of_arrays(arrays: dict[int, Any]) -> Any:
            merged, named = jax.tree_util.tree_unflatten(structure, [arrays.get(n, leaf) for n, leaf in enumerate(leaves)])
            return watched(func)(*(args[n] if n in static else arg for n, arg in enumerate(merged)), **named)

        return started_again(lambda: _rematerialise(of_arrays, arrays, prevent_cse=prevent_cse, policy=policy))

    return Transformed(rematerialised, func, (remat, (func, prevent_cse, policy, static_argnums)))


def _rematerialise(of_arrays: Callable, arrays: dict[int, Any], **options: Any) -> Any:
    purified = Purified(of_arrays)
    purified.learn(*discover(lambda: of_arrays(arrays)))
    while True:
        # A fresh function, so that JAX does not answer with a trace of the cells known before.
        pure = jax.checkpoint(lambda *a: purified.traced(*a), **options)
        values = [cell.value for cell in purified.cells]
        try:
            out, new = pure(values, arrays)
        except NewCell as met:
            # A cell that is known already was refused by a trace around this one.
            if any(met.cell is cell for cell in (purified.written if met.written else purified.cells)):
                raise
            purified.learn_from(met)
            continue
        for cell, value in zip(purified.written, new, strict=True):
            cell.value = value
        return out


checkpoint = remat
