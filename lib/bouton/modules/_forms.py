"""Which class is the functional form of which."""

# Plain class → its functional form, for library classes and those of users.
_FORMS: dict[type, type] = {}


def note_form(cls: type, functional: type) -> None:
    """``class LIFJax(Functional, LIF)`` is the functional form of ``LIF``; the first such class is."""
    bases = cls.__bases__
    if len(bases) == 2 and bases[0] is functional:
        _FORMS.setdefault(bases[1], cls)


def functional_form(cls: type) -> type:
    """The functional form of a class; the class itself where there is none."""
    return _FORMS.get(cls, cls)


def plain_form(cls: type) -> type:
    """The plain class of a functional form; the class itself where it is none."""
    return next((plain for plain, form in _FORMS.items() if form is cls), cls)


def advice(cls: type) -> str:
    """What to use in place of a plain class where calls leave modules alone."""
    form = _FORMS.get(cls)
    name = cls.__name__
    return f"Use {form.__name__}" if form is not None else f"Write class {name}Jax(Functional, {name}) and use that"
