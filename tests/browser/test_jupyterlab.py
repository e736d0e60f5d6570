"""The three views in a real JupyterLab, as a reader of a notebook meets them. The tests share one page, in this order."""

import numpy as np
import pytest
from browser.kit import COMPILED_ONCE, execute

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CELLS = ["bw.tree(simulation.model)", "controls = bw.parameters(simulation)\ncontrols", "traces = bw.traces(simulation)\ntraces"]
THEME = "apputils:change-theme"


@pytest.fixture(scope="module")
def opened(lab, open_page, model):
    lab.write("views.ipynb", [model, *CELLS])
    watched = open_page()
    client = lab.show(watched.page, "views.ipynb")
    watched.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    # Tall enough for all three: what is not on the screen is not painted.
    watched.page.set_viewport_size({"width": 1100, "height": 1500})
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


@pytest.fixture
def head(page):
    """The head of the frame painted last."""
    return lambda: page.locator(".bt-traces").evaluate("element => element.bouton?.head ?? {now: -1, change: -1, status: ''}")


def test_play_draws_traces_that_move(page, head, until):
    page.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 0.5, 90)
    paints = page.locator(".bt-traces").evaluate("element => element.bouton.paints")
    until(lambda: page.locator(".bt-traces").evaluate("element => element.bouton.paints") > paints + 5)
    assert head()["compilations"] in (1, 2)


def test_a_key_on_a_slider_changes_the_value_in_the_kernel_and_the_trace(page, head, until, kernel):
    before = kernel("float(np.mean(simulation.model.tau_mem))")
    shown = head()["change"]
    page.get_by_role("slider", name="tau_mem").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: head()["change"] > shown)
    assert kernel("float(np.mean(simulation.model.tau_mem))") > before
    assert kernel(COMPILED_ONCE)


def test_what_is_drawn_are_the_simulations_own_numbers(page, head, until, kernel):
    page.get_by_role("button", name="Pause").click()
    until(lambda: head()["status"] == "paused")
    until(lambda: head()["step"] == kernel("simulation.steps"))
    drawn = page.locator(".bt-traces").evaluate(
        "element => { const {data} = element.bouton.plots.find((plot) => plot.kind === 'trace');"
        " return Array.from(data.values, (x) => Number.isNaN(x) ? null : x); }"
    )
    columns = kernel("[page['columns'] for page in traces.view.pages.values()]")
    trace = f"simulation.frame(['vmem'], columns={max(columns)}).traces['vmem']"
    expected = kernel(f"[None if x != x else float(x) for x in np.stack([{trace}.lo, {trace}.hi]).ravel()]")
    np.testing.assert_array_equal(np.array(drawn, float), np.array(expected, float))
    page.get_by_role("button", name="Play").click()
    until(lambda: head()["status"] == "running")


def test_a_wrong_value_is_refused_beside_its_field_in_a_short_sentence(page, kernel):
    field = page.get_by_role("textbox", name="tau_mem, type a number")
    field.fill("-1")
    field.press("Enter")
    row = page.locator("[data-path='tau_mem']")
    row.get_by_role("alert").wait_for()
    assert row.get_by_role("alert").text_content() == "Must be at least 0 s."
    field.press("Escape")
    row.get_by_role("alert").wait_for(state="hidden")
    assert kernel("float(np.min(simulation.model.tau_mem))") > 0


def test_a_typed_number_and_a_reset_reach_the_kernel(page, kernel, until):
    field = page.get_by_role("textbox", name="threshold, type a number")
    field.fill("1.5")
    field.press("Enter")
    until(lambda: kernel("float(np.max(simulation.model.threshold))") == 1.5)
    page.get_by_role("button", name="Reset threshold").click()
    until(lambda: kernel("float(np.max(simulation.model.threshold))") == 1.0)


def test_what_python_code_changes_moves_the_slider(page, kernel, until):
    kernel("simulation.set('tau_mem', 0.05 + 0 * simulation.model.tau_mem)")
    until(lambda: page.get_by_role("textbox", name="tau_mem, type a number").input_value() == "0.05")


def test_a_number_with_a_unit_of_its_own_is_converted(page, kernel, until):
    field = page.get_by_role("textbox", name="tau_mem, type a number in s")
    field.fill("35 ms")
    field.press("Enter")
    until(lambda: kernel("float(np.max(simulation.model.tau_mem))") == float(np.float32(0.035)))
    until(lambda: field.input_value() == "0.035")


def test_a_reset_right_after_a_hand_has_moved_a_slider_is_the_last_word(page, opened, kernel, until):
    execute(
        opened[1],
        "import time\nslow = controls.view.writing.write\n"
        "controls.view.writing.write = lambda *given, **more: (time.sleep(0.7), slow(*given, **more))[1]",
    )
    slider = page.get_by_role("slider", name="tau_mem")
    # Hidden as long as there is nothing to reset.
    reset = page.locator(".bt-parameters [data-path='tau_mem'] .bt-undo")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    reset.click()
    until(lambda: reset.is_disabled())
    # All that was on its way has come by then.
    page.wait_for_timeout(2500)
    assert reset.is_disabled()
    assert kernel("float(np.max(simulation.model.tau_mem))") == float(np.float32(0.02))
    execute(opened[1], "controls.view.writing.write = slow")
    typed = page.get_by_role("textbox", name="tau_mem, type a number")
    typed.fill("35 ms")
    typed.press("Enter")


def test_the_menu_of_speeds_shows_what_was_chosen_also_when_it_had_another_in_it(page, kernel, opened, until):
    speed = page.get_by_role("combobox", name="Speed")
    execute(opened[1], "simulation.speed = 0.25")
    until(lambda: speed.input_value() == "0.25")
    speed.focus()
    speed.select_option("1")
    until(lambda: kernel("simulation.speed") == 1.0)
    until(lambda: "0.25×" not in speed.inner_text())
    assert speed.input_value() == "1"


def test_the_tree_follows_slider_and_code_without_being_asked(opened, page, kernel, until):
    value = page.get_by_role("treegrid", name="Model").locator("[data-path='tau_mem'] .bt-value")
    until(lambda: value.text_content() == "0.035")
    page.get_by_role("slider", name="tau_mem").focus()
    page.keyboard.press("ArrowLeft")
    until(lambda: value.text_content() != "0.035")
    opened[1].execute_interactive("simulation.model.tau_mem = 0.047", timeout=60)
    until(lambda: value.text_content() == "0.047")
    until(lambda: page.get_by_role("textbox", name="tau_mem, type a number").input_value() == "0.047")


def test_every_control_has_a_name_and_says_its_value_with_the_unit(page):
    slider = page.get_by_role("slider", name="tau_mem in s", exact=True)
    assert slider.get_attribute("aria-valuetext").endswith(" s")
    controls = (
        page.locator(".bouton").locator("button, input, select, canvas:not([aria-hidden]), [role=treegrid], [role=timer]").all()
    )
    snapshots = [control.aria_snapshot() for control in controls if control.is_visible()]
    assert len(snapshots) > 20
    nameless = [line for line in snapshots if '"' not in line.splitlines()[0]]
    assert nameless == []


def test_the_tree_folds_and_is_searched_by_keyboard(page, until):
    tree = page.locator(".bt-tree")
    rows = tree.locator(".bt-sheet [role=row]")
    everything = rows.count()
    rows.first.focus()
    page.keyboard.press("ArrowLeft")
    assert rows.count() == 1
    assert rows.first.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    assert rows.count() == everything
    page.keyboard.press("ArrowDown")
    assert rows.nth(1).evaluate("element => element === document.activeElement")
    page.get_by_role("searchbox", name="Search the model").fill("tau_")
    assert rows.count() == 3
    page.get_by_role("searchbox", name="Search the model").fill("")
    # Below a selected row stand its controls, a second time on this page.
    rows.first.press("Escape")
    until(lambda: not tree.get_by_role("region", name="Selected").is_visible())


def test_in_a_narrow_notebook_nothing_is_cut_off(page, until):
    page.set_viewport_size({"width": 600, "height": 1500})
    until(lambda: page.locator(".bt-tree").evaluate("element => element.clientWidth") < 600)
    for view in page.locator(".bouton").all():
        edge = view.evaluate("element => element.getBoundingClientRect().right")
        inside = view.evaluate("element => [...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right)")
        assert max(inside) <= edge
    assert page.locator("[data-path='tau_mem'] .bt-value").is_visible()
    page.set_viewport_size({"width": 1100, "height": 1500})


def test_a_cell_that_takes_long_freezes_neither_picture_nor_slider(opened, page, head, until, tmp_path):
    began, enough = tmp_path / "began", tmp_path / "enough"
    opened[1].execute(
        "import pathlib, time\n"
        f"pathlib.Path({str(began)!r}).touch()\n"
        "for _ in range(1200):\n"
        f"    if pathlib.Path({str(enough)!r}).exists(): break\n"
        "    time.sleep(0.05)"
    )
    until(began.exists)
    shown, change = head()["now"], head()["change"]
    page.get_by_role("slider", name="tau_mem").focus()
    page.keyboard.press("ArrowLeft")
    until(lambda: head()["now"] > shown + 1.0, 40)
    # Of kernels without subshells only the picture is promised.
    enough.touch()
    until(lambda: head()["change"] > change)


@pytest.mark.long
def test_pictures_in_light_and_dark(page, head, until, pictures):
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate("([command, theme]) => jupyterapp.commands.execute(command, {theme})", [THEME, theme])
        until(lambda: page.locator(".bt-traces").get_attribute("data-theme") == name)  # noqa: B023
        shown = head()["step"]
        until(lambda: head()["step"] > shown)  # noqa: B023
        page.screenshot(path=pictures / f"jupyterlab-{name}.png")


def test_a_closed_page_pauses_the_simulation_and_a_new_one_goes_on_with_it(opened, lab, open_page, kernel, until):
    first, _ = opened
    first.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    first.page.close()
    until(lambda: kernel("simulation.status") == "paused")
    again = open_page()
    again.page.goto(f"{lab.url}/lab/tree/views.ipynb")
    again.page.wait_for_selector(".bt-traces canvas", timeout=60_000)
    until(lambda: kernel("simulation.status") == "running")
    assert again.strayed == []


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []


def test_views_of_a_kernel_that_was_restarted_say_so_and_do_no_harm(lab, open_page, model, until):
    lab.write("restarted.ipynb", [model, *CELLS])
    watched = open_page()
    page = watched.page
    lab.show(page, "restarted.ipynb")
    page.wait_for_selector(".bt-traces canvas", timeout=120_000)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    other = open_page().page
    other.goto(f"{lab.url}/lab/workspaces/other/tree/restarted.ipynb?reset")
    other.wait_for_selector(".bt-traces canvas", timeout=120_000)
    page.evaluate("void jupyterapp.commands.execute('notebook:restart-kernel')")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator(".jp-Dialog").wait_for(state="detached")
    until(lambda: page.evaluate("jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus") == "idle", 60)
    until(lambda: page.locator(".bt-gone:visible").count() == 3, 30)
    traces = page.locator(".bt-traces")
    assert "lost its kernel" in traces.locator(".bt-gone").text_content()
    assert traces.locator(".bt-status").text_content() == "Disconnected"
    assert traces.get_by_role("button", name="Play").is_disabled()
    # JupyterLab tells other tabs nothing: one notices that nobody answers.
    other.get_by_role("button", name="Play").click()
    until(lambda: other.locator(".bt-status").text_content().startswith("No answer for "), 30)
    page.get_by_role("slider", name="tau_mem").focus()
    page.keyboard.press("ArrowRight")
    page.set_viewport_size({"width": 900, "height": 1500})
    page.wait_for_timeout(2500)
    assert [said for said in watched.complaints if "send" in said] == []
