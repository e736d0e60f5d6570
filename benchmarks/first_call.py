"""What does the first call of a compiled method cost: finding the variables, tracing and compiling?

The step of ``dispatch.py``, each time with a fresh model, beside a fresh ``jax.jit`` of the same step on a list of arrays.
"""

import random
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations
from _report import Row, options, row, say
from dispatch import INPUT, REST, STATIC, Model

import bouton.math as bm


def by_hand(variables: int) -> Callable[[jax.Array], list]:
    """A fresh step in bare JAX."""
    step = jax.jit(lambda values, inp: [dyn * inp + STATIC for dyn in values])
    values = [jnp.ones((10,)) for _ in range(variables)]
    return lambda inp: step(values, inp)


def by_method(variables: int) -> Callable[[jax.Array], list]:
    """The compiled method of a fresh model."""
    model = Model(variables)
    cells = model.cells

    def run(inp: jax.Array) -> list:
        model.update(inp)
        return [cell.value for cell in cells]

    return run


def by_function(variables: int) -> Callable[[jax.Array], list]:
    """A fresh compiled function."""
    model = Model(variables)
    update, cells = bm.jit(model.plain), model.cells

    def run(inp: jax.Array) -> list:
        update(inp)
        return [cell.value for cell in cells]

    return run


ROWS = {"bare jax.jit": by_hand, "cls_jit": by_method, "jit": by_function}


def first_call(kind: Callable, variables: int, inp: jax.Array) -> float:
    """Seconds of one first call; that it did the work is asserted."""
    run, before = kind(variables), compilations()
    start = time.perf_counter()
    values = jax.block_until_ready(run(inp))
    seconds = time.perf_counter() - start
    assert compilations() - before == 1, f"{compilations() - before} programs compiled"
    assert len(values) == variables
    np.testing.assert_allclose(values, REST + (1 - REST) * INPUT, rtol=1e-6)
    return seconds


def measure(variables: int, rounds: int) -> list[Row]:
    inp, shuffle, order = jnp.asarray(INPUT), random.Random(0).shuffle, list(ROWS)
    wall: dict[str, list[float]] = {name: [] for name in ROWS}
    for kind in ROWS.values():
        first_call(kind, variables, inp)  # what a process does only once
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            wall[name].append(first_call(ROWS[name], variables, inp))
    bare, *ours = ROWS
    table = f"first call, {variables} variable{'s' * (variables > 1)}"
    return [row(table, bare, wall[bare], wall[bare], "s"), *(row(table, n, wall[n], wall[bare], "s", limit=1.6) for n in ours)]


def main() -> None:
    asked = options("Cost of the first call of a compiled method.")
    say(measure(5 if asked.tiny else 200, rounds=3 if asked.tiny else 20), asked.json)


if __name__ == "__main__":
    main()
