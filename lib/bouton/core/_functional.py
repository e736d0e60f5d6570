"""The pure form of any object, by the name that users ask for it."""

from typing import Any

from ..errors import KindError
from ._object import Object


def functional(obj: Object, rng_key: Any = None) -> Any:
    """The pure form of an object of any kind: calling it returns ``(output, new_state, record)`` and changes nothing.

    It is a JAX pytree of the object's arrays as they are now, with ``parameters``, ``states`` and ``set_attributes`` as the
    object has them; the last returns another one. ``jax.jit``, ``jax.grad`` and ``jax.vmap`` take it as an argument, so a model
    that was written with Variables and a loop that was written for pure functions go together.

    Parameters
    ----------
    obj : Object
        A module, a system of one step, a network of nodes. A functional module is pure already, and comes back as it is.
    rng_key : key or int, optional
        For an object that draws random numbers from bouton's own random state: a state, ``'rng_key'``, that moves on from call to
        call. Modules have keys of their own.

    Returns
    -------
    Pure

    Raises
    ------
    KindError
        For what is no object, or cannot be called.
    UnsupportedError
        For Variables in no attribute, which nested dictionaries have no place for.
    ValueRefused
        For an ``rng_key`` where the object has one.

    Notes
    -----
    What is no array stays the object's: another activation function of the object is one of its pure forms, too, and compiled
    code is made again for it. Variables that are not the object's own are read as they are; compiled code keeps what it has read.
    A system of one step takes its time as the object does: ``pure({'t': t, 'i': i}, x)``.

    Examples
    --------
    >>> import jax
    >>> import bouton as bp
    >>> net = bp.modules.Rate(2)
    >>> pure = bp.functional(net)
    >>> output, state, record = jax.jit(lambda m, x: m(x))(pure, jax.numpy.ones((5, 2)))
    >>> following, _, _ = pure.set_attributes(state)(jax.numpy.ones((5, 2)))
    >>> bool((following > output).all()), net.x.tolist()
    (True, [0.0, 0.0])
    """
    if not isinstance(obj, Object):
        raise KindError(
            where="functional",
            expected="an object of bouton",
            got=f"{type(obj).__name__}",
            fix="Make one of a function with bm.to_object(f, dyn_vars={...}).",
        )
    return obj.pure(rng_key)
