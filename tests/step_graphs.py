"""Nodes with given weights, and a network with feedback beside its equations in NumPy."""

import numpy as np

import bouton as bp

nn = bp.nn
STEPS, BATCH = 5, 3
XS = np.random.default_rng(1).normal(size=(STEPS, BATCH, 2)).astype(np.float32)


def numbers(shape):
    shape = shape if isinstance(shape, tuple) else (shape,)
    return np.random.default_rng(sum(shape) + 10 * len(shape)).normal(size=shape).astype(np.float32)


def rnn(n, **kwargs):
    return nn.VanillaRNN(n, numbers(n), numbers, numbers, numbers, "tanh", **kwargs)


def dense(n, **kwargs):
    return nn.Dense(n, numbers, numbers, **kwargs)


def of(node, *names):
    return [np.asarray(getattr(node, name), np.float64) for name in names]


def plain_feedback():
    i, r, o = nn.Input(2), rnn(4), dense(3)
    net = (i >> r >> o) & (r << o)

    def run(xs):
        Wff, Wrec, b, Wfb = of(r, "Wff", "Wrec", "bias", "Wfb")
        Wo, bo = of(o, "Wff", "bias")
        h, y = np.broadcast_to(numbers(4), (BATCH, 4)), np.zeros((BATCH, 3))
        for x in xs:
            h = np.tanh(x @ Wff + h @ Wrec + b + y @ Wfb)
            y = h @ Wo + bo
            yield y

    return net, run
