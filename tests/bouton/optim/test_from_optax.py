"""Transformations of optax as optimisers, beside optax itself."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import bouton as bp
import bouton.math as bm
from bouton.optim._labels import labels

MAKES = {
    "clipped": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1, momentum=0.9)),
    "scheduled": lambda: optax.adamw(optax.cosine_decay_schedule(0.1, 5), weight_decay=0.1),
    "injected": lambda: optax.inject_hyperparams(optax.adam)(0.1),
    "by label": lambda: optax.multi_transform({"fast": optax.sgd(0.5), "slow": optax.adam(0.01)}, {"w": "fast", "b": "slow"}),
    "gathered": lambda: optax.MultiSteps(optax.adam(0.1), 2).gradient_transformation(),
}


@pytest.mark.parametrize("name", MAKES)
def test_the_steps_are_those_of_optax(name, run, gradients):
    found = run(lambda cells: bp.optim.FromOptax(MAKES[name](), cells))
    with jax.numpy_dtype_promotion("standard"):
        transformation = MAKES[name]()
        params = {"w": jnp.asarray([[1.0, -2.0, 0.5], [0.3, 0.0, -1.5]]), "b": jnp.asarray([0.1, -0.7])}
        state = transformation.init(params)
        for n in range(7):
            grads = {path: jnp.asarray(g[n], jnp.float32) for path, g in gradients.items()}
            steps, state = transformation.update(grads, state, params)
            params = optax.apply_updates(params, steps)
            for path, p in params.items():
                np.testing.assert_allclose(found[path][n], p, rtol=1e-5, atol=1e-6)


def test_an_injected_number_can_be_set_between_updates():
    w = bm.Variable(jnp.asarray(0.0))
    optimizer = bp.optim.FromOptax(optax.inject_hyperparams(optax.sgd)(learning_rate=0.5), w)
    optimizer.update(jnp.asarray(-1.0))
    optimizer.state["hyperparams.learning_rate"] = 2.0
    optimizer.update(jnp.asarray(-1.0))
    assert float(w) == 2.5


def test_a_transformation_has_a_rate_of_its_own():
    optimizer = bp.optim.FromOptax(optax.sgd(0.5), bm.Variable(jnp.asarray(0.0)))
    assert not hasattr(optimizer, "lr")
    with pytest.raises(
        bp.errors.UnsupportedError, match=r"FromOptax.lr: expected an optimiser made with lr=..., got one made without"
    ):
        optimizer.lr = 0.1


def test_what_is_no_transformation_is_refused():
    with pytest.raises(bp.errors.KindError, match="FromOptax: expected a gradient transformation of optax, got float"):
        bp.optim.FromOptax(0.1)


def test_the_moments_of_two_links_of_a_chain_are_told_apart():
    paths = ["net.W", "net.b"]
    params = {"net.W": jnp.zeros(2), "net.b": jnp.zeros(2)}
    one = optax.chain(optax.scale_by_adam(), optax.scale(2.0)).init(params)
    assert labels(one, paths) == ["count", "mu.0", "mu.1", "nu.0", "nu.1"]
    two = optax.chain(optax.trace(0.9), optax.trace(0.5)).init(params)
    assert labels(two, paths) == ["0.trace.0", "0.trace.1", "1.trace.0", "1.trace.1"]
    assert labels(jnp.zeros(()), paths) == ["value"]
