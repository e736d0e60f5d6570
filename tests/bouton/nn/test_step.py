"""One step, and the feedback that comes one step later."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_graphs import BATCH, XS, dense, nn, numbers, of, plain_feedback, rnn

import bouton as bp
import bouton.math as bm


class Squared(nn.Dense):
    """What it sends back is not what it gives."""

    def feedback(self, ff_output, gain=0.5):
        return gain * ff_output**2


def two_senders():
    i, r, first, second = nn.Input(2), rnn(4), dense(3), dense(2)
    net = (i >> r >> {second, first}) & ({second, first} >> dense(1)) & (r << second) & (r << first)
    o = net.exit_nodes[0]

    def run(xs):
        Wff, Wrec, b, Wfb = of(r, "Wff", "Wrec", "bias", "Wfb")
        h, y1, y2 = np.broadcast_to(numbers(4), (BATCH, 4)), np.zeros((BATCH, 3)), np.zeros((BATCH, 2))
        for x in xs:
            h = np.tanh(x @ Wff + h @ Wrec + b + np.concatenate([y1, y2], 1) @ Wfb)
            y1, y2 = h @ of(first, "Wff")[0] + of(first, "bias")[0], h @ of(second, "Wff")[0] + of(second, "bias")[0]
            yield np.concatenate([y1, y2], 1) @ of(o, "Wff")[0] + of(o, "bias")[0]

    return net, run


def across_a_branch():
    i, a, left, right = nn.Input(2), dense(3), dense(2), rnn(2)
    o = nn.Summation()
    # What listens is the input of both branches, and one branch listens to their sum.
    net = (i >> a >> {left, right} >> o) & (a << right) & (left << o)

    def run(xs):
        (Wa, ba, Wafb), (Wl, bl, Wlfb) = of(a, "Wff", "bias", "Wfb"), of(left, "Wff", "bias", "Wfb")
        Wr, Rr, br = of(right, "Wff", "Wrec", "bias")
        h, sent, y = np.broadcast_to(numbers(2), (BATCH, 2)), np.zeros((BATCH, 2)), np.zeros((BATCH, 2))
        for x in xs:
            u = x @ Wa + ba + sent @ Wafb
            h = np.tanh(u @ Wr + h @ Rr + br)
            y = u @ Wl + bl + y @ Wlfb + h
            sent = h
            yield y

    return net, run


def sent_otherwise():
    i, a, o = nn.Input(2), dense(3), Squared(2, numbers, numbers)
    net = (i >> a >> o) & (a << o)

    def run(xs):
        (Wa, ba, Wfb), (Wo, bo) = of(a, "Wff", "bias", "Wfb"), of(o, "Wff", "bias")
        sent = np.zeros((BATCH, 2))
        for x in xs:
            y = (x @ Wa + ba + sent @ Wfb) @ Wo + bo
            sent = 0.5 * y**2
            yield y

    return net, run


def eagerly(net):
    return [net(x) for x in XS]


def compiled(net):
    step = bm.jit(net)
    return [step(x) for x in XS]


def in_a_loop(net):
    return bm.for_loop(net, XS)


def by_a_runner(net):
    return np.moveaxis(bp.DSRunner(net, progress_bar=False).run(inputs=np.moveaxis(XS, 0, 1)), 1, 0)


@pytest.mark.parametrize("way", [eagerly, compiled, in_a_loop, by_a_runner])
@pytest.mark.parametrize("make", [plain_feedback, two_senders, across_a_branch, sent_otherwise])
def test_feedback_is_that_of_the_step_before(make, way):
    net, run = make()
    net.initialize(BATCH)
    assert_allclose(way(net), [*run(XS)], rtol=2e-4, atol=1e-5)


def test_keywords_reach_feedback_too():
    net, _ = sent_otherwise()
    net.initialize(BATCH)
    y = np.asarray(net(XS[0], gain=2.0))
    assert_allclose(net.lnodes[2].fb_output, 2 * y**2, rtol=1e-6)


def test_a_step_after_another_is_a_run_and_a_reset_begins_anew():
    net, _ = two_senders()
    net.initialize(BATCH)
    first = eagerly(net)
    net.reset_state()
    assert_array_equal(eagerly(net), first)
    net.initialize(BATCH)
    assert_array_equal(eagerly(net), first)


def hand_written(p, xs):
    """The loss of plain_feedback, in plain JAX."""
    h, y, loss = jnp.broadcast_to(p["h0"], (BATCH, 4)), jnp.zeros((BATCH, 3)), 0.0
    for x in xs:
        h = jnp.tanh(x @ p["Wff"] + h @ p["Wrec"] + p["b"] + y @ p["Wfb"])
        y = h @ p["Wo"] + p["bo"]
        loss = loss + (y**2).sum()
    return loss


def test_gradients_reach_weights_feedback_weights_and_the_trained_initial_state_d7():
    i, r, o = nn.Input(2), rnn(4, state_trainable=True), dense(3)
    net = ((i >> r >> o) & (r << o)).initialize(BATCH)
    cells = {"Wff": r.Wff, "Wrec": r.Wrec, "b": r.bias, "Wfb": r.Wfb, "h0": r.train_state, "Wo": o.Wff, "bo": o.bias}

    def loss(xs):
        net.reset_state()
        return sum((y**2).sum() for y in (net(x) for x in xs))

    def loss_in_a_loop(xs):
        net.reset_state()
        return (bm.for_loop(net, xs) ** 2).sum()

    expected = jax.grad(hand_written)({name: cell.value for name, cell in cells.items()}, XS[:3])
    for each in (loss, loss_in_a_loop):
        found = bm.grad(each, grad_vars=cells)(XS[:3])
        for name in cells:
            assert_allclose(found[name], expected[name], rtol=1e-3, atol=1e-4, err_msg=name)
            assert np.any(found[name])


def test_a_batch_is_the_same_as_one_trial_at_a_time():
    net, _ = two_senders()
    net.initialize(BATCH)
    whole = np.asarray(in_a_loop(net))
    for k in range(BATCH):
        net.reset_state(1)
        single = [net(x[k : k + 1]) for x in XS]
        assert_allclose(np.concatenate(single), whole[:, k], rtol=1e-4, atol=1e-5)
