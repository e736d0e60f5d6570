"""The functional form: modules that calls leave alone, and that JAX takes for trees of arrays."""

import os
import warnings
from collections.abc import Mapping
from typing import Any, Self

import jax

from ..core import Object
from ..core._searchable import LoadedState
from ..core._slot import apart
from ..core._wrappers import Wrapper
from ..errors import UnsupportedError, ValueRefused
from ._flat import FLAT, awaken, copied, flatten, flatten_with_keys, unflatten
from ._forms import advice, note_form
from ._initial import note_reset
from ._module import Module
from ._whole_arrays import refuse_other_arrays


class Functional(Module):
    """Mixed in front of a module class, gives its functional form.

    A call leaves the module unchanged; ``set_attributes``, ``reset_state``, ``reset_parameters`` and ``load_states`` return a new
    module. The module is a JAX pytree: its arrays are the leaves, everything else is static.

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

    def __call__(self, input_data: Any, *args: Any, return_batch_state: bool = False, **kwargs: Any) -> tuple[Any, dict, dict]:
        awaken(self)
        refuse_other_arrays(self)
        return super().__call__(input_data, *args, return_batch_state=return_batch_state, **kwargs)

    __call__.__doc__ = Module.__call__.__doc__

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

    def _register(self, name: str, wrapper: Wrapper) -> None:
        super()._register(name, wrapper)
        cell = self._slots[name].cell
        if cell is not None and cell._value is wrapper.data:
            cell._value = apart(cell._value)

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
        Module.set_attributes(copy, attributes)
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

    def load_state_dict(self, state: Mapping[str, Any]) -> Self:
        """A new module with the values of a dict such as ``state_dict`` gives; this one is left alone.

        Paths that only one of both has are warned of. See :meth:`Module.load_state_dict`.
        """
        copy = self._copy()
        return copy._told(Module.load_state_dict(copy, state), "load_state_dict")

    def load_states(self, file: str | os.PathLike[str]) -> Self:
        """A new module with the values of a file that ``save_states`` has written; this one is left alone.

        Paths that only one of both has are warned of. See :meth:`Module.load_states`.
        """
        copy = self._copy()
        return copy._told(Module.load_states(copy, file), "load_states")

    def _told(self, found: LoadedState, method: str) -> Self:
        if found.missing_keys or found.unexpected_keys:
            got = {"without": found.missing_keys, "with unknown": found.unexpected_keys}
            words = " and ".join(f"values {kind} {', '.join(paths[:8])}" for kind, paths in got.items() if paths)
            warnings.warn(
                f"{self.class_name}.{method}: expected the paths of the model, got {words}. What is missing stays as it was.",
                stacklevel=3,
            )
        return self

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
        return copied(self)

    def _note_reset(self, name: str, path: str) -> None:
        note_reset(self, name, path)
