from bouton.notebooks._gather import Gathered


def message(kind, parent="m1", **content):
    return {"msg_type": kind, "parent_header": {"msg_id": parent}, "content": content}


def display(text, display_id=None, kind="display_data", parent="m1"):
    transient = {} if display_id is None else {"display_id": display_id}
    return message(kind, parent, data={"text/plain": text}, metadata={}, transient=transient)


def stream(text, name="stdout", parent="m1"):
    return message("stream", parent, name=name, text=text)


def texts(sheet):
    return [output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"] for output in sheet.outputs]


def gathered(*messages):
    whole = Gathered()
    sheet = whole.begin("m1")
    for one in messages:
        whole.take(one)
    return whole, sheet


def test_a_stream_goes_on_until_something_else_comes():
    _, sheet = gathered(stream("a"), stream("b"), stream("!", "stderr"), stream("c"), display("x"), stream("d"))
    assert texts(sheet) == ["ab", "!", "c", "x", "d"]


def test_an_update_changes_every_display_of_its_name_and_adds_none():
    _, sheet = gathered(
        display("0%", "bar"), display("other"), display("0%", "bar"), display("100%", "bar", kind="update_display_data")
    )
    assert texts(sheet) == ["100%", "other", "100%"]
    assert all("transient" not in output for output in sheet.outputs)


def test_a_later_cell_may_update_an_earlier_one():
    whole, first = gathered(display("start", "h"))
    second = whole.begin("m2")
    whole.take(display("end", "h", kind="update_display_data", parent="m2"))
    assert (texts(first), texts(second)) == (["end"], [])
    assert whole.is_updatable(first)
    assert not whole.is_updatable(second)


def test_an_update_of_what_is_not_shown_is_nothing():
    _, sheet = gathered(display("end", "h", kind="update_display_data"))
    assert texts(sheet) == []


def test_outputs_are_cleared_at_once_or_when_the_next_comes():
    _, sheet = gathered(stream("a"), message("clear_output", wait=False))
    assert texts(sheet) == []
    _, sheet = gathered(stream("a"), message("clear_output", wait=True))
    assert texts(sheet) == ["a"]
    _, sheet = gathered(stream("a"), message("clear_output", wait=True), stream("b"), stream("c"))
    assert texts(sheet) == ["bc"]


def test_what_comes_late_goes_to_the_cell_that_started_it():
    whole, first = gathered(stream("a"))
    second = whole.begin("m2")
    whole.take(stream("late", parent="m1"))
    whole.take(stream("b", parent="m2"))
    assert (texts(first), texts(second)) == (["alate"], ["b"])


def test_what_concerns_no_cell_is_passed_over():
    _, sheet = gathered(stream("x", parent="elsewhere"), message("status", execution_state="idle"), message("execute_input"))
    assert sheet.outputs == []


def opened(comm_id, **state):
    return message("comm_open", comm_id=comm_id, target_name="jupyter.widget", data={"state": state})


def changed(comm_id, **state):
    return message("comm_msg", comm_id=comm_id, data={"method": "update", "state": state})


def test_a_widget_has_the_state_that_it_last_sent():
    whole, _ = gathered(
        opened("w", _model_name="IntSliderModel", value=1, max=10),
        changed("w", value=7),
        message("comm_msg", comm_id="w", data={"method": "custom", "content": {}}),
        changed("unknown", value=1),
        message("comm_open", comm_id="x", target_name="other", data={}),
    )
    assert whole.widgets["w"]["model_name"] == "IntSliderModel"
    assert whole.widgets["w"]["state"] == {"_model_name": "IntSliderModel", "value": 7, "max": 10}
    assert list(whole.widgets) == ["w"]


def test_an_output_widget_takes_what_is_printed_inside_of_it():
    whole, sheet = gathered(
        opened("o", _model_name="OutputModel", msg_id="", outputs=[]),
        stream("before"),
        changed("o", msg_id="m1"),
        stream("inside"),
        message("clear_output", wait=False),
        stream("kept"),
        changed("o", msg_id=""),
        stream(" after"),
    )
    assert texts(sheet) == ["before after"]
    assert [output["text"] for output in whole.widgets["o"]["state"]["outputs"]] == ["kept"]
