"""Timing of rows in turn, and counting of compilations."""

import gc
import random
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
from _report import Row, row

_COMPILED = "/jax/core/compile/backend_compile_duration"
_seen: list[float] = []


def _listen(event: str, seconds: float, **_: object) -> None:
    if event == _COMPILED:
        _seen.append(seconds)


jax.monitoring.register_event_duration_secs_listener(_listen)


class Told(NamedTuple):
    """Seconds that another process has measured."""

    seconds: float
    cpu: float


def compilations() -> int:
    """How many programs XLA has compiled in this process so far."""
    return len(_seen)


def in_turn(
    table: str,
    rows: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    calls: float = 1,
    limits: Mapping[str, float] | None = None,
) -> list[Row]:
    """Time rows in turn; the first is the yardstick.

    Parameters
    ----------
    table : str
        Heading.
    rows : dict
        Name → a function that does the work and returns arrays to wait for, or :class:`Told`. Each has been called before:
        nothing is left to compile, which is asserted.
    rounds : int
        How often each row is timed. In every round the rows come in another order.
    calls : float
        How often each of the functions does the work: seconds are divided by it.
    limits : dict
        Name → ratio to stay below.

    Returns
    -------
    list of Row
        Seconds a call.
    """
    order, shuffle = list(rows), random.Random(0).shuffle
    wall: dict[str, list[float]] = {name: [] for name in rows}
    cpu: dict[str, list[float]] = {name: [] for name in rows}
    before = compilations()
    gc.collect()
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            run = rows[name]
            cpu_start, start = time.process_time(), time.perf_counter()
            done = jax.block_until_ready(run())
            here = Told(time.perf_counter() - start, time.process_time() - cpu_start)
            taken = done if isinstance(done, Told) else here
            wall[name].append(taken.seconds / calls)
            cpu[name].append(taken.cpu / calls)
    assert compilations() == before, f"{table}: {compilations() - before} compilations while timing"
    base, limits = next(iter(rows)), limits or {}
    return [row(table, name, wall[name], wall[base], "s", cpu=(cpu[name], cpu[base]), limit=limits.get(name)) for name in rows]
