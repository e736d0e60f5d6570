"""Reservoir and NVAR as nodes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

nn = bp.nn
XS = np.random.default_rng(5).normal(size=(6, 2, 3)).astype(np.float32)
DRAWN = {"ff_connectivity": 0.5, "rec_connectivity": 0.4, "fb_connectivity": 0.6, "bias_initializer": bp.init.Normal(0.3)}


@pytest.mark.parametrize("kind", ["internal", "external"])
@pytest.mark.parametrize("conn_type", ["dense", "sparse"])
def test_steps_with_feedback_are_those_of_the_equation(kind, conn_type):
    def made(conn_type):
        source, units, out = (
            nn.Input(3),
            nn.Reservoir(9, activation_type=kind, conn_type=conn_type, seed=1, **DRAWN),
            nn.Dense(2, bp.init.Normal(0.5, seed=2)),
        )
        return units, out, ((source >> units >> out) & (units << out)).initialize(2)

    units, out, _ = made("dense")
    Wff, Wrec, Wfb, b, Wo = (np.asarray(w) for w in (units.Wff, units.Wrec, units.Wfb, units.bias, out.Wff))
    assert 0 < np.count_nonzero(Wfb) < Wfb.size
    _, _, net = made(conn_type)
    r, y = np.zeros((2, 9)), np.zeros((2, 2))
    for x in XS:
        drive = x @ Wff + r @ Wrec + y @ Wfb + b
        r = 0.7 * r + 0.3 * np.tanh(drive) if kind == "internal" else np.tanh(0.7 * r + 0.3 * drive)
        y = r @ Wo
        assert_allclose(net(x), y, rtol=1e-4, atol=1e-6)


def test_the_spectral_radius_is_that_of_the_weights_that_are_left():
    node = nn.Reservoir(60, spectral_radius=0.8, rec_connectivity=0.2, seed=3, input_shape=1).initialize()
    Wrec = np.asarray(node.Wrec, np.float64)
    assert np.count_nonzero(Wrec) < 0.3 * Wrec.size
    assert_allclose(np.abs(np.linalg.eigvals(Wrec)).max(), 0.8, rtol=1e-4)


def test_one_seed_gives_one_reservoir():
    first, second, other = (nn.Reservoir(10, seed=seed, input_shape=2).initialize() for seed in (7, 7, 8))
    for name in ("Wff", "Wrec"):
        assert_array_equal(getattr(first, name), getattr(second, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))


@pytest.mark.parametrize("which", ["noise_ff", "noise_rec", "noise_fb"])
@pytest.mark.parametrize(("noise_type", "spread"), [("normal", 0.2), ("uniform", 0.2 / np.sqrt(3))])
def test_noise_has_the_named_gain_and_type(which, noise_type, spread):
    identity = {"leaky_rate": 1.0, "activation": lambda x: x, "rec_initializer": 0.0, "seed": 1}
    source, units, out = nn.Input(1), nn.Reservoir(4000, noise_type=noise_type, **{which: 0.2}, **identity), nn.Dense(1)
    net = ((source >> units >> out) & (units << out)).initialize()
    net(np.zeros((1, 1)))
    r = np.asarray(units.state)
    assert_allclose(r.std(), spread, rtol=0.05)
    assert (np.abs(r).max() <= 0.2) == (noise_type == "uniform")


def test_the_leak_turns_while_it_runs():
    node = nn.Reservoir(5, input_shape=1, seed=1, leaky_rate=0.5, ff_connectivity=1.0).initialize()
    step = bm.jit(node)
    full = step(np.ones((1, 1)))
    node.reset_state()
    node.leaky_rate = 0.25
    assert_allclose(step(np.ones((1, 1))), np.asarray(full) / 2, rtol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"leaky_rate": 1.5}, "leaky_rate"),
        ({"ff_connectivity": -0.1}, "ff_connectivity"),
        ({"rec_connectivity": 2}, "rec_connectivity"),
        ({"fb_connectivity": 1.1}, "fb_connectivity"),
        ({"activation_type": "inner"}, "activation_type"),
        ({"conn_type": "csr"}, "conn_type"),
        ({"noise_type": "pink"}, "noise_type"),
        ({"noise_fb": -1.0}, "noise_fb"),
        ({"spectral_radius": -1.0}, "spectral_radius"),
        ({"num_unit": 0}, "num_unit"),
    ],
)
def test_what_is_out_of_range_is_refused_at_construction(wrong, message):
    with pytest.raises(ValueRefused, match=f"Reservoir.*{message}"):
        nn.Reservoir(**{"num_unit": 4, **wrong})


def test_a_trained_reservoir_keeps_missing_connections_away():
    node = nn.Reservoir(6, input_shape=3, seed=1, trainable=True, **DRAWN).initialize(2)
    assert [*node.train_vars("relative")] == ["Wff", "Wrec", "bias"]
    grads = bm.grad(lambda: node(XS[0]).sum(), grad_vars=node.train_vars("relative").unique())()
    assert_array_equal(np.asarray(grads["Wff"])[np.asarray(node.Wff) == 0], 0)
    assert np.abs(grads["Wff"]).sum() > 0


def test_nvar_gives_the_linear_part_and_the_products():
    node = nn.NVAR(2, order=2, stride=2, constant=True, input_shape=3).initialize(2)
    names = node.get_feature_names()
    assert names[:7] == ["1", "x0(t)", "x1(t)", "x2(t)", "x0(t-2)", "x1(t-2)", "x2(t-2)"]
    assert node.output_shape == (None, 1 + 6 + 21) == (None, len(names))
    outs = np.stack([node(x) for x in XS])
    for t in range(len(XS)):
        linear = np.concatenate([XS[t], XS[t - 2] if t > 1 else np.zeros((2, 3))], axis=1)
        products = [linear[:, i] * linear[:, j] for i in range(6) for j in range(i, 6)]
        assert_allclose(outs[t], np.stack([np.ones(2), *linear.T, *products], axis=1), rtol=1e-5)
    assert node.state is None


def test_initialisation_clears_what_nvar_remembers():
    node = nn.NVAR(2, input_shape=1).initialize(1)
    node(np.ones((1, 1)))
    node.initialize(3)
    assert_array_equal(node(np.full((3, 1), 5.0)), [[5, 0]] * 3)
    with pytest.raises(ShapeError, match=r"NVAR.*expected 3 trials, for which it has states, got 1"):
        node(np.ones((1, 1)))


@pytest.mark.parametrize("wrong", [{"delay": 0}, {"stride": 0}, {"order": 1}])
def test_nvar_refuses_numbers_that_are_too_small(wrong):
    with pytest.raises(ValueRefused, match=next(iter(wrong))):
        nn.NVAR(**{"delay": 2, **wrong})


def test_nvar_refuses_an_order_that_is_no_number():
    with pytest.raises(KindError, match="order"):
        nn.NVAR(2, order="2")


def test_features_have_names_once_there_are_inputs():
    with pytest.raises(ValueRefused, match=r"get_feature_names: expected an initialised node"):
        nn.NVAR(2, input_shape=1).get_feature_names()
