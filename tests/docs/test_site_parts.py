"""The parts that the site is made with, one by one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))

import floors
import site_api
import site_docstrings
import site_math
import site_outputs
from test_public_names import PUBLIC
from test_structure import FLOORS

import bouton as bp


def test_sections_become_rubrics_and_items_stay_a_definition_list():
    lines = [
        "A thing.",
        "",
        "Parameters",
        "----------",
        "v : (*batch, n), mV",
        "    What it is.",
        "float_ : dtype",
        "",
        "Notes",
        "-----",
    ]
    assert site_docstrings.rewritten([*lines, "See [1]_."], "bouton.Thing") == [
        *("A thing.", "", ".. rubric:: Parameters", "   :class: bt-section", ""),
        *(r"v : (\*batch, n), mV", "    What it is.", r"float\_ : dtype", "    ..", ""),
        *(".. rubric:: Notes", "   :class: bt-section", "", "See [#bouton-Thing-1]_."),
    ]


def test_stars_of_code_are_left_alone():
    lines = ["``f(*args, **options)`` and (batch, *shape, n)", ">>> f(*args, n)", "*this* is told"]
    assert site_docstrings.rewritten(lines, "f") == [r"``f(*args, **options)`` and (batch, \*shape, n)", *lines[1:]]


def test_the_pages_know_the_namespaces_and_names_that_are_public():
    assert set(site_api.NAMESPACES) - {"bouton_widgets", "bouton.tools.checking"} == set(PUBLIC)
    for namespace, names in PUBLIC.items():
        assert {name.name for name in site_api.names_of(namespace)} >= set(names.split()), namespace


def test_a_name_with_several_paths_has_its_page_under_the_shortest():
    homes = site_api.homes()
    assert homes[id(bp.train.BPTT)].path == "bouton.BPTT"
    assert homes[id(bp.Base)].path == "bouton.Object"
    assert homes[id(bp.math.jit)].path == "bouton.math.jit"


def test_two_pages_never_differ_by_capitals_alone():
    pages = list(site_api.pages())
    assert len({page.lower() for page in pages}) == len(pages)


def test_what_a_private_base_gives_stands_on_the_page_of_the_class():
    homes = site_api.homes()
    assert ("automethod", "start") in site_api.members_of(bp.run.LiveSimulation, homes)
    assert [name.path for name in site_api.kin_of(bp.neurons.LIF, homes)] == ["bouton.neurons.NeuGroup"]


def test_formulas_of_several_lines_are_aligned():
    element = site_math.mathml(r"a &= b \\ c &= d", "block")
    assert element.count("<mtr>") == 2
    assert "<mi>&</mi>" not in element


@pytest.mark.parametrize(
    ("source", "live"),
    [
        ("bw.traces(simulation)", True),
        ("explorer = bw.explore(net)\nexplorer", True),
        ("bw.parameters(\n    simulation,\n    family='taus',\n)", True),
        ("controls = bw.parameters(simulation)\ncontrols.undo()", False),
        ("plt.plot(x)", False),
        ("traces = bw.traces(simulation)\nprint(3)", False),
    ],
)
def test_live_views_are_told_by_the_end_of_a_cell(source, live):
    assert site_outputs.is_live(source) is live


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_the_floors_are_those_of_the_table_and_of_the_page(theme):
    drawn = (floors.STATIC / f"floors-{theme}.svg").read_text(encoding="utf-8")
    assert drawn == floors.picture(theme), "run: python docs/_ext/floors.py"
    places = [drawn.index(f">{name}</text>") for row in reversed(FLOORS) for name in sorted(row) if name[0] != "_"]
    assert places == sorted(places)
