"""A loss function as users give it."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from .. import losses
from ..core._names import nearest
from ..errors import KindError, UnknownPathError, ValueRefused
from ..run._given import as_numbers
from ..transform._operators import plain

_FIX = "Reduce it with .sum() or .mean(); what is to be told beside it is a dict of numbers, with loss_has_aux=True."


class Loss:
    """A loss function, by name or itself, whose results are looked at.

    Parameters
    ----------
    loss_fun, loss : str or callable, or None
        Two names of one argument.
    has_aux : bool
        Whether it returns ``(loss, dict)``.
    name : str
        Of the trainer; stands in errors.

    Raises
    ------
    ValueRefused, UnknownPathError, KindError
        For what is no loss function.
    """

    def __init__(self, loss_fun: Any, loss: Any, has_aux: Any, name: str):
        if not isinstance(has_aux, bool):
            raise KindError(
                where=f"{name}(loss_has_aux=...)",
                expected="True or False",
                got=f"{has_aux!r:.60}",
                fix="A largest norm of gradients is passed by its name, max_grad_norm=1.0.",
            )
        if (loss_fun is None) == (loss is None):
            raise ValueRefused(
                where=name,
                expected="loss_fun or loss, two names of one argument",
                got="neither" if loss is None else "both",
                fix="Write for instance loss_fun='mean_squared_error'.",
            )
        self._where, self._has_aux = f"{name}(loss_fun=...)", has_aux
        given = loss_fun if loss is None else loss
        self._function, self._name = _function(given, self._where), given if isinstance(given, str) else None

    def __call__(self, predictions: Any, targets: Any, monitored: bool = False) -> tuple[jax.Array, dict[str, jax.Array]]:
        """The loss, and what is told beside it.

        Parameters
        ----------
        predictions, targets : pytree
        monitored : bool
            Whether the predictions are a pair, of outputs and what the monitors have read.

        Raises
        ------
        KindError
            For what is no number, and no pair with a dict of them; for a named loss of a pair and targets that are none.
        ValueRefused
            For a number told under the name of the loss.
        """
        if monitored and self._name and not isinstance(targets, tuple | list):
            raise KindError(
                where=self._where,
                expected="a function of (outputs, monitored) and targets, as there are monitors",
                got=f"{self._name!r}, of outputs and targets",
                fix=f"Write loss_fun=lambda out, y: bp.losses.{self._name}(out[0], y), or leave the monitors out.",
            )
        found, metrics = self._function(predictions, targets), {}
        if self._has_aux:
            if not isinstance(found, tuple) or len(found) != 2 or not isinstance(found[1], Mapping):
                raise KindError(
                    where=self._where,
                    expected="a function that returns (loss, dict)",
                    got=_told(found),
                    fix="Return a pair, or leave loss_has_aux out.",
                )
            found, metrics = found
        if "loss" in metrics:
            raise ValueRefused(
                where=self._where, expected="other names than 'loss' in the dict", got="it", fix="Give the metric another name."
            )
        told = {str(key): self._number(value, f"a number under {key!r}") for key, value in metrics.items()}
        loss = self._number(found, "a function that returns a number")
        if not jnp.issubdtype(loss.dtype, jnp.floating):
            raise KindError(where=self._where, expected="a loss in real numbers", got=f"{loss.dtype}", fix=_FIX)
        return loss, told

    def _number(self, value: Any, expected: str) -> jax.Array:
        value = plain(value)
        try:
            number = jnp.asarray(as_numbers(value, self._where, _FIX))
        except (TypeError, ValueError) as problem:
            raise KindError(where=self._where, expected=expected, got=_told(value), fix=_FIX) from problem
        if number.ndim:
            raise KindError(where=self._where, expected=expected, got=f"an array of shape {number.shape}", fix=_FIX)
        return number


def _function(given: Any, where: str) -> Any:
    if isinstance(given, str):
        if given not in losses.__all__:
            raise UnknownPathError(
                where=where, expected="the name of a function of bp.losses", got=f"{given!r}", fix=nearest(given, losses.__all__)
            )
        given = getattr(losses, given)
    if not callable(given):
        raise KindError(
            where=where,
            expected="a name, or a function of predictions and targets",
            got=type(given).__name__,
            fix="Write for instance loss_fun='mean_squared_error'.",
        )
    return given


def _told(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, jax.Array) else type(value).__name__
