"""When the next frame may go: never while a page still owes an answer, and never to pages that have gone."""

from dataclasses import dataclass

PACE = 0.04
"""Seconds between frames that nobody is in a hurry for. The picture scrolls on between them, and what they leave of the
machine is there when somebody turns a slider."""

HAND, BESIDE = 0.7, 0.07
"""Seconds for which a hand that has changed something is expected to go on, and those between frames meanwhile that do not answer
it. What they take of the machine is what an answer would wait for; pictures scroll on all the same."""

LATE = 0.042
"""Seconds after which a frame may go while the one before is on its way. Through a notebook's server an answer takes about as
long, and longer on a busy machine: who waits for it shows less than twenty frames a second."""

PATIENCE = 0.5
"""Seconds after which a page that has not answered no longer holds up the next frame."""

SILENCE = 4.0
"""Seconds without an answer after which a page counts as gone."""


@dataclass
class _Page:
    heard: float
    owes: int | None = None
    since: float = 0.0


class Flow:
    """Who watches, and what each page still owes.

    A frame waits until the slowest page has drawn the one before, or for `LATE`; it never goes while two are on their way, so
    none queue: what was simulated meanwhile is simply part of the next frame. A frame that answers somebody's hand may go while
    one is on its way. A page that stays silent holds up the others for no more than `PATIENCE`, and is forgotten after `SILENCE`.
    All times are seconds of one clock that the caller reads.
    """

    def __init__(self):
        self._pages: dict[str, _Page] = {}
        self._frame = 0
        self._sent = self._hand = float("-inf")

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, page: str) -> bool:
        return page in self._pages

    def hello(self, page: str, now: float) -> None:
        """Note that a page is there and owes nothing."""
        self._pages[page] = _Page(now)

    def bye(self, page: str) -> None:
        """Forget a page."""
        self._pages.pop(page, None)

    def answered(self, page: str, frame: int, now: float) -> None:
        """Note that a page has drawn a frame. A page that was thought gone is back."""
        known = self._pages.setdefault(page, _Page(now))
        known.heard = now
        if known.owes is not None and known.owes <= frame:
            known.owes, known.since = (None if frame >= self._frame else frame + 1), now

    def hand(self, now: float) -> None:
        """Note that somebody's hand has changed something: for a moment frames that do not answer it go less often."""
        self._hand = now

    def ready(self, now: float, urgent: bool = False) -> bool:
        """Whether a frame may go now; an urgent one need not wait for the one before, but for the one before that."""
        ahead = 1 if urgent or now - self._sent >= LATE else 0
        if any(self._on_its_way(page) > ahead and now - page.since <= PATIENCE for page in self._pages.values()):
            return False
        hears = any(self._on_its_way(page) <= ahead for page in self._pages.values())
        pace = BESIDE if now - self._hand < HAND else PACE
        least = 0.0 if urgent else pace if hears else PATIENCE
        return bool(self._pages) and now - self._sent >= least

    def soon(self, now: float) -> float:
        """Seconds after which it is worth asking again, if nothing else happens."""
        passed = now - self._sent
        return next((moment - passed for moment in (PACE, LATE, BESIDE) if moment > passed), PATIENCE / 5)

    def _on_its_way(self, page: _Page) -> int:
        return 0 if page.owes is None else self._frame - page.owes + 1

    def send(self, now: float) -> int:
        """Count a frame as sent, and give its number."""
        self._frame += 1
        self._sent = now
        for page in self._pages.values():
            if page.owes is None:
                page.owes, page.since, page.heard = self._frame, now, now
        return self._frame

    def excuse(self, now: float) -> None:
        """Begin everybody's silence anew, because the reason for it is on this side."""
        for page in self._pages.values():
            page.heard = now

    def drop_silent(self, now: float) -> None:
        """Forget the pages that owe an answer and have been quiet for too long."""
        for name, page in tuple(self._pages.items()):
            if page.owes is not None and now - page.heard > SILENCE:
                del self._pages[name]
