"""The folded answers in the tutorial on modules."""

import json
import re
from pathlib import Path

import jax
import numpy as np
import optax

from bouton.modules import LinearJax, Rate, RateJax, Sequential

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "06_modules.ipynb"


def answers():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return [re.sub("(?m)^   ", "", code) for code in re.findall(r"```python\n(.*?)```", "".join(cells[-1]["source"]), re.DOTALL)]


def test_time_constants_get_a_smaller_step_than_weights():
    net = Sequential(LinearJax((2, 3)), RateJax(3, tau=np.full(3, 0.02)))
    names = {"net": net, "jax": jax, "optax": optax}
    exec(answers()[0], names)
    parameters = net.parameters()
    slopes = jax.tree.map(np.ones_like, parameters)
    # optax mixes kinds of numbers, as JAX allows unless it is told not to.
    with jax.numpy_dtype_promotion("standard"):
        updates, _ = names["optimizer"].update(slopes, names["optimizer"].init(parameters), parameters)
    # The first step of Adam is the learning rate.
    np.testing.assert_allclose(updates["1_RateJax"]["tau"], -1e-4, rtol=1e-3)
    np.testing.assert_allclose(updates["0_LinearJax"]["weight"], -3e-3, rtol=1e-3)


def test_halves_of_a_series_are_the_whole(capsys):
    exec(answers()[1], {"Rate": Rate, "rng": np.random.default_rng(0), "np": np})
    assert capsys.readouterr().out == "True\n"
