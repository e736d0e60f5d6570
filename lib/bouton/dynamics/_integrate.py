"""One step of differential equations, by the name of the method."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..core._names import nearest
from ..errors import KindError, ShapeError, UnsupportedError, ValueRefused
from ..math._share import share
from ..transform import DEFAULT
from ..transform._frame import STACK
from ._tableaux import TABLEAUX, Tableau

EXPONENTIAL = ("exp_auto", "exp_euler")
METHODS = (*EXPONENTIAL, *TABLEAUX)

Step = Callable[..., Any]


def step(method: str) -> Callable[..., Step]:
    r"""The method of that name: of the right-hand side of an equation it makes a function of one time step.

    ``step('rk4')(f)`` advances :math:`\dot v = f(v, t, \ldots)`; ``step('euler')(f, noise=g)`` advances
    :math:`dv = f\,dt + g\,dW`.

    Parameters
    ----------
    method : str
        ``'exp_auto'`` or ``'exp_euler'``, which are one method, exponential Euler; or of Runge and Kutta ``'euler'``,
        ``'midpoint'``, ``'heun2'``, ``'ralston2'`` or ``'rk2'``, ``'rk3'``, ``'heun3'``, ``'ralston3'``, ``'ssprk3'``, ``'rk4'``,
        ``'rk4_38rule'``, ``'ralston4'``.

    Returns
    -------
    callable
        ``make(f, noise=None, split_key=...)``, which gives ``advance(v, t, *args, dt=None)``, the state after a step. The state
        is an array or a tuple of arrays, and ``f`` returns the same. ``noise`` is a number, an array, a function of the same
        arguments as ``f``, or for a tuple a tuple; each element of each variable has a Wiener process of its own.
        ``split_key`` gives a fresh random key. ``dt`` is by default the shared one.

    Raises
    ------
    ValueRefused
        For another name.

    Notes
    -----
    A model makes its step where it uses it, in ``update``: one that is kept as an attribute goes on reading the parameters of the
    first model in a copy of it.

    Exponential Euler is exact, whatever ``dt``, where ``f`` is linear in each variable and everything else stays as it is during
    the step. Each variable is linearised in itself, others being held, and each element of it by itself: ``f`` must not couple
    the elements of one variable. It is of second order for a single equation in which time does not appear, and of first order
    otherwise [1]_. Noise is added by Euler and Maruyama, of strong order 1/2, and order 1 where it does not depend on the state.

    References
    ----------
    .. [1] Hochbruck and Ostermann, Exponential integrators, Acta Numerica 19, 2010, section 2.4.

    Examples
    --------
    >>> decay = step("exp_auto")(lambda v, t, tau: -v / tau)
    >>> bool(jnp.allclose(decay(jnp.array(1.0), 0.0, 10.0, dt=20.0), jnp.exp(-2.0)))
    True
    """
    if method not in METHODS:
        raise ValueRefused(
            where="method", expected="the name of an integrator", got=f"{method!r}", fix=nearest(str(method), METHODS)
        )
    advance = _exponential if method in EXPONENTIAL else _runge_kutta(TABLEAUX[method])

    def make(f: Callable, noise: Any = None, split_key: Callable[[], jax.Array] = DEFAULT.split) -> Step:
        if noise is not None and method not in (*EXPONENTIAL, "euler"):
            raise UnsupportedError(
                where=f"method {method!r} with noise",
                expected=f"{', '.join(map(repr, (*EXPONENTIAL, 'euler')))}",
                got=f"{method!r}",
                fix="Methods of higher order are no better than 'euler' where there is noise.",
            )

        def one(v: Any, t: Any, *args: Any, dt: Any = None) -> Any:
            dt = share.dt if dt is None else dt

            def slope(v: Any, t: Any) -> Any:
                return _checked(f(v, t, *args), v)

            new = advance(slope, v, t, dt)
            return new if noise is None else _with_noise(new, noise(v, t, *args) if callable(noise) else noise, split_key(), dt)

        return one

    return make


def _runge_kutta(tableau: Tableau) -> Callable:
    def advance(slope: Callable, v: Any, t: Any, dt: Any) -> Any:
        stages: list[Any] = []
        for weights in tableau.inner:
            stages.append(slope(_ahead(v, stages, weights, dt), t + sum(weights) * dt))
        return _ahead(v, stages, tableau.outer, dt)

    return advance


def _ahead(v: Any, stages: list[Any], weights: tuple[float, ...], dt: Any) -> Any:
    for weight, stage in zip(weights, stages, strict=True):
        if weight:
            v = jax.tree_util.tree_map(lambda x, k, w=weight: x + w * dt * k, v, stage)
    return v


def _exponential(slope: Callable, v: Any, t: Any, dt: Any) -> Any:
    leaves, structure = jax.tree_util.tree_flatten(v)
    new = []
    for place, leaf in enumerate(map(jnp.asarray, leaves)):

        def own(x: jax.Array, place: int = place) -> jax.Array:
            if STACK.top is not None:
                # JAX keeps no trace of a derivative: cells may be read in this one.
                STACK.top.starts_here()
            whole = jax.tree_util.tree_unflatten(structure, [*leaves[:place], x, *leaves[place + 1 :]])
            return jnp.asarray(jax.tree_util.tree_leaves(slope(whole, t))[place])

        rate, derivative = jax.jvp(own, (leaf,), (jnp.ones_like(leaf),))
        new.append(leaf + dt * _relative_growth(derivative * dt) * rate)
    return jax.tree_util.tree_unflatten(structure, new)


def _relative_growth(z: jax.Array) -> jax.Array:
    """``(exp(z) - 1) / z``, which is 1 at 0, with its derivative."""
    small = jnp.abs(z) < 0.05
    series = jnp.full_like(z, 1 / math.factorial(8))
    for k in range(7, 0, -1):
        series = series * z + 1 / math.factorial(k)
    safe = jnp.where(small, 1.0, z)
    return jnp.where(small, series, jnp.expm1(safe) / safe)


def _with_noise(v: Any, amplitude: Any, key: jax.Array, dt: Any) -> Any:
    leaves, structure = jax.tree_util.tree_flatten(v)
    amplitudes = jax.tree_util.tree_leaves(amplitude) if isinstance(amplitude, tuple) else [amplitude] * len(leaves)
    if len(amplitudes) != len(leaves):
        raise ShapeError(
            where="noise",
            expected=f"one amplitude for each of {len(leaves)} variables",
            got=f"{len(amplitudes)}",
            fix="Give a tuple like the state, 0 where there is no noise.",
        )
    keys = jax.random.split(key, len(leaves))
    drawn = [jax.random.normal(k, jnp.shape(x), jnp.asarray(x).dtype) for k, x in zip(keys, leaves, strict=True)]
    # A Wiener process goes as the root of time: so the variance does not depend on dt.
    scaled = [x + a * dt**0.5 * w for x, a, w in zip(leaves, amplitudes, drawn, strict=True)]
    return jax.tree_util.tree_unflatten(structure, scaled)


def _checked(rate: Any, v: Any) -> Any:
    """What the right-hand side gives, when it is one rate for each variable."""
    wanted, given = jax.tree_util.tree_structure(v), jax.tree_util.tree_structure(rate)
    if wanted == given:
        return rate
    if isinstance(v, tuple) and isinstance(rate, list) and len(v) == len(rate):
        return tuple(rate)
    raise KindError(
        where="the right-hand side of the equation",
        expected=f"one rate for each variable, as the state {wanted}",
        got=f"{given}",
        fix="Return a tuple of rates for a tuple of variables.",
    )
