"""What does an LSTM cost, forwards and in a training step?

100 inputs, 200 hidden units, 100 steps, batches of 64: ``layers.LSTMCell`` over time by ``LoopOverTime`` and by ``bm.for_loop``,
and a training step with SGD, beside a bare ``lax.scan`` with the same weights.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp
import bouton.math as bm

LIMIT, RATE = 1.1, 1e-2


def cell(inputs: int, hidden: int) -> bp.layers.LSTMCell:
    """Always the same."""
    bm.random.seed(1234)
    with bm.training_environment():
        return bp.layers.LSTMCell(inputs, hidden)


def series(weights: dict, xs: jax.Array) -> jax.Array:
    """Bare JAX: outputs ``(T, B, hidden)`` of inputs ``(T, B, inputs)``."""
    hidden = weights["Wh"].shape[0]

    def step(state: tuple, x: jax.Array) -> tuple[tuple, jax.Array]:
        h, c = state
        i, g, f, o = jnp.split(x @ weights["Wi"] + h @ weights["Wh"] + weights["b"], 4, axis=-1)
        c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((xs.shape[1], hidden))
    return jax.lax.scan(step, (zeros, zeros), xs)[1]


def values(model: bp.layers.LSTMCell) -> dict[str, jax.Array]:
    return {name: getattr(model, name).value for name in ("Wi", "Wh", "b")}


def same(rows: dict[str, Callable[[], object]], what: str) -> None:
    """All give the same numbers, none of them zeros, and compile nothing any more."""
    first = None
    for name, run in rows.items():
        jax.block_until_ready(run())
        before = compilations()
        found = [np.asarray(leaf) for leaf in jax.tree.leaves(run())]
        assert compilations() == before, f"{what}, {name}: {compilations() - before} programs compiled after the first run"
        first = found if first is None else first
        for mine, theirs in zip(found, first, strict=True):
            assert np.all(mine != 0), f"{what}, {name}: {np.mean(mine == 0):.0%} zeros"
            np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5, err_msg=f"{what}, {name}")


def forward(xs: jax.Array, hidden: int, rounds: int) -> list[Row]:
    batch, model = xs.shape[1], cell(xs.shape[2], hidden)
    bare, weights = jax.jit(series), values(model)
    over_time = bp.LoopOverTime(model)

    def by_system() -> jax.Array:
        over_time.reset_state(batch)
        return over_time(xs)

    @bm.jit
    def looped(xs: jax.Array) -> jax.Array:
        model.reset_state(batch)
        return bm.for_loop(model, xs)

    rows = {"bare lax.scan": lambda: bare(weights, xs), "LoopOverTime": by_system, "bm.for_loop": lambda: looped(xs)}
    same(rows, "forward")
    return in_turn("forward", rows, rounds=rounds, limits=dict.fromkeys(("LoopOverTime", "bm.for_loop"), LIMIT))


def training(xs: jax.Array, hidden: int, rounds: int) -> list[Row]:
    batch = xs.shape[1]

    def by_hand() -> Callable[[], object]:
        weights = values(cell(xs.shape[2], hidden))

        @jax.jit
        def train(weights: dict, xs: jax.Array) -> tuple:
            value, slopes = jax.value_and_grad(lambda weights: (series(weights, xs) ** 2).mean())(weights)
            return jax.tree.map(lambda w, slope: w - RATE * slope, weights, slopes), value

        def run() -> tuple:
            nonlocal weights
            weights, value = train(weights, xs)
            return weights, value

        return run

    def by_grad() -> Callable[[], object]:
        model = cell(xs.shape[2], hidden)
        optimizer = bp.optim.SGD(lr=RATE, train_vars=model.train_vars())

        def lost(xs: jax.Array) -> jax.Array:
            model.reset_state(batch)
            return bm.mean(bm.for_loop(model, xs) ** 2)

        gradient = bm.grad(lost, grad_vars=model.train_vars(), return_value=True)

        @bm.jit
        def train(xs: jax.Array) -> jax.Array:
            slopes, value = gradient(xs)
            optimizer.update(slopes)
            return value

        model.reset_state(batch)

        def run() -> tuple:
            value = train(xs)
            return values(model), value

        return run

    rows = {"bare lax.scan": by_hand(), "bm.grad": by_grad()}
    same(rows, "a training step")
    return in_turn("a training step", rows, rounds=rounds, limits={"bm.grad": LIMIT})


def main() -> None:
    asked = options("Cost of an LSTM.")
    steps, batch, inputs, hidden = (10, 4, 5, 6) if asked.tiny else (100, 64, 100, 200)
    rounds = 2 if asked.tiny else 15
    xs = jax.random.normal(jax.random.key(0), (steps, batch, inputs))
    say(forward(xs, hidden, rounds) + training(xs, hidden, rounds), asked.json)


if __name__ == "__main__":
    main()
