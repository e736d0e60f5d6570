"""A page that listens to a view, without a browser."""

import json
import time

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import bouton as bp


class Page:
    """Connects to a view like a carrier, keeps what arrives, and answers like the script on a real page."""

    def __init__(self, view, name="page"):
        self.view, self.name = view, name
        self.messages, self.contents = [], []
        view.connect(self)

    def present(self, content):
        self.contents.append(json.loads(content))

    def transmit(self, message, buffers):
        self.messages.append((json.loads(json.dumps(message, allow_nan=False)), [bytes(buffer) for buffer in buffers]))

    def say(self, kind, **rest):
        self.view.receive({"type": kind, "view": self.name, **rest})

    def heard(self, kind):
        return [message for message, _ in self.messages if message["type"] == kind]

    def wait(self, truth, seconds=60.0):
        end = time.monotonic() + seconds
        while not truth():
            assert time.monotonic() < end, f"waited in vain; heard {self.messages[-1:]}"
            time.sleep(0.005)


@pytest.fixture
def listen():
    return Page


@pytest.fixture
def shell():
    """A notebook's shell, in this process."""
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    InteractiveShell.clear_instance()


@pytest.fixture
def watch():
    """A page that has said hello to the view of a widget, and begins to listen."""

    def watched(widget):
        page = Page(widget.view)
        page.say("hello")
        page.messages.clear()
        return page

    return watched


@pytest.fixture
def network():
    """A small model of two modules, one with an array of weights."""
    return bp.modules.Sequential(
        bp.modules.Linear((3, 4), weight=np.ones((3, 4), np.float32)), bp.modules.LIF(4, tau_mem=np.full(4, 0.05, np.float32))
    )
