"""Who is told when a simulation has moved."""

import threading
from collections.abc import Callable

from ..errors import KindError
from ._foreign import Foreign, Stopped


class Watchers:
    """Functions to call; one that raises is not called again, and none is called for what it does itself."""

    def __init__(self):
        self._callbacks: dict[object, Callable[[], object]] = {}
        self._under_way = _UnderWay()

    def add(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback()`` from now on; returns a function that ends it."""
        if not callable(callback):
            raise KindError(
                where="LiveSimulation.subscribe",
                expected="a function without arguments",
                got=f"{type(callback).__name__}",
                fix="Pass the function itself, not its result.",
            )
        key = object()
        self._callbacks[key] = callback

        def remove() -> None:
            self._callbacks.pop(key, None)

        return remove

    def clear(self) -> None:
        """Forget all of them."""
        self._callbacks.clear()

    def tell(self) -> Stopped | None:
        """Call each of them, whatever the others do; returns what the first to raise has raised."""
        trouble, under_way = None, self._under_way.keys
        for key, callback in list(self._callbacks.items()):
            if under_way and key is under_way[-1]:
                continue
            under_way.append(key)
            try:
                with Foreign("a function that watches the simulation"):
                    callback()
            except Stopped as stop:
                self._callbacks.pop(key, None)
                trouble = trouble or stop
            finally:
                under_way.pop()
        return trouble


class _UnderWay(threading.local):
    """Which are being called, on this thread, each by what the one before it did."""

    def __init__(self) -> None:
        self.keys: list[object] = []
