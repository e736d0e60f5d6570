import base64
import struct

import pytest

from bouton.notebooks._compare import differences
from bouton.notebooks._outputs import WIDGET, shown
from bouton.notebooks._tolerance import BY_PLATFORM

CPU = BY_PLATFORM["cpu"]


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(kind="display_data", **data):
    return {"output_type": kind, "metadata": {}, "data": {mime.replace("__", "/"): content for mime, content in data.items()}}


def picture(width, height, colour=0):
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes([colour])
    return display(image__png=base64.b64encode(data).decode(), text__plain="<Figure size 640x480 with 1 Axes>")


def why(old, new, stderr=False, states=({}, {})):
    return [f"{one.kind}: {one.why}" for one in differences(shown(old, states[0]), shown(new, states[1]), CPU, stderr)]


def test_a_stream_may_come_in_pieces_and_be_a_list_of_lines():
    assert why([stream(["a 1.5\n", "b"])], [stream("a 1.5"), stream("\nb\n")]) == []
    assert why([stream("a")], [stream("b")]) == ["stdout: line 1: expected 'a', got 'b'"]
    assert why([stream("a")], []) == ["stdout: expected text on stdout, got nothing"]
    assert why([], [stream("a")]) == ["stdout: expected nothing on stdout, got text"]
    assert why([], [stream("\n")]) == []


def test_stderr_is_compared_when_asked():
    old, new = [stream("slow", "stderr")], [stream("fast", "stderr")]
    assert why(old, new) == []
    assert why(old, []) == []
    assert why(old, new, stderr=True) == ["stderr: line 1: expected 'slow', got 'fast'"]


def test_a_result_is_a_display():
    assert why([display("execute_result", text__plain="1.0")], [display(text__plain="1.0000001")]) == []
    assert why([display(text__plain="1.0")], [display(text__plain="1.01")]) == [
        "text/plain: line 1: expected 1.0, got 1.01, off by 1%"
    ]


def test_the_number_and_the_kinds_of_displays_count():
    old, new = display(text__plain="a"), display(text__plain="a", text__html="<b>a</b>")
    assert why([old], [old, old]) == ["outputs: expected 1 displays, got 2"]
    assert why([old], [new]) == ["outputs: expected text/plain, got text/html and text/plain"]


def test_a_picture_is_its_kind_and_size():
    assert why([picture(640, 480)], [picture(640, 480, colour=9)]) == []
    assert why([picture(640, 480)], [picture(642, 478)]) == []
    assert why([picture(640, 480)], [picture(643, 480)]) == ["image/png: expected 640 × 480 pixels, got 643 × 480 pixels"]
    broken = display(image__png="aGFsbG8=", text__plain="<Figure size 640x480 with 1 Axes>")
    assert why([picture(640, 480)], [broken]) == ["image/png: expected 640 × 480 pixels, got a picture of unknown size"]


def test_html_is_its_elements_and_words():
    old = display(text__html='<p id="x1">rate <b>4.0</b> Hz</p>')
    assert why([old], [display(text__html='<p id="y2">rate <b>4.00000001</b> Hz</p>')]) == []
    assert why([old], [display(text__html="<p>rate <b>4.1</b> Hz</p>")]) == [
        "text/html: line 4: expected 4.0, got 4.1, off by 2.5%"
    ]


def test_a_widget_is_its_kind_and_content_where_both_are_known():
    def seen(value):
        return {"model_name": "IntSliderModel", "state": {"value": value}}

    old, new = display(**{WIDGET: {"model_id": "a"}}), display(**{WIDGET: {"model_id": "b"}})
    assert why([old], [new], states=({"a": seen(3)}, {"b": seen(3)})) == []
    assert why([old], [new], states=({}, {"b": seen(3)})) == []
    found = why([old], [new], states=({"a": seen(3)}, {"b": seen(4)}))
    assert found == [f"{WIDGET}: line 2: expected 3, got 4, a whole number, which is compared exactly"]


def test_what_an_output_widget_holds_is_compared():
    def seen(text):
        return {
            "model_name": "OutputModel",
            "state": {"outputs": [stream(text), stream("noise", "stderr"), display(text__plain="y")]},
        }

    one = display(**{WIDGET: {"model_id": "a"}})
    assert why([one], [one], states=({"a": seen("0.5")}, {"a": seen("0.5000001")})) == []
    assert why([one], [one], states=({"a": seen("0.5")}, {"a": seen("0.7")})) == [
        f"{WIDGET}: line 2: expected 0.5, got 0.7, off by 40%"
    ]


def test_json_is_compared_with_its_numbers_and_scripts_by_being_there():
    assert why([display(application__json={"a": 0.5})], [display(application__json={"a": 0.5000001})]) == []
    assert why([display(application__json={"a": 0.5})], [display(application__json={"a": 0.6})])
    assert why([display(application__javascript="f(1)")], [display(application__javascript="f(2)")]) == []


def test_an_exception_is_its_kind_and_message_not_its_traceback():
    def raised(value, line):
        return {"output_type": "error", "ename": "ValueError", "evalue": value, "traceback": [f"line {line}"]}

    assert why([raised("bad <A at 0x7f0011>", 1)], [raised("bad <A at 0x7fffff>", 2)]) == []
    assert why([raised("bad", 1)], [raised("good", 1)]) == ["error: line 1: expected 'ValueError: bad', got 'ValueError: good'"]


def test_another_rule_may_clean_the_texts():
    old, new = shown([stream("took 3 s")], {}, lambda text: "t"), shown([stream("took 4 s")], {}, lambda text: "t")
    assert differences(old, new, CPU) == []


@pytest.mark.parametrize("side", ["expected", "got"])
def test_a_difference_shows_what_a_reader_saw(side):
    (found,) = differences(shown([stream("at 0x7f00aa\n5")], {}), shown([stream("at 0x7f00bb\n6")], {}), CPU)
    assert getattr(found, side) == {"expected": "at 0x7f00aa\n5", "got": "at 0x7f00bb\n6"}[side]
