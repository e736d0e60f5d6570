from html.parser import HTMLParser

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
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
        if data.strip() and self.open[-1] != "style":
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
    assert texts(holder)[8:] == ["Object", "4 B", "tau", "parameter, trainable", "taus", "()", "float32", "4 B", "0.02", "s"]


def test_children_are_folded_blocks_with_their_shape():
    shown = texts(Sequential(Linear((2, 3)), LIF(3)))
    assert shown[8:10] == ["Sequential", "shape (2, 3) · 128 B"]
    assert "0_Linear" in shown
    assert shown[shown.index("1_LIF") + 1 :][:2] == ["LIF", "shape (3,) · 104 B"]
    assert read(Sequential(Linear((2, 3)), LIF(3))).elements.count("details") == 3


def test_there_is_no_script_and_nothing_is_fetched():
    html = Sequential(Linear((2, 3)), LIF(3))._repr_html_()
    for word in ("<script", "http", "src=", "href=", "onclick", "@import"):
        assert word not in html


def test_the_columns_have_names_and_numbers_stand_to_the_right():
    html = LIF(3)._repr_html_()
    assert texts(LIF(3))[:8] == ["Name", "Kind", "Family", "Shape", "Type", "Memory", "Value", "Unit"]
    # Said without a style sheet too.
    assert '<td align="right">all 0.02</td>' in html


def test_memory_that_two_parts_share_counts_once():
    shared = bp.Object()
    shared.v = bm.Variable(100)
    both = bp.Object()
    both.one, both.other = shared, shared
    assert texts(both)[8:10] == ["Object", "400 B"]


def test_the_page_is_bounded_and_says_what_it_leaves_out():
    wide = bp.Object()
    for k in range(130):
        setattr(wide, f"p{k}", Parameter(float(k)))
    assert "… and 30 more attributes" in texts(wide)
    assert texts(wide)[-1] == "30 of 131 rows are not shown."
    tall = bp.Object()
    for k in range(40):
        setattr(tall, f"part{k}", LIF(1))
    assert texts(tall).count("LIF") == 40
    assert "not shown" not in texts(tall)[-1]
    for k in range(40, 400):
        setattr(tall, f"part{k}", LIF(1))
    shown = texts(tall)
    rows = 1 + 400 * 12
    assert shown[-1] == f"{rows - 500} of {rows} rows are not shown."
    assert any(text.endswith("more parts") for text in shown)
    assert len(tall._repr_html_()) < 150_000


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
    assert set(read(evil).elements) <= {"div", "style", "details", "summary", "b", "span", "table", "tr", "th", "td"}


def test_a_model_can_be_shown_while_it_is_compiled():
    holder = bp.Object()
    holder.v = bm.Variable(2)

    @bm.jit
    def f(x):
        holder.v.value = holder.v + x
        assert "traced float32[2]" in holder._repr_html_()
        return x

    f(1.0)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float16, jnp.bfloat16, np.complex64])
def test_every_dtype_can_be_shown(dtype):
    holder = bp.Object()
    holder.s = State(jnp.zeros(3).astype(dtype))
    holder.one = State(jnp.zeros(()).astype(dtype))
    assert "s" in texts(holder)
