import pytest
from nbformat import v4

from bouton.errors import UnknownPathError, ValueRefused
from bouton.notebooks._files import code_cells, find, is_marked, kernel_of, read, write


def test_notebooks_are_found_in_folders_in_order_and_once(tmp_path):
    for name in ("b/two.ipynb", "a.ipynb", "b/.ipynb_checkpoints/two.ipynb", "b/text.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    expected = [tmp_path / "a.ipynb", tmp_path / "b" / "two.ipynb"]
    assert find([tmp_path]) == expected
    assert find([str(expected[1]), tmp_path]) == expected[::-1]


@pytest.mark.parametrize(
    ("path", "got"), [("nowhere", "which is not there"), ("text.md", "which holds none"), (".", "holds none")]
)
def test_a_place_without_a_notebook_is_named(tmp_path, path, got):
    (tmp_path / "text.md").write_text("")
    with pytest.raises(UnknownPathError, match=rf"expected a notebook, or a folder with some, got .*{got}\. Name another\."):
        find([tmp_path / path])


@pytest.mark.parametrize("text", ["no notebook", "[]", "{}", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text)
    with pytest.raises(ValueRefused, match=r"a\.ipynb: expected a notebook, got .+\. Open it in Jupyter and save it\."):
        read(tmp_path / "a.ipynb")


def test_a_notebook_comes_back_with_its_cells_and_kernel(tmp_path):
    cells = [v4.new_code_cell("1"), v4.new_markdown_cell("text"), v4.new_code_cell("2")]
    write(tmp_path / "a.ipynb", v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "k", "display_name": "K"}}))
    notebook = read(tmp_path / "a.ipynb")
    assert [cell.source for cell in code_cells(notebook)] == ["1", "2"]
    assert kernel_of(notebook) == "k"
    assert kernel_of(v4.new_notebook()) == "python3"


def test_a_cell_is_marked_by_a_tag_or_a_comment():
    tag = v4.new_code_cell("1", metadata={"tags": ["nbval-skip"]})
    assert [is_marked(cell, "nbval-skip") for cell in (tag, v4.new_code_cell("# NBVAL_SKIP\n1"), v4.new_code_cell("1"))] == [
        True,
        True,
        False,
    ]
