"""What a loss may add for parameters: their size, their number, and how far they are out of bounds."""

from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, ValueRefused
from ..losses._leaves import as_floats
from ..transform._operators import plain


def l2sqr_norm(params: Any) -> jax.Array:
    """Mean square of the parameters: of each array, and then over the arrays.

    Parameters
    ----------
    params : pytree of arrays
        For instance what ``module.parameters("weights")`` gives.

    Returns
    -------
    scalar
        Small weights and large ones count by the array, however many numbers it has.

    Raises
    ------
    ValueRefused
        For a tree without arrays.

    Examples
    --------
    >>> float(l2sqr_norm({"w": jnp.array([3.0, 1.0]), "b": jnp.array(1.0)}))
    3.0
    """
    return _mean_of_leaves("l2sqr_norm", params, lambda x: x**2)


def l0_norm_approx(params: Any, sigma: float = 1e-4) -> jax.Array:
    r"""About which part of the parameters is not zero, with a derivative: the mean of :math:`x^4 / (x^4 + \sigma)`.

    Parameters
    ----------
    params : pytree of arrays
        For instance what ``module.parameters("weights")`` gives.
    sigma : float
        Above 0. A number whose fourth power is this counts half.

    Returns
    -------
    scalar
        Mean of each array, and then over the arrays.

    Raises
    ------
    ValueRefused
        For a tree without arrays.

    Examples
    --------
    >>> round(float(l0_norm_approx(jnp.array([0.0, 5.0, -3.0, 0.0]))), 3)
    0.5
    """
    return _mean_of_leaves("l0_norm_approx", params, lambda x: x**4 / (x**4 + sigma))


def make_bounds(params: Any) -> tuple[Any, Any]:
    """Two trees like the parameters, filled with minus and plus infinity: the bounds that matter are written into them.

    Parameters
    ----------
    params : pytree of arrays

    Returns
    -------
    lower, upper : pytree of arrays
        For :func:`bounds_cost`.

    Examples
    --------
    >>> lower, upper = make_bounds({"tau": jnp.array([0.02, 0.1])})
    >>> lower["tau"] = jnp.full(2, 0.005)
    """
    arrays = jax.tree_util.tree_map(lambda x: as_floats(jnp.asarray(plain(x))), params)
    lower = jax.tree_util.tree_map(lambda x: jnp.full_like(x, -jnp.inf), arrays)
    return lower, jax.tree_util.tree_map(lambda x: jnp.full_like(x, jnp.inf), arrays)


def bounds_cost(params: Any, lower: Any, upper: Any) -> jax.Array:
    r"""How far parameters are out of bounds: :math:`e^{l - p}` or :math:`e^{p - u}` for each that is.

    Parameters
    ----------
    params : pytree of arrays
    lower, upper : pytree of arrays
        From :func:`make_bounds`, with what matters written into them; shapes that broadcast.

    Returns
    -------
    scalar
        0 where every parameter is inside or on a bound; 1 for each that has just left, and growing.

    Raises
    ------
    KindError
        For trees of different structure.

    Examples
    --------
    >>> params = {"tau": jnp.array([0.02, 0.1])}
    >>> lower, upper = make_bounds(params)
    >>> lower["tau"] = jnp.array([0.02, 1.1])
    >>> round(float(bounds_cost(params, lower, upper)), 4)  # exp(1)
    2.7183
    """
    leaves, structure = jax.tree_util.tree_flatten(params)
    sides = []
    for name, bounds in (("lower", lower), ("upper", upper)):
        side, other = jax.tree_util.tree_flatten(bounds)
        if other != structure:
            raise KindError(
                where=f"bounds_cost({name}=...)",
                expected=f"a tree like that of the parameters, {_told(structure)}",
                got=_told(other),
                fix="Begin with make_bounds(params), and write into what it gives.",
            )
        sides.append(side)
    total = jnp.zeros(())
    for p, low, high in zip(leaves, *sides, strict=True):
        p = as_floats(jnp.asarray(plain(p)))
        low, high = (jnp.asarray(plain(x)).astype(p.dtype) for x in (low, high))
        # An exponent of 0 where there is no offence: the derivative of what is not taken must be finite too.
        below, above = jnp.where(p < low, low - p, 0), jnp.where(p > high, p - high, 0)
        cost = jnp.where(p < low, jnp.exp(below), 0) + jnp.where(p > high, jnp.exp(above), 0)
        total = total + cost.sum().astype(total.dtype)
    return total


def _mean_of_leaves(where: str, params: Any, of: Any) -> jax.Array:
    leaves = [as_floats(jnp.asarray(plain(x))) for x in jax.tree_util.tree_leaves(params)]
    if not leaves:
        raise ValueRefused(
            where=where,
            expected="a tree with at least one array",
            got=f"{params!r}",
            fix="Pass for instance module.parameters(), or those of a family that it has.",
        )
    return jnp.stack([of(x).mean().astype(leaves[0].dtype) for x in leaves]).mean()


def _told(structure: Any) -> str:
    return str(structure).removeprefix("PyTreeDef(").removesuffix(")").replace("*", "array")
