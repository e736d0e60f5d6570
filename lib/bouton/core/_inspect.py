"""Reading, writing and resetting a whole model, by the one walk over its attributes."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import BoutonError, KindError, UnknownPathError
from ._entry import Entry
from ._names import nearest
from ._slot import apart
from ._wrappers import Wrapper

if TYPE_CHECKING:
    from ._object import Object

# Two spellings of one family are in use.
_SYNONYMS = {"thresholds": "threshold", "biases": "bias"}


def walk(obj: "Object", prefix: str, above: tuple) -> Iterator[Entry]:
    """Entries of ``obj`` and what is below it; a child that contains itself is visited once."""
    obj._kin.used()
    for name, slot in obj._slots.items():
        yield Entry(prefix + name, obj, name, slot)
    for name, child in obj._children.items():
        if not any(child is a for a in (*above, obj)):
            yield from walk(child, f"{prefix}{name}.", (*above, obj))


def nested(obj: "Object", kind: str, family: str | tuple | list | None = None) -> dict:
    """Values of one kind. Without a family every child appears; with one, only those that have some."""
    wanted = None if family is None else {_canonical(f) for f in ([family] if isinstance(family, str) else family)}

    def choose(entry: Entry) -> bool:
        return entry.kind == kind and (wanted is None or _canonical(entry.family) in wanted)

    return _collect(obj, choose, keep_empty=wanted is None)


def named(obj: "Object", names: str | tuple | list) -> dict:
    """Values of the attributes with one of these names."""
    wanted = {names} if isinstance(names, str) else set(names)
    return _collect(obj, lambda entry: entry.name in wanted, keep_empty=False)


def chosen(obj: "Object", choose: Callable[[Entry], bool]) -> dict:
    """Values of the attributes that ``choose`` takes; every child appears."""
    return _collect(obj, choose, keep_empty=True)


def _canonical(family: Any) -> Any:
    return _SYNONYMS.get(family, family)


def _collect(obj: "Object", choose: Callable[[Entry], bool], *, keep_empty: bool, above: tuple = ()) -> dict:
    found = {}
    obj._kin.used()
    for name, slot in obj._slots.items():
        if choose(Entry(name, obj, name, slot)):
            found[name] = slot.read()
    for name, child in obj._children.items():
        if any(child is a for a in (*above, obj)):
            continue
        branch = _collect(child, choose, keep_empty=keep_empty, above=(*above, obj))
        if branch or keep_empty:
            found[name] = branch
    return found


def assign(obj: "Object", attributes: Mapping[str, Any]) -> None:
    """Write a nested dict of values; all of them, or none when one is refused."""
    targets = list(_targets(obj, attributes, ""))
    before = [(owner, name, owner._slots[name].read()) for owner, name, _, _ in targets]
    done = 0
    try:
        for owner, name, value, path in targets:
            _write(owner, name, value, path)
            done += 1
    finally:
        # Also on the way out of an error that is not ours: nothing the user had is lost.
        if done < len(targets):
            for owner, name, value in before[:done]:
                owner._slots[name].write(value, owner._where(name))


def _write(owner: "Object", name: str, value: Any, path: str) -> None:
    try:
        if isinstance(value, Wrapper):
            setattr(owner, name, value)
        else:
            # Not by assignment, which a class may want for cells that it makes itself.
            owner._slots[name].write(owner._admit(name, value), owner._where(name))
    except BoutonError as error:
        # The same mistake, with the whole path.
        raise type(error)(where=path, expected=error.expected, got=error.got, fix=error.fix) from error


def _targets(obj: "Object", attributes: Mapping[str, Any], prefix: str) -> Iterator[tuple]:
    where = f"{type(obj).__name__}.set_attributes"
    if not isinstance(attributes, Mapping):
        raise KindError(
            where=where + (f" at {prefix[:-1]!r}" if prefix else ""),
            expected="a nested dict, as parameters() gives",
            got=f"{type(attributes).__name__}",
            fix="Write for instance {'neurons': {'tau': value}}.",
        )
    obj._kin.used()
    for name, value in attributes.items():
        if name in obj._slots:
            yield obj, name, value, prefix + name
        elif name in obj._children:
            yield from _targets(obj._children[name], value, f"{prefix}{name}.")
        elif isinstance(name, str) and name.partition(".")[0] in obj._children:
            # A path, as entries have it.
            head, _, rest = name.partition(".")
            yield from _targets(obj._children[head], {rest: value}, f"{prefix}{head}.")
        else:
            raise UnknownPathError(
                where=where,
                expected="names of registered attributes and children",
                got=f"{prefix + str(name)!r}",
                fix=nearest(str(name), [*obj._slots, *obj._children]),
            )


def reset(obj: "Object", kinds: tuple[str, ...], above: tuple = (), prefix: str = "") -> None:
    """Set every attribute of these kinds to its initial value; an object that resets what is below it is asked to."""
    if above and obj._resets_below and "state" in kinds:
        obj.reset_state()
        return
    obj._kin.used()
    for name, slot in list(obj._slots.items()):
        if slot.kind in kinds:
            initial = slot.wrapper.initial_in
            if initial is None:
                obj._note_reset(name, prefix + name)
                slot.reset(prefix + name)
            elif initial != name:
                slot.write(apart(obj._slots[initial].read()), prefix + name)
    for name, child in list(obj._children.items()):
        if not any(child is a for a in (*above, obj)):
            reset(child, kinds, (*above, obj), f"{prefix}{name}.")
