"""Which row of a tree is selected: on the pages, and by Python code."""

import json

import pytest

import bouton as bp
import bouton_widgets as bw


def test_selecting_a_row_on_a_page_can_be_observed_and_shows_on_the_other_pages(network, watch, listen):
    widget, seen = bw.tree(network), []
    widget.observe(lambda change: seen.append(change["new"]), "selected")
    one, other = watch(widget), listen(widget.view, "other")
    one.say("select", path="1_LIF.tau_mem", turn=3)
    assert (widget.selected, seen) == ("1_LIF.tau_mem", ["1_LIF.tau_mem"])
    assert other.heard("selected")[0] == {"type": "selected", "path": "1_LIF.tau_mem"}
    one.say("select", path=None)
    assert widget.selected is None


def test_a_page_hears_which_of_its_choices_has_come_also_when_nothing_changed_or_the_row_has_gone(network, watch):
    widget = bw.tree(network)
    page = watch(widget)
    for turn, path in enumerate(["1_LIF", "1_LIF", "gone.tau"]):
        page.say("select", path=path, turn=turn)
        assert page.heard("selected")[-1] == {"type": "selected", "path": "1_LIF", "to": page.name, "turn": turn}


def test_python_code_selects_a_row_on_every_page(network, watch):
    widget = bw.tree(network)
    page = watch(widget)
    widget.selected = "1_LIF"
    assert page.heard("selected") == [{"type": "selected", "path": "1_LIF"}]
    assert json.loads(widget.view.text())["selected"] == "1_LIF"
    widget.selected = ""
    assert widget.view.selected == ""


def test_a_row_that_is_not_there_is_refused_and_the_selection_stays(network):
    widget = bw.tree(network)
    widget.selected = "1_LIF.bias"
    with pytest.raises(
        bp.errors.UnknownPathError,
        match=r"selected: expected the path of a part or an attribute .*, got '1_LIF.taumem'\. The nearest is '1_LIF.tau_mem'",
    ):
        widget.selected = "1_LIF.taumem"
    assert widget.selected == "1_LIF.bias"


def test_a_page_that_selects_what_has_gone_is_passed_over(network, watch):
    widget = bw.tree(network)
    watch(widget).say("select", path="gone.tau")
    assert widget.selected is None


def test_when_the_selected_part_goes_nothing_is_selected(network, watch):
    network.extra = bp.modules.LIF(2)
    widget = bw.tree(network)
    page = watch(widget)
    widget.selected = "extra.bias"
    del network.extra
    page.view.look()
    assert widget.selected is None
