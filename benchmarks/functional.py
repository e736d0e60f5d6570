"""What does a functional module cost that goes through ``jax.jit``, beside a plain pytree of the same arrays?

200 arrays, in one module and in 40 modules of a ``Sequential``; every array goes in and a new one comes out. Called with one
model over and over, and with what the last call gave, as a training loop does; and one array of what came out is read each time.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp

HALF, REST = 0.5, 4.0  # each array goes half of the way to where it rests
LIMIT = 1.3
READ = (2.0, 3.5)  # what must not get slower: one module, and many, completed to be looked into


class Holder(bp.modules.Functional, bp.modules.Module):
    """So many arrays of ten numbers."""

    def __init__(self, arrays: int):
        super().__init__(10)
        for k in range(arrays):
            setattr(self, f"p{k}", bp.parameters.Parameter(jnp.ones(10)))

    def evolve(self, input_data: Any, record: bool = False) -> tuple:
        return input_data, {}, {}


def one(arrays: int) -> Holder:
    return Holder(arrays)


def many(arrays: int) -> bp.modules.Sequential:
    return bp.modules.Sequential(*(Holder(5) for _ in range(arrays // 5)))


def step(tree: Any) -> Any:
    return jax.tree_util.tree_map(lambda x: x + HALF * (REST - x), tree)


def over_and_over(compiled: Callable, tree: Any, calls: int, read: Callable | None) -> Callable[[], Any]:
    """The same model each time."""

    def run() -> Any:
        for _ in range(calls):
            new = compiled(tree)
            if read is not None:
                read(new)
        return jax.tree_util.tree_leaves(new)

    return run


def handed_on(compiled: Callable, tree: Any, calls: int, read: Callable | None) -> Callable[[], Any]:
    """Each time what came out of the last call."""

    def run() -> Any:
        nonlocal tree
        for _ in range(calls):
            tree = compiled(tree)
            if read is not None:
                read(tree)
        return jax.tree_util.tree_leaves(tree)

    return run


def check(run: Callable[[], Any], expected: float, what: str) -> None:
    """Every array has moved as it should, and one program was compiled."""
    before = compilations()
    for leaf in run():
        np.testing.assert_allclose(leaf, expected, rtol=1e-6)
    assert compilations() - before == 1, f"{what}: {compilations() - before} programs compiled"


def measure(arrays: int, *, rounds: int, calls: int) -> list[Row]:
    rows = []
    first = {one: lambda net: net.p0, many: lambda net: net[0].p0}
    forms = {"one module": one, f"{arrays // 5} modules": many}
    plain = {f"p{k}": jnp.ones(10) for k in range(arrays)}
    for how in (over_and_over, handed_on):
        for read in (False, True):
            # A function of its own for each, so that none finds what another has compiled.
            compiled = [jax.jit(lambda tree: step(tree)) for _ in range(len(forms) + 1)]
            trees = {"bare: a dict of arrays": plain} | {name: form(arrays) for name, form in forms.items()}
            reads = [lambda tree: tree["p0"], *(first[form] for form in forms.values())]
            runs = {}
            for (name, tree), fn, look in zip(trees.items(), compiled, reads, strict=True):
                check(how(fn, tree, 1, None), REST + (1 - REST) * HALF, name)
                runs[name] = how(fn, tree, calls, look if read else None)
                runs[name]()
            table = f"{arrays} arrays, " + ("the same each time" if how is over_and_over else "handed on")
            limits = dict(zip(forms, READ if read else (LIMIT, LIMIT), strict=True))
            rows += in_turn(table + ", one read" * read, runs, rounds=rounds, calls=calls, limits=limits)
    return rows


def main() -> None:
    asked = options("Cost of a functional module that goes through jax.jit.")
    rounds = 3 if asked.tiny else 100
    say(measure(10 if asked.tiny else 200, rounds=rounds, calls=3 if asked.tiny else 20), asked.json)


if __name__ == "__main__":
    main()
