"""Which arguments are Python constants, however they are passed."""

import inspect
from collections.abc import Callable, Sequence


def both_ways(
    fn: Callable, nums: int | Sequence[int] | None, names: str | Sequence[str] | None
) -> tuple[int | Sequence[int] | None, str | Sequence[str] | None]:
    """Positions and names of the same arguments of ``fn``, where one of them is given.

    As :func:`jax.jit` finds them out by itself; what we compile has another signature.
    """
    if (nums is None) == (names is None):
        return nums, names
    try:
        found = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return nums, names
    either = inspect.Parameter.POSITIONAL_OR_KEYWORD
    positional = [p for p in found if p.kind in (either, inspect.Parameter.POSITIONAL_ONLY)]
    if nums is not None:
        count = len(positional)
        given = [n for n in ((nums,) if isinstance(nums, int) else nums) if -count <= n < count]
        if not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in found):
            # Counted from the end of the signature; the end of a call is elsewhere when some come by name.
            nums = tuple(n % count for n in given)
        return nums, tuple(positional[n].name for n in given if positional[n].kind is either) or None
    wanted = {names} if isinstance(names, str) else set(names or ())
    return tuple(n for n, p in enumerate(positional) if p.kind is either and p.name in wanted) or None, names
