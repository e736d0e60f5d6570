"""What does a batch of series through LIF neurons cost, forwards and backwards?

32 series of 1000 steps and 256 units through ``modules.LIF``, beside a bare ``lax.scan`` with the same states, the same layout
(batch first, in and out) and the same surrogate gradient; and ``for_loop`` over one step, time first, beside the bare scan of it:
of a hand-written step, and of ``neurons.LIF``.
"""

from collections.abc import Callable

import _bare
import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp
import bouton.math as bm

BIAS, TAU = 0.02, 20e-3
NAMES = ("tau_mem", "tau_syn", "bias", "threshold")
LIMIT = 1.15


def layer(units: int) -> bp.modules.LIF:
    return bp.modules.LIF(units, bias=jnp.full(units, BIAS))


def parameters(units: int) -> dict[str, jax.Array]:
    """The same as those of :func:`layer`."""
    values = {"tau_mem": TAU, "tau_syn": TAU, "bias": BIAS, "threshold": 1.0}
    return {name: jnp.full(units, values[name]) for name in NAMES}


def at_rest(units: int) -> tuple[jax.Array, jax.Array]:
    return jnp.zeros(units), jnp.zeros(units)


def same(bare: object, bouton: object, what: str) -> None:
    """Both did the same work: gradients are not zero, and the numbers agree."""
    pairs = list(zip(jax.tree.leaves(bare), jax.tree.leaves(bouton), strict=True))
    assert pairs, f"{what}: nothing came out"
    for mine, theirs in ((np.asarray(a), np.asarray(b).reshape(np.shape(a))) for a, b in pairs):
        # Every weight, every unit; in a whole series of spikes or of gradients by the input some are zero.
        least = 0.01 if theirs.ndim == 3 else 1.0
        assert np.mean(theirs != 0) >= least, f"{what}: {np.mean(theirs == 0):.0%} zeros"
        # A spike may fall into the next step, since two programs round differently.
        off = np.linalg.norm(1.0 * mine - theirs) / np.linalg.norm(mine)
        assert off < 0.02, f"{what}: {off:.1%} away from bare JAX"


def plausible(spikes: jax.Array) -> None:
    rate = float(spikes.mean()) / _bare.DT
    assert 1 < rate < 200, f"{rate:.0f} spikes a second"


def compiled_once(run: Callable[[], object], what: str) -> object:
    """The result of a first call; a second one compiles nothing."""
    result = jax.block_until_ready(run())
    before = compilations()
    jax.block_until_ready(run())
    assert compilations() == before, f"{what}: compiled again"
    return result


def pair(table: str, bare: Callable[[], object], name: str, bouton: Callable[[], object], rounds: int) -> list[Row]:
    same(compiled_once(bare, "bare"), compiled_once(bouton, name), table)
    return in_turn(table, {"bare lax.scan": bare, name: bouton}, rounds=rounds, limits={name: LIMIT})


def forward(currents: jax.Array, rounds: int, recorded: bool) -> list[Row]:
    units = currents.shape[-1]
    p, state = parameters(units), at_rest(units)
    run = jax.jit(_bare.series, static_argnames="recorded")
    neurons = layer(units)

    def bare() -> jax.Array:
        nonlocal state
        spikes, state, vmem = run(p, state, currents, recorded=recorded)
        return vmem if recorded else spikes

    def bouton() -> jax.Array:
        spikes, _, record = neurons(currents, record="vmem" if recorded else False)
        return record["vmem"] if recorded else spikes

    plausible(layer(units)(currents)[0])
    return pair("forward, vmem recorded" if recorded else "forward", bare, "modules.LIF", bouton, rounds)


def gradient(currents: jax.Array, rounds: int, by: str, with_value: bool) -> list[Row]:
    units = currents.shape[-1]
    p, state = parameters(units), at_rest(units)

    def loss(p: dict, currents: jax.Array, state: tuple) -> tuple[jax.Array, tuple]:
        spikes, new, _ = _bare.series(p, state, currents)
        return spikes.sum(), new

    number = {"parameters": 0, "input": 1}[by]
    transform = jax.value_and_grad if with_value else jax.grad
    by_hand = jax.jit(transform(loss, argnums=number, has_aux=True))
    neurons = layer(units)
    cells = {name: neurons.cell(name) for name in NAMES} if by == "parameters" else None
    by_bouton = bm.jit(bm.grad(lambda x: neurons(x)[0].sum(), grad_vars=cells, return_value=with_value))

    def bare() -> object:
        nonlocal state
        if with_value:
            (value, state), gradients = by_hand(p, currents, state)
            return gradients, value
        gradients, state = by_hand(p, currents, state)
        return gradients

    def bouton() -> object:
        return by_bouton(currents)

    table = f"gradient of the sum by {by}" + (", and the value" if with_value else "")
    rows = pair(table, bare, "modules.LIF", bouton, rounds)
    assert by_bouton.compilations == 1, f"traced {by_bouton.compilations} times"
    return rows


class Step(bp.Object):
    """One step of the same neurons, with states for a batch."""

    def __init__(self, batch: int, units: int):
        super().__init__()
        for name, value in parameters(units).items():
            setattr(self, name, bp.parameters.Parameter(value))
        self.isyn = bp.parameters.State(jnp.zeros((batch, units)))
        self.vmem = bp.parameters.State(jnp.zeros((batch, units)))

    def update(self, current: jax.Array) -> jax.Array:
        p = {name: getattr(self, name) for name in NAMES}
        (self.isyn, self.vmem), fired = _bare.step(p, _bare.decays(p), (self.isyn, self.vmem), current)
        return fired


def loop(currents: jax.Array, rounds: int) -> list[Row]:
    by_time = jnp.swapaxes(currents, 0, 1)
    _, batch, units = by_time.shape
    p = parameters(units)
    state = (jnp.zeros((batch, units)), jnp.zeros((batch, units)))

    @jax.jit
    def run(p: dict, state: tuple, currents: jax.Array) -> tuple:
        each = _bare.decays(p)
        return jax.lax.scan(lambda s, x: _bare.step(p, each, s, x), state, currents)

    neurons = Step(batch, units)

    def bare() -> jax.Array:
        nonlocal state
        state, spikes = run(p, state, by_time)
        return spikes

    return pair("for_loop over one step, time first", bare, "for_loop", lambda: bm.for_loop(neurons.update, by_time), rounds)


def group(currents: jax.Array, rounds: int) -> list[Row]:
    """``neurons.LIF``, to which no synapse adds; milliseconds."""
    by_time = jnp.swapaxes(currents, 0, 1) * 300.0
    _, batch, units = by_time.shape
    tau = jnp.asarray(TAU * 1000)

    @jax.jit
    def run(state: tuple, tau: jax.Array, currents: jax.Array) -> tuple:
        decay = jnp.exp(-1.0 / tau)

        def turn(state: tuple, current: jax.Array) -> tuple[tuple, jax.Array]:
            v = current + (state[0] - current) * decay
            spike = v >= 1.0
            return (jnp.where(spike, 0.0, v), spike), spike

        return jax.lax.scan(turn, state, currents)

    state = (jnp.zeros((batch, units)), jnp.zeros((batch, units), bool))
    options = {"V_rest": 0.0, "V_reset": 0.0, "V_th": 1.0, "tau": TAU * 1000, "input_var": False}
    lif = bp.neurons.LIF(units, mode=bm.BatchingMode(batch), **options)

    def bare() -> jax.Array:
        nonlocal state
        state, spikes = run(state, tau, by_time)
        return spikes

    with bm.environment(dt=1.0):
        return pair("for_loop over neurons.LIF, time first", bare, "for_loop", lambda: bm.for_loop(lif, by_time), rounds)


def main() -> None:
    asked = options("Cost of a batch of series through LIF neurons.")
    shape = (2, 50, 8) if asked.tiny else (32, 1000, 256)
    rounds = 2 if asked.tiny else 25
    currents = jax.random.uniform(jax.random.key(0), shape, maxval=0.01)
    rows = forward(currents, rounds, recorded=False)
    rows += forward(currents, rounds, recorded=True)
    for by in ("parameters", "input"):
        for with_value in (False, True):
            rows += gradient(currents, rounds, by, with_value)
    rows += loop(currents, rounds)
    rows += group(currents, rounds)
    say(rows, asked.json)


if __name__ == "__main__":
    main()
