"""What every tutorial keeps to; that its cells and answers run is seen by running them, see `conftest.py`."""

import ast
import itertools
import re

import pytest
from tutorials.tutorial import PATHS, Tutorial

ROOT = PATHS[0].parents[1]
LIVE = "application/vnd.jupyter.widget-view+json"
VIEW = re.compile(r"\bbw\.(?:activity|explore|histogram|history|parameters|phase_plane|rates|stimulus|traces|tree|weights)\(")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def tutorial(request):
    return Tutorial(request.param)


def test_there_are_eleven_in_a_row():
    assert [path.name[:3] for path in PATHS] == [f"{number:02}_" for number in range(1, 12)]


def test_it_opens_with_a_question_what_it_teaches_and_how_long_it_takes(tutorial):
    opening = tutorial.text[0]
    assert opening.startswith("# ")
    assert re.search(r"^\*\*.*\?\*\*$", opening, re.MULTILINE | re.DOTALL)
    assert 2 <= len(re.findall(r"^- ", opening, re.MULTILINE)) <= 5
    assert re.search(r"takes\s+about\s+\w+\s+minutes", opening)
    assert "](../docs/binder.md)" in opening


def test_it_has_one_title_and_no_level_is_left_out(tutorial):
    levels = [len(heading.split(" ")[0]) for heading in tutorial.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_it_has_a_picture_and_a_live_view_that_is_there_to_be_read_where_no_script_runs(tutorial):
    assert any("image/png" in shown for shown in tutorial.outputs)
    assert any(VIEW.search(source) for source in tutorial.code)
    # A widget without its kernel is a blank: what is stored of it is its text, and its picture where there is one.
    assert not any(LIVE in shown for shown in tutorial.outputs), "take the widgets' live halves out of the stored outputs"
    assert "widgets" not in tutorial.notebook["metadata"], "take the widgets' state out of the notebook's metadata"
    for cell in tutorial.cells:
        if cell["cell_type"] == "code" and VIEW.search("".join(cell["source"]).strip().splitlines()[-1]):
            assert any(len("".join(out["data"]["text/plain"])) > 20 for out in cell["outputs"] if "data" in out)


def test_the_axes_of_its_figures_are_labelled(tutorial):
    for source in tutorial.code:
        if "plt.show()" in source:
            assert "xlabel" in source, source
            assert "ylabel" in source, source


def test_it_ends_with_exercises_whose_answers_are_folded_code_and_words(tutorial):
    assert "## Go on" in tutorial.headings
    assert 2 <= len(tutorial.exercises) <= 4
    for number, (question, blocks, words) in enumerate(tutorial.exercises, 1):
        assert question.startswith(f"<b>{number}.</b> ")
        assert blocks, question
        assert len(words) > 20, question
        for block in blocks:
            ast.parse(block)


def test_it_leads_to_the_next_and_to_pages_that_are_there(tutorial):
    following = dict(zip(PATHS, [*PATHS[1:], PATHS[0]], strict=True))[tutorial.path]
    assert f"]({following.name})" in tutorial.text[-1]
    assert "tutorial" in tutorial.text[-1]
    assert any(link.startswith("../docs/") for link in tutorial.text[-1].split("](")[1:])
    assert [link for link in tutorial.links if not (tutorial.path.parent / link.partition("#")[0]).is_file()] == []


def test_make_lab_serves_the_folder_that_the_links_lead_to(tutorial):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    served = (ROOT / re.search(r"jupyter lab --ServerApp\.root_dir=(\S+)", makefile)[1]).resolve()
    outside = [link for link in tutorial.links if not (tutorial.path.parent / link).resolve().is_relative_to(served)]
    assert outside == [], "JupyterLab follows no link out of its folder"
