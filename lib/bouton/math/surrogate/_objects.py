"""Surrogates that carry their parameters: ``InvSquareGrad(alpha=50.)`` is a function of ``x`` alone."""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import jax

from ...errors import KindError
from . import _one_sided, _symmetric


class Surrogate:
    """A step with a substitute for its derivative, and the parameters of that; each subclass stands for one function.

    Parameters
    ----------
    *args, **kwargs
        The parameters of the function after ``x``.

    Raises
    ------
    KindError
        For a parameter that the function does not have.
    """

    function: ClassVar[Callable]

    def __init__(self, *args: Any, **kwargs: Any):
        signature = inspect.signature(self.function)
        known = list(signature.parameters)[1:]
        try:
            bound = signature.bind(None, *args, **kwargs)
        except TypeError as error:
            raise KindError(
                where=type(self).__name__,
                expected=f"the parameters {', '.join(known)}",
                got=", ".join([*map(str, args), *(f"{name}={value}" for name, value in kwargs.items())]),
                fix=f"Python says: {error}.",
            ) from error
        bound.apply_defaults()
        self.parameters = {name: bound.arguments[name] for name in known}

    def __call__(self, x: Any) -> jax.Array:
        """1 where ``x >= 0``."""
        return self.function(x, **self.parameters)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self.parameters.items())})"


class InvSquareGrad(Surrogate):
    """:func:`inv_square_grad` with its parameters."""

    function = staticmethod(_symmetric.inv_square_grad)


class Sigmoid(Surrogate):
    """:func:`sigmoid` with its parameters."""

    function = staticmethod(_symmetric.sigmoid)


class ReluGrad(Surrogate):
    """:func:`relu_grad` with its parameters."""

    function = staticmethod(_symmetric.relu_grad)


class GaussianGrad(Surrogate):
    """:func:`gaussian_grad` with its parameters."""

    function = staticmethod(_symmetric.gaussian_grad)


class MultiGaussianGrad(Surrogate):
    """:func:`multi_gaussian_grad` with its parameters."""

    function = staticmethod(_symmetric.multi_gaussian_grad)


class PiecewiseLinear(Surrogate):
    """:func:`piecewise_linear` with its parameters."""

    function = staticmethod(_symmetric.piecewise_linear)


class PiecewiseQuadratic(Surrogate):
    """:func:`piecewise_quadratic` with its parameters."""

    function = staticmethod(_symmetric.piecewise_quadratic)


class Arctan(Surrogate):
    """:func:`arctan` with its parameters."""

    function = staticmethod(_symmetric.arctan)


class SlayerGrad(Surrogate):
    """:func:`slayer_grad` with its parameters."""

    function = staticmethod(_symmetric.slayer_grad)


class SoftSign(Surrogate):
    """:func:`soft_sign` with its parameters."""

    function = staticmethod(_symmetric.soft_sign)


class ERF(Surrogate):
    """:func:`erf` with its parameters."""

    function = staticmethod(_symmetric.erf)


class NonzeroSignLog(Surrogate):
    """:func:`nonzero_sign_log` with its parameters."""

    function = staticmethod(_symmetric.nonzero_sign_log)


class LogTailedRelu(Surrogate):
    """:func:`log_tailed_relu` with its parameters."""

    function = staticmethod(_one_sided.log_tailed_relu)


class LeakyRelu(Surrogate):
    """:func:`leaky_relu` with its parameters."""

    function = staticmethod(_one_sided.leaky_relu)


class S2NN(Surrogate):
    """:func:`s2nn` with its parameters."""

    function = staticmethod(_one_sided.s2nn)
