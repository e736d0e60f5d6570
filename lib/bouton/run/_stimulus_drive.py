"""A drive to which hands have added something, at the steps at which they did."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ._drive import Drive
from ._stimulus_shapes import Shape


@dataclass(frozen=True)
class Given:
    """One stimulus.

    Attributes
    ----------
    shape : Level, Noise or Curve
        What is given.
    first : int
        The first step that has it.
    last : int or None
        The first that has it no more; None where it goes on until it is called off.
    channels : range
        Which inputs get it.
    instead : bool
        Whether these inputs get nothing else meanwhile, other stimuli apart.
    """

    shape: Shape
    first: int
    last: int | None
    channels: range
    instead: bool

    def within(self, begin: int, end: int) -> tuple[int, int]:
        """Its steps among these; none where the second is no larger than the first."""
        return max(begin, self.first), end if self.last is None else min(end, self.last)

    def added(self, values: np.ndarray, begin: int, channels: range) -> None:
        """Add it to the values ``(steps, channels)`` of these channels from step ``begin`` on."""
        low, high = self.within(begin, begin + len(values))
        shared = range(max(channels.start, self.channels.start), min(channels.stop, self.channels.stop))
        if low < high and len(shared):
            where = values[low - begin : high - begin, shared.start - channels.start : shared.stop - channels.start]
            where += self.shape.at(self.first, low, high, shared).astype(values.dtype)


class StimulatedDrive(Drive):
    """What drives a simulation, and stimuli.

    Never changed: another stimulus makes another drive.

    Parameters
    ----------
    base : Drive
        What drives it without them.
    given : tuple of Given
        The stimuli, also those that are over but still to be seen.
    forgotten : int
        Before this step there were others.
    """

    def __init__(self, base: Drive, given: tuple[Given, ...] = (), forgotten: int = 0):
        super().__init__(None, base.size_in)
        self.base, self.given, self._forgotten = base, given, forgotten

    def __call__(self, first: int, steps: int) -> np.ndarray:
        """Inputs ``(steps, Nin)`` from step ``first`` on."""
        values = self.base(first, steps)
        for one in self.given:
            low, high = one.within(first, first + steps)
            if one.instead and low < high:
                values[low - first : high - first, one.channels.start : one.channels.stop] = 0.0
        for one in self.given:
            one.added(values, first, range(self.size_in))
        return values

    @property
    def repeats(self) -> bool:
        """Whether steps that lie behind can be asked for again."""
        return self.base.repeats

    @property
    def known_from(self) -> int:
        """The first step of which it can be told what was given."""
        return max(self._forgotten, self.base.known_from)

    def alone(self, begin: int, end: int, channel: int) -> np.ndarray:
        """What the stimuli give to one channel at these steps, ``(steps,)``."""
        values = np.zeros((end - begin, 1))
        for one in self.given:
            one.added(values, begin, range(channel, channel + 1))
        return values[:, 0]

    def on(self, step: int) -> list[Given]:
        """What has not ended by this step."""
        return [one for one in self.given if one.last is None or one.last > step]

    def anew(self, step: int) -> Self:
        """After a jump to another step: what goes on until it is called off begins there, and all else is over."""
        return type(self)(self.base.anew(step), tuple(replace(one, first=step) for one in self.given if one.last is None))

    def ended(self, kinds: tuple[str, ...], step: int, since: int, most: int) -> Self:
        """Without these kinds from a step on; of what is over by then, the last that was to be seen since another step."""
        cut = [replace(one, last=step) if one.shape.kind in kinds and one in self.on(step) else one for one in self.given]
        seen = [one for one in cut if one.last is None or one.last > max(since, one.first)]
        over = [one for one in seen if one.last is not None and one.last <= step]
        dropped = over[: max(len(seen) - most, 0)]
        gone = {id(one) for one in dropped}
        forgotten = max((one.last or 0 for one in dropped), default=0)
        return type(self)(self.base, tuple(one for one in seen if id(one) not in gone), max(self._forgotten, forgotten))

    def having(self, one: Given) -> Self:
        """With one more."""
        return type(self)(self.base, (*self.given, one), self._forgotten)
