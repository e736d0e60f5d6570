"""Whether the outputs of a cell are those that are stored."""

from collections.abc import Iterator
from typing import NamedTuple

from ._outputs import Part, Shown
from ._text import difference
from ._tolerance import Tolerance

# Ticks and legends set a figure's edge to the pixel, and the letters differ by a pixel between versions of a font library.
_PIXELS = 2


class Difference(NamedTuple):
    """One way in which a cell's outputs are not those stored.

    Parameters
    ----------
    kind : str
        ``stdout``, ``stderr``, ``error``, ``outputs``, or the MIME type of a display.
    why : str
        Where and by how much.
    expected, got : str
        What is stored and what came, as a reader sees it; of a picture, as notebooks store it.
    """

    kind: str
    why: str
    expected: str
    got: str


def differences(expected: Shown, got: Shown, tolerance: Tolerance, stderr: bool = False) -> list[Difference]:
    """All differences between the stored outputs of a cell and the new ones.

    Parameters
    ----------
    expected, got : Shown
        The stored outputs and the new ones.
    tolerance : Tolerance
        How far numbers may be apart.
    stderr : bool
        Whether what was written to it is compared.
    """
    found = []
    for name in sorted({*expected.streams, *got.streams}):
        if name != "stderr" or stderr:
            found += _stream(name, expected.streams.get(name), got.streams.get(name), tolerance)
    if len(expected.displays) != len(got.displays):
        why = f"expected {len(expected.displays)} displays, got {len(got.displays)}"
        return [*found, Difference("outputs", why, _listed(expected), _listed(got))]
    for old, new in zip(expected.displays, got.displays, strict=True):
        if set(old) != set(new):
            why = f"expected {_kinds(old)}, got {_kinds(new)}"
            found.append(Difference("outputs", why, _text_of(old), _text_of(new)))
        else:
            found += [one for mime in old for one in _part(old[mime], new[mime], tolerance)]
    return found


def _stream(name: str, old: Part | None, new: Part | None, tolerance: Tolerance) -> Iterator[Difference]:
    if old is None or new is None:
        why = f"expected {'nothing' if old is None else 'text'} on {name}, got {'nothing' if new is None else 'text'}"
        yield Difference(name, why, old.shown if old else "", new.shown if new else "")
        return
    why = difference((old.text or "").rstrip(), (new.text or "").rstrip(), tolerance)
    if why:
        yield Difference(name, why, old.shown, new.shown)


def _part(old: Part, new: Part, tolerance: Tolerance) -> Iterator[Difference]:
    if old.kind.startswith("image/"):
        if not _same_size(old.size, new.size):
            yield Difference(old.kind, f"expected {_size(old.size)}, got {_size(new.size)}", old.shown, new.shown)
        return
    if old.text is None or new.text is None:  # of this kind there is no content, or a widget was stored without its state
        return
    why = difference(old.text, new.text, tolerance)
    if why:
        # The line that is named is one of the compared text, which HTML and widgets are not shown as anywhere else.
        readable = old.kind.startswith("text/") and old.kind != "text/html"
        yield Difference(old.kind, why, old.shown if readable else old.text, new.shown if readable else new.text)


def _same_size(old: tuple[int, int] | None, new: tuple[int, int] | None) -> bool:
    if old is None or new is None:
        return old == new
    return all(abs(before - now) <= _PIXELS for before, now in zip(old, new, strict=True))


def _size(size: tuple[int, int] | None) -> str:
    return "a picture of unknown size" if size is None else f"{size[0]} × {size[1]} pixels"


def _kinds(display: dict[str, Part]) -> str:
    return " and ".join(sorted(display)) or "an empty display"


def _text_of(display: dict[str, Part]) -> str:
    return "\n".join(_described(part) for part in display.values())


def _listed(one: Shown) -> str:
    return "\n".join(f"{place}. {_text_of(display)}" for place, display in enumerate(one.displays, start=1))


def _described(part: Part) -> str:
    if part.kind.startswith("image/"):
        return f"{part.kind}: {_size(part.size)}"
    return f"{part.kind}: {part.shown if part.text is None else part.text}"
