"""Where the rate comes into a transformation of optax."""

from typing import Any

import jax
import optax


def times_rate() -> optax.GradientTransformationExtraArgs:
    """From a direction to a step against it: times minus the rate that the optimiser hands in."""

    def update(updates: Any, state: Any, params: Any = None, **given: Any) -> tuple[Any, Any]:
        del params
        rate: jax.Array = given["rate"]
        return jax.tree_util.tree_map(lambda d: -rate.astype(d.dtype) * d, updates), state

    return optax.GradientTransformationExtraArgs(optax.identity().init, update)


def then_rate(direction: optax.GradientTransformation) -> optax.GradientTransformationExtraArgs:
    """The steps of ``direction``, times the rate."""
    return optax.chain(direction, times_rate())  # type: ignore[return-value]
