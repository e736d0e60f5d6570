"""The functional form: modules that calls leave alone, and that JAX takes for trees of arrays."""

from collections.abc import Mapping
from typing import Any, Self

import jax

from ..core import Object
from ..errors import UnsupportedError, ValueRefused
from ._flat import FLAT, awaken, flatten, flatten_with_keys, unflatten
from ._forms import advice, note_form
from ._module import Module


class Functional(Module):
    """Mixed in front of a module class, gives its functional form.

    A call leaves the module unchanged; ``set_attributes``, ``reset_state`` and ``reset_parameters`` return a new module. The
    module is a JAX pytree: its arrays are the leaves, everything else is static.

    Raises
    ------
    ValueRefused
        When a submodule that is not functional is assigned.
    """

    _functional = True

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if Module not in cls.__bases__:
            note_form(cls, Functional)
        jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)

    def __getattr__(self, name: str) -> Any:
        if awaken(self) or name in self.__dict__:
            return getattr(self, name)
        return super().__getattr__(name)

    def __getstate__(self) -> dict[str, Any]:
        awaken(self)
        return {attribute: value for attribute, value in self.__dict__.items() if attribute != FLAT}

    def __copy__(self) -> Self:
        # With cells of its own, as every other copy: a write into one is not seen in the other.
        return self._copy()

    def _refuse_child(self, name: str, child: Object) -> None:
        if not getattr(child, "_functional", False):
            raise ValueRefused(
                where=self._where(name),
                expected="a functional submodule, since calls leave this module alone",
                got=f"{type(child).__name__}, which moves its own state",
                fix=f"{advice(type(child))}, or make the parent a plain Module.",
            )
        super()._refuse_child(name, child)

    def set_attributes(self, attributes: Mapping[str, Any]) -> Self:
        """A new module with the values of a nested dict; this one is left alone. See :meth:`Module.set_attributes`."""
        copy = self._copy()
        Object.set_attributes(copy, attributes)
        return copy

    def reset_state(self) -> Self:
        """A new module with every state at its initial value."""
        copy = self._copy()
        Object.reset_state(copy)
        return copy

    def reset_parameters(self) -> Self:
        """A new module with every parameter at its initial value."""
        copy = self._copy()
        Object.reset_parameters(copy)
        return copy

    def pure(self, rng_key: Any = None) -> Any:
        """The module itself, which is pure.

        Raises
        ------
        ValueRefused
            For an ``rng_key``: each module that draws has its own.
        """
        if rng_key is not None:
            raise ValueRefused(
                where=f"functional({self.class_name}), rng_key",
                expected="none, since functional modules have keys of their own",
                got="one",
                fix="Set it with set_attributes.",
            )
        return self

    def register_implicit_vars(self, *variables: Any, **named: Any) -> None:
        """Refused: what no attribute holds, a copy could not have for itself.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            where=f"{self.class_name}.register_implicit_vars and register_implicit_nodes",
            expected="attributes, which copies of a functional module have for themselves",
            got="something that stands elsewhere",
            fix="Assign it to an attribute, or use a plain Module.",
        )

    register_implicit_nodes = register_implicit_vars

    def _copy(self) -> Self:
        leaves, structure = flatten(self)
        return unflatten(structure, leaves)
