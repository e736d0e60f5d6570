// Settings kept by name: stored, turned to, deleted, saved to a file and loaded from one.

import { h, icon } from "./page.js";
import { panel } from "./panels.js";

const CROSS = "M4.2 3.2 8 7l3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z";
const DOWN = "M7.3 2.5h1.4v5.2l2-2 1 1L8 10.4 4.3 6.7l1-1 2 2zM3 12h10v1.4H3z";
const MOST_TEXT = 8_000_000;

export function presets(port, complain) {
  const name = h("input", { type: "text", class: "bt-field", placeholder: "Name", "aria-label": "Name of the preset", maxlength: 80,
    autocomplete: "off", spellcheck: "false", onkeydown: (event) => { if (event.key === "Enter") store(); } });
  const store = () => {
    port.send({ type: "preset-store", name: name.value.trim() });
    name.value = "";
  };
  const file = h("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "File with a preset", onchange: async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    if (chosen.size > MOST_TEXT) complain(`${chosen.name} is too large to go through the page: write controls.load_preset(...) in Python.`);
    else port.send({ type: "preset-load", name: chosen.name.replace(/\.json$/, ""), text: await chosen.text() });
    file.value = "";
  } });
  const shelf = h("div", { class: "bt-chips", role: "list", "aria-label": "Presets" });
  const none = h("span", { class: "bt-quiet" }, "None kept yet.");
  const { element, button, turn } = panel(`${port.id}-presets`, "Presets", [
    h("div", { class: "bt-row" }, name, h("button", { type: "button", class: "bt-button", onclick: store }, "Store"),
      h("button", { type: "button", class: "bt-button", onclick: () => file.click() }, "Load file"), file),
    h("div", { class: "bt-row" }, none, shelf),
  ]);

  let shown = null;

  function save(message) {
    const address = URL.createObjectURL(new Blob([message.text], { type: "application/json" }));
    const link = h("a", { href: address, download: `${message.name.replace(/[^\p{L}\p{N} _.-]/gu, "_")}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  return {
    element,
    button,
    turn,
    show(names) {
      // Drawn anew only when they are others: a button may have the focus.
      if (JSON.stringify(names) === shown) return;
      shown = JSON.stringify(names);
      none.hidden = names.length > 0;
      shelf.replaceChildren(...names.map((one) => h("span", { class: "bt-preset", role: "listitem" },
        h("button", { type: "button", title: `Turn to ${one}`, onclick: () => port.send({ type: "preset-pick", name: one }) }, one),
        h("button", { type: "button", title: "Save to a file", "aria-label": `Save ${one} to a file`, onclick: () => port.send({ type: "preset-save", name: one }) }, icon(DOWN)),
        h("button", { type: "button", title: "Delete", "aria-label": `Delete ${one}`, onclick: () => port.send({ type: "preset-delete", name: one }) }, icon(CROSS)))));
    },
    hear(message) {
      if (message.type === "presets") this.show(message.presets);
      if (message.type === "preset-file" && message.to === port.id) save(message);
    },
  };
}
