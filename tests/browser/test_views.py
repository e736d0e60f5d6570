"""Weights, activity and a stimulus by hand on one served page. The tests share it, in this order."""

from pathlib import Path

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw
import bouton_widgets.panel
import panel as pn

weight = np.array([[1.0, -2.0, 0.5, 0.0], [0.25, 1.5, -1.0, 2.0], [-0.5, 0.75, 1.25, -1.5]], np.float32)
model = bp.modules.Sequential(
    bp.modules.Linear((3, 4), weight=weight), bp.modules.ExpSyn(4, tau=0.02, noise_std=0.0), bp.modules.Linear((4, 300))
)
simulation = bp.run.LiveSimulation(model, 1.0, record=["0_Linear_output", "1_ExpSyn.isyn"], window=0.4, chunk=20)
pn.Column(
    bw.stimulus(simulation, height=0.5), bw.activity(simulation, transport=False), bw.weights(simulation, transport=False)
).servable()
"""
WEIGHT = np.array([[1.0, -2.0, 0.5, 0.0], [0.25, 1.5, -1.0, 2.0], [-0.5, 0.75, 1.25, -1.5]])
SETTLED = 1 / (np.exp(0.001 / 0.02) - 1)
"""What a synapse of 20 ms comes to in steps of 1 ms, under an input of 1."""


THINNED = """\
import bouton as bp
import bouton_widgets as bw
import bouton_widgets.panel
import panel as pn

simulation = bp.run.LiveSimulation(bp.modules.LIF(100, noise_std=0.2), 0.05, record=["vmem", "spikes"], max_units=25, window=0.4)
simulation.step(400)
pn.Column(bw.traces(simulation, units=3)).servable()
"""


@pytest.fixture(scope="module")
def addresses(serve):
    with serve(views=APP, thinned=THINNED) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def address(addresses):
    return addresses["views"]


def drawn(page, until):
    """Wait until all three have a picture."""
    page.locator(".bt-weights canvas").first.wait_for(timeout=90_000)
    for name in ("weights", "activity", "stimulus"):
        until(lambda: page.locator(f".bt-{name}").evaluate("e => Boolean(e.bouton?.paints)"))  # noqa: B023


@pytest.fixture(scope="module")
def opened(address, open_page, until):
    watched = open_page()
    watched.page.set_viewport_size({"width": 1180, "height": 1500})
    watched.page.goto(address)
    drawn(watched.page, until)
    return watched


@pytest.fixture
def page(opened):
    return opened.page


@pytest.fixture
def stimulus(page):
    return page.locator(".bt-stimulus")


@pytest.fixture
def activity(page):
    return page.locator(".bt-activity")


@pytest.fixture
def weights(page):
    return page.locator(".bt-weights")


@pytest.fixture
def settled(stimulus, activity, until):
    """Wait until the model runs under this input at least, and give the activity of its parts."""

    def settled(part, value):
        def there():
            levels = activity.evaluate(
                "e => Object.fromEntries(e.bouton.boxes.map((box, k) => [box.part, e.bouton.data.levels[k]]))"
            )
            return levels if levels[part] == pytest.approx(value, rel=1e-3) else None

        return until(there)

    return settled


def test_the_weights_drawn_are_those_of_the_model(weights, until):
    drawn = weights.evaluate("e => [...e.bouton.data.mean]")
    np.testing.assert_array_equal(np.reshape(drawn, (3, 4)), WEIGHT)
    limit, box = weights.evaluate("e => [e.bouton.limit, e.bouton.box]")
    assert limit == 2.0
    pixels = weights.evaluate(
        """e => {
            const { canvas, box } = e.bouton;
            const context = canvas.getContext("2d");
            const place = (from, size, k, n) => window.devicePixelRatio * (from + (k + 0.5) / n * size);
            const pixel = (x, y) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
            const at = (i, j) => pixel(place(box.left, box.width, j, 4), place(box.top, box.height, i, 3));
            return [0, 1, 2].map((i) => [0, 1, 2, 3].map((j) => at(i, j)));
        }"""
    )
    ground = np.array(weights.evaluate("e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"))
    for value, pixel in zip(WEIGHT.ravel(), np.reshape(pixels, (12, 3)), strict=True):
        full = np.array([217, 115, 13] if value > 0 else [47, 127, 209])
        np.testing.assert_allclose(pixel, ground + (full - ground) * abs(value) / 2, atol=1.5)
    weights.locator("canvas").first.hover(position={"x": box["left"] + 0.6 * box["width"], "y": box["top"] + 0.5 * box["height"]})
    until(lambda: weights.locator("dd").all_text_contents()[:3] == ["1", "2", "−1"])


def test_keys_walk_over_the_matrix_and_the_menu_shows_another(weights, page, until):
    weights.locator("canvas").first.focus()
    # From where the pointer is.
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert weights.locator(".bt-told").text_content() == "pre 2, post 3: −1.5"
    weights.get_by_role("combobox", name="Weights of").select_option("2_Linear.weight")
    until(lambda: weights.evaluate("e => e.bouton.data.path") == "2_Linear.weight")
    rows, columns = weights.evaluate("e => [e.bouton.data.rows, e.bouton.data.columns]")
    assert (rows, columns[0], columns[-1]) == ([0, 1, 2, 3, 4], 0, 300)
    # In blocks, as the page is not 300 cells wide.
    assert len(columns) < 301
    assert weights.evaluate("e => e.bouton.data.counts.reduce((a, b) => a + b)") == 1200
    # There and back before Python can have answered once.
    weights.get_by_role("combobox", name="Weights of").evaluate("""menu => {
      for (const path of ["0_Linear.weight", "2_Linear.weight", "0_Linear.weight", "2_Linear.weight"]) {
        menu.value = path;
        menu.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }""")
    page.wait_for_timeout(500)
    assert weights.get_by_role("combobox", name="Weights of").input_value() == "2_Linear.weight"
    until(lambda: weights.evaluate("e => e.bouton.data.path") == "2_Linear.weight")


def test_each_part_shows_how_active_it_is(stimulus, activity, settled, page):
    stimulus.get_by_role("button", name="Play").click()
    sums = np.abs(WEIGHT.sum(0)).mean()
    levels = settled("1_ExpSyn", SETTLED * sums)
    assert levels["0_Linear"] == pytest.approx(sums, rel=1e-4)
    assert levels["input"] == pytest.approx(1.0)
    assert levels["2_Linear"] is None
    activity.locator("canvas").focus()
    page.keyboard.press("End")
    assert "unknown" in activity.locator(".bt-told").text_content()
    assert "add '2_Linear_output' to record=" in activity.locator("dl").text_content()


def test_a_step_by_hand_reaches_the_model_and_its_trace(stimulus, settled, until, page):
    stimulus.get_by_role("combobox", name="Which inputs").select_option("some")
    for name in ("First input", "Last input"):
        stimulus.get_by_role("spinbutton", name=name).fill("1")
    ways = stimulus.get_by_role("combobox", name="What becomes of the drive").locator("option").all_text_contents()
    assert ways == ["added to the drive of 1", "instead of the drive of 1"]
    button = stimulus.get_by_role("button", name="Turn step")
    button.focus()
    page.keyboard.press("Enter")
    until(lambda: stimulus.evaluate("e => e.bouton.on.step?.first") == 1)
    assert button.text_content() == "Turn step off"
    settled("1_ExpSyn", SETTLED * np.abs(np.array([1.0, 1.5, 1.0]) @ WEIGHT).mean())
    field = stimulus.get_by_role("spinbutton", name="Input whose stimulus is drawn")
    field.fill("1")
    field.press("Enter")
    until(lambda: stimulus.evaluate("e => e.bouton.head.channel") == 1)
    drawn = np.array(stimulus.evaluate("e => Array.from(e.bouton.data.values, (v) => Number.isNaN(v) ? null : v)"), float)
    assert set(drawn[~np.isnan(drawn)]) <= {0.0, 0.5}
    # What is turned while it is on follows.
    height = stimulus.get_by_role("spinbutton", name="Step, height")
    height.fill("-1")
    height.press("Enter")
    settled("1_ExpSyn", SETTLED * np.abs(np.array([1.0, 0.0, 1.0]) @ WEIGHT).mean())
    # Whoever comes back to it sees where it goes.
    stimulus.get_by_role("button", name="Pulse stimulus").click()
    stimulus.get_by_role("combobox", name="Which inputs").select_option("all")
    stimulus.get_by_role("button", name="Step stimulus, is on").click()
    assert stimulus.get_by_role("combobox", name="Which inputs").input_value() == "some"
    assert [stimulus.get_by_role("spinbutton", name=f"{end} input").input_value() for end in ("First", "Last")] == ["1", "1"]
    button.click()
    until(lambda: stimulus.evaluate("e => !('step' in e.bouton.on)"))
    height.fill("")
    button.click()
    stimulus.get_by_text("Stimulus.step(height): expected a finite number, got None").wait_for()
    until(lambda: button.text_content() == "Turn step on")
    height.fill("0.5")


def test_a_pulse_is_one_press_and_a_curve_is_drawn_by_pointer_and_keys(stimulus, until, page):
    stimulus.get_by_role("combobox", name="Which inputs").select_option("all")
    stimulus.get_by_role("button", name="Pulse stimulus").click()
    width = stimulus.get_by_role("spinbutton", name="Pulse, width in ms")
    width.fill("3000")
    width.press("Enter")
    until(lambda: stimulus.evaluate("e => e.bouton.on.pulse?.height") == 0.5)
    until(lambda: stimulus.evaluate("e => !('pulse' in e.bouton.on)"))
    stimulus.get_by_role("button", name="Curve stimulus").click()
    pen = stimulus.locator(".bt-pen")
    box = pen.bounding_box()
    page.mouse.move(box["x"] + 58, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 18, box["y"] + 6, steps=4)
    page.mouse.up()
    stimulus.get_by_role("button", name="Turn curve on").click()
    until(lambda: stimulus.evaluate("e => e.bouton.on.curve?.heights.every((v) => v === 0.5)"))
    pen.focus()
    page.keyboard.press("End")
    assert stimulus.locator(".bt-told").text_content().startswith("Point 51 of 51 at ")
    page.keyboard.press("Home")
    page.keyboard.press("0")
    assert stimulus.locator(".bt-told").text_content() == "Point 1 of 51 at 0 ms: 0"
    until(lambda: stimulus.evaluate("e => e.bouton.on.curve.heights.slice(0, 2).join()") == "0,0.5")


def test_every_control_has_a_name(page):
    controls = page.locator(".bouton button, .bouton input, .bouton select, .bouton canvas, .bouton [role=timer]").all()
    snapshots = [control.aria_snapshot() for control in controls if control.is_visible()]
    assert len(snapshots) >= 25
    assert [line for line in snapshots if '"' not in line.splitlines()[0]] == []


def test_a_kept_run_lies_under_the_next_and_what_is_shown_is_saved(stimulus, activity, weights, page, until):
    stimulus.get_by_role("button", name="Keep").click()
    for view in (stimulus, activity, weights):
        until(lambda: view.evaluate("e => e.bouton.runs.length") == 1)  # noqa: B023
    for view in (stimulus, activity):
        assert view.evaluate("e => e.bouton.kept.length") == 1
    path = weights.evaluate("e => e.bouton.data.path")
    weights.get_by_role("combobox", name="Difference to a kept run").select_option(label="minus Run 1")
    until(lambda: weights.evaluate("e => e.bouton.data.against") is not None)
    assert set(weights.evaluate("e => [...e.bouton.data.mean]")) == {0.0}
    assert weights.locator(".bt-path").first.text_content() == f"{path} minus Run 1"
    for view, begin in ((weights, b"pre,"), (activity, b"time (s),"), (stimulus, b"time (s),stimulus to input")):
        view.get_by_role("button", name="Export").click()
        with page.expect_download() as file:
            view.get_by_role("button", name="CSV").click()
        assert Path(file.value.path()).read_bytes().startswith(begin)
    stimulus.get_by_role("button", name="Remove Run 1").click()
    until(lambda: weights.evaluate("e => e.bouton.data.against") is None)
    assert weights.get_by_role("combobox", name="Difference to a kept run").count() == 0


@pytest.mark.long
def test_pictures_in_light_dark_and_narrow(page, address, until, pictures):
    page.screenshot(path=pictures / "views-light.png", full_page=True)
    for width in (900, 600):
        page.set_viewport_size({"width": width, "height": 1500})
        for name in ("stimulus", "activity", "weights"):
            view = page.locator(f".bt-{name}")
            until(lambda: view.evaluate("e => e.clientWidth") < width)  # noqa: B023
            edge = view.evaluate("e => e.getBoundingClientRect().right")
            inside = view.evaluate(
                "e => [...e.querySelectorAll(':not(.bt-figure *)')].map((x) => x.getBoundingClientRect().right)"
            )
            assert max(inside) <= edge
        page.screenshot(path=pictures / f"views-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1180, "height": 1500})
    page.goto(f"{address}?theme=dark")
    drawn(page, until)
    until(lambda: page.locator(".bt-weights").get_attribute("data-theme") == "dark")
    page.locator(".bt-stimulus").get_by_role("button", name="Play").click()
    page.locator(".bt-stimulus").get_by_role("button", name="Noise stimulus").click()
    page.locator(".bt-stimulus").get_by_role("button", name="Turn noise on").click()
    until(lambda: page.locator(".bt-stimulus").evaluate("e => e.bouton.head.now") > 0.4)
    page.screenshot(path=pictures / "views-dark.png", full_page=True)


def test_units_of_a_population_that_is_thinned_out_have_their_own_numbers(addresses, open_page, until):
    page = open_page().page
    page.goto(addresses["thinned"])
    plots = page.locator(".bt-traces .bt-plot")
    plots.first.wait_for(timeout=60_000)
    until(lambda: "unit" in plots.first.locator(".bt-legend").text_content())
    told = plots.first.locator(".bt-mark").evaluate_all("all => all.map((mark) => parseInt(mark.textContent))")
    # Of 100 units every fourth is kept.
    assert told == sorted({*told})
    assert len(told) == 3
    assert all(unit % 4 == 0 for unit in told)
    assert told[-1] > 60
    raster = plots.nth(1)
    assert raster.locator(".bt-unit").text_content() == "100 units"
    assert "live raster of 100 units" in raster.locator("canvas").get_attribute("aria-label")
    raster.locator("canvas").focus()
    page.keyboard.press("End")
    for _ in range(30):
        page.keyboard.press("ArrowUp")
    assert raster.locator(".bt-legend").text_content().startswith("unit 96")


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    assert opened.strayed == []
    assert opened.complaints == []
