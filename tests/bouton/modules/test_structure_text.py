"""The structure of a functional module in words."""

import difflib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton.modules import Functional, InstantJax, LinearJax, Module, RateJax, Sequential


def net(tau=0.25, function=jnp.tanh, rows=2, **facts):
    return Sequential(LinearJax((rows, 2)), RateJax(2, tau=tau, rng_key=0, **facts), InstantJax(2, function))


def difference(one, other):
    """Lines of the one that the other has not, and the other way round; the last also counts the leaves."""
    lines = [repr(jax.tree_util.tree_structure(model)).splitlines()[:-1] for model in (one, other)]
    return [line[2:].strip() for line in difflib.ndiff(*lines) if line[0] in "+-"]


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, []),
        ({"tau": 0.5}, []),
        ({"function": jnp.abs}, ["function: <", "function: <"]),
        ({"noise_std": 1.0}, ["noise_std: simulation, off", "noise_std: simulation"]),
        (
            {"has_rec": True},
            ["w_rec: parameter, family 'weights'", "_has_rec = False", "_has_rec = True"],
        ),
    ],
)
def test_two_structures_differ_in_the_lines_of_what_differs(changed, lines):
    found = difference(net(), net(**changed))
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True))


class Shared(Functional, Module):
    def __init__(self, table):
        super().__init__(2)
        self.first = LinearJax((2, 2))
        self.again = self.first
        self.free = bm.TrainVar(jnp.ones(2))
        self.table = table

    def evolve(self, input_data, record=False):
        return self.again(self.first(input_data)[0])[0], {}, {}


def test_what_stands_in_two_places_is_told_by_its_number():
    text = repr(jax.tree_util.tree_structure(Shared(None)))
    assert "    first: LinearJax\n" in text
    assert "    again: object 2 of the model" in text


@pytest.mark.parametrize("table", [np.zeros(10**6), jnp.zeros(10**6), ["x"] * 1000, jax.random.key(0)])
def test_a_line_stays_short_whatever_is_held(table):
    text = repr(jax.tree_util.tree_structure(Shared(table)))
    assert max(map(len, text.splitlines())) < 140


def test_a_message_of_jax_names_what_differs():
    with pytest.raises(ValueError, match=r"function tanh|_where|<"):
        jax.tree_util.tree_map(lambda a, b: a, net(), net(function=jnp.abs))
    with pytest.raises(ValueError, match=r"noise_std"):
        jax.tree_util.tree_map(lambda a, b: a, net(), net(noise_std=1.0))


def test_what_attributes_begin_with_is_told_where_compiled_code_goes_back_to_it():
    one, other = net(tau=0.125), net(tau=0.375)
    jax.jit(lambda model: model[1].reset_parameters().tau)(one)
    found = difference(one, other)
    assert [line for line in found if line.startswith("tau")] == [
        "tau: parameter, family 'taus', resets to array(0.125, dtype=float32)",
        "tau: parameter, family 'taus'",
    ]
    with pytest.raises(ValueError, match=r"resets to array\(0\.125"):
        jax.tree_util.tree_map(lambda a, b: a, one, other)
