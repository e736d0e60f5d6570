import numpy as np
import pytest

import bouton as bp
from bouton.modules import LIF, Linear, Sequential
from bouton.parameters import Parameter


def test_it_prints_as_an_aligned_table():
    net = Sequential(Linear((3, 4), weight=np.ones((3, 4), np.float32)), LIF(4))
    lines = repr(bp.tree(net)).splitlines()
    assert lines[0].split() == ["kind", "family", "shape", "type", "memory", "value", "unit"]
    assert [line.split()[0] for line in lines[1:4]] == ["Sequential", "0_Linear", "weight"]
    assert lines[3].startswith("    weight")
    assert lines[3].split()[1:] == ["parameter,", "trainable", "weights", "(3,", "4)", "float32", "48", "B", "all", "1"]
    ends = {line.index(word) + len(word) for line, word in ((lines[0], "memory"), (lines[3], "48 B"), (lines[1], " B"))}
    assert len(ends) == 1


@pytest.mark.parametrize("make", [lambda: bp.nn.Input(3) >> bp.nn.Dense(2), lambda: bp.neurons.LIF(3)])
def test_every_face_has_one(make):
    assert bp.tree(make())._repr_html_().startswith('<div class="bouton-static"')
    assert len(repr(bp.tree(make())).splitlines()) >= 3


def test_values_are_read_when_it_is_shown():
    holder = bp.Object()
    holder.tau = Parameter(0.02)
    shown = bp.tree(holder)
    holder.tau = 0.5
    assert "0.5" in repr(shown)


def test_a_long_table_is_cut_and_says_so():
    tall = bp.Object()
    for k in range(700):
        setattr(tall, f"p{k}", Parameter(float(k)))
    lines = repr(bp.tree(tall)).splitlines()
    assert len(lines) == 502
    assert lines[-1] == "… and 201 more rows"


def test_a_name_of_several_lines_stays_on_its_own():
    holder = bp.Object()
    setattr(holder, "a\nb", Parameter(1.0, unit="\x1b[31m"))
    assert len(repr(bp.tree(holder)).splitlines()) == 3
    assert "\x1b" not in repr(bp.tree(holder))


def test_what_is_no_model_is_refused():
    with pytest.raises(
        bp.errors.KindError, match=r"bouton\.tree\(obj\): expected a bouton model, got dict\. Pass the model itself, such as"
    ):
        bp.tree({})
