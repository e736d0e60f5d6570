import bouton as bp
from bouton_widgets._facts import facts


def told(model, path):
    return dict(facts(path, model if not path else model.entry(path)))


def test_a_part_tells_its_class_and_what_it_holds():
    lif = told(bp.modules.LIF(4), "")
    assert lif["Path"] == "the model itself"
    assert lif["Class"] == "LIF"
    assert lif["Holds"] == "4 parameters, 3 states, 3 simulation, 1 random"
    assert lif["Memory"] == "132 B"


def test_an_attribute_tells_its_permitted_shapes_bounds_and_what_a_change_costs():
    class Own(bp.Object):
        def __init__(self):
            super().__init__()
            per_unit = [(3,), ()]
            self.gain = bp.parameters.Parameter(
                [1.0, 2.0, 3.0], shape=per_unit, bounds=(0, 5), unit="nA", family=("gains", "all")
            )
            self.method = bp.parameters.SimulationParameter("euler")
            self.cap = bp.parameters.Parameter(1.0, bounds=(None, 2))

    gain, method, cap = (told(Own(), name) for name in ("gain", "method", "cap"))
    assert gain["Kind"] == "parameter of Own, family gains, all"
    assert (gain["Shape"], gain["Bounds"], gain["Value"]) == ("(3,) or ()", "0 to 5 nA", "1 – 3, mean 2 nA")
    assert gain["Training"] == "may change it"
    assert (method["Type"], method["Value"], method["Compiles"]) == ("str", "euler", "again when it is changed")
    assert cap["Bounds"] == "at most 2"
