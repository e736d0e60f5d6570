"""How many steps are computed at once, by what a chunk has been seen to cost."""

from collections import deque


class Lengths:
    """The usual length of a chunk, and once chunks of it have kept hands waiting a short one instead, for good.

    A length is compiled once, so there is one short length and no way back. Little is lost by that: what a chunk costs beside its
    steps is small against the short one too.

    Parameters
    ----------
    usual : int
        Steps.

    Attributes
    ----------
    now : int
        Steps that come next.
    wanted : int or None
        Steps of the short one; None as long as the usual one is short enough.
    """

    # A chunk that takes longer than this (s) gives way to one that takes about as long as that.
    LONG, BRIEF = 0.04, 0.015
    # So many chunks in a row must have been slow: the machine may have had something else to do.
    SEEN = 4

    def __init__(self, usual: int):
        self.usual = self.now = usual
        self.wanted: int | None = None
        self._costs: deque[float] = deque(maxlen=self.SEEN)

    def took(self, steps: int, seconds: float) -> bool:
        """Note how long a chunk took that was compiled before; tells whether it has just made a short one wanted."""
        if steps != self.usual or self.usual == 1 or self.wanted is not None:
            return False
        self._costs.append(seconds)
        least = min(self._costs)
        if len(self._costs) < self.SEEN or least <= self.LONG:
            return False
        self.wanted = max(round(self.usual * self.BRIEF / least), 1)
        return True

    def turn(self) -> None:
        """Use the short one from now on: it has been compiled."""
        self.now = self.wanted or self.usual
