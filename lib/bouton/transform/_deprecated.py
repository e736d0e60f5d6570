"""Arguments that older programs pass, and that nothing has to be told any more."""

import functools
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_LEFT_OUT = object()


def found_by_tracing(transform: Callable[P, R]) -> Callable[P, R]:
    """``transform``, which takes ``dyn_vars=`` and ``child_objs=`` as well, says that they are not needed, and ignores them."""

    @functools.wraps(transform)
    def call(*args: Any, dyn_vars: Any = _LEFT_OUT, child_objs: Any = _LEFT_OUT, **kwargs: Any) -> Any:
        for name, given in (("dyn_vars", dyn_vars), ("child_objs", child_objs)):
            if given is not _LEFT_OUT:
                warnings.warn(
                    f"{transform.__name__}({name}=...): Variables are found by tracing; leave it out.",
                    DeprecationWarning,
                    stacklevel=2,
                )
        return transform(*args, **kwargs)

    return call
