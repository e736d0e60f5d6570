"""Random numbers of all kinds from one key."""

from ._counts import CountDraws
from ._everywhere import EverywhereDraws
from ._positive import PositiveDraws
from ._rearranged import RearrangingDraws
from ._vectors import VectorDraws


class RandomState(EverywhereDraws, PositiveDraws, CountDraws, VectorDraws, RearrangingDraws):
    """Random numbers from a key that advances with every draw, in compiled code as well.

    The key is a cell, ``key``: a model finds a state that is one of its attributes, saves its key, and ``reset_state()`` goes
    back to the key that the state was made with. Under ``bm.vmap`` every mapped element has a key of its own. Same seed, same
    numbers: eager, compiled, in a loop. NumPy's global state is left alone.

    Parameters
    ----------
    seed_or_key : int, (2,) uint32 array, or key of jax.random, optional
        Default: a fresh seed from the operating system.
    seed : int, optional
        Another way to say it.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    ValueRefused
        When both are given; for a negative seed, or one of more than 32 bits.
    KindError
        For what is no seed and no key.

    Notes
    -----
    Methods have the names, arguments and defaults that NumPy gives them; ``random(size)`` is ``numpy.random.random(size)``. All
    take some of:

    size : int or tuple of int, optional
        Shape of what is drawn. Parameters may be arrays and broadcast to it; without it the shape is what they have together.
    dtype : dtype, optional
        Default: that of the environment.
    key : key, optional
        To draw with this key; the state does not advance, and the same key gives the same numbers.

    and raise ``ValueRefused`` for a parameter outside its range (a traced one cannot be checked), ``ShapeError`` for shapes that
    do not broadcast, ``KindError`` for what is no number.

    Examples
    --------
    >>> rng = RandomState(3)
    >>> rng.normal(0.0, 0.01, size=(10, 50)).shape
    (10, 50)
    >>> key = rng.split_key()
    >>> bool((rng.permutation(5, key=key) == rng.permutation(5, key=key)).all())
    True
    """
