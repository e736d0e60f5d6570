from html.parser import HTMLParser

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton.core._render import summary
from bouton.modules import LIF, Linear, Sequential
from bouton.parameters import Parameter, SimulationParameter, State

HOSTILE = "<img src=x onerror=alert(1)>&\"'"


class Reader(HTMLParser):
    """Collects texts and elements, and holds every element to be closed."""

    def __init__(self):
        super().__init__()
        self.texts, self.elements, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())


def read(obj):
    reader = Reader()
    reader.feed(obj._repr_html_())
    reader.close()
    assert reader.open == []
    return reader


def texts(obj):
    return read(obj).texts


def test_it_shows_class_names_values_units_and_kinds():
    holder = bp.Object()
    holder.tau = Parameter(0.02, family="taus", unit="s")
    assert texts(holder) == ["Object", "tau", "0.02", "s", "parameter, taus"]


def test_children_are_folded_blocks_with_their_shape():
    shown = texts(Sequential(Linear((2, 3)), LIF(3)))
    assert shown[:2] == ["Sequential", "shape (2, 3)"]
    assert "0_Linear" in shown
    assert "shape (3,)" in shown
    assert read(Sequential(Linear((2, 3)), LIF(3))).elements.count("details") == 3


def test_there_is_no_script_and_nothing_is_fetched():
    html = Sequential(Linear((2, 3)), LIF(3))._repr_html_()
    for word in ("<script", "http", "src=", "href=", "onclick", "@import"):
        assert word not in html


def test_hostile_names_units_families_and_values_are_text():
    Evil = type(HOSTILE, (bp.Object,), {})
    evil = Evil()
    setattr(evil, HOSTILE, Parameter(1.0, family=HOSTILE, unit=HOSTILE))
    evil.text = SimulationParameter(HOSTILE)
    setattr(evil, "child" + HOSTILE, Evil())

    def f():
        pass

    f.__name__ = HOSTILE
    evil.f = SimulationParameter(f)
    shown = texts(evil)
    assert shown.count(HOSTILE) >= 4
    assert set(read(evil).elements) <= {"div", "details", "summary", "b", "span", "table", "tr", "td"}


def test_a_model_can_be_shown_while_it_is_compiled():
    holder = bp.Object()
    holder.v = bm.Variable(2)

    @bm.jit
    def f(x):
        holder.v.value = holder.v + x
        assert "traced float32[2]" in holder._repr_html_()
        return x

    f(1.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (0.1234567, "0.1235"),
        (3, "3"),
        (True, "True"),
        (jnp.array(2.0), "2"),
        (jnp.array(True), "True"),
        (jnp.ones((2, 3)), "2 × 3, all 1"),
        (jnp.arange(3.0), "3, 0 to 2"),
        (jnp.zeros((0, 3)), "0 × 3, empty"),
        (np.array([np.nan, 1.0]), "2, nan to nan"),
        ("euler", "'euler'"),
        (np.tanh, "tanh"),
        (None, "None"),
        (bm.Variable(2), "2, all 0"),
        (jnp.array([1 + 2j, 3 + 0j]), "2, 1+2j to 3+0j"),
    ],
    ids=repr,
)
def test_a_value_in_a_few_characters(value, text):
    assert summary(value) == text


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float16, jnp.bfloat16, np.complex64])
def test_every_dtype_can_be_shown(dtype):
    holder = bp.Object()
    holder.s = State(jnp.zeros(3).astype(dtype))
    holder.one = State(jnp.zeros(()).astype(dtype))
    assert "s" in texts(holder)
