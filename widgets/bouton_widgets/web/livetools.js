// What one does with a picture of a simulation: freeze it, keep the run, and save it as a file.

import { pretty } from "./numbers.js";
import { h, icon } from "./page.js";

const FREEZE = "M7.3 1h1.4v5.8l5-2.9.7 1.2-5 2.9 5 2.9-.7 1.2-5-2.9V15H7.3V9.2l-5 2.9-.7-1.2 5-2.9-5-2.9.7-1.2 5 2.9z";
const KEEP = "M4 1.5h8V15l-4-3.2L4 15z";
const EXPORT = "M7.2 1h1.6v7.2l2.3-2.3 1.1 1.1L8 11.2 3.8 7l1.1-1.1 2.3 2.3zM2 12h1.6v1.6h8.8V12H14v3H2z";
const FORMS = [["csv", "CSV", "Numbers as a table"], ["png", "PNG", "Picture"], ["html", "HTML", "Page that needs no script"]];

export const DASHES = [[], [5, 3], [1.5, 3]];
export const TINTS = ["#d9730d", "#8a63d2", "#2a9d6f"];
export const PALE = 0.42;

/** Buttons, and below them the names of the runs that are kept. `act` has `freeze`, `keep`, `save(form)`, `forget(number)`, `align(by)`. */
export function liveTools(content, act) {
  const button = (path, word, title, onclick, more) =>
    h("button", { type: "button", class: "bt-button", title, onclick, ...more }, icon(path), word);
  const freeze = button(FREEZE, "Freeze", "Have the picture stand while the model runs on (key F)", act.freeze, { "aria-pressed": "false" });
  const keep = button(KEEP, "Keep", "Keep this run, pale under what runs", act.keep);
  const forms = h("span", { class: "bt-forms", role: "group", "aria-label": "Save as", hidden: true },
    ...FORMS.map(([form, word, title]) =>
      h("button", { type: "button", class: "bt-button bt-form", onclick: () => {
        act.save(form);
        open(false);
        save.focus();
      } }, word, h("span", { class: "bt-quiet" }, title))));
  const save = button(EXPORT, "Export", "Save what is shown as a file", () => open(forms.hidden), { "aria-expanded": "false" });
  const menu = h("span", { class: "bt-menu" }, save, forms);
  const outside = (event) => { if (!event.composedPath().includes(menu)) open(false); };
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget !== null && !menu.contains(event.relatedTarget)) open(false); });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || forms.hidden) return;
    event.stopPropagation();
    open(false);
    save.focus();
  });

  function open(shown) {
    forms.hidden = !shown;
    save.setAttribute("aria-expanded", String(shown));
    if (shown) addEventListener("pointerdown", outside, true);
    else removeEventListener("pointerdown", outside, true);
    if (!shown) return;
    // Within the view, wherever the button stands.
    forms.style.left = "0";
    const over = forms.getBoundingClientRect().right - menu.closest(".bt-main, .bouton").getBoundingClientRect().right + 8;
    if (over > 0) forms.style.left = `${-over}px`;
  }

  const element = h("span", { class: "bt-live-tools", role: "group", "aria-label": "Picture" }, freeze,
    ...(content.standing ? [keep, menu] : []));
  const names = h("span", { class: "bt-runs" });
  const align = h("select", { class: "bt-field", "aria-label": "Kept runs are laid by", onchange: () => act.align(align.value) },
    h("option", { value: "window" }, "by window"), h("option", { value: "time" }, "by time since reset"));
  let laid = "[]";
  const hint = h("span", { class: "bt-quiet bt-hint", hidden: true }, "Drag to move in time, wheel to zoom, double click for all");
  const kept = h("div", { class: "bt-kept", role: "group", "aria-label": "Kept runs", hidden: true },
    h("span", { class: "bt-quiet" }, "Kept"), names, content.align === false ? null : align);
  return {
    element,
    kept,
    hint,
    /** Say whether the picture stands, and whether it can be moved. */
    stand(frozen, movable) {
      freeze.setAttribute("aria-pressed", String(frozen));
      hint.hidden = !(frozen && movable);
    },
    lay(runs) {
      kept.hidden = runs.length === 0;
      // Drawn anew only when they are others: a button may have the focus, or be being pressed.
      const now = JSON.stringify(runs.map(({ number, name }) => [number, name]));
      if (now === laid) return;
      laid = now;
      names.replaceChildren(...runs.map(({ number, name, window }, k) => h("span", { class: "bt-mark" }, sample(k), name,
        h("span", { class: "bt-quiet bt-when", hidden: align.value === "window" }, `${window.map((edge) => pretty(edge, 4)).join(" to ")} s`),
        h("button", { type: "button", class: "bt-forget", "aria-label": `Remove ${name}`, title: `Remove ${name}`, onclick: () => act.forget(number) }, "×"))));
    },
    aligned(by) {
      align.value = by;
      // By time it may lie where nobody looks.
      for (const when of names.querySelectorAll(".bt-when")) when.hidden = by === "window";
    },
    stop: () => removeEventListener("pointerdown", outside, true),
  };
}

function sample(k) {
  const style = ["solid", "dashed", "dotted"][k % DASHES.length];
  return h("span", { class: "bt-sample", style: `border-top-style:${style}` }, h("i", { style: `background:${TINTS[k % TINTS.length]}` }));
}

/** Hands bytes to the reader as a file. */
export function saved({ name, kind }, view) {
  const address = URL.createObjectURL(new Blob([view], { type: kind }));
  const link = h("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
