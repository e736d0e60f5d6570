import bouton as bp
from bouton.core import Constant, Parameter, SimulationParameter, State


def test_the_wrappers_are_those_of_the_core():
    assert bp.parameters.Parameter is Parameter
    assert bp.parameters.State is State
    assert bp.parameters.SimulationParameter is SimulationParameter
    assert bp.parameters.Constant is Constant


def test_every_wrapper_documents_its_arguments():
    for wrapper in (Parameter, State, SimulationParameter):
        for argument in ("data", "family", "init_func", "shape", "permit_reshape", "cast_fn", "unit", "bounds", "scale"):
            assert f"{argument} :" in wrapper.__doc__
    assert Parameter.__doc__.splitlines()[0] != State.__doc__.splitlines()[0]
