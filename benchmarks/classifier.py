"""What does training cost? The classifier of the second tutorial: 100-20-2 units, 256 samples, shuffled anew at each step, SGD.

A training step called from a Python loop, and all steps in one compiled loop. Bare JAX draws from the same keys and makes the
same steps, so the losses agree number by number.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp
import bouton.math as bm

INPUTS, HIDDEN, SAMPLES, RATE = 100, 20, 256, 1e-2


class Linear(bp.BrainPyObject):
    """Weights and a bias."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.W = bm.Variable(bp.init.XavierNormal()((n_in, n_out)))
        self.b = bm.Variable(bm.zeros((1, n_out)))

    def __call__(self, x: jax.Array) -> jax.Array:
        return x @ self.W + self.b


class Trainer:
    """The tutorial's trainer."""

    def __init__(self, net: bp.Sequential, X: jax.Array, Y: jax.Array):
        self.net, self.X, self.Y = net, X, Y
        self.grad = bm.grad(self.loss, grad_vars=net.vars(), return_value=True)
        self.optimizer = bp.optim.SGD(lr=RATE, train_vars=net.vars())

    @bm.cls_jit(inline=True)
    def loss(self) -> jax.Array:
        key = bm.random.split_key()
        x, y = bm.random.permutation(self.X, key=key), bm.random.permutation(self.Y, key=key)
        return bp.losses.cross_entropy_loss(self.net(x), y)

    @bm.cls_jit
    def train(self) -> jax.Array:
        grads, loss = self.grad()
        self.optimizer.update(grads)
        return loss


def task() -> tuple[bp.Sequential, jax.Array, jax.Array]:
    """Always the same: weights, samples and labels."""
    bm.random.seed(1234)
    X = bm.random.rand(SAMPLES, INPUTS)
    Y = (bm.random.rand(SAMPLES) < 0.5).astype(float)
    return bp.Sequential(Linear(INPUTS, HIDDEN), bm.relu, Linear(HIDDEN, 2)), X, Y


def by_bouton(steps: int) -> Callable[[], jax.Array]:
    """The compiled method, called from Python."""
    trainer = Trainer(*task())

    def run() -> jax.Array:
        for _ in range(steps):
            loss = trainer.train()
        return loss

    return run


def by_bouton_scanned(steps: int) -> Callable[[], jax.Array]:
    """All steps in one compiled loop."""
    trainer, turns = Trainer(*task()), jnp.arange(steps)

    def step(_: jax.Array) -> jax.Array:
        return trainer.train()

    return lambda: bm.for_loop(step, turns)[-1]


def bare_step() -> tuple[Callable, tuple]:
    """One step of the same training in bare JAX, and what it starts from."""
    net, X, Y = task()
    first, last = net[0], net[2]
    start = (first.W.value, first.b.value, last.W.value, last.b.value)

    def loss(params: tuple, key: jax.Array) -> jax.Array:
        x, y = jax.random.permutation(key, X), jax.random.permutation(key, Y)
        w1, b1, w2, b2 = params
        scores = jax.nn.relu(x @ w1 + b1) @ w2 + b2
        of_class = jnp.take_along_axis(scores, y.astype(int)[:, None], axis=-1)[:, 0]
        return (jax.nn.logsumexp(scores, axis=-1) - of_class).mean()

    def step(carry: tuple) -> tuple[tuple, jax.Array]:
        params, key = carry
        key, drawn = jax.random.split(key)
        value, grads = jax.value_and_grad(loss)(params, drawn)
        return (jax.tree.map(lambda p, g: p - RATE * g, params, grads), key), value

    return step, (start, bm.random.DEFAULT.key)


def by_hand(steps: int) -> Callable[[], jax.Array]:
    """Bare JAX, called from Python."""
    step, carry = bare_step()
    step = jax.jit(step)

    def run() -> jax.Array:
        nonlocal carry
        for _ in range(steps):
            carry, loss = step(carry)
        return loss

    return run


def by_hand_scanned(steps: int) -> Callable[[], jax.Array]:
    """Bare JAX, all steps in one scan."""
    step, carry = bare_step()
    scan = jax.jit(lambda carry: jax.lax.scan(lambda c, _: step(c), carry, length=steps))

    def run() -> jax.Array:
        nonlocal carry
        carry, losses = scan(carry)
        return losses[-1]

    return run


ROWS = {
    "bare JAX, Python loop": by_hand,
    "bouton, Python loop": by_bouton,
    "bouton, for_loop": by_bouton_scanned,
    "bare JAX, scan": by_hand_scanned,
}


def check(steps: int) -> None:
    """All four learn, alike, and compile one program for the step or the loop."""
    losses = {}
    for name, kind in ROWS.items():
        run = kind(steps)
        run()  # JAX compiles small things besides: a slice, a cast
        before = compilations()
        losses[name] = [float(run()) for _ in range(2)]
        assert compilations() == before, f"{name}: {compilations() - before} programs compiled after the first run"
    for name, (early, late) in losses.items():
        np.testing.assert_allclose((early, late), losses["bare JAX, Python loop"], rtol=1e-3, err_msg=name)
        assert late < early < 0.75, f"{name}: the loss goes from {early} to {late}"


def measure(steps: int, rounds: int) -> list[Row]:
    check(min(steps, 500))
    # Bare rows and ours draw from one random state: each has to be made after the last has run.
    rows = {name: kind(steps) for name, kind in ROWS.items()}
    for run in rows.values():
        run()
    limits = {"bouton, Python loop": 1.1, "bouton, for_loop": 0.4, "bare JAX, scan": 1.0}
    return in_turn(f"{steps} steps", rows, rounds=rounds, limits=limits)


def main() -> None:
    asked = options("Cost of training a small classifier.")
    say(measure(30 if asked.tiny else 4000, rounds=3 if asked.tiny else 5), asked.json)


if __name__ == "__main__":
    main()
