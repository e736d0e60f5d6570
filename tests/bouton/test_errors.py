import copy
import pickle

import pytest

from bouton import errors

BUILTINS = {
    "ShapeError": ValueError,
    "ValueRefused": ValueError,
    "FolderError": FileNotFoundError,
    "KindError": TypeError,
    "UnknownPathError": KeyError,
    "MonitorError": KeyError,
    "PositionError": IndexError,
    "UninitialisedError": AttributeError,
    "MathError": ValueError,
    "LeakedTracerError": RuntimeError,
    "NoImplementationError": NotImplementedError,
    "UnsupportedError": NotImplementedError,
    "RunningError": RuntimeError,
    "EnvironmentProblem": RuntimeError,
    "UniqueNameError": ValueError,
}
FIELDS = {"where": "net.hidden.tau", "expected": "shape () or (64,)", "got": "(32,)", "fix": "Pass a scalar."}


def test_every_error_is_listed_here():
    found = {name for name, e in vars(errors).items() if isinstance(e, type) and issubclass(e, errors.BoutonError)}
    assert found == {"BoutonError", *BUILTINS}


@pytest.mark.parametrize(("name", "builtin"), BUILTINS.items())
def test_every_error_is_boutons_and_a_builtin(name, builtin):
    cls = getattr(errors, name)
    assert issubclass(cls, errors.BoutonError)
    assert issubclass(cls, builtin)
    with pytest.raises(builtin):
        raise cls(**FIELDS)


@pytest.mark.parametrize("name", ["BoutonError", *BUILTINS])
def test_the_message_says_where_expected_got_and_fix_in_this_order(name):
    error = getattr(errors, name)(**FIELDS)
    assert str(error) == "net.hidden.tau: expected shape () or (64,), got (32,). Pass a scalar."
    assert {field: getattr(error, field) for field in FIELDS} == FIELDS


@pytest.mark.parametrize("name", ["BoutonError", *BUILTINS])
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_can_be_copied_and_sent_to_another_process(name, duplicate):
    error = getattr(errors, name)(**FIELDS)
    twin = duplicate(error)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert (twin.where, twin.fix) == (error.where, error.fix)


def test_the_parts_are_given_by_name():
    with pytest.raises(TypeError, match="positional"):
        errors.ShapeError("where", "expected", "got", "fix")
    with pytest.raises(TypeError, match="fix"):
        errors.ShapeError(where="w", expected="e", got="g")
