import ast

import pytest

from bouton.notebooks._randomness import unseeded


def sentences(*cells):
    return [f"{place}: {sentence}" for place, sentence in unseeded([ast.parse(cell) for cell in cells])]


@pytest.mark.parametrize(
    ("first", "draw", "seed", "name"),
    [
        ("import numpy as np", "np.random.rand(3)", "np.random.seed(1)", "numpy.random"),
        ("from numpy import random as r", "r.normal()", "r.seed(seed=1)", "numpy.random"),
        ("import random", "random.shuffle(x)", "random.seed('a')", "random"),
        ("import bouton.math as bm", "bm.random.normal(3)", "bm.random.seed(3)", "bouton.math.random"),
        ("from bouton.math import random", "random.rand(2)", "random.seed(3)", "bouton.math.random"),
    ],
)
def test_a_draw_needs_a_seed_before_it(first, draw, seed, name):
    function = draw.partition("(")[0].rpartition(".")[2]
    assert sentences(first, draw) == [f"1: {name}.{function} draws before {name}.seed was given a seed"]
    assert sentences(first, seed, draw) == []
    assert sentences(first, f"{seed}; {draw}") == []
    assert sentences(first, draw, seed) == [f"1: {name}.{function} draws before {name}.seed was given a seed"]
    empty = f"{seed.partition('(')[0]}()"
    assert sentences(first, empty, draw)[0] == f"1: {name}.seed() has no seed"


def test_a_generator_of_its_own_needs_one_too():
    assert sentences("import numpy as np", "np.random.default_rng(0).normal()", "np.random.default_rng(seed=n)") == []
    assert sentences("import numpy as np\nnp.random.default_rng()") == ["0: numpy.random.default_rng() has no seed"]
    assert sentences("from numpy.random import default_rng\ndefault_rng(None)") == ["0: numpy.random.default_rng() has no seed"]
    assert sentences("import random\nrandom.Random()", "random.Random(3)") == ["0: random.Random() has no seed"]


def test_a_clock_is_no_seed():
    cell = "import jax, time\nimport numpy as np\njax.random.key(int(time.time()))\n"
    cell += "np.random.seed(time.time_ns())\njax.random.key(0)"
    assert sentences(cell) == ["0: jax.random.key is seeded by time.time", "0: numpy.random.seed is seeded by time.time_ns"]


def test_what_differs_always_is_named():
    assert sentences("import os, secrets, uuid\nos.urandom(3)\nsecrets.token_hex()\nuuid.uuid4()") == [
        "0: os.urandom gives something else in every run",
        "0: secrets.token_hex gives something else in every run",
        "0: uuid.uuid4 gives something else in every run",
    ]


def test_other_names_and_states_are_left_alone():
    assert sentences("import numpy as np\nnp.random.get_state()\nmine.random.rand()\nf(1)()\nnp.linspace(0, 1)") == []
    assert list(unseeded([None])) == []
