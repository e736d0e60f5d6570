"""The three views in a real JupyterLab, as a reader of a notebook meets them."""

import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CELLS = ["bw.tree(model)", "bw.parameters(simulation)", "bw.traces(simulation)"]

# The newest painted frame, and what of it a test compares.
PAINTED = "() => { const it = document.querySelector('.bt-traces').bouton; return it && {paints: it.paints, ...it.head}; }"


@pytest.fixture(scope="module")
def notebook(lab):
    def write(model):
        lab.write("views.ipynb", [model, *CELLS])
        return "views.ipynb"

    return write


def test_a_key_on_a_slider_changes_the_value_in_the_kernel_and_the_trace_within_a_second(
    lab, notebook, open_page, ask, pictures, model
):
    watched = open_page()
    page = watched.page
    client = lab.show(page, notebook(model))
    page.wait_for_selector(".bt-traces canvas", timeout=90_000)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.bt-traces').bouton?.head.time[1] > 0.5", timeout=60_000)

    before = ask(client, "float(np.mean(np.asarray(model.tau_mem)))")
    slider = page.get_by_role("slider", name="tau_mem")
    slider.focus()
    pressed = time.monotonic()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.bt-traces').bouton.head.change >= 1", timeout=5000)
    took = time.monotonic() - pressed
    after = ask(client, "float(np.mean(np.asarray(model.tau_mem)))")

    assert after > before
    assert took < 1.0
    page.screenshot(path=pictures / "jupyterlab-light.png", full_page=True)
    assert watched.strayed == []
    assert watched.complaints == []
