import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton.math as bm
from bouton.errors import RunningError, ShapeError
from bouton.modules import LIFJax, LinearJax, RateJax, Sequential

SERIES = np.random.default_rng(0).uniform(size=(2, 4, 2)).astype(np.float32)
WEIGHT = np.eye(2, dtype=np.float32)


def stacked(*modules):
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *modules)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (lambda: RateJax(2, rng_key=0), r"^RateJax\.tau: expected shape \(2,\) or \(\), got \(2, 2\)"),
        (
            lambda: LIFJax(2, tau_mem=0.02, rng_key=0),
            r"^LIFJax\.tau_syn: expected shape \(2, 1\) or \(1, 1\) or \(\), got \(2, 2, 1\)",
        ),
        # Of as many modules as inputs and elements, which would give numbers of the right shape.
        (lambda: LinearJax((2, 2), weight=WEIGHT), r"^LinearJax\.weight: expected shape \(2, 2\), got \(2, 2, 2\)"),
        (lambda: Sequential(LinearJax((2, 2), weight=WEIGHT), RateJax(2, rng_key=0)), r"^LinearJax\.weight: expected .*"),
    ],
)
def test_stacked_modules_say_that_they_are_called_through_vmap(module, words):
    modules = stacked(module(), module())
    fix = r"\. Call stacked modules through jax\.vmap, for instance jax\.vmap\(lambda module: module\(x\)\[0\]\)\(modules\)"
    for call in (lambda x: modules(x), lambda x: modules(x, record=True), jax.jit(modules), bm.jit(modules)):
        with pytest.raises(ShapeError, match=words + fix):
            call(SERIES)
    both = jax.vmap(lambda m: m(SERIES)[0])(modules)
    assert_allclose(both[1], module()(SERIES)[0], rtol=1e-5)
    assert_allclose(jax.tree.map(lambda x: x[0], modules)(SERIES)[0], module()(SERIES)[0], rtol=1e-5)


def test_arrays_of_other_shapes_are_refused():
    module = jax.tree.map(lambda x: jnp.concatenate([x, x]) if x.ndim else x, RateJax(3, rng_key=0))
    with pytest.raises(ShapeError, match=r"^RateJax\.tau: .* got \(6,\)\. .*; otherwise keep the shape of every array\."):
        module(np.ones((4, 3)))


def test_a_donated_module_says_where_its_arrays_are():
    module = Sequential(LinearJax((2, 2), weight=WEIGHT), RateJax(2, rng_key=0))
    moved = jax.jit(lambda m: jax.tree.map(lambda x: x + 1, m), donate_argnums=0)(module)
    uses = (
        lambda: module(SERIES),
        lambda: module[1](SERIES),
        lambda: module.set_attributes({}),
        module.reset_state,
        lambda: jax.jit(lambda m: m[0].weight)(module),
        lambda: jax.tree.leaves(module),
    )
    words = r"\w+Jax: expected a module with its arrays, got one that a compiled function was allowed to take them from, with "
    words += r"donate_argnums\. Go on with the module that this function has returned, or leave"
    for use in uses:
        with pytest.raises(RunningError, match=rf"^{words}") as no:
            use()
        assert isinstance(no.value, RuntimeError)
    assert_allclose(moved[0].weight, WEIGHT + 1)
    again = jax.jit(lambda m: m, donate_argnums=0)(moved)
    # Completed by nobody yet.
    jax.jit(lambda m: m, donate_argnums=0)(again)
    with pytest.raises(RunningError, match=words):
        jax.tree.leaves(again)


def test_a_donated_module_takes_nothing_with_it_but_its_arrays():
    tau = jnp.full(2, 0.5)
    step = jax.jit(lambda m: jax.tree.map(lambda x: x + 1, m), donate_argnums=0)
    out = step(RateJax(2, tau=tau, rng_key=jax.random.PRNGKey(3)))
    assert_allclose(tau, [0.5, 0.5])
    for _ in range(2):
        reset = out.reset_parameters().reset_state()
        assert_allclose(reset.tau, [0.5, 0.5])
        assert_allclose(step(reset).tau, [1.5, 1.5])
        out = step(step(RateJax(2, tau=tau, rng_key=4)))
        assert_allclose(out.tau, [2.5, 2.5])
