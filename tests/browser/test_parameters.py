"""The controls of a model in an app that Panel serves: what each does reaches Python. The tests share one page, in this order."""

import json

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = """
import numpy as np
import bouton as bp
import bouton_widgets as bw
import bouton_widgets.panel
import panel as pn


class Settings(bp.Object):
    def __init__(self):
        super().__init__()
        self.count = bp.parameters.Parameter(np.int32(3), bounds=(1, 9))
        self.gate = bp.parameters.Parameter(np.array([True, True]))
        self.gain = bp.parameters.Parameter(1.0, softbounds=(0.01, 100), scale="log")


rates = bp.modules.Rate(12, tau=0.02, bias=np.linspace(0, 1, 12, dtype=np.float32), threshold=np.zeros(12, np.float32))
simulation = bp.run.LiveSimulation(rates, inputs=0.3, record=["x"], window=0.2)
settings = Settings()
pn.state.cache["shown"] = simulation, settings
pn.Column(bw.parameters(simulation), bw.parameters(settings), sizing_mode="stretch_width").servable()
"""

STATE = """
import json
import numpy as np
import bouton as bp
import panel as pn

simulation, settings = pn.state.cache["shown"]
entries = [*simulation.model.entries(), *settings.entries()]
values = {e.path: np.asarray(e.value).tolist() for e in entries if e.is_array and e.kind == "parameter"}
found = bp.run.Sensitivity(simulation, bp.run.MeanOf("x"), ["tau", "bias"])()
slopes = {"tau": found.of_shift("tau"), "bias": found.of_scale("bias")}
told = {"values": values, "act_fn": simulation.model.act_fn.__name__, **slopes}
pn.pane.Str("told: " + json.dumps(told)).servable()
"""


@pytest.fixture(scope="module")
def addresses(serve):
    with serve(controls=APP, state=STATE) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def opened(addresses, open_page):
    watched = open_page()
    watched.page.goto(addresses["controls"])
    watched.page.wait_for_selector("[data-path='gain']", timeout=120_000)
    return watched


@pytest.fixture
def page(opened):
    return opened.page


@pytest.fixture(scope="module")
def state(addresses, open_page):
    """What Python holds, asked from another page."""
    asking = open_page().page

    def state():
        asking.goto(addresses["state"])
        return json.loads(asking.get_by_text("told:").text_content(timeout=60_000).removeprefix("told: "))

    return state


def field(page, path):
    return page.get_by_role("textbox", name=f"{path}, type a number")


def typed(page, path, text):
    field(page, path).fill(text)
    field(page, path).press("Enter")


def test_every_kind_of_control_reaches_python(page, state, until):
    page.get_by_role("slider", name="gain").focus()
    page.keyboard.press("ArrowRight")
    typed(page, "tau", "35 ms")
    typed(page, "count", "7")
    # Not uncheck(), which wants it done at once: an answer to the change before may still be on its way.
    page.get_by_role("checkbox", name="gate").click()
    page.get_by_role("combobox", name="act_fn").select_option("tanh")
    page.get_by_role("button", name="Edit array bias").click()
    editing = page.get_by_role("region", name="Edit bias")
    editing.get_by_role("textbox", name="times").fill("2")
    editing.get_by_role("button", name="Apply").click()
    until(lambda: "0 – 2" in page.locator("[data-path='bias'] .bt-range").text_content())
    editing.get_by_label("How bias is edited").select_option("Cells")
    editing.get_by_label("bias[3]").fill("-0.5")
    editing.get_by_label("bias[3]").press("Enter")
    until(lambda: "−0.5" in page.locator("[data-path='bias'] .bt-range").text_content())
    page.get_by_role("button", name="Edit array threshold").click()
    drawing = page.get_by_role("region", name="Edit threshold")
    drawing.get_by_label("How threshold is edited").select_option("Distribution")
    drawing.get_by_label("Distribution", exact=True).select_option("normal")
    for label, number in (("mean", "0.1"), ("standard deviation", "0.01"), ("seed", "4")):
        drawing.get_by_role("textbox", name=label).fill(number)
    drawing.get_by_role("button", name="Apply").click()
    until(lambda: page.locator("[data-path='threshold'] .bt-undo").is_enabled())
    told = state()
    held = told["values"]
    assert 1.0 < held["gain"] < 1.2
    assert (held["tau"], held["count"], held["gate"], told["act_fn"]) == (pytest.approx(0.035), 7, [False, False], "tanh")
    bias = np.linspace(0, 2, 12)
    bias[3] = -0.5
    np.testing.assert_allclose(held["bias"], bias, rtol=1e-6)
    np.testing.assert_allclose(held["threshold"], np.random.default_rng(4).normal(0.1, 0.01, 12), rtol=1e-6)
    for path in ("bias", "threshold"):
        page.get_by_role("button", name=f"Edit array {path}").click()


def test_a_refused_cell_says_so_and_leaves_who_types_into_the_next_alone(page, until):
    page.get_by_role("button", name="Edit array bias").click()
    editing = page.get_by_role("region", name="Edit bias")
    first, second = editing.get_by_label("bias[0]"), editing.get_by_label("bias[1]")
    first.fill("abc")
    first.press("Tab")
    second.fill("0.2")
    until(lambda: first.get_attribute("aria-invalid") == "true")
    assert editing.get_by_role("alert").text_content() == "Type a number."
    # The focus has stayed, and what is typed goes on.
    page.keyboard.press("End")
    page.keyboard.type("5")
    assert second.input_value() == "0.25"
    second.press("Enter")
    until(lambda: page.locator("[data-path='bias'] .bt-undo").is_enabled())
    assert (first.get_attribute("aria-invalid"), first.input_value()) == ("true", "abc")
    assert editing.get_by_role("alert").is_visible()
    first.fill("0")
    first.press("Enter")
    until(lambda: editing.get_by_role("alert").is_hidden())
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("button", name="Edit array bias").click()


def test_a_wrong_value_is_refused_beside_its_field(page):
    for path, number, sentence in (("tau", "-1", "Must be at least 0 s."), ("count", "2.5", "Must be a whole number.")):
        typed(page, path, number)
        alert = page.locator(f"[data-path='{path}']").get_by_role("alert")
        alert.wait_for()
        assert alert.text_content() == sentence
        field(page, path).press("Escape")


def test_keys_go_back_and_forth_and_a_drag_is_one_step(page, until):
    slider = page.get_by_role("slider", name="tau in s")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.3, 0.4, 0.5, 0.6, 0.7):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    until(lambda: float(field(page, "tau").input_value()) > 0.05)
    dragged = field(page, "tau").input_value()
    page.keyboard.press("Control+z")
    until(lambda: field(page, "tau").input_value() == "0.035")
    page.keyboard.press("Control+Shift+Z")
    until(lambda: field(page, "tau").input_value() == dragged)
    # Keys one after another are one movement of the hand.
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    until(lambda: field(page, "tau").input_value() != dragged)
    page.keyboard.press("Control+z")
    until(lambda: field(page, "tau").input_value() == dragged)


def test_escape_takes_back_what_is_typed_into_a_cell_and_then_closes_the_editor(page, until, state):
    page.get_by_role("button", name="Edit array bias").click()
    editing = page.get_by_role("region", name="Edit bias")
    editing.get_by_label("How bias is edited").select_option("Cells")
    cell = editing.get_by_label("bias[3]")
    cell.fill("7")
    cell.press("Escape")
    assert cell.input_value() == "-0.5"
    # What was typed since the last of it was sent, and before it was answered, is not what was accepted.
    cell.evaluate("""cell => {
      for (const text of ["0.25", "much"]) {
        cell.value = text;
        cell.dispatchEvent(new Event("change"));
      }
    }""")
    editing.get_by_role("alert").wait_for()
    cell.press("Escape")
    assert cell.input_value() == "0.25"
    cell.fill("-0.5")
    cell.press("Enter")
    cell.fill("much")
    cell.press("Enter")
    editing.get_by_role("alert").wait_for()
    cell.press("Escape")
    assert cell.input_value() == "-0.5"
    assert editing.get_by_role("alert").is_hidden()
    cell.press("Escape")
    editing.wait_for(state="hidden")
    assert page.get_by_role("button", name="Edit array bias").evaluate("e => e.getRootNode().activeElement === e")
    assert state()["values"]["bias"][3] == -0.5


def test_a_preset_is_stored_and_turned_to_by_the_keyboard_and_its_name_is_no_markup(page, until):
    controls = page.locator(".bt-parameters").first
    controls.get_by_role("button", name="Presets").focus()
    page.keyboard.press("Enter")
    name = controls.get_by_role("textbox", name="Name of the preset")
    name.fill("<b>slow</b>")
    name.press("Enter")
    kept = controls.get_by_role("button", name="<b>slow</b>", exact=True)
    kept.wait_for()
    assert controls.locator(".bt-preset b").count() == 0
    before = field(page, "tau").input_value()
    typed(page, "tau", "0.02")
    until(lambda: field(page, "tau").input_value() == "0.02")
    kept.press("Enter")
    until(lambda: field(page, "tau").input_value() == before)
    # One without a name takes the place of none.
    chips = controls.locator(".bt-preset button[title^='Turn to']")
    for count in (2, 3):
        controls.get_by_role("button", name="Store", exact=True).click()
        until(lambda: chips.count() == count)  # noqa: B023
    controls.get_by_role("button", name="Delete setting 2").click()
    until(lambda: chips.count() == 2)
    controls.get_by_role("button", name="Store", exact=True).click()
    until(lambda: chips.count() == 3)
    controls.get_by_role("button", name="Presets").click()


def test_the_slope_beside_a_slider_is_the_one_that_python_takes(page, state, until):
    page.get_by_label("Sensitivity of a read-out").first.select_option("mean x")
    slopes = {path: page.locator(f"[data-path='{path}'] .bt-slope") for path in ("tau", "bias")}
    until(lambda: slopes["tau"].get_attribute("data-slope"))
    told = state()
    for path, slope in slopes.items():
        assert float(slope.get_attribute("data-slope")) == pytest.approx(told[path], rel=1e-4)
    bar = (
        slopes["bias"]
        .locator("i")
        .evaluate("e => e.getBoundingClientRect().width / e.parentElement.getBoundingClientRect().width")
    )
    # The longest of them takes its half.
    assert bar == pytest.approx(0.5, abs=0.02)
    menu = page.get_by_label("Sensitivity of a read-out").first
    menu.select_option("off")
    until(lambda: page.locator(".bt-slope:visible").count() == 0)
    menu.select_option("mean x")
    until(lambda: slopes["tau"].is_visible())


def test_what_is_chosen_again_before_python_answers_stays_as_it_was_chosen_last(page, state, until):
    gate, menu = page.get_by_role("checkbox", name="gate"), page.get_by_role("combobox", name="act_fn")
    before = gate.is_checked()
    gate.evaluate("box => { for (let k = 0; k < 5; k += 1) box.click(); }")
    choose = """(menu, names) => {
      for (const name of names) { menu.value = name; menu.dispatchEvent(new Event("change", { bubbles: true })); }
    }"""
    menu.evaluate(choose, ["sigmoid", "tanh", "sigmoid", "tanh", "sigmoid"])
    until(lambda: (told := state())["values"]["gate"] == [not before] * 2 and told["act_fn"] == "sigmoid")
    assert (gate.is_checked(), menu.input_value()) == (not before, "sigmoid")
    slopes = page.get_by_label("Sensitivity of a read-out").first
    number, labels = slopes.evaluate("menu => [menu.value, [...menu.options].map((option) => option.value)]")
    slopes.evaluate(choose, [labels[0], number, labels[0], number, labels[0]])
    until(lambda: not page.locator("[data-path='tau'] .bt-slope").is_visible())
    page.wait_for_timeout(500)
    assert slopes.input_value() == labels[0]
    assert not page.locator("[data-path='tau'] .bt-slope").is_visible()
    slopes.evaluate(choose, [number])
    until(lambda: page.locator("[data-path='tau'] .bt-slope").get_attribute("data-slope"))


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 900])
def test_pictures(page, pictures, width, until):
    page.set_viewport_size({"width": width, "height": 1000})
    if width == 1280:
        page.get_by_role("button", name="Edit array bias").click()
    page.locator(".bt-cells input").first.wait_for()
    page.screenshot(path=pictures / f"parameters-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_fit_moves_the_sliders_to_the_target_and_back(page, state, until):
    page.get_by_role("button", name="Fit", exact=True).first.click()
    target = float(field(page, "tau").input_value())
    page.get_by_role("button", name="Take as target").first.click()
    page.get_by_text("Target: x").wait_for()
    # No check(): an answer to the focus, from before the click, may show it as it was for a moment.
    page.get_by_role("checkbox", name="Fit tau").click()
    typed(page, "tau", "0.02")
    page.get_by_role("button", name="Start").first.click()
    status = page.locator("[data-steps]").first
    until(lambda: abs(float(field(page, "tau").input_value()) / target - 1) < 0.01)
    until(lambda: int(status.get_attribute("data-steps")) > 3)
    until(lambda: page.get_by_role("button", name="Start").first.is_visible())
    # What goes back and forth is what it was.
    titles = page.locator(".bt-pair button").evaluate_all("all => all.map((button) => button.title)")
    assert len(titles) >= 2
    assert not [title for title in titles if "undefined" in title]
    assert state()["values"]["tau"] == pytest.approx(target, rel=0.01)
    page.get_by_role("button", name="Undo fit").first.click()
    until(lambda: field(page, "tau").input_value() == "0.02")


def test_a_target_is_drawn_with_keys_and_a_stroke_taken_back(page, until):
    page.get_by_role("combobox", name="What the target is").first.select_option("drawn")
    page.get_by_role("button", name="Begin to draw").first.press("Enter")
    pen = page.locator(".bt-panel .bt-pen").first
    pen.wait_for()
    text = page.get_by_text("Target: a curve drawn for unit 0").first
    text.wait_for()
    pen.focus()
    undone = "e => [...e.getContext('2d').getImageData(0, 0, e.width, e.height).data].reduce((a, b) => (a * 31 + b) % 1e9, 7)"
    page.keyboard.press("Home")
    without = pen.evaluate(undone)
    page.keyboard.press("0")
    assert page.locator(".bt-panel .bt-told").first.text_content().startswith("Point 1 of 51 at 0 ms: 0")
    # A hand is quicker than the answers, and none of them takes anything back.
    heights = []
    for _ in range(10):
        page.keyboard.press("ArrowUp")
        heights.append(float(page.locator(".bt-panel .bt-told").first.text_content().split(": ")[1].split()[0]))
        page.wait_for_timeout(15)
    assert heights == pytest.approx([heights[0] * (k + 1) for k in range(10)], rel=1e-2)
    page.keyboard.press("0")
    until(lambda: pen.evaluate(undone) != without)
    with_stroke = pen.evaluate(undone)
    page.keyboard.press("Control+z")
    until(lambda: pen.evaluate(undone) != with_stroke)
    # Eleven strokes more, and the curve that they began with.
    for _ in range(12):
        page.get_by_role("button", name="Target before").first.press("Enter")
    pen.wait_for(state="hidden")
    page.get_by_text("Target: x").first.wait_for()


def test_dark(addresses, open_page, pictures, until):
    watched = open_page()
    watched.page.goto(f"{addresses['controls']}?theme=dark")
    controls = watched.page.locator(".bt-parameters").first
    controls.get_by_role("button", name="Fit", exact=True).click(timeout=60_000)
    controls.get_by_role("button", name="Presets").click()
    until(lambda: controls.get_attribute("data-theme") == "dark")
    watched.page.screenshot(path=pictures / "parameters-dark.png", full_page=True)
    assert watched.strayed == []
    assert watched.complaints == []
    watched.page.close()


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    assert opened.strayed == []
    assert opened.complaints == []
