"""The explorer as an app, up to the server."""

import socket
from types import SimpleNamespace

import pytest

import bouton as bp
from bouton import errors
from bouton_widgets import _explore_app
from bouton_widgets.panel import ServedExplorer


@pytest.fixture
def served(monkeypatch):
    """What is handed to the server, which ends at once."""
    asked = {}

    class Server:
        io_loop = SimpleNamespace(add_callback=lambda *call: asked.update(called=call))

        def run_until_shutdown(self):
            asked["routes"]["/"]()

    def serve(routes, **settings):
        asked.update(settings, routes=routes)
        return Server()

    monkeypatch.setattr(_explore_app.pn, "serve", serve)
    return asked


@pytest.fixture
def taken():
    """A port that somebody else listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_page_shows_the_explorer_and_the_address_is_told(served, capsys, monkeypatch):
    pages = []
    monkeypatch.setattr(_explore_app.pn.Template, "add_panel", lambda self, name, panel: pages.append((name, panel)))
    model = bp.modules.LIF(2)
    _explore_app.serve(model, inputs=0.1, record=["vmem"], show=False)
    assert capsys.readouterr().out == f"LIF runs on http://127.0.0.1:{served['port']}/\nCtrl+C ends it.\n"
    assert (served["title"], served["address"], served["start"]) == ("LIF · bouton", "127.0.0.1", False)
    assert f"127.0.0.1:{served['port']}" in served["websocket_origin"]
    assert "called" not in served
    ((name, panel), *_) = pages
    assert (name, type(panel)) == ("explorer", ServedExplorer)
    simulation = panel._view.simulation
    assert [signal.path for signal in simulation.signals] == ["vmem"]
    assert panel._view.content()["height"] is None
    # The server has ended, and with it what ran.
    assert simulation.status == "closed"


def test_it_opens_a_browser_where_the_app_is(served, monkeypatch):
    monkeypatch.setattr(_explore_app.pn.Template, "add_panel", lambda *_: None)
    _explore_app.serve(bp.modules.LIF(2), address="0.0.0.0")
    assert served["called"] == (_explore_app.webbrowser.open, f"http://localhost:{served['port']}/")
    assert served["websocket_origin"] == ["*"]


def test_a_port_that_is_taken_is_refused_when_it_was_asked_for_and_passed_over_when_not(taken, monkeypatch):
    with pytest.raises(errors.EnvironmentProblem, match=rf"--port {taken}: expected a free port .*, got .*\. Leave --port out"):
        _explore_app.serve(bp.modules.LIF(2), port=taken)
    monkeypatch.setattr(_explore_app, "PORT", taken)
    assert taken < _explore_app._free_port("127.0.0.1", None) < taken + 50
    monkeypatch.setattr(_explore_app, "_TRIED", 1)
    with pytest.raises(errors.EnvironmentProblem, match=r"expected a free port .*\. Name another with --port\."):
        _explore_app.serve(bp.modules.LIF(2))


@pytest.mark.parametrize("port", [-1, 70000])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(errors.EnvironmentProblem, match=rf"bouton explore --address 127\.0\.0\.1 --port {port}: "):
        _explore_app.serve(bp.modules.LIF(2), port=port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(
        errors.EnvironmentProblem, match=r"--address 192\.0\.2\.1 --port 5007: expected a free port of this machine"
    ):
        _explore_app.serve(bp.modules.LIF(2), address="192.0.2.1")
