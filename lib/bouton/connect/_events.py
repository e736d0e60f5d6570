"""The product that follows the spikes: its work is that of the synapses of the neurons that spike, not of all."""

import jax
import jax.numpy as jnp
from jax import lax

from ._plan import Plan

U, INT = jnp.uint32, jnp.int32
BITS = 32
BELOW_ONE = BITS * BITS  # neurons below one word of the upper level
# Spikes listed before they are delivered. A longer list costs its clearing each step, a shorter one goes round again sooner.
LIST = 4096
# Rows shorter than this are delivered several a turn: the turn itself would cost more than the row.
SHORT, TOGETHER = 16, 16


def events(plan: Plan, spikes: jax.Array, weight: jax.Array, post_ids: jax.Array, starts: jax.Array) -> jax.Array:
    """Sum over the synapses of the neurons that spike.

    The spikes of a whole batch are worked off as those of one large group.

    Parameters
    ----------
    spikes : (*batch, pre)
        A neuron spikes where this is not 0. Numbers scale what it delivers.
    weight : (*some of batch, 1 or synapses)
        Of the dtype in which to sum.
    post_ids, starts : arrays of int32
        As in :class:`Synapses`.

    Returns
    -------
    (*batch, post), dtype of ``weight``
    """
    batch = spikes.shape[:-1]
    values = spikes.reshape(-1)
    out = jnp.zeros(values.size // plan.pre * plan.post, weight.dtype)
    row = _Rows(plan, batch, values, weight, post_ids, starts)
    words, tops = _two_levels(values if values.dtype == jnp.bool_ else values != 0)
    size = min(values.size, LIST)
    # All of a word of the upper level have to fit.
    full = size if size == values.size else size - BELOW_ONE

    def go_round(carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        top, out = carry
        top, many, listed = _listed(words, tops, top, jnp.zeros(size, INT), full)
        return top, row.deliver(many, listed, out)

    first = (jnp.zeros((), INT), out)
    last = go_round(first) if full == size else lax.while_loop(lambda carry: carry[0] < tops.size, go_round, first)
    return last[1].reshape(*batch, plan.post)


def _two_levels(spike: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A bit for each neuron in words, and a bit for each word that is not 0 in words again."""
    words = _planes(spike)
    return words, _planes(words != 0)


def _planes(bits: jax.Array) -> jax.Array:
    """Bit ``k`` of word ``j`` of ``m`` is that of number ``k * m + j``: neighbours stand in neighbouring words.

    Put so, this is arithmetic of whole vectors; with neighbours in one word it took several times as long.
    """
    many = -(-bits.size // BITS)
    planes = jnp.pad(bits, (0, many * BITS - bits.size)).reshape(BITS, many).astype(U)
    # Folded in half again and again: far less to compile than the planes one by one.
    while len(planes) > 1:
        low, high = jnp.split(planes, 2)
        planes = low | (high << U(len(high)))
    return planes[0]


def _lowest(word: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The lowest bit of a word, and its place."""
    bit = word & (~word + U(1))
    return bit, lax.population_count(bit - U(1)).astype(INT)


def _listed(
    words: jax.Array, tops: jax.Array, top: jax.Array, listed: jax.Array, full: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """List the neurons that spike, from word ``top`` of the upper level on and until the list is full."""

    def next_neuron(carry: tuple) -> tuple:
        word, at, many, listed = carry
        bit, k = _lowest(word)
        return word ^ bit, at, many + 1, lax.dynamic_update_slice(listed, (k * words.size + at)[None], (many,))

    def next_word(carry: tuple) -> tuple:
        above, top, many, listed = carry
        bit, k = _lowest(above)
        at = k * tops.size + top
        *_, many, listed = lax.while_loop(lambda c: c[0] != 0, next_neuron, (words[at], at, many, listed))
        return above ^ bit, top, many, listed

    def next_top(carry: tuple) -> tuple:
        top, many, listed = carry
        *_, many, listed = lax.while_loop(lambda c: c[0] != 0, next_word, (tops[top], top, many, listed))
        return top + 1, many, listed

    def goes_on(carry: tuple) -> jax.Array:
        return (carry[0] < tops.size) & (carry[1] <= full)

    return lax.while_loop(goes_on, next_top, (top, jnp.zeros((), INT), listed))


class _Rows:
    """Adds the synapses of listed neurons to a sum.

    Parameters
    ----------
    plan : Plan
        How.
    batch : tuple of int
        Axes of the batch, which stand flattened in the list.
    values : (batch * pre,)
        What the spikes are worth.
    weight, post_ids, starts
        See :func:`events`.
    """

    def __init__(
        self,
        plan: Plan,
        batch: tuple[int, ...],
        values: jax.Array,
        weight: jax.Array,
        post_ids: jax.Array,
        starts: jax.Array,
    ):
        self.plan, self.values, self.post_ids, self.starts = plan, values, post_ids, starts
        self.batched = values.size > plan.pre
        self.each = weight.shape[-1]
        self.weight = weight.reshape(-1)
        # Which of several sets of weights belongs to which element of the batch.
        sets = jnp.arange(self.weight.size // self.each, dtype=INT).reshape(weight.shape[:-1])
        self.sets = jnp.broadcast_to(sets, batch).reshape(-1) if sets.size > 1 else None

    def deliver(self, many: jax.Array, listed: jax.Array, out: jax.Array) -> jax.Array:
        """``out`` and the synapses of the first ``many`` listed neurons."""
        plan = self.plan
        if plan.most > plan.turn:
            return self._long(many, listed, out)
        if plan.turn > SHORT or listed.size < TOGETHER:
            return lax.fori_loop(0, many, lambda k, out: self._one(listed[k], 0, out), out)

        def several(k: jax.Array, out: jax.Array) -> jax.Array:
            return self._several(lax.dynamic_slice(listed, (k * TOGETHER,), (TOGETHER,)), out)

        out = lax.fori_loop(0, many // TOGETHER, several, out)
        return lax.fori_loop(many // TOGETHER * TOGETHER, many, lambda k, out: self._one(listed[k], 0, out), out)

    def _long(self, many: jax.Array, listed: jax.Array, out: jax.Array) -> jax.Array:
        """Neurons with more synapses than are worked off in a turn."""

        def turn(carry: tuple) -> tuple:
            k, done, out = carry
            neuron = listed[k]
            pre = neuron % self.plan.pre if self.batched else neuron
            out = self._one(neuron, done, out)
            done = done + self.plan.turn
            over = done >= self.starts[pre + 1] - self.starts[pre]
            return k + over.astype(INT), jnp.where(over, 0, done), out

        return lax.while_loop(lambda carry: carry[0] < many, turn, (jnp.zeros((), INT), jnp.zeros((), INT), out))[2]

    def _place(self, neuron: jax.Array) -> tuple[jax.Array, jax.Array | int, jax.Array | int]:
        """Number of the neuron in its group, where its element of the batch begins in the sum, and its weights."""
        if not self.batched:
            return neuron, 0, 0
        element, pre = neuron // self.plan.pre, neuron % self.plan.pre
        return pre, element * self.plan.post, 0 if self.sets is None else self.sets[element] * self.each

    def _one(self, neuron: jax.Array, done: jax.Array | int, out: jax.Array) -> jax.Array:
        """One turn of one neuron: its synapses from number ``done`` on."""
        plan = self.plan
        pre, base, weights = self._place(neuron)
        first = (pre * plan.turn if plan.whole else self.starts[pre]) + done
        # A slice never goes past the end: at the end of the list it begins sooner.
        begin = first if plan.whole else jnp.minimum(first, plan.synapses - plan.turn)
        targets = lax.dynamic_slice(self.post_ids, (begin,), (plan.turn,)) + base
        if self.each == 1:
            x = jnp.broadcast_to(self.weight[weights], (plan.turn,))
        else:
            x = lax.dynamic_slice(self.weight, (begin + weights,), (plan.turn,))
        x = x * self._value(neuron)
        if not plan.whole:
            at = begin + jnp.arange(plan.turn, dtype=INT)
            x = jnp.where((at >= first) & (at < self.starts[pre + 1]), x, jnp.zeros((), x.dtype))
        return _added(out, targets, x)

    def _several(self, neurons: jax.Array, out: jax.Array) -> jax.Array:
        """All synapses of several neurons."""
        plan = self.plan
        pre, base, weights = self._place(neurons)
        at = self.starts[pre][:, None] + jnp.arange(plan.turn, dtype=INT)
        real = at < self.starts[pre + 1][:, None]
        at = jnp.minimum(at, plan.synapses - 1)
        targets = self.post_ids[at] + jnp.reshape(base, (-1, 1))
        x = self.weight[jnp.reshape(weights, (-1, 1)) + (0 if self.each == 1 else at)]
        x = jnp.where(real, x * jnp.reshape(self._value(neurons), (-1, 1)), jnp.zeros((), x.dtype))
        return _added(out, targets, x)

    def _value(self, neurons: jax.Array) -> jax.Array:
        if self.values.dtype == jnp.bool_:
            return jnp.ones((), self.weight.dtype)
        return self.values[neurons].astype(self.weight.dtype)


def _added(out: jax.Array, targets: jax.Array, x: jax.Array) -> jax.Array:
    return out.at[targets].add(x, mode="promise_in_bounds")
