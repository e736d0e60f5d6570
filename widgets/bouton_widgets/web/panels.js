// Parts of a view that are opened by a button.

import { h } from "./page.js";

/** A button that opens and closes a panel; `turned(open)` is called each time. */
export function panel(id, name, children, turned = () => {}) {
  const element = h("section", { id, class: "bt-panel", "aria-label": name, hidden: true }, ...children);
  const button = h("button", { type: "button", class: "bt-button", "aria-expanded": "false", "aria-controls": id, onclick: () => turn(element.hidden) }, name);
  function turn(open) {
    element.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    turned(open);
  }
  return { element, button, turn };
}

/** A labelled text field for a number; Enter calls `act`. */
export function numberField(name, label, value, unit, act) {
  const input = h("input", { type: "text", inputmode: "decimal", class: "bt-field bt-small", value, autocomplete: "off", spellcheck: "false",
    onkeydown: (event) => { if (event.key === "Enter") act(); } });
  const element = h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, label), input, unit ? h("span", { class: "bt-quiet" }, unit) : null);
  return { name, element, input };
}
