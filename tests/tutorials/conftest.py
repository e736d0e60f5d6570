"""Has the answers of the exercises run behind the cells of their notebook, in the same kernel: as a reader would."""

import nbformat
from tutorials.tutorial import FOLDER, Tutorial


def pytest_collection_modifyitems(items):
    """Add a test for each answer behind the last cell of each tutorial that is run."""
    last = {item.path: item for item in items if type(item).__name__ == "NotebookCell" and item.path.parent == FOLDER}
    for path, cell in last.items():
        answers = [_answer(cell, number, block) for number, block in enumerate(_blocks(path), 1)]
        place = items.index(cell) + 1
        items[place:place] = answers


def _blocks(path):
    return [block for exercise in Tutorial(path).exercises for block in exercise.blocks]


def _answer(cell, number, block):
    return type(cell).from_parent(
        cell.parent,
        name=f"answer {number}",
        cell_num=cell.cell_num + number,
        cell=nbformat.v4.new_code_cell(block),
        options={**cell.options, "check": False, "skip": False, "check_exception": False},
    )
