"""How often XLA really compiles."""

import contextlib
from collections.abc import Iterator

import jax


class Compilations:
    """Compilations since the block began."""

    def __init__(self) -> None:
        self._before = _SEEN.count

    @property
    def count(self) -> int:
        return _SEEN.count - self._before


class _Seen:
    count = 0

    def __call__(self, event: str, duration: float, **_: object) -> None:
        self.count += event == "/jax/core/compile/backend_compile_duration"


_SEEN = _Seen()
# JAX offers no way to take a listener back: one for all tests.
jax.monitoring.register_event_duration_secs_listener(_SEEN)


@contextlib.contextmanager
def counted_compilations() -> Iterator[Compilations]:
    """Count what XLA compiles inside the block, in any thread."""
    yield Compilations()
