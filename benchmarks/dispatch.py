"""What does a call of a compiled method cost, beside a bare ``jax.jit`` of the same step?

``dyn = dyn * inp + static``, with one small variable and with 200 of them. Bare JAX takes a list of arrays and gives a list back.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp
import bouton.math as bm

SHAPE, STATIC, INPUT = (10,), 2.0, 0.5
REST = STATIC / (1 - INPUT)  # where the step leads to


class Model(bp.Object):
    """Cells that a compiled method reads and writes."""

    def __init__(self, variables: int):
        super().__init__()
        self.static = STATIC
        for k in range(variables):
            setattr(self, f"dyn{k}", bm.Variable(jnp.ones(SHAPE)))

    @property
    def cells(self) -> list[bm.Variable]:
        """In order."""
        return [entry.cell for entry in self.entries()]

    def plain(self, inp: jax.Array) -> None:
        """The step."""
        for dyn in self.cells:
            dyn.value = dyn * inp + self.static

    @bm.cls_jit
    def update(self, inp: jax.Array) -> None:
        """The step, compiled."""
        self.plain(inp)


def by_hand(variables: int, inp: jax.Array, calls: int) -> Callable[[], list]:
    """Calls in bare JAX, each handing on the list of arrays that the last one gave."""
    step = jax.jit(lambda values, inp: [dyn * inp + STATIC for dyn in values])
    values = [jnp.ones(SHAPE) for _ in range(variables)]

    def run() -> list:
        nonlocal values
        for _ in range(calls):
            values = step(values, inp)
        return values

    return run


def by_method(model: Model, inp: jax.Array, calls: int) -> Callable[[], list]:
    """Calls of the compiled method."""

    def run() -> list:
        for _ in range(calls):
            model.update(inp)
        return [cell.value for cell in model.cells]

    return run


def by_function(model: Model, inp: jax.Array, calls: int) -> Callable[[], list]:
    """Calls of a compiled function."""
    update = bm.jit(model.plain)

    def run() -> list:
        for _ in range(calls):
            update(inp)
        return [cell.value for cell in model.cells]

    return run


def check(name: str, run: Callable[[], list], calls: int) -> None:
    """The step moves every variable as it should, and is one program, compiled once."""
    before = compilations()
    for turn in range(1, 4):
        expected = REST + (1 - REST) * INPUT ** (turn * calls)
        for value in run():
            np.testing.assert_allclose(value, expected, rtol=1e-6)
    assert compilations() - before == 1, f"{name}: {compilations() - before} programs compiled"


def measure(variables: int, limit: float, *, rounds: int, calls: int) -> list[Row]:
    inp = jnp.asarray(INPUT)
    names = {"bare jax.jit": by_hand, "cls_jit": by_method, "jit": by_function}
    for name, kind in names.items():
        check(name, kind(variables if kind is by_hand else Model(variables), inp, calls=1), calls=1)
    rows = {name: kind(variables if kind is by_hand else Model(variables), inp, calls) for name, kind in names.items()}
    for run in rows.values():
        run()
    table = f"{variables} variable{'s' * (variables > 1)}"
    return in_turn(table, rows, rounds=rounds, calls=calls, limits={"cls_jit": limit, "jit": limit})


def main() -> None:
    asked = options("Cost of a call of a compiled method.")
    rounds = 3 if asked.tiny else 100
    rows = measure(1, 1.5, rounds=rounds, calls=3 if asked.tiny else 500)
    rows += measure(5 if asked.tiny else 200, 1.1, rounds=rounds, calls=3 if asked.tiny else 20)
    say(rows, asked.json)


if __name__ == "__main__":
    main()
