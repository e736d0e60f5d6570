"""What every view of a live simulation does: hear its pages, steer, and send frames as fast as they are drawn."""

from abc import abstractmethod
from collections.abc import Mapping
from threading import Lock
from typing import Any

import bouton as bp
from bouton import errors

from ._audience import audience_of
from ._kept import shelf_of
from ._stream import Stream
from ._view import View

SPEEDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, None)
"""What the views offer, in simulated seconds per second; None is as fast as it goes."""


class LiveView(View):
    """A live simulation, without a screen; a subclass says what is drawn of it.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is shown and steered.
    transport : bool
        Whether the page has buttons to steer it; not where another view of it beside this one has them.
    """

    def __init__(self, simulation: bp.run.LiveSimulation, transport: bool = True):
        super().__init__()
        self.simulation, self.transport = simulation, bool(transport)
        # Pages that show what was refused.
        self._refused: set[str] = set()
        # A page that comes while a frame is made would be taken for one that has gone.
        self._coming = Lock()
        self.module = simulation.model
        self._stream = Stream(simulation, self._send_frame, lambda: self.busy())

    @abstractmethod
    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the newest picture: what its numbers mean, the numbers, and which change of a parameter is the last in it.

        A picture that tells ``now`` tells ``step``, ``status`` and ``rate`` of that moment as well.
        """

    def content(self) -> dict[str, Any]:
        """Give what the buttons need."""
        simulation = self.simulation
        return {
            "dt": float(simulation.dt),
            "speeds": list(SPEEDS),
            "transport": self.transport,
            # By which the views on a page know that they show the same one.
            "simulation": shelf_of(simulation).name,
        }

    @property
    def title(self) -> str:
        """The model's class, of a system of one step its own."""
        model = self.simulation.model
        return (model.system if isinstance(model, bp.modules.FromStep) else model).class_name

    def receive(self, message: Mapping[str, Any]) -> None:
        """Act on a button, or on the news that a page has drawn a frame, came or went."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "drawn":
                self._stream.answered(page, int(message["frame"]))
            case "hello":
                with self._coming:
                    self.pages[page] = message
                    self._stream.hello(page)
            case "bye":
                self.pages.pop(page, None)
                self._refused.discard(page)
                self._stream.bye(page)
            case "play" | "pause" | "step" | "reset" | "speed":
                audience_of(self.simulation).decided()
                self._tried(self._steer, message)
            case _:
                self._tried(self.asked, message)

    def asked(self, message: Mapping[str, Any]) -> None:
        """Act on a control of the view's own."""

    def close(self) -> None:
        """Stop watching; the simulation is paused if nobody else watches it."""
        super().close()
        self._stream.close()

    def _tried(self, act: Any, message: Mapping[str, Any]) -> None:
        page, refused = str(message.get("view", "")), ""
        try:
            act(message)
        except errors.BoutonError as error:
            refused = str(error)
        # What was refused before is told no more once the same page has done something else; it looks by itself.
        if refused or (page in self._refused and message.get("type") not in ("look", "read")):
            self.publish({"type": "refused", "to": page, "text": refused})
            (self._refused.add if refused else self._refused.discard)(page)
        self._stream.wake()

    def _steer(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "play":
                self.simulation.start()
            case "pause":
                self.simulation.pause()
            case "step":
                self.simulation.step(int(message.get("n", 1)))
            case "reset":
                self.simulation.reset()
            case "speed":
                self.simulation.speed = message["value"]

    def _send_frame(self, number: int) -> int:
        simulation = self.simulation
        with self._coming:
            for page in tuple(self.pages):
                if page not in self._stream:
                    self.pages.pop(page, None)
        # Asked first: a picture may be newer than what is said of it, and never older.
        frame = simulation.frame((), columns=1)
        now = {"now": float(frame.now), "step": int(frame.step), "status": str(frame.status), "rate": float(frame.rate)}
        head, buffers, change = self.picture()
        head = {
            **now,
            **head,
            "type": "frame",
            "frame": number,
            "change": change,
            "error": simulation.error,
            "compilations": simulation.compilations,
            "speed": simulation.speed,
        }
        self.publish(head, buffers)
        return change


def checked_simulation(simulation: Any, where: str) -> bp.run.LiveSimulation:
    """The simulation.

    Raises
    ------
    KindError
        When it is none.
    """
    if not isinstance(simulation, bp.run.LiveSimulation):
        raise errors.KindError(
            where=f"bouton_widgets.{where}(simulation)",
            expected="a bouton.run.LiveSimulation",
            got=type(simulation).__name__,
            fix="Make one of your model first: bp.run.LiveSimulation(model, record=...).",
        )
    return simulation
