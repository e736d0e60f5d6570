"""The explorer, served as an app and in JupyterLab. The tests of each share one page, in this order."""

import sys

import numpy as np
import pytest
from browser.kit import COMPILED_ONCE, free_port, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 900, "height": 900}
VIEWS = (
    ("Stimulus", "stimulus"),
    ("Population rates", "rates"),
    ("Histogram", "histogram"),
    ("Weights", "weights"),
    ("Activity", "activity"),
)
HEAD = "element => element.bouton?.head ?? {now: -1, step: -1, change: -1, status: ''}"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A ready COBA network, as the command serves it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "bouton.cli", "explore", "--no-browser", f"--port={port}"]
    with serving(command, url, tmp_path_factory.mktemp("explore")):
        yield url


def opened_on(address, watched, **size):
    watched.page.set_viewport_size(size)
    watched.page.goto(address)
    watched.page.wait_for_selector(".bt-explore .bt-traces canvas", timeout=60_000)
    return watched


@pytest.fixture(scope="module")
def app(address, open_page):
    return opened_on(address, open_page(color_scheme="light"), **WIDE)


@pytest.fixture
def page(app):
    return app.page


def head(page, view="traces"):
    return page.locator(f".bt-explore .bt-{view}").evaluate(HEAD)


def inked(page, view):
    """How much of each canvas of a view that is shown is painted."""
    return page.locator(f".bt-explore .bt-{view}").evaluate(
        "element => [...element.querySelectorAll('canvas.bt-canvas')].filter((canvas) => canvas.clientHeight)"
        ".map((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
        ".filter((value, k) => k % 4 === 3 && value > 0).length)"
    )


def test_it_says_that_it_starts_and_runs_by_itself(page, until):
    assert page.title() == "COBA · bouton"
    assert page.locator(".bt-transport .bt-status").text_content() in ("Starting", "Running")
    until(lambda: head(page)["now"] > 0.1)
    rate = page.locator(".bt-transport").get_by_text("× real time")
    until(lambda: float(rate.text_content().removesuffix("× real time")) > 0.01)
    assert head(page)["compilations"] in (1, 2)
    assert page.get_by_role("heading", level=2).all_text_contents() == ["COBA"]
    headings = page.get_by_role("heading", level=3).all()
    assert [one.text_content() for one in headings if one.is_visible()][:3] == ["Traces and rasters", "Model", "Parameters"]
    assert page.get_by_role("main", name="Explorer").count() == 1
    for name in ("Live views", "Model", "Parameters", "Traces and rasters"):
        assert page.get_by_role("region", name=name, exact=True).count() == 1
    # One set of buttons, whatever else is there.
    assert page.get_by_role("button", name="Pause", exact=True).count() == 1


def test_every_view_opens_with_one_press_and_draws(page, until):
    for name, view in VIEWS:
        page.get_by_role("button", name=name, exact=True).press("Enter")
        until(lambda: page.locator(f".bt-{view}").count() == 1 and head(page, view)["step"] > 0)  # noqa: B023
        page.locator(f".bt-{view}").scroll_into_view_if_needed()
        until(lambda: min(inked(page, view), default=0) > 500)  # noqa: B023
        page.get_by_role("button", name=f"Close {name}").click()
        until(lambda: page.locator(f".bt-{view}").count() == 0)  # noqa: B023
        assert page.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent ?? ''") == name
    assert len(inked(page, "traces")) == 4
    assert min(inked(page, "traces")) > 500


def test_all_of_it_is_reached_and_worked_by_keys(page, until):
    page.get_by_role("button", name="Pause", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    met, unnamed, unseen = [], [], []
    for _ in range(90):
        at = page.evaluate(
            "() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " const style = getComputedStyle(at); return [at.tagName.toLowerCase(), at.getAttribute('role') ?? at.type ?? '',"
            " at.getAttribute('aria-label') || at.closest('label')?.textContent || at.textContent || '',"
            " at.matches(':focus-visible') && style.outlineStyle !== 'none'] }"
        )
        if at[0] == "body":
            break
        met.append(tuple(at[:3]))
        if not at[2].strip():
            unnamed.append(at)
        if not at[3]:
            unseen.append(at)
        page.keyboard.press("Tab")
    named = " | ".join(f"{role} {name}" for _, role, name in met)
    wanted = ("button Pause", "Speed, simulated seconds", "button Traces and rasters", "search Search the model", "row FromStep")
    for word in (*wanted, "range system.excitatory.tau_ref", "text system.excitatory.tau_ref, type a number"):
        assert word in named
    assert unnamed == []
    assert unseen == []
    shown = head(page)["change"]
    page.get_by_role("slider", name="system.excitatory.tau in ms", exact=True).focus()
    page.keyboard.press("ArrowRight")
    until(lambda: head(page)["change"] > shown)
    value = page.locator("[role=treegrid] [data-path='system.excitatory.tau'] .bt-value")
    until(lambda: float(value.text_content()) > 20)
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Pause", exact=True).press(" ")
    until(lambda: head(page, "transport")["status"] == "paused")
    now = head(page, "transport")["step"]
    page.get_by_role("button", name="Step", exact=True).press("Enter")
    until(lambda: head(page, "transport")["step"] == now + 1)
    page.get_by_role("button", name="Play", exact=True).press("Enter")
    until(lambda: head(page, "transport")["status"] == "running")


def test_a_wrong_value_is_refused_beside_its_field(page):
    field = page.get_by_role("textbox", name="system.excitatory.tau_ref, type a number")
    field.fill("-1")
    field.press("Enter")
    alert = page.locator(".bt-parameters [data-path='system.excitatory.tau_ref']").get_by_role("alert")
    alert.wait_for()
    assert "at least 0 ms" in alert.text_content()
    field.press("Escape")
    alert.wait_for(state="hidden")


def test_selecting_in_the_tree_narrows_parameters_and_traces_until_all_is_asked_for(page, until):
    plots, controls = page.locator(".bt-traces figure:visible .bt-path"), page.locator(".bt-parameters .bt-control:visible")
    everything = controls.count()
    page.locator("[role=treegrid] [data-path='system.inhibitory'] .bt-word").click()
    until(lambda: plots.all_text_contents() == ["system.inhibitory.spike", "system.inhibitory.V"] and controls.count() == 6)
    assert everything > 6
    page.get_by_role("button", name="Only system.inhibitory: show all of the model again").press("Enter")
    until(lambda: len(plots.all_text_contents()) == 4 and controls.count() == everything)


def test_a_raster_tells_the_unit_that_is_pointed_at(page, until):
    figure = page.locator(".bt-traces figure").first
    canvas = figure.locator("canvas")
    rows = page.locator(".bt-traces").evaluate("e => e.bouton.plots[0].data.rows")

    def told(row):
        first, last = row * 3200 // rows, (row + 1) * 3200 // rows - 1
        return f"units {first}–{last}" if last > first else f"unit {first}"

    box = canvas.bounding_box()
    row = rows // 4
    canvas.hover(position={"x": box["width"] / 2, "y": 5 + (box["height"] - 10) * (1 - (row + 0.5) / rows)})
    until(lambda: figure.locator(".bt-legend").text_content().startswith(told(row)))
    page.mouse.move(5, 5)
    until(lambda: figure.locator(".bt-legend").text_content() == "")
    canvas.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    assert page.locator(".bt-traces .bt-told").text_content().startswith(told(2))
    canvas.blur()


def test_who_asks_for_little_motion_gets_no_picture_between_two_frames(page, until):
    page.emulate_media(reduced_motion="reduce")
    traces = page.locator(".bt-explore .bt-traces")
    until(lambda: traces.evaluate("e => matchMedia('(prefers-reduced-motion: reduce)').matches"))
    traces.evaluate(
        """(element) => {
            element.frames = 0;
            element.paints = element.bouton.paints;
            element.addEventListener("bouton-frame", () => { element.frames += 1; });
        }"""
    )
    until(lambda: traces.evaluate("e => e.frames") >= 4)
    frames, paints = traces.evaluate("e => [e.frames, e.bouton.paints - e.paints]")
    assert paints <= frames + 1
    page.emulate_media(reduced_motion="no-preference")


def test_two_tabs_show_one_simulation(page, address, open_page, until):
    other = opened_on(address, open_page(color_scheme="dark"), **WIDE)
    until(lambda: head(other.page, "transport")["status"] == "running")
    other.page.get_by_role("button", name="Pause", exact=True).click()
    until(lambda: head(page, "transport")["status"] == head(other.page, "transport")["status"] == "paused")
    until(lambda: head(page)["step"] == head(other.page)["step"])
    field = other.page.get_by_role("textbox", name="system.excitatory.tau_ref, type a number")
    field.fill("6")
    field.press("Enter")
    until(lambda: page.get_by_role("textbox", name="system.excitatory.tau_ref, type a number").input_value() == "6")
    page.get_by_role("button", name="Reset system.excitatory.tau_ref", exact=True).click()
    until(lambda: field.input_value() == "5")
    page.get_by_role("button", name="Play", exact=True).click()
    until(lambda: head(other.page)["status"] == "running")
    assert (other.strayed, other.complaints) == ([], [])
    other.page.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: str(size["width"]))
def test_pictures_in_light_and_dark_wide_and_narrow(page, pictures, until, scheme, size):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    desk = page.locator(".bt-explore")
    until(lambda: desk.get_attribute("data-theme") == scheme)
    shown = head(page)["step"]
    until(lambda: head(page)["step"] > shown + 100)
    assert desk.evaluate("element => element.getBoundingClientRect().right") == size["width"]
    # Two columns that scroll by themselves, and nothing that is wider than they are.
    assert page.evaluate("document.documentElement.scrollHeight") == size["height"]
    for column in (".bt-main", ".bt-side", ".bt-pane-parameters > .bouton"):
        assert desk.locator(column).evaluate("element => element.scrollWidth <= element.clientWidth")
    page.screenshot(path=pictures / f"explore-{scheme}-{size['width']}.png")


def test_with_little_room_columns_become_one(page, until):
    page.set_viewport_size({"width": 640, "height": 900})
    lefts = "element => [...element.children].map((child) => child.getBoundingClientRect().left)"
    until(lambda: len(set(page.locator(".bt-desk").evaluate(lefts))) == 1)
    edge = page.locator(".bt-explore").evaluate("element => element.scrollWidth <= element.clientWidth")
    assert edge


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(app):
    assert app.strayed == []
    assert app.complaints == []


START = "import numpy as np\nimport bouton as bp\nimport bouton_widgets as bw\n"
MADE = [
    "module = bw.explore(bp.modules.LIF(50, tau_mem=0.02), inputs=0.03, height=420)\n",
    "step = bw.explore(bp.neurons.AdExIF(20), inputs=300.0, dt=1e-4, height=420)\n",
    "net = bp.nn.Input(3, name='sight') >> bp.nn.VanillaRNN(20, name='memory') >> bp.nn.Dense(2, name='out')\n"
    "drive = np.sin(0.01 * np.arange(628))[:, None] * np.ones(3)\n"
    "graph = bw.explore(net, inputs=drive, dt=1e-3, height=420)\n",
]
NAMES = ("module", "step", "graph")


@pytest.fixture(scope="module")
def apps(serve, open_page):
    """A page of an app of one's own with the three of them."""
    made = "".join(MADE).replace("'sight'", "None").replace("'memory'", "None").replace("'out'", "None")
    column = (
        f"import bouton_widgets.panel\nimport panel as pn\npn.Column({', '.join(NAMES)}, sizing_mode='stretch_width').servable()"
    )
    with serve(faces=START + made + column) as addresses:
        watched = open_page()
        watched.page.set_viewport_size({"width": 1250, "height": 1500})
        watched.page.goto(addresses["faces"])
        yield watched


@pytest.mark.parametrize("place", range(3), ids=NAMES)
def test_a_model_of_each_face_in_an_app(apps, until, place):
    explorer = apps.page.locator(".bt-explore").nth(place)
    explorer.locator(".bt-traces canvas").first.wait_for(timeout=120_000)
    traces = explorer.locator(".bt-traces")
    until(lambda: traces.evaluate(HEAD)["now"] > 0.05)
    slider = explorer.locator(".bt-parameters input[type=range]:visible").first
    shown = traces.evaluate(HEAD)["change"]
    slider.focus()
    for _ in range(3):
        apps.page.keyboard.press("ArrowRight")
        until(lambda: traces.evaluate(HEAD)["change"] > shown)  # noqa: B023
        shown = traces.evaluate(HEAD)["change"]
    # The second is that of shorter chunks, where the long ones take long.
    assert traces.evaluate(HEAD)["compilations"] <= 2
    assert (apps.strayed, apps.complaints) == ([], [])


@pytest.fixture(scope="module")
def notebook(lab, open_page):
    lab.write("explore.ipynb", [START, *(made + name for made, name in zip(MADE, NAMES, strict=True))])
    watched = open_page()
    client = lab.show(watched.page, "explore.ipynb")
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    watched.page.set_viewport_size({"width": 1250, "height": 1800})
    return watched, client


SHOWN = [("vmem", "tau_mem"), ("system.V", "system.tau"), ("system.memory.state", "system.memory.bias")]
FACES = [(NAMES[place], place, *SHOWN[place]) for place in range(3)]


@pytest.mark.parametrize("name, place, signal, parameter", FACES)
def test_a_model_of_each_face_in_jupyterlab(notebook, until, ask, name, place, signal, parameter):
    watched, client = notebook
    explorer = watched.page.locator(".bt-explore").nth(place)
    explorer.locator(".bt-traces canvas").first.wait_for(timeout=120_000)
    explorer.scroll_into_view_if_needed()
    traces = explorer.locator(".bt-traces")
    until(lambda: traces.evaluate(HEAD)["now"] > 0.05)
    explorer.get_by_role("button", name="Pause", exact=True).click()
    until(lambda: traces.evaluate(HEAD)["status"] == "paused")
    steps = ask(client, f"{name}.simulation.steps")
    until(lambda: traces.evaluate(HEAD)["step"] == steps)
    # What is drawn last is what the model holds.
    drawn = traces.evaluate(
        "(element, path) => { const {data} = element.bouton.plots.find((plot) => plot.path === path);"
        " const last = data.values.subarray(0, data.columns).findLastIndex((value) => !Number.isNaN(value));"
        " return [data.values[last], data.values[data.rows * data.columns + last]]; }",
        signal,
    )
    value = ask(client, f"float(np.ravel({name}.simulation.model.{signal})[0])")
    assert np.float32(drawn[0]) <= np.float32(value) <= np.float32(drawn[1])
    slider = explorer.locator(f".bt-parameters [data-path='{parameter}'] input[type=range]")
    before = ask(client, f"float(np.ravel({name}.simulation.model.{parameter})[0])")
    slider.focus()
    watched.page.keyboard.press("ArrowRight")
    until(lambda: ask(client, f"float(np.ravel({name}.simulation.model.{parameter})[0])") != before)
    assert ask(client, f"(lambda simulation: {COMPILED_ONCE})({name}.simulation)")


def test_the_notebook_asked_nobody_else_and_nothing_went_wrong(notebook, pictures):
    watched, _ = notebook
    watched.page.screenshot(path=pictures / "explore-jupyterlab.png")
    assert watched.strayed == []
    assert watched.complaints == []
