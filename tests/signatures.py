"""The arguments of a function, as the documentation of a model would list them."""

import inspect


def signature(made):
    """Names in order, each with its default, if it has one."""
    parameters = inspect.signature(made).parameters.values()
    return " ".join(
        p.name if p.default is p.empty else f"{p.name}={getattr(p.default, '__name__', p.default)}" for p in parameters
    )
