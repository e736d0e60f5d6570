"""The history of a training in a real JupyterLab, while it is trained and afterwards. The tests share one page, in this order."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TRAINER = """\
import pathlib
import time
import numpy as np
import bouton as bp
import bouton.math as bm
import bouton_widgets as bw

bm.random.seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(96, 8)).astype(np.float32)
y = (x[:, :1] > x[:, 1:2]).astype(np.float32) + 0.2 * rng.normal(size=(96, 1)).astype(np.float32)


def loss(outputs, targets):
    return ((outputs - targets) ** 2).mean(), {"right": ((outputs > 0.5) == (targets > 0.5)).mean()}


def fit(trainer, epochs, second=None):
    # After the second epoch, each is reported twice, it waits until there is a file of this name.
    reports = []

    def told(*report):
        shown.follow(*report)
        reports.append(report)
        end = time.monotonic() + 100
        while second is not None and len(reports) == 4 and not pathlib.Path(second).exists() and time.monotonic() < end:
            time.sleep(0.05)
            shown.follow(*report)

    trainer.fit((x[:64], y[:64]), (x[64:], y[64:]), num_epoch=epochs, num_batch=8, fun_after_report=told)


def trainer_of(rate):
    with bm.training_environment():
        net = bp.layers.Dense(8, 1)
    return bp.BPFF(net, loss, bp.optim.Adam(lr=rate), loss_has_aux=True, progress_bar=False)


trainer = trainer_of(0.02)
"""
THEME = "apputils:change-theme"
# Of each canvas, in its view.
PLACES = """e => [...e.querySelectorAll("canvas")].map((canvas) => {
  const [a, b] = [canvas, e].map((x) => x.getBoundingClientRect());
  return [a.left - b.left, a.top - b.top, a.width, a.height];
})"""
CURVES = "[[c.phase, c.metric, c.updates.tolist(), c.values.tolist()] for c in trainer.curves()]"


@pytest.fixture(scope="module")
def opened(lab, open_page):
    lab.write("history.ipynb", [TRAINER, "shown = bw.history(trainer)\nshown"])
    watched = open_page()
    client = lab.show(watched.page, "history.ipynb")
    watched.page.wait_for_selector(".bt-history canvas", timeout=120_000)
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def view(page):
    return page.locator(".bt-history").first


@pytest.fixture
def content(view):
    return lambda: view.evaluate("element => element.bouton?.content ?? {facts: null}")


@pytest.fixture
def readings(view):
    """The numbers beside the names of the lines, by metric and line."""
    return lambda: view.evaluate(
        "element => Object.fromEntries(element.bouton.plots.flatMap((plot) => plot.marks.map((mark) =>"
        " [`${plot.metric} ${mark.line.name}`, mark.reading.textContent])))"
    )


@pytest.fixture
def point(page, view, until):
    """Point at a part of the axis, wherever the picture lies by then, until the view says where that is."""

    def point(part, said):
        def told():
            # Another way, because a hand that rests says nothing.
            page.mouse.move(0, 0)
            box = view.locator("canvas").first.bounding_box()
            # The axes leave 58 pixels on the left and 12 on the right.
            page.mouse.move(box["x"] + 58 + (box["width"] - 70) * part, box["y"] + 80)
            return view.get_by_text(said).first.is_visible()

        until(told)

    return point


def test_before_the_training_there_is_an_axis_and_nothing_on_it(content, view, until, pictures):
    until(lambda: content()["facts"] == "")
    assert content()["plots"] == [{"metric": "loss", "lines": []}]
    assert view.get_by_role("button", name="Log loss").is_disabled()
    assert view.get_by_role("img").get_attribute("aria-label") == "loss over epoch: empty"
    view.screenshot(path=pictures / "history-empty.png")


def test_the_picture_follows_while_the_kernel_is_busy_training(opened, content, until, tmp_path):
    opened[1].execute(f"fit(trainer, 12, {str(tmp_path / 'seen')!r})")
    until(lambda: (content()["facts"] or "").startswith("2 epochs"))
    (tmp_path / "seen").touch()
    until(lambda: content()["facts"] == "12 epochs · 96 updates")


def test_what_is_drawn_are_the_curves_of_the_trainer(opened, content, ask):
    curves = ask(opened[1], CURVES)
    drawn = {(line["phase"], plot["metric"]): line for plot in content()["plots"] for line in plot["lines"]}
    assert set(drawn) == {(phase, metric) for phase in ("fit", "test", "batch") for metric in ("loss", "right")}
    for phase, metric, updates, values in curves:
        np.testing.assert_array_equal(drawn[phase, metric]["updates"], updates)
        np.testing.assert_array_equal(drawn[phase, metric]["x"], np.arange(1, 13))
        np.testing.assert_array_equal(drawn[phase, metric]["y"], values)
    detailed = ask(opened[1], "trainer.get_hist_metric(which='detailed').tolist()")
    np.testing.assert_array_equal(drawn["batch", "loss"]["y"], detailed)


def test_where_the_hand_points_the_values_are_told(opened, page, point, readings, ask, until):
    point(6.1 / 12, "epoch 6 · 48 updates")
    fit, test = (ask(opened[1], f"float(trainer.{which}_losses[5])") for which in ("train", "test"))
    assert float(readings()["loss training"]) == pytest.approx(fit, rel=1e-3)
    assert float(readings()["loss test"]) == pytest.approx(test, rel=1e-3)
    page.mouse.move(0, 0)
    last = ask(opened[1], "float(trainer.test_losses[-1])")
    until(lambda: float(readings()["loss test"]) == pytest.approx(last, rel=1e-3))


def test_the_arrow_keys_go_from_epoch_to_epoch_and_are_spoken(page, view, until):
    view.locator("canvas").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    until(lambda: view.get_by_text("epoch 2 · 16 updates").first.is_visible())
    spoken = view.locator(".bt-told").text_content()
    assert spoken.startswith("epoch 2 · 16 updates, loss each batch ")
    assert "right test " in spoken
    page.keyboard.press("Escape")
    until(lambda: view.get_by_text("12 epochs · 96 updates").is_visible())


def test_a_button_makes_the_axis_logarithmic_and_another_hides_the_batches(view, readings, until):
    log, batches = (view.get_by_role("button", name=name) for name in ("Log loss", "Batches"))
    paints = view.evaluate("element => element.bouton.paints")
    log.click()
    assert log.get_attribute("aria-pressed") == "true"
    batches.click()
    assert batches.get_attribute("aria-pressed") == "false"
    until(lambda: view.evaluate("element => element.bouton.paints") > paints)
    assert set(readings()) == {"loss training", "loss test", "right training", "right test"}
    batches.click()


def test_a_later_fit_shows_when_its_cell_has_been_executed(opened, content, until):
    opened[1].execute_interactive("trainer.fit((x[:64], y[:64]), (x[64:], y[64:]), num_epoch=8, num_batch=8)", timeout=60)
    until(lambda: content()["facts"] == "20 epochs · 160 updates")


@pytest.mark.long
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_pictures_in_light_and_dark(page, view, point, until, pictures, theme):
    page.set_viewport_size({"width": 1100, "height": 1300})
    page.evaluate("([command, theme]) => jupyterapp.commands.execute(command, {theme})", [THEME, f"JupyterLab {theme}"])
    until(lambda: view.get_attribute("data-theme") == theme.lower())
    point(0.4, "epoch 8 · 64 updates")
    page.screenshot(path=pictures / f"history-{theme.lower()}.png")


def test_in_500_pixels_nothing_is_cut_off_and_pointing_moves_nothing(page, view, point, until, pictures):
    page.set_viewport_size({"width": 616, "height": 1000})
    until(lambda: view.evaluate("element => element.clientWidth") <= 500)
    edge = view.evaluate("element => element.getBoundingClientRect().right")
    inside = view.evaluate("element => [...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right)")
    assert max(inside) <= edge
    page.mouse.move(0, 0)
    until(lambda: view.get_by_text("20 epochs · 160 updates").is_visible())
    before = view.evaluate(PLACES)
    point(0.0, "epoch 1 · 8 updates")
    assert view.evaluate(PLACES) == before
    view.screenshot(path=pictures / "history-narrow.png")
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
