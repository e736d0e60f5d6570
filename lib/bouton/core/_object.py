"""The one object under every style of model: a registry of attributes and children."""

from typing import Any, Self

from ..errors import ValueRefused
from ..transform import Variable
from ..transform._rebound import note_made, note_rebound
from ._groups import Group
from ._inspectable import Inspectable
from ._names import claim, next_name, unique_name, wait_for_name
from ._node_groups import Member
from ._pure import Pure, pure
from ._recorded import recorded
from ._render import as_html
from ._searchable import Kin, Searchable
from ._slot import Slot
from ._unmeant import warn_of_container, warn_of_near_miss
from ._wrappers import Wrapper

_OWN = ("_slots", "_children", "_kin", "_groups", "_implicit_vars", "_implicit_nodes")


class Object(Inspectable, Searchable, Member):
    """Base of every model: registers what is assigned to it, and answers for it.

    Assigning a :class:`~bouton.parameters.Parameter`, ``State`` or ``SimulationParameter`` registers an attribute that reads
    as the bare array; a :class:`~bouton.math.Variable` registers and reads as itself; an ``Object`` becomes a child.
    Assigning to a registered attribute writes into its cell, after checking shape, dtype and bounds. Everything else is a
    plain attribute.

    Parameters
    ----------
    name : str, optional
        Unique among live objects. Default: class name and a number.

    Raises
    ------
    ValueRefused
        A name that is no identifier; a new wrapper for a registered attribute; an attribute name that the class itself uses.
    UniqueNameError
        A name that is taken.
    """

    # Set by __new__, so that a subclass works without calling super().__init__().
    _slots: dict[str, Slot]
    _children: "dict[str, Object]"
    # Whether states below are not reset one by one, from above, but by ``reset_state`` of this object.
    _resets_below = False
    # Counts the changes of children: compiled code holds which one an attribute was.
    _kin: Kin

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = object.__new__(cls)
        self.__dict__.update(_slots={}, _children={}, _kin=Kin(), _attribute_name=None, _unique_name=None)
        self.__dict__.update(_groups={}, _implicit_vars={}, _implicit_nodes={})
        wait_for_name(self)
        note_made(self)
        return self

    def __init__(self, name: str | None = None):
        if name is not None:
            claim(self, name)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy: names are unique, and its lists and dicts are its own.
        self.__dict__.update(state, _unique_name=None)
        for name, group in self._groups.items():
            group.belongs_to(self, name)

    # -- registering, reading, writing -------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Wrapper):
            self._register(name, value)
        elif name == "name" and isinstance(value, str) and type(self).name is Object.name:
            claim(self, value)
        elif name in self._slots:
            self._slots[name].write(self._admit(name, value), self._where(name))
        elif isinstance(value, Variable):
            self._refuse_reserved(name, may_hide_defaults=True)
            self._disown(name)
            self._slots[name] = Slot.around(value)
            value.belongs_to(self._kin.held)
            object.__setattr__(self, name, value)
        elif isinstance(value, Object):
            self._adopt(name, value)
        elif isinstance(value, Group):
            self._group(name, value)
        else:
            if name not in self.__dict__:
                self._refuse_reserved(name, may_hide_defaults=True, plain=True)
                warn_of_near_miss(self, name, self._slots)
            if isinstance(value, list | tuple | dict | set):
                warn_of_container(self, name, value, (Object, Variable, Wrapper))
            note_rebound(self, name, value)
            # A child that is replaced by something else is no child any more.
            self._disown(name)
            object.__setattr__(self, name, value)

    def _register(self, name: str, wrapper: Wrapper) -> None:
        if name in self._slots or name in self._children:
            raise ValueRefused(
                where=self._where(name),
                expected="a value for an attribute that is registered already",
                got=f"a new {type(wrapper).__name__}",
                fix="Assign the value itself, or build the model again.",
            )
        self._refuse_reserved(name)
        self._slots[name] = slot = Slot(wrapper, self._where(name))
        if slot.cell is not None:
            slot.cell.belongs_to(self._kin.held)
        self.__dict__.pop(name, None)

    def _adopt(self, name: str, child: "Object") -> None:
        self._refuse_reserved(name, may_hide_defaults=True)
        self._refuse_child(name, child)
        if name in self._groups:
            self._disown(name)
        self._let_go(name, self._children.get(name))
        self._kin.version += 1
        self._children[name] = child
        child.__dict__["_attribute_name"] = name
        self.__dict__.pop(name, None)
        if hasattr(type(self), name):
            # It hides an attribute of the class.
            object.__setattr__(self, name, child)

    def _refuse_child(self, name: str, child: "Object") -> None:
        """Refuse what cannot be a child; subclasses add their own reasons."""
        if child is self:
            raise ValueRefused(
                where=self._where(name),
                expected="another object",
                got="the object itself",
                fix="Leave this assignment out.",
            )

    def _group(self, name: str, group: Group) -> None:
        self._refuse_reserved(name, may_hide_defaults=True)
        for key, element in group.elements():
            if isinstance(element, Object):
                self._refuse_child(f"{name}-{key}", element)
        self._disown(name)
        self._groups[name] = group
        self.__dict__.pop(name, None)
        if hasattr(type(self), name):
            object.__setattr__(self, name, group)
        group.belongs_to(self, name)
        self._regroup(name, group)

    def _regroup(self, name: str, group: Group) -> None:
        """Register what is in a list or dict now, under the names ``name-index`` or ``name-key``."""
        for registry in (self._slots, self._children):
            for known in [key for key in registry if key.partition("-")[0] == name and "-" in key]:
                gone = registry.pop(known)
                if isinstance(gone, Object):
                    self._let_go(name, gone)
        for key, element in group.elements():
            if isinstance(element, Variable):
                self._slots[f"{name}-{key}"] = Slot.around(element)
                element.belongs_to(self._kin.held)
            else:
                self._children[f"{name}-{key}"] = element
                element.__dict__["_attribute_name"] = f"{name}-{key}"
        self._kin.version += 1

    def _disown(self, name: str) -> bool:
        """Forget the child, or the children in the list or dict, of that name."""
        child = self._children.pop(name, None)
        self._let_go(name, child)
        known = child is not None
        group = self._groups.pop(name, None)
        if group is not None:
            group.released_by(self, name)
            self._regroup(name, type(group)())
        self._kin.version += known
        return known or group is not None

    def _let_go(self, name: str, child: "Object | None") -> None:
        """Compiled code that found ``child`` where it hides an attribute of the class has to look again: it went by unseen."""
        if child is not None and hasattr(type(self), name):
            for obj in child.nodes("relative", -1, include_self=True).values():
                obj._kin.held.version += 1
                obj._kin.version += 1

    def _refuse_reserved(self, name: str, *, may_hide_defaults: bool = False, plain: bool = False) -> None:
        """Refuse the name of a member of the class.

        What stands in the instance may hide a class attribute that is the user's own. A plain value may also be for the setter
        of a property, or for a name that Python itself uses.
        """
        owner = next((c for c in type(self).__mro__ if name in c.__dict__), None)
        member = None if owner is None else owner.__dict__[name]
        if owner is None:
            free = name not in _OWN
        elif owner.__module__.partition(".")[0] == "bouton":
            free = plain and name.startswith("__")
        else:
            free = plain or (may_hide_defaults and not hasattr(type(member), "__set__"))
        if free:
            return
        raise ValueRefused(
            where=self._where(name),
            expected="a name that the class does not use itself",
            got=f"{name!r}, which is a member of {type(self).__name__}",
            fix="Choose another attribute name." + (" A method is replaced in a subclass, with def." if callable(member) else ""),
        )

    def _admit(self, name: str, value: Any) -> Any:
        """For subclasses: convert or refuse a value on its way into a registered attribute."""
        return value

    def _note_reset(self, name: str, path: str) -> None:
        """For subclasses: an attribute is about to go back to its initial value, which they may refuse."""

    def __getattr__(self, name: str) -> Any:
        slot = self.__dict__.get("_slots", {}).get(name)
        if slot is None:
            child = self.__dict__.get("_children", {}).get(name, self.__dict__.get("_groups", {}).get(name))
            if child is not None:
                # Here and not in the instance's dictionary, so that a trace that goes by notices.
                self._kin.used()
                return child
            if hasattr(type(self), name):
                # A property asked for something that there is not: its error says what.
                return object.__getattribute__(self, name)
            raise self._missing(name)
        return slot.read()

    def _missing(self, name: str) -> AttributeError:
        return AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        slot = self._slots.pop(name, None)
        if slot is not None and slot.cell is not None:
            slot.cell.taken_away()
        known = self._disown(name) or slot is not None
        if name in self.__dict__ or not known:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        own = [*self._slots, *self._children, *self._groups]
        return [*super().__dir__(), *(name for name in own if name.isidentifier())]

    def _where(self, name: str) -> str:
        return f"{type(self).__name__}.{name}"

    # -- names -------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """Unique name, by default class name and number; it can be assigned."""
        return unique_name(self)

    def unique_name(self, name: str | None = None, type_: str | None = None) -> str:
        """A name that no other object has: the object's own, or ``name`` if it is free, or one for class ``type_``.

        Raises
        ------
        UniqueNameError
            When another object has ``name``.
        """
        if name is not None:
            return claim(self, name)
        return unique_name(self) if type_ is None else next_name(type_)

    @property
    def is_initialized(self) -> bool:
        """Whether it can be used: always, but of nodes, which wait for their shapes."""
        return True

    @property
    def class_name(self) -> str:
        """Name of the class."""
        return type(self).__name__

    # -- the pure form -----------------------------------------------------

    def pure(self, rng_key: Any = None) -> Pure:
        """The pure form of this object, as :func:`bouton.functional` makes it.

        Parameters
        ----------
        rng_key : key or int, optional
            For an object that draws random numbers from bouton's own random state.
        """
        return pure(self, rng_key)

    def _call_purely(self, record: Any, args: tuple, kwargs: dict) -> tuple[Any, dict | None, dict]:
        """For the pure form: output, the states where the call tells them itself, and the record."""
        call: Any = self
        return call(*args, **kwargs), None, recorded(self, record)

    def _repr_html_(self) -> str:
        return as_html(self)
