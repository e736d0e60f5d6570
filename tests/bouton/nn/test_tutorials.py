"""The folded answers in the tutorials on nodes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton.nn import RNNRunner

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def cells(name):
    read = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in read]


def answers(name):
    return re.findall(r"```python\n(.*?)```", cells(name)[-1], re.DOTALL)


def run(source, names):
    """Execute it, and give what its last line is."""
    *before, last = source.rstrip().split("\n")
    exec("\n".join(before), names)
    return eval(last, names)


@pytest.fixture
def names():
    return {"bp": bp, "bm": bm, "np": np}


def test_a_list_has_an_order_of_its_own(names):
    run(answers("03_node_specification.ipynb")[0], names)
    a, b, c = names["a"], names["b"], names["c"]
    assert c.Wff.shape == (8, 2)
    sent = {str(a.name): np.ones((1, 3)), str(b.name): np.full((1, 5), 2.0)}
    side_by_side = np.array([[2.0] * 5 + [1.0] * 3])
    np.testing.assert_allclose(names["joined"](sent), side_by_side @ np.asarray(c.Wff), rtol=1e-4, atol=1e-5)


def test_a_sum_that_keeps_half_goes_to_two(names):
    one = {"weight_initializer": bp.init.OneInit(), "bias_initializer": None}
    add, total = bp.nn.Dense(1, **one), bp.nn.Dense(1, **one)
    running = (bp.nn.Input(1) >> add >> total) & (add << total)
    running.initialize()
    found = run(answers("03_node_specification.ipynb")[1], names | {"add": add, "running": running})
    np.testing.assert_allclose(found, [2.0], rtol=1e-6)


def test_a_leaky_integrator_forgets_by_powers(names):
    found = run(answers("04_node_customization.ipynb")[0], names)
    np.testing.assert_allclose(found, [1 - 0.8**10], rtol=1e-5)


def test_a_node_without_an_output_shape_is_named(names):
    (source,) = [cell for cell in cells("04_node_customization.ipynb") if cell.startswith("class DotNode")]
    names["check_shape_consistency"] = bp.nn.check_shape_consistency
    exec(source.replace("self.set_output_shape((*unique_size, self.num_unit))", "return"), names)
    with pytest.raises(ValueError, match=r"DotNode\(\w+\)\.init_ff: expected an init_ff that sets the output shape"):
        names["DotNode"](2, input_shape=3).initialize()


def test_what_a_node_of_ones_own_begins_with_is_learnt(names):
    (source,) = [cell for cell in cells("04_node_customization.ipynb") if cell.startswith("class VRNN")]
    names["check_shape_consistency"] = bp.nn.check_shape_consistency
    exec(source, names)
    node = run(answers("04_node_customization.ipynb")[-1].replace("20,", "20, input_shape=1,"), names)
    node.initialize(3)
    assert isinstance(node.train_state, bm.TrainVar)
    assert node.train_state.shape == (20,)
    out = RNNRunner(node, progress_bar=False).predict(np.zeros((3, 2, 1), dtype=np.float32))
    assert out.shape == (3, 2, 20)
