import gc
import threading
import time
import weakref

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets import _flow


@pytest.fixture
def simulation():
    model = bp.modules.LIF(20, bias=0.06, noise_std=0.0)
    with bp.run.LiveSimulation(model, record=["vmem", "spikes"]) as simulation:
        yield simulation


@pytest.fixture
def quick_to_forget(monkeypatch):
    monkeypatch.setattr(_flow, "SILENCE", 0.3)
    monkeypatch.setattr(_flow, "PATIENCE", 0.1)


def answering(page):
    """Answer each frame that arrives, as a page does that draws."""
    transmit = page.transmit

    def both(message, buffers):
        transmit(message, buffers)
        if message["type"] == "frame":
            page.say("drawn", frame=message["frame"])

    page.transmit = both
    return page


def test_the_content_names_the_signals(simulation):
    content = bw.traces(simulation).view.content()
    assert [(s["path"], s["kind"], s["units"]) for s in content["signals"]] == [("vmem", "trace", 20), ("spikes", "events", 20)]
    assert content["dt"] == 0.001


def test_paths_choose_and_order_the_signals(simulation):
    assert [s["path"] for s in bw.traces(simulation, ["spikes", "vmem"]).view.content()["signals"]] == ["spikes", "vmem"]
    assert [s["path"] for s in bw.traces(simulation, "vmem").view.content()["signals"]] == ["vmem"]


def test_a_page_that_says_hello_gets_one_frame_as_wide_as_itself(simulation, listen):
    page = listen(bw.traces(simulation, units=3).view)
    page.say("hello", columns=200)
    page.wait(lambda: page.heard("frame"))
    frame, buffers = page.messages[-1]
    found = {
        signal["path"]: (signal["rows"], signal["columns"], len(b)) for signal, b in zip(frame["signals"], buffers, strict=True)
    }
    assert found == {"vmem": (3, 200, 2 * 3 * 200 * 4), "spikes": (20, 200, 20 * 25)}
    assert (frame["status"], frame["compilations"], frame["error"], frame["speed"]) == ("ready", 0, None, 1.0)


def test_the_bytes_are_the_simulations_own_numbers(simulation, listen):
    simulation.step(100)
    page = listen(bw.traces(simulation, "vmem", units=2).view)
    page.say("hello", columns=300)
    page.wait(lambda: page.heard("frame"))
    expected = simulation.frame(["vmem"], columns=300, units=2).traces["vmem"]
    numbers = np.frombuffer(page.messages[-1][1][0], np.float32).reshape(2, *expected.lo.shape)
    np.testing.assert_array_equal(numbers, [expected.lo, expected.hi])


def test_no_more_than_one_frame_goes_ahead_of_the_answers(simulation, listen):
    page = listen(bw.traces(simulation).view)
    simulation.step(simulation.chunk)
    page.say("hello", columns=100)
    simulation.start()
    page.wait(lambda: len(page.heard("frame")) == 2)
    time.sleep(0.2)
    assert len(page.heard("frame")) == 2
    page.say("drawn", frame=page.heard("frame")[0]["frame"])
    page.wait(lambda: len(page.heard("frame")) >= 3)


def test_a_page_that_answers_gets_frame_after_frame_and_each_is_newer(simulation, listen):
    page = answering(listen(bw.traces(simulation).view))
    page.say("hello", columns=100)
    page.say("play")
    page.wait(lambda: len(page.heard("frame")) > 10)
    steps = [frame["step"] for frame in page.heard("frame")]
    assert steps == sorted(steps)
    assert steps[-1] > steps[2]
    assert simulation.compilations == 1


def test_the_buttons_steer_the_simulation(simulation, listen):
    page = listen(bw.traces(simulation).view)
    page.say("step", n=3)
    assert simulation.steps == 3
    page.say("speed", value=0.5)
    assert simulation.speed == 0.5
    page.say("speed", value=None)
    assert simulation.speed is None
    page.say("play")
    assert simulation.status == "running"
    page.say("pause")
    assert simulation.status == "paused"
    page.say("reset")
    assert (simulation.status, simulation.steps) == ("ready", 0)


def test_what_the_simulation_refuses_is_said_in_its_own_words(simulation, listen):
    page = listen(bw.traces(simulation).view)
    page.say("play")
    page.say("step", n=1)
    page.say("speed", value=-1)
    step, speed = (message["text"] for message in page.heard("refused"))
    assert "expected a simulation at rest, got a running one. Call pause() first." in step
    assert "got -1" in speed


def test_what_was_refused_is_told_no_more_once_something_is_accepted(simulation, listen):
    page = listen(bw.traces(simulation).view)
    page.say("speed", value=-1)
    page.say("speed", value=2.0)
    page.say("speed", value=1.0)
    assert [message["text"] != "" for message in page.heard("refused")] == [True, False]


def test_a_view_beside_another_goes_without_the_buttons(simulation):
    assert bw.traces(simulation).view.content()["transport"] is True
    assert [make(simulation, transport=False).view.content()["transport"] for make in (bw.traces, bw.rates)] == [False, False]


def test_a_failure_is_on_the_next_frame(listen):
    model = bp.modules.LIF(2)
    with bp.run.LiveSimulation(model, lambda start, n: np.full((n, 2), np.nan), record="vmem") as simulation:
        page = answering(listen(bw.traces(simulation).view))
        page.say("hello", columns=100)
        page.say("play")
        page.wait(lambda: page.heard("frame") and page.heard("frame")[-1]["status"] == "failed")
        assert page.heard("frame")[-1]["error"] == simulation.error
        assert simulation.error


def test_a_frame_carries_the_change_it_contains(simulation, listen):
    page = answering(listen(bw.traces(simulation).view))
    page.say("hello", columns=100)
    page.say("play")
    change = simulation.set("threshold", np.full(20, 2.0, np.float32))
    page.wait(lambda: page.heard("frame") and page.heard("frame")[-1]["change"] == change)


def test_a_change_does_not_wait_for_the_answer_to_the_frame_before(simulation, listen):
    page = listen(bw.traces(simulation).view)
    page.say("hello", columns=100)
    page.wait(lambda: page.heard("frame"))
    change = simulation.set("threshold", np.full(20, 2.0, np.float32))
    simulation.step(1)
    page.wait(lambda: page.heard("frame") and page.heard("frame")[-1]["change"] == change)
    # One for the change of a simulation at rest, one for the step.
    assert len(page.heard("frame")) <= 3


def test_a_simulation_pauses_when_nobody_answers_and_goes_on_when_somebody_is_back(simulation, listen, quick_to_forget):
    page = answering(listen(bw.traces(simulation).view))
    page.say("hello", columns=100)
    page.say("play")
    page.wait(lambda: len(page.heard("frame")) > 3)
    page.transmit = lambda message, buffers: None
    page.wait(lambda: simulation.status == "paused")
    page.say("hello", columns=100)
    assert simulation.status == "running"


def test_a_busy_process_does_not_take_silence_for_absence(simulation, listen, quick_to_forget):
    view = bw.traces(simulation).view
    view.busy = lambda: True
    page = listen(view)
    page.say("hello", columns=100)
    page.say("play")
    # Each of these was waited for in vain, longer together than a page may be silent.
    page.wait(lambda: len(page.heard("frame")) > 6)
    assert simulation.status == "running"
    view.busy = lambda: False
    page.wait(lambda: simulation.status == "paused")


def test_the_width_of_a_page_that_has_gone_counts_no_more(simulation, listen, quick_to_forget):
    view = bw.traces(simulation, "vmem").view
    gone = listen(view, "gone")
    gone.say("hello", columns=1000)
    gone.say("play")
    here = answering(listen(view, "here"))
    here.say("hello", columns=100)
    here.wait(lambda: here.heard("frame") and here.heard("frame")[-1]["signals"][0]["columns"] == 100)
    assert list(view.pages) == ["here"]


def test_a_page_that_comes_while_a_frame_is_made_is_not_taken_for_one_that_has_gone(simulation, listen, monkeypatch):
    page = listen(bw.traces(simulation).view)
    stream = page.view._stream
    hello, makers = stream.hello, []

    def slow_hello(name):
        makers.append(threading.Thread(target=page.view._send_frame, args=(1,)))
        makers[0].start()
        makers[0].join(0.3)
        hello(name)

    monkeypatch.setattr(stream, "hello", slow_hello)
    page.say("hello", columns=100)
    makers[0].join()
    assert list(page.view.pages) == ["page"]


def test_goodbye_pauses_at_once_unless_somebody_else_watches(simulation, listen):
    one, other = listen(bw.traces(simulation).view, "one"), listen(bw.traces(simulation, "vmem").view, "other")
    one.say("hello", columns=100)
    other.say("hello", columns=100)
    one.say("play")
    one.say("bye")
    assert simulation.status == "running"
    other.say("bye")
    assert simulation.status == "paused"


def test_who_paused_it_by_hand_finds_it_paused(simulation, listen):
    page = listen(bw.traces(simulation).view)
    page.say("hello", columns=100)
    page.say("play")
    page.say("pause")
    page.say("bye")
    page.say("hello", columns=100)
    assert simulation.status == "paused"


def test_an_answer_from_a_page_that_was_forgotten_brings_it_back(simulation, listen, quick_to_forget):
    page = listen(bw.traces(simulation).view)
    page.say("hello", columns=100)
    page.say("play")
    page.wait(lambda: simulation.status == "paused")
    page.say("drawn", frame=1)
    assert simulation.status == "running"


def test_closing_the_widget_pauses_the_simulation_and_ends_the_sending(simulation, listen):
    widget = bw.traces(simulation)
    page = answering(listen(widget.view))
    page.say("hello", columns=100)
    page.say("play")
    page.wait(lambda: page.heard("frame"))
    widget.close()
    assert simulation.status == "paused"
    heard = len(page.messages)
    simulation.step(5)
    time.sleep(0.1)
    assert len(page.messages) == heard


def test_sending_takes_no_thread_while_there_is_nothing_to_send(simulation, listen, monkeypatch):
    monkeypatch.setattr("bouton_widgets._stream._LINGER", 0.1)
    page = answering(listen(bw.traces(simulation).view))
    page.say("hello", columns=100)
    page.wait(lambda: page.heard("frame"))
    page.wait(lambda: not any(thread.name == "bouton frames" for thread in threading.enumerate()))
    simulation.step(5)
    page.wait(lambda: page.heard("frame") and page.heard("frame")[-1]["step"] == 5)


def test_a_view_that_is_let_go_lets_its_simulation_go():
    simulation = bp.run.LiveSimulation(bp.modules.LIF(2), record="vmem")
    widget = bw.traces(simulation)
    widget.view.receive({"type": "hello", "view": "page", "columns": 100})
    widget.close()
    gone = weakref.ref(simulation)
    del simulation, widget
    end = time.monotonic() + 5
    while gone() is not None and time.monotonic() < end:
        time.sleep(0.05)
        gc.collect()
    assert gone() is None


def test_an_unknown_path_names_those_that_there_are(simulation):
    with pytest.raises(bp.errors.UnknownPathError, match=r"paths that the simulation records: vmem, spikes, got 'isyn'\."):
        bw.traces(simulation, ["vmem", "isyn"])


def test_what_is_no_simulation_is_refused():
    with pytest.raises(bp.errors.KindError, match=r"a bouton\.run\.LiveSimulation, got LIF\. Make one of your model first"):
        bw.traces(bp.modules.LIF(2))


def test_where_no_script_runs_the_signals_are_named(simulation):
    bundle, _ = bw.traces(simulation)._repr_mimebundle_()
    assert bundle["text/plain"] == "Live traces of LIF: vmem, spikes"


def test_what_was_refused_is_told_to_the_page_that_asked_and_stays_until_it_does_something_else(simulation, listen):
    view = bw.traces(simulation).view
    page, other = listen(view), listen(view, "other")
    page.say("speed", value=-1)
    other.say("speed", value=2.0)
    page.say("look", token="t", span=None, at=None, kept={})
    assert [(said["to"], bool(said["text"])) for said in page.heard("refused")] == [("page", True)]
    page.say("speed", value=1.0)
    assert [(said["to"], bool(said["text"])) for said in other.heard("refused")] == [("page", True), ("page", False)]
