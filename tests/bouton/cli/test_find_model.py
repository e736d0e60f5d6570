"""A model found by what a user writes for it."""

import sys
from textwrap import dedent

import pytest

import bouton as bp
from bouton import errors
from bouton.cli._find_model import find_model

NET = """
import bouton as bp

hidden = bp.modules.LIF(3)
net = bp.modules.Sequential(bp.modules.Linear((2, 3)), hidden)
drive = 0.1
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file beside which the command is called."""
    monkeypatch.chdir(tmp_path)
    before, path = dict(sys.modules), list(sys.path)

    def write(name, text):
        (tmp_path / name).write_text(dedent(text))
        return name

    yield write
    sys.path[:] = path
    for name in set(sys.modules) - set(before):
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_the_only_model_of_a_file_is_found_whose_parts_have_names_too(write):
    found, module = find_model(write("one_net.py", NET))
    assert found is module.net
    assert module.__file__.endswith("one_net.py")


def test_a_name_finds_a_model_a_part_and_what_a_function_gives(write):
    file = write("three.py", NET + "\ndef make(n=4):\n    return bp.modules.LIF(n)\n")
    assert find_model(f"{file}:hidden")[0].class_name == "LIF"
    assert find_model(f"{file}:net.1_LIF")[0].size_out == 3
    assert find_model(f"{file}:make")[0].size_out == 4


def test_a_simulation_stands_for_its_model(write):
    file = write("running.py", NET + 'simulation = bp.run.LiveSimulation(net, record="output")\n')
    with find_model(file)[0] as simulation:
        assert isinstance(simulation, bp.run.LiveSimulation)


def test_an_import_path_is_looked_for_here_and_everywhere(write):
    write("beside.py", NET)
    assert find_model("beside:net")[0].class_name == "Sequential"
    assert find_model("beside")[0].class_name == "Sequential"


def test_a_file_imports_what_stands_beside_it(write):
    write("parts_of_it.py", NET)
    assert find_model(write("whole.py", "from parts_of_it import net as whole"))[0].class_name == "Sequential"


@pytest.mark.parametrize(
    "text, kind, words",
    [
        ("gone.py", errors.UnknownPathError, r"expected a Python file, got 'gone\.py', which is none\. Give its path\."),
        ("gone.py:net", errors.UnknownPathError, r"got 'gone\.py', which is none"),
        ("gone_module:net", errors.UnknownPathError, r"import path of a module, got no module gone_module\. Write for instance"),
        ("no path:net", errors.UnknownPathError, r"import path of a module, got no import path\."),
        ("net.py:ned", errors.UnknownPathError, r"a name at the top level, got 'ned'\. Did you mean 'net'\?"),
        ("net.py:drive", errors.KindError, r"or a function without arguments that gives one, got float\. There are: net\."),
        ("two.py", errors.KindError, r"expected one model or simulation at the top level, got 2: a, b\. Say which: two\.py:a\."),
        ("two.py:LIF", errors.KindError, r"got the class LIF\."),
        ("two.py:make", errors.KindError, r"a function without arguments, got one that needs n\. Give them defaults"),
        ("none.py", errors.KindError, r"at the top level, got none\. Assign one to a name, or name a function"),
        ("none.py:x", errors.KindError, r"got int\. There is none at the top level\."),
    ],
)
def test_what_cannot_be_found_is_told(write, text, kind, words):
    write("net.py", NET)
    two = "from bouton.modules import LIF\na, b = LIF(2), LIF(3)\n\ndef make(n):\n    return LIF(n)\n"
    write("two.py", two)
    write("none.py", "x = 1\n")
    with pytest.raises(kind, match=words):
        find_model(text)


def test_a_mistake_in_the_file_is_told_by_python(write):
    with pytest.raises(ZeroDivisionError):
        find_model(write("broken.py", "1 / 0"))
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        find_model(write("needs.py", "import nowhere_at_all"))
    write("needs_too.py", "import nowhere_at_all")
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        find_model("needs_too")
