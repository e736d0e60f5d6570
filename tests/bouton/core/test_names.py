import gc
import threading

import pytest
from IPython.core.interactiveshell import InteractiveShell

import bouton as bp
import bouton.math as bm
from bouton.errors import SharedNameWarning, UniqueNameError, ValueRefused

pytestmark = pytest.mark.usefixtures("fresh_names")


class Neuron(bp.Object):
    pass


class Synapse(bp.Object):
    pass


def test_a_name_is_class_and_number_counted_per_class():
    a, b, c = Neuron(), Neuron(), Synapse()
    assert [a.name, b.name, c.name] == ["Neuron0", "Neuron1", "Synapse0"]
    assert a.name == "Neuron0"


def test_a_named_object_uses_up_no_number():
    a, named, b = Neuron(), Neuron(name="hidden_layer"), Neuron()
    assert [a.name, named.name, b.name] == ["Neuron0", "hidden_layer", "Neuron1"]


def test_a_number_whose_name_was_given_away_is_skipped():
    taken, a = Neuron(name="Neuron0"), Neuron()
    assert (taken.name, a.name) == ("Neuron0", "Neuron1")


def test_a_name_in_use_is_refused():
    first = Neuron(name="hidden")
    with pytest.raises(
        UniqueNameError, match=r"Synapse\(name=.*\): expected a name that no other object has, got 'hidden', the name of"
    ):
        Synapse(name="hidden")
    assert first.name == "hidden"


def test_an_object_that_is_gone_frees_its_name():
    Neuron(name="hidden")
    gc.collect()
    assert Neuron(name="hidden").name == "hidden"


@pytest.mark.parametrize("name", ["2nd", "a b", "", "a-b", 3, ("a",)], ids=repr)
def test_a_name_is_an_identifier(name):
    with pytest.raises(ValueRefused, match=r"Neuron\(name=\.\.\.\): expected a Python identifier, got .*Use letters, digits"):
        Neuron(name=name)


def test_forgetting_the_names_starts_the_numbers_again():
    first = Neuron()
    assert first.name == "Neuron0"
    bm.clear_name_cache(ignore_warn=True)
    assert Neuron().name == "Neuron0"
    assert first.name == "Neuron0"


def test_forgetting_names_that_are_in_use_is_told():
    keep = Neuron(name="hidden")
    gone = Neuron(name="other")
    gone.myself = gone.__dict__  # a circle, which only the collector takes apart
    del gone
    with pytest.warns(
        SharedNameWarning, match=r"expected no object that was given a name, got 1, 'hidden' for instance, .* ignore_warn=True"
    ):
        bm.clear_name_cache()
    assert issubclass(SharedNameWarning, UserWarning)
    assert Neuron(name="hidden").name == keep.name


def test_forgetting_names_that_nobody_was_given_is_silent():
    Neuron(name="hidden")
    numbered = Neuron()
    assert numbered.name.startswith("Neuron")
    bm.clear_name_cache()
    assert Neuron().name == "Neuron0"


def test_two_objects_of_one_name_in_one_model_are_told_when_paths_would_be_the_same():
    root, first = Neuron(), Neuron(name="unit")
    bm.clear_name_cache(ignore_warn=True)
    root.a, root.b = first, Neuron(name="unit")
    root.a.v, root.b.v = bm.Variable(1), bm.Variable(1)
    with pytest.raises(UniqueNameError, match=r"the path 'unit\.v': expected one object, or one Variable, got two"):
        root.vars()
    with pytest.raises(UniqueNameError, match=r"the path 'unit': .* ask for the paths with method='relative'"):
        root.nodes()
    assert list(root.vars("relative")) == ["a.v", "b.v"]


def test_the_class_name():
    assert Neuron().class_name == "Neuron"


# -- notebooks ---------------------------------------------------------------------


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    shell.run_cell("import bouton as bp, bouton.math as bm, gc", store_history=True)
    yield shell
    InteractiveShell.clear_instance()


def run(shell, code):
    return shell.run_cell(code, store_history=True)


def test_a_cell_that_names_its_model_can_be_run_again(shell):
    cell = "net = bp.Object(name='net')\nkept = globals().get('kept', net)"
    for _ in range(3):
        assert run(shell, cell).success
    net, kept = shell.user_ns["net"], shell.user_ns["kept"]
    assert net is not kept
    assert net.name == "net"
    assert kept.name.startswith("Object")


def test_a_name_that_is_given_twice_in_one_cell_is_refused(shell):
    found = run(shell, "a = bp.Object(name='twice'); b = bp.Object(name='twice')")
    assert isinstance(found.error_in_exec, UniqueNameError)


def test_numbers_go_on_from_cell_to_cell(shell):
    run(shell, "a = bp.Object(); a.name")
    run(shell, "a = bp.Object(); a.name")
    assert shell.user_ns["a"].name == "Object1"


def test_a_name_can_be_handed_over_by_assignment_too(shell):
    run(shell, "a = bp.Object(); a.name = 'mine'")
    run(shell, "b = bp.Object(); b.name = 'mine'; b.name = 'mine'")
    assert shell.user_ns["b"].name == "mine"
    assert shell.user_ns["a"].name == "Object0"


# -- scopes ------------------------------------------------------------------------


def test_in_a_scope_numbers_start_anew_and_names_are_free():
    outside = [Neuron(), Neuron(name="hidden")]
    assert outside[0].name == "Neuron0"
    with bp.naming("example"):
        inside = [Neuron(), Neuron(name="hidden"), Neuron()]
        assert [x.name for x in inside] == ["Neuron0", "hidden", "Neuron1"]
    assert [x.name for x in outside] == ["Neuron0", "hidden"]
    assert Neuron().name == "Neuron1"


def test_what_is_made_in_a_scope_has_its_number_from_there_and_what_is_made_outside_from_there():
    assert Neuron().name == "Neuron0"
    first = Neuron()
    with bp.naming("example"):
        inner = Neuron()
        with bp.naming("within"):
            assert Neuron().name == "Neuron0"
            assert first.name == "Neuron1"
    assert inner.name == "Neuron0"


def test_a_scope_that_is_entered_again_begins_anew():
    with bp.naming("example"):
        old = [Neuron(), Neuron(name="hidden")]
    with bp.naming("other"):
        other = Neuron(name="hidden")
    with bp.naming("example"):
        new = [Neuron(), Neuron(name="hidden")]
        assert [x.name for x in new] == ["Neuron0", "hidden"]
    assert other.name == "hidden"
    assert [x.name for x in old] == ["Neuron0", "Neuron1"]


def test_in_one_scope_a_name_is_unique():
    with bp.naming("example"), pytest.raises(UniqueNameError, match="got 'hidden', the name of an object of class Neuron"):
        [Neuron(name="hidden"), Neuron(name="hidden")]


def test_an_exception_leaves_the_scope():
    inner = []

    @bp.naming("example")
    def build():
        inner.append(Neuron())
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        build()
    assert inner[0].name == "Neuron0"
    assert Neuron().name == "Neuron0"


def test_a_function_can_be_a_scope():
    @bp.naming("example")
    def name():
        return Neuron().name

    assert [name(), name()] == ["Neuron0", "Neuron0"]


def test_a_scope_is_of_its_thread():
    found = []
    assert Neuron().name == "Neuron0"
    with bp.naming("example"):
        thread = threading.Thread(target=lambda: found.append(Neuron().name))
        thread.start()
        thread.join()
    assert found == ["Neuron1"]


def test_a_renamed_object_frees_the_name_it_had_outside():
    outside = Neuron(name="hidden")
    with bp.naming("example"):
        outside.name = "moved"
    assert Neuron(name="hidden").name == "hidden"
    assert outside.name == "moved"


@pytest.mark.parametrize("scope", ["2nd", "", None, 3])
def test_a_scope_has_an_identifier(scope):
    with (
        pytest.raises(ValueRefused, match="naming: expected an identifier, of a scope that is not entered yet, got"),
        bp.naming(scope),
    ):
        raise AssertionError("not reached")


def test_a_scope_within_itself_is_refused():
    with (
        bp.naming("example"),
        pytest.raises(ValueRefused, match="leave the scope before it is entered again"),
        bp.naming("example"),
    ):
        raise AssertionError("not reached")
