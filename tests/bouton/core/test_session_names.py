"""Names of objects that sessions of a served page make."""

import weakref

import pytest

import bouton as bp
from bouton.errors import UniqueNameError

# An environment of the core alone has none.
Document = pytest.importorskip("bokeh.document").Document
patch_curdoc = pytest.importorskip("bokeh.io.doc").patch_curdoc


pytestmark = pytest.mark.usefixtures("fresh_names")


class Neuron(bp.Object):
    pass


class Session:
    """What Bokeh knows of one visit to a served page."""

    def __init__(self):
        self.document = Document()
        self.document._session_context = weakref.ref(self)

    def run(self, code):
        # Not in the block: Bokeh does not leave it when something is raised there.
        with patch_curdoc(self.document):
            try:
                found, error = code(), None
            except UniqueNameError as raised:
                found, error = None, raised
        if error is not None:
            raise error
        return found


def test_each_session_of_a_served_page_may_give_the_same_names():
    def app():
        return [Neuron(name="hidden"), Neuron(), Neuron()]

    outside = Neuron(name="hidden")
    visits = [Session(), Session()]
    made = [visit.run(app) for visit in visits]
    for visit, objects in zip(visits, made, strict=True):
        assert visit.run(lambda objects=objects: [one.name for one in objects]) == ["hidden", "Neuron0", "Neuron1"]
        with pytest.raises(UniqueNameError, match="got 'hidden', the name of an object of class Neuron"):
            visit.run(lambda: Neuron(name="hidden"))
    assert outside.name == "hidden"


def test_numbers_of_a_session_are_given_out_there_whoever_asks():
    visit = Session()
    first, second = visit.run(lambda: [Neuron(), Neuron()])
    # As the thread of a live simulation asks.
    assert second.name == "Neuron1"
    assert first.name == "Neuron0"
    assert Neuron().name == "Neuron0"
