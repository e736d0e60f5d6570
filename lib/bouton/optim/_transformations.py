"""Where the rate comes into a transformation of optax."""

from typing import Any

import jax
import jax.numpy as jnp
import optax


def times_rate() -> optax.GradientTransformationExtraArgs:
    """From a direction to a step against it: times minus the rate that the optimiser hands in."""

    def update(updates: Any, state: Any, params: Any = None, **given: Any) -> tuple[Any, Any]:
        del params
        rate: jax.Array = given["rate"]
        return jax.tree_util.tree_map(lambda d: -rate.astype(d.dtype) * d, updates), state

    return optax.GradientTransformationExtraArgs(optax.identity().init, update)


def of_arrays(direction: optax.GradientTransformation) -> optax.GradientTransformation:
    """``direction``, for which a number is an array of one."""

    def init(params: Any) -> Any:
        return direction.init(jax.tree_util.tree_map(jnp.atleast_1d, params))

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        del params
        steps, state = direction.update(jax.tree_util.tree_map(jnp.atleast_1d, updates), state)
        return jax.tree_util.tree_map(lambda step, update: step.reshape(update.shape), steps, updates), state

    return optax.GradientTransformation(init, update)


def then_rate(direction: optax.GradientTransformation) -> optax.GradientTransformationExtraArgs:
    """The steps of ``direction``, times the rate."""
    return optax.chain(direction, times_rate())  # type: ignore[return-value]
