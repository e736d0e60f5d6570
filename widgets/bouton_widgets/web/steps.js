// Back and forth through what has been changed.

import { h, icon } from "./page.js";

const UNDO = "M6.2 2.6 2.4 6.2l3.8 3.6V7.2h3.4a2.4 2.4 0 1 1 0 4.8H5v1.6h4.6a4 4 0 1 0 0-8H6.2z";
const REDO = "M9.8 2.6l3.8 3.6-3.8 3.6V7.2H6.4a2.4 2.4 0 1 0 0 4.8H11v1.6H6.4a4 4 0 1 1 0-8h3.4z";

/** Two buttons, and the keys in `root`; `typing(element)` tells whether a key belongs to a text. */
export function steps(root, port, typing) {
  const go = (type) => port.send({ type });
  const button = (type, path) => h("button", { type: "button", class: "bt-button bt-square", disabled: true, onclick: () => go(type) }, icon(path));
  const buttons = { undo: button("undo", UNDO), redo: button("redo", REDO) };
  const element = h("div", { class: "bt-pair", role: "group", "aria-label": "Changes" }, buttons.undo, buttons.redo);
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    const type = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" && !event.shiftKey ? "redo" : null;
    if (type === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (!buttons[type].disabled) go(type);
  });
  return {
    element,
    show(labels) {
      for (const [type, word, keys] of [["undo", "Undo", "Ctrl+Z"], ["redo", "Redo", "Ctrl+Shift+Z"]]) {
        const label = labels[type];
        buttons[type].disabled = label === null;
        buttons[type].title = label === null ? `Nothing to ${type}` : `${word} ${label} (${keys})`;
        buttons[type].setAttribute("aria-label", label === null ? word : `${word} ${label}`);
      }
    },
  };
}
