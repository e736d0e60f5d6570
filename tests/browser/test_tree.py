"""The tree of a model in a real JupyterLab and under Panel. The tests of each share one page, in this order."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MODULE = """\
import numpy as np
import bouton as bp
import bouton.math as bm
import bouton_widgets as bw

weight = np.linspace(-1.0, 1.0, 15, dtype=np.float32).reshape(3, 5)
net = bp.modules.Sequential(bp.modules.Linear((3, 5), weight=weight), bp.modules.LIF(5))
simulation = bp.run.LiveSimulation(net, record=["0_Linear_output", "1_LIF.vmem", "1_LIF.spikes"])
tree = bw.tree(simulation)
tree
"""
LINKED = ["bw.parameters(simulation, follow=tree)", "bw.traces(simulation, follow=tree)"]
SYSTEM = "coba = bp.examples.COBA()\nsystem = bw.tree(coba)\nsystem"
GRAPH = """\
graph = bp.nn.Input(3) >> bp.nn.VanillaRNN(200, name="rnn") >> bp.nn.Dense(2)
graph.initialize()
of_graph = bw.tree(graph)
of_graph.selected = "rnn.Wrec"
of_graph
"""
TALL = """\
class Wide(bp.Object):
    def __init__(self):
        super().__init__()
        for k in range(99):
            setattr(self, f"p{k}", bm.Variable(3))

tall = bp.Object()
for k in range(100):
    setattr(tall, f"part{k}", Wide())
many = bw.tree(tall)
many
"""
HOSTILE = """\
evil = bp.Object()
text = "<script>window.fooled = 1</script><img src=x onerror='window.fooled = 1'>"
setattr(evil, text, bp.parameters.Parameter(1.0, family=text, unit=text))
evil.text = bp.parameters.SimulationParameter(text)
bw.tree(evil)
"""
STATIC = ["net", "coba", "graph", "evil"]
# Every row that becomes the selected one, also those of one instant.
CHOSEN = """() => {
  window.was = [];
  new MutationObserver((changes) => changes.forEach(({ target, oldValue }, k) => {
    const later = changes.slice(k + 1).find((change) => change.target === target);
    const now = later ? later.oldValue : target.getAttribute("aria-selected");
    if (oldValue !== "true" && now === "true") window.was.push(target.dataset.path);
  })).observe(document.querySelector(".bt-tree .bt-grid"),
    { subtree: true, attributeFilter: ["aria-selected"], attributeOldValue: true });
}"""
THEME = "apputils:change-theme"
APP = (
    MODULE.replace("\ntree\n", "\n")
    + """\
import bouton_widgets.panel
import panel as pn

pn.state.cache.setdefault("trees", []).append(tree)
pn.Column(tree, bw.parameters(simulation, follow=tree), sizing_mode="stretch_width").servable()
"""
)


@pytest.fixture(scope="module")
def opened(lab, open_page):
    lab.write("tree.ipynb", [MODULE, *LINKED, SYSTEM, GRAPH, TALL, HOSTILE, *STATIC])
    watched = open_page()
    watched.page.set_viewport_size({"width": 1280, "height": 1500})
    client = lab.show(watched.page, "tree.ipynb")
    watched.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


@pytest.fixture
def tree(page, until):
    until(lambda: page.locator(".bt-tree").count() == 5)
    return page.locator(".bt-tree").first


@pytest.fixture
def nth(page, tree, until):
    """Another tree, scrolled into sight."""

    def nth(k):
        found = page.locator(".bt-tree").nth(k)
        found.scroll_into_view_if_needed()
        until(lambda: found.locator("[role=treegrid] [data-path]").count() > 1)
        return found

    return nth


def paths(tree):
    return tree.locator(".bt-sheet [data-path]").evaluate_all("rows => rows.map((row) => row.dataset.path)")


FOCUSED = "document.activeElement.dataset.path"


def test_every_row_says_where_it_stands(tree):
    row = tree.locator(".bt-sheet [data-path='1_LIF.tau_mem']")
    told = {name: row.get_attribute(f"aria-{name}") for name in ("level", "posinset", "setsize", "selected", "expanded")}
    assert told == {"level": "3", "posinset": "1", "setsize": "11", "selected": "false", "expanded": None}
    assert tree.locator(".bt-sheet [data-path='1_LIF']").get_attribute("aria-expanded") == "true"
    assert tree.get_by_role("treegrid", name="Model").get_attribute("aria-rowcount") == "16"


def test_memory_stands_in_the_row_and_is_summed_up_in_its_part(tree):
    told = {
        path: tree.locator(f".bt-sheet [data-path='{path}'] .bt-memory").text_content()
        for path in ("", "0_Linear", "0_Linear.weight")
    }
    assert told == {"": "220 B", "0_Linear": "60 B", "0_Linear.weight": "60 B"}


def test_searching_keeps_what_is_above_a_hit_and_says_how_many_match(tree, page):
    search = tree.get_by_role("searchbox", name="Search the model")
    search.fill("tau_")
    assert paths(tree) == ["", "1_LIF", "1_LIF.tau_mem", "1_LIF.tau_syn"]
    assert tree.locator(".bt-count").text_content() == "2 of 15 rows match"
    search.fill("linear")
    assert paths(tree) == ["", "0_Linear", "0_Linear.weight"]
    search.fill("no such thing")
    assert tree.get_by_text("Nothing in the model matches.").is_visible()
    search.press("Escape")
    assert search.input_value() == ""
    assert len(paths(tree)) == 15


def test_filters_are_switches(tree):
    def switch(name):
        tree.get_by_role("button", name=name, exact=True).click()

    switch("state")
    assert paths(tree) == ["", "1_LIF", "1_LIF.spikes", "1_LIF.isyn", "1_LIF.vmem"]
    assert tree.get_by_role("button", name="state", exact=True).get_attribute("aria-pressed") == "true"
    switch("state")
    switch("trainable")
    switch("taus")
    assert paths(tree) == ["", "1_LIF", "1_LIF.tau_mem", "1_LIF.tau_syn"]
    switch("trainable")
    switch("taus")
    assert len(paths(tree)) == 15


def test_the_keyboard_alone_walks_folds_and_finds(tree, page, until, kernel):
    tree.locator(".bt-sheet [data-path='']").focus()
    for key, path in [
        ("ArrowDown", "0_Linear"),
        ("ArrowRight", "0_Linear.weight"),
        ("ArrowLeft", "0_Linear"),
        ("End", "1_LIF.max_spikes_per_dt"),
        ("Home", ""),
        ("t", "1_LIF.tau_mem"),
        ("t", "1_LIF.tau_syn"),
        ("ArrowLeft", "1_LIF"),
        ("Enter", "1_LIF"),
        ("ArrowUp", "0_Linear.weight"),
        ("ArrowDown", "1_LIF"),
        (" ", "1_LIF"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == path, key
    assert tree.locator(".bt-sheet [data-path='1_LIF']").get_attribute("aria-expanded") == "true"
    page.wait_for_timeout(800)
    # In one go: letters far apart begin another word.
    page.evaluate(
        "() => { for (const key of 'vm') document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); }"
    )
    assert page.evaluate(FOCUSED) == "1_LIF.vmem"
    until(lambda: kernel("tree.selected") == "1_LIF.vmem")
    page.keyboard.press("Escape")
    until(lambda: kernel("tree.selected") is None)


def test_an_answer_to_an_earlier_choice_does_not_move_the_selection_back(tree, page, until, kernel):
    # Python takes its time over the first choice; its answers to the others come when all of them have been made.
    kernel("tree.view.on_select(lambda path: path == '' and __import__('time').sleep(3.0))")
    tree.locator(".bt-sheet [data-path='']").click()
    page.wait_for_timeout(300)
    page.evaluate(CHOSEN)
    tree.locator(".bt-sheet [data-path='1_LIF']").click()
    page.wait_for_timeout(300)
    for key in ("ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    until(lambda: kernel("tree.selected") == "1_LIF")
    until(lambda: tree.get_by_role("region", name="Selected").get_attribute("aria-busy") is None)
    assert page.evaluate("window.was") == ["1_LIF", "0_Linear.weight", "1_LIF"]
    page.keyboard.press("Escape")
    until(lambda: kernel("tree.selected") is None)


def test_a_folded_part_says_so_and_hides_what_is_in_it(tree):
    tree.get_by_role("button", name="Fold all", exact=True).click()
    assert paths(tree) == ["", "0_Linear", "1_LIF"]
    assert tree.locator(".bt-sheet [data-path='1_LIF']").get_attribute("aria-expanded") == "false"
    tree.get_by_role("button", name="Unfold all", exact=True).click()
    assert len(paths(tree)) == 15


def test_selecting_a_row_shows_its_facts_its_controls_and_its_trace(page, tree, until, kernel):
    controls, traces = page.locator(".bt-parameters .bt-control"), page.locator(".bt-traces .bt-plot")
    assert (controls.count(), traces.count()) == (5, 3)
    tree.locator(".bt-sheet [data-path='1_LIF.tau_mem']").click()
    until(lambda: kernel("tree.selected") == "1_LIF.tau_mem")
    until(lambda: [c.get_attribute("data-path") for c in controls.all() if c.is_visible()] == ["1_LIF.tau_mem"])
    until(lambda: [c.is_visible() for c in traces.all()] == [False, True, True])
    details = tree.get_by_role("region", name="Selected")
    until(lambda: "at least 0 s" in details.inner_text())
    tree.locator(".bt-sheet [data-path='1_LIF.vmem']").click()
    until(lambda: [c.is_visible() for c in traces.all()] == [False, True, False])
    details.get_by_role("button", name="Close").click()
    until(lambda: all(c.is_visible() for c in (*controls.all(), *traces.all())))
    assert not details.is_visible()


def test_below_a_selected_parameter_stands_its_control(page, tree, until, kernel, pictures):
    tree.locator(".bt-sheet [data-path='1_LIF.threshold']").click()
    slider = tree.get_by_role("slider", name="1_LIF.threshold")
    slider.wait_for()
    slider.press("ArrowRight")
    until(lambda: kernel("float(net.modules()['1_LIF'].threshold[0])") > 1.0)
    tree.get_by_role("button", name="Reset 1_LIF.threshold").click()
    until(lambda: kernel("float(net.modules()['1_LIF'].threshold[0])") == 1.0)
    field = tree.get_by_role("textbox", name="1_LIF.threshold, type a number")
    field.fill("high")
    field.press("Enter")
    until(lambda: tree.get_by_role("alert").is_visible())
    assert tree.get_by_role("alert").text_content().startswith("Type a number")
    tree.screenshot(path=pictures / "tree-control.png")
    tree.locator(".bt-sheet [data-path='1_LIF']").click()
    until(
        lambda: (
            [s.get_attribute("aria-label") for s in tree.get_by_role("slider").all() if s.is_visible()][:1]
            == ["1_LIF.tau_mem in s"]
        )
    )


def test_below_a_selected_state_that_is_recorded_runs_its_trace(page, tree, until, kernel, pictures):
    tree.locator(".bt-sheet [data-path='1_LIF.vmem']").click()
    plot = tree.locator(".bt-inset-traces .bt-plot")
    until(lambda: [p.is_visible() for p in plot.all()] == [False, True, False])
    assert not tree.locator(".bt-inset-controls").is_visible()
    tree.get_by_role("button", name="Play").click()
    until(lambda: kernel("simulation.status") == "running")
    until(lambda: tree.locator(".bt-inset-traces").evaluate("element => element.bouton?.head.now > 0.2"))
    tree.screenshot(path=pictures / "tree-trace.png")
    step = kernel("simulation.steps")
    tree.locator(".bt-sheet [data-path='1_LIF.spikes']").click()
    until(lambda: [p.is_visible() for p in plot.all()] == [False, False, True])
    tree.locator(".bt-sheet [data-path='1_LIF.isyn']").click()
    until(lambda: not tree.locator(".bt-inset-traces").is_visible())
    until(lambda: kernel("simulation.steps") > step)
    tree.locator(".bt-sheet [data-path='1_LIF.vmem']").click()
    tree.get_by_role("button", name="Pause").click()
    until(lambda: kernel("simulation.status") == "paused")


def test_python_code_selects_a_row(opened, tree, kernel, until):
    opened[1].execute_interactive("tree.selected = '0_Linear.weight'", timeout=60)
    row = tree.locator(".bt-sheet [data-path='0_Linear.weight']")
    until(lambda: row.get_attribute("aria-selected") == "true")
    until(lambda: tree.locator(".bt-picture").get_attribute("aria-label") == "Heat map of weight from −1 to 1")


# The colour in the middle of each cell of a heat map with so many rows and columns.
CELLS = """(canvas, [rows, columns]) => {
  const context = canvas.getContext("2d"), ratio = canvas.width / canvas.clientWidth;
  const [width, height] = [Math.min(canvas.clientWidth, 24 * columns), Math.min(canvas.clientHeight, 24 * rows)];
  const middle = (k, count, size) => ratio * size * (k + 0.5) / count;
  return Array.from({length: rows * columns}, (_, i) => [...context.getImageData(
    middle(i % columns, columns, width), middle(Math.floor(i / columns), rows, height), 1, 1).data.slice(0, 3)]);
}"""


def test_a_heat_map_shows_the_numbers_on_both_sides_of_zero(tree, page):
    canvas = tree.locator(".bt-picture")
    colours = canvas.evaluate(CELLS, [3, 5])
    # From −1 to 1 in fifteen steps: blue and less of it, the page's white at zero, more and more orange.
    assert colours[0] == [47, 127, 209]
    assert colours[7] == [255, 255, 255]
    assert colours[14] == [217, 115, 13]
    blue, orange = [colour[0] for colour in colours[:8]], [colour[2] for colour in colours[7:]]
    assert blue == sorted(blue)
    assert orange == sorted(orange, reverse=True)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 24 * 4.5, box["y"] + 24 * 0.5)
    assert tree.locator(".bt-told-here").text_content() == "[0, 4] −0.4286"


def test_what_is_not_finite_is_told_and_has_a_colour_of_its_own(opened, tree, until):
    code = "net.modules()['1_LIF'].bias = np.array([np.nan, 1, 2, 3, 4], np.float32); tree.selected = '1_LIF.bias'"
    opened[1].execute_interactive(code, timeout=60)
    until(lambda: tree.locator(".bt-array .bt-note").text_content() == "1 NaN")
    value = tree.locator(".bt-sheet [data-path='1_LIF.bias'] .bt-value")
    until(lambda: value.text_content() == "1 – 4, mean 2.5, 1 NaN")
    colours = tree.locator(".bt-picture").evaluate(CELLS, [1, 5])
    assert colours[0] == [198, 40, 120]
    assert colours[4] == [47, 127, 209]


def test_a_system_has_histograms_of_its_states(nth, until):
    system = nth(1)
    inked = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((x) => x)"""
    until(lambda: system.locator(".bt-sheet [data-path='excitatory.V'] canvas").evaluate(inked))
    system.locator(".bt-sheet [data-path='excitatory.V']").click()
    until(lambda: system.locator(".bt-picture").is_visible())
    assert system.locator(".bt-picture").get_attribute("aria-label").startswith("Histogram of V from −")


def test_what_was_selected_before_the_page_came_is_shown(nth, until):
    graph = nth(2)
    until(lambda: graph.locator(".bt-picture").is_visible())
    assert graph.locator(".bt-sheet [data-path='rnn.Wrec']").get_attribute("aria-selected") == "true"
    note = graph.locator(".bt-array .bt-note")
    until(lambda: note.text_content() == "sampled: 16,384 of 40,000 values")


def test_of_ten_thousand_rows_few_are_on_the_page_and_a_search_draws_few(nth, page, until):
    many = nth(3)
    assert many.locator(".bt-count").text_content() == "10001 rows"
    assert len(paths(many)) < 60
    search = many.get_by_role("searchbox", name="Search the model")
    drawn = search.evaluate("""element => new Promise((done) => {
      let added = 0;
      const count = (records) => records.forEach((record) => (added += record.addedNodes.length));
      const watch = new MutationObserver(count);
      watch.observe(element.closest(".bt-tree"), { childList: true, subtree: true });
      element.value = "part7";
      element.dispatchEvent(new Event("input"));
      requestAnimationFrame(() => setTimeout(() => {
        count(watch.takeRecords());
        done(added);
      }));
    })""")
    assert many.locator(".bt-count").text_content() == "1100 of 10001 rows match"
    assert 0 < drawn < 200
    assert len(paths(many)) < 60
    search.fill("")
    many.locator(".bt-sheet [data-path='']").focus()
    page.keyboard.press("End")
    assert page.evaluate(FOCUSED) == "part99.p98"
    assert many.locator(".bt-sheet [data-path='part99.p98']").bounding_box()["height"] == 26
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert page.evaluate(FOCUSED) == ""
    page.keyboard.press("Escape")


def test_names_that_users_chose_are_text_in_the_tree_and_on_the_static_page(page, nth):
    evil = nth(4)
    assert evil.locator(".bt-word").nth(1).text_content().startswith("<script>window.fooled")
    statics = page.locator(".bouton-static")
    assert statics.count() == 4
    assert "<script>window.fooled" in statics.nth(3).inner_text()
    assert page.evaluate("window.fooled") is None


def test_the_columns_of_the_static_page_are_aligned_at_every_depth(page):
    static = page.locator(".bouton-static").nth(1)
    edges = """(element, column) => [...element.querySelectorAll(`tr > :nth-child(${column})`)]
      .filter((cell) => cell.offsetParent).map((cell) => Math.round(cell.getBoundingClientRect().right))"""
    for column in range(1, 9):
        assert len(set(static.evaluate(edges, column))) == 1
    sides = (
        static.locator("tr:nth-child(2)")
        .first.locator("td")
        .evaluate_all("cells => cells.map((c) => getComputedStyle(c).textAlign)")
    )
    assert sides == ["left", "left", "left", "right", "left", "right", "right", "left"]


@pytest.mark.parametrize("style", ["display: flex", "float: left", "display: inline-block"])
def test_the_static_page_has_room_where_its_surroundings_are_as_wide_as_what_they_hold(page, style):
    width = (
        page.locator(".bouton-static")
        .nth(1)
        .evaluate(
            """(element, style) => {
          const around = document.createElement("div");
          around.style = style + "; max-width: 600px";
          around.innerHTML = element.outerHTML;
          element.parentNode.append(around);
          const width = around.firstChild.getBoundingClientRect().width;
          around.remove();
          return width;
        }""",
            style,
        )
    )
    assert 400 < width <= 600


@pytest.mark.long
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_pictures_in_light_and_dark(page, nth, until, pictures, theme):
    page.evaluate("([command, theme]) => jupyterapp.commands.execute(command, {theme})", [THEME, f"JupyterLab {theme}"])
    for k, name in enumerate(("module", "system", "graph")):
        view = nth(k)
        until(lambda: view.get_attribute("data-theme") == theme.lower())  # noqa: B023
        page.wait_for_timeout(200)
        view.screenshot(path=pictures / f"tree-{name}-{theme.lower()}.png")
    for k, name in enumerate(("module", "system", "graph")):
        view = page.locator(".bouton-static").nth(k)
        view.scroll_into_view_if_needed()
        view.screenshot(path=pictures / f"static-{name}-{theme.lower()}.png")


@pytest.mark.parametrize("width", [300, 420, 620, 800, 1000, 1400])
def test_nothing_is_cut_off_at_any_width(page, tree, nth, pictures, until, width):
    view = nth(1)
    page.set_viewport_size({"width": width + 180, "height": 1500})
    view.evaluate("(element, width) => { element.style.width = `${width}px`; }", width)
    until(lambda: abs(view.bounding_box()["width"] - min(width, 1120)) < 2)
    inside = view.evaluate(
        "element => Math.max(...[...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right))"
        " - element.getBoundingClientRect().right"
    )
    assert inside <= 0
    grid = view.get_by_role("treegrid")
    assert grid.evaluate("element => element.scrollWidth - element.clientWidth") == 0
    assert view.locator(".bt-sheet [data-path='excitatory.tau'] .bt-value").is_visible()
    page.wait_for_timeout(200)
    view.screenshot(path=pictures / f"tree-{width}.png")
    view.evaluate("element => { element.style.width = ''; }")


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert [said for said in watched.complaints if "/x" not in said] == []


def test_under_panel_it_is_the_same(serve, open_page, until, pictures):
    with serve(tree=APP) as addresses:
        watched = open_page()
        watched.page.goto(addresses["tree"])
        tree = watched.page.locator(".bt-tree")
        tree.wait_for(timeout=60_000)
        tree.locator(".bt-sheet [data-path='0_Linear.weight']").click()
        until(lambda: tree.locator(".bt-picture").is_visible())
        controls = watched.page.locator(".bt-parameters .bt-control")
        until(lambda: [c.get_attribute("data-path") for c in controls.all() if c.is_visible()] == ["0_Linear.weight"])
        watched.page.keyboard.press("ArrowDown")
        until(lambda: tree.get_by_role("region", name="Selected").inner_text().startswith("1_LIF"))
        watched.page.screenshot(path=pictures / "tree-served.png", full_page=True)
        assert watched.strayed == []
        assert watched.complaints == []
