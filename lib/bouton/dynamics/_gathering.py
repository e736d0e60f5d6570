"""What gathers between the steps of a system."""

from ..core._switch import SwitchedVariable


class InputVariable(SwitchedVariable):
    """Where inputs are added up for the next step, which uses them up: it is 0 in between.

    To carry an array of zeros from step to step may take as long as the step itself. As long as nothing was ever added, compiled
    code leaves the cell out; it is made again, once, when something is, whoever does it.
    """

    __slots__ = ()

    def is_idle(self) -> bool:
        """Whether nothing was ever added; a trace under way depends on it."""
        return not self.switch.is_on()

    def clear(self, shape: tuple[int, ...] | None = None) -> None:
        """Set it to 0, and to that shape: not what the switch waits for."""
        now = self._sample().shape
        wanted = now if shape is None else shape
        if wanted != now or not self.is_idle():
            self.rest(wanted)

    def become_argument(self) -> None:
        """A pure function may be given another value than 0."""
        self.switch.turn_on()
