import ast

import pytest

from bouton.notebooks._source import cell_tree


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 1", "x = 1"),
        ("%matplotlib inline\nx = 1", "...\nx = 1"),
        ("if x:\n    !ls -l\n    y = 5 % 2", "if x:\n    ...\n    y = 5 % 2"),
        ("np.array?\nx", "...\nx"),
        ("x??", "..."),
        ("%%time\nx = 1", "x = 1"),
        ("%%bash\nls 'x", ""),
    ],
)
def test_magics_are_left_out(source, python):
    assert ast.dump(cell_tree(source)) == ast.dump(ast.parse(python))


def test_what_is_no_python_has_no_tree():
    assert cell_tree("for x in") is None
