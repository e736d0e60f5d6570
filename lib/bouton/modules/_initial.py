"""Where the initial values of a module's attributes are known, and where they are not.

Modules of one structure share compiled code, whatever their attributes begin with. What comes out of such code has its arrays,
but JAX gives it the structure of the one that the code was made for: which initial values were its own, nobody can tell any more.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jax.core import Tracer

from ..errors import UnsupportedError
from ..transform._trace import is_staged

if TYPE_CHECKING:
    from ..core import Object

# Of a module that JAX has put together, the likeness of what it was made of; None for a copy of one that was built.
ORIGIN = "_bouton_origin"


class Likeness:
    """What all structures that have been found equal have in common.

    Attributes
    ----------
    mixed : set of str
        Attributes that begin with other values in some of them.
    baked : set of str
        Attributes whose initial values stand in compiled code: nothing that begins with others is equal.
    """

    __slots__ = ("_older", "baked", "mixed")

    def __init__(self, mixed: Iterable[str] = ()):
        self._older: Likeness | None = None
        self.mixed, self.baked = set(mixed), set[str]()

    def __reduce__(self) -> tuple:
        # Of a copy by deepcopy or pickle.
        return Likeness, (sorted(self.oldest().mixed),)

    def oldest(self) -> "Likeness":
        """The one that stands for all."""
        found = self
        while found._older is not None:
            found = found._older
        if found is not self:
            self._older = found
        return found

    def join(self, other: "Likeness", differing: Iterable[str]) -> None:
        """What either stands for is one from now on; ``differing`` attributes begin with other values in the other."""
        mine, theirs = self.oldest(), other.oldest()
        mine.mixed.update(differing)
        if mine is not theirs:
            mine.mixed |= theirs.mixed
            mine.baked |= theirs.baked
            theirs._older = mine


def inherited(module: "Object") -> Likeness:
    """For the structure of a module: what was doubtful about the module is so of it."""
    origin = module.__dict__.get(ORIGIN)
    return Likeness(() if origin is None else origin.oldest().mixed)


def note_reset(module: "Object", name: str, path: str) -> None:
    """An attribute of a module is about to go back to its initial value.

    Raises
    ------
    UnsupportedError
        When that of the module is not known.
    """
    origin: Likeness | None = module.__dict__.get(ORIGIN)
    if origin is None:
        return
    origin = origin.oldest()
    staged = is_staged()
    if name in origin.mixed or (isinstance(module._slots[name].wrapper.data, Tracer) and not staged):
        raise UnsupportedError(
            where=f"{type(module).__name__}, reset of {path!r}",
            expected="one initial value to go back to",
            got="a module that came out of a transform of JAX, which has gone by several or knows none",
            fix="Reset the module that was built, and give its values to this one: "
            "module.set_attributes(built.reset_parameters().parameters()), or .reset_state().state().",
        )
    if staged:
        origin.baked.add(name)
