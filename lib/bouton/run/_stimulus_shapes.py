"""What a hand can give to a model: a level, a pulse, noise, a drawn curve. Each as a function of the step."""

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

_TILE = 64
"""Steps, and channels, of which random numbers are drawn at once."""


@dataclass(frozen=True)
class Level:
    """The same height all the time.

    Attributes
    ----------
    height : float
        In the unit of the input.
    kind : {'step', 'pulse'}
        Whether it stays until somebody calls it off.
    """

    height: float
    kind: str = "step"

    def at(self, first: int, begin: int, end: int, channels: range) -> np.ndarray:
        """Values ``(steps, channels)``, or what broadcasts to it, of a stimulus that began with step ``first``."""
        return np.full((1, 1), self.height)


@dataclass(frozen=True)
class Noise:
    """Normal random numbers, each step and each channel its own.

    A number depends on the seed, the step and the channel alone: neither on how a run is cut into chunks nor on which other
    channels have noise.

    Attributes
    ----------
    mean, sd : float
        In the unit of the input.
    seed : int
        Of the numbers.
    """

    mean: float
    sd: float
    seed: int
    kind: ClassVar[str] = "noise"

    def at(self, first: int, begin: int, end: int, channels: range) -> np.ndarray:
        """As for :class:`Level`."""
        blocks = range(begin // _TILE, -(-end // _TILE))
        if len(channels) == 1:
            drawn = np.concatenate([_row(self.seed, block, channels[0]) for block in blocks])[:, None]
        else:
            groups = range(channels.start // _TILE, -(-channels.stop // _TILE))
            low = channels.start - groups.start * _TILE
            drawn = np.concatenate([_block(self.seed, block, groups)[low : low + len(channels)].T for block in blocks])
        drawn = drawn[begin - blocks.start * _TILE :][: end - begin]
        return self.mean + self.sd * drawn


@dataclass(frozen=True)
class Curve:
    """Heights at equal distances with straight lines between them.

    Attributes
    ----------
    heights : tuple of float
        In the unit of the input, two or more.
    steps : int
        From the first to the last.
    repeat : bool
        Whether it begins again where it ends.
    """

    heights: tuple[float, ...]
    steps: int
    repeat: bool
    kind: ClassVar[str] = "curve"

    def at(self, first: int, begin: int, end: int, channels: range) -> np.ndarray:
        """As for :class:`Level`."""
        passed = np.arange(begin, end) - first
        places = (passed % self.steps if self.repeat else passed) / self.steps * (len(self.heights) - 1)
        return np.interp(places, np.arange(len(self.heights)), self.heights)[:, None]


Shape = Level | Noise | Curve


def _draw(seed: int, block: int, group: int, channels: int) -> np.ndarray:
    # A generator that counts: block and group are places in its sequence that are out of reach of one another.
    counted = np.random.Philox(key=seed, counter=[0, 0, group, block])
    return np.random.Generator(counted).standard_normal((channels, _TILE), np.float32)


# Chunks share them: the one that ends and the one that begins.
@functools.lru_cache(maxsize=2)
def _block(seed: int, block: int, groups: range) -> np.ndarray:
    """``(channels, steps)`` of groups of channels."""
    return np.concatenate([_draw(seed, block, group, _TILE) for group in groups])


@functools.lru_cache(maxsize=2048)
def _row(seed: int, block: int, channel: int) -> np.ndarray:
    """``(steps,)`` of one channel; the numbers are those of its tile."""
    return _draw(seed, block, channel // _TILE, channel % _TILE + 1)[-1].copy()
