// Beside each slider the derivative of a read-out: a signed bar, comparable between sliders, and the number.

import { pretty } from "./numbers.js";
import { h } from "./page.js";

/** The menu of the read-outs, and the small bars; `lines` are the rows by path. */
export function slopes(port, lines, root, complain) {
  const menu = h("select", { class: "bt-field", "aria-label": "Sensitivity of a read-out", title: "Show beside each slider how a read-out depends on it",
    onchange: () => {
      wanted = menu.value;
      port.send({ type: "slopes", read: menu.value });
    } });
  const element = h("label", { class: "bt-labelled", hidden: true }, h("span", { class: "bt-quiet" }, "Sensitivity"), menu);
  const note = h("p", { class: "bt-note", hidden: true });
  let shown = null;
  let waits = false;
  let offered = null;
  let chosen = null;
  // What was chosen here, until Python has heard of it.
  let wanted = null;

  function offer(content) {
    element.hidden = content.menu.length === 0;
    // Not while it may be open, unless there is something else to choose from.
    if (JSON.stringify(content.menu) !== offered) {
      offered = JSON.stringify(content.menu);
      menu.replaceChildren(h("option", { value: "" }, "off"), ...content.menu.map(([key, label]) => h("option", { value: key }, label)));
    }
    chosen = content.chosen;
    if (wanted === (chosen ?? "") || content.refused) wanted = null;
    menu.value = wanted ?? chosen ?? "";
    waits = content.chosen !== null && content.slopes === null;
    show(content.slopes);
  }

  function show(found) {
    shown = found;
    const on = found !== null || waits;
    root.classList.toggle("bt-sloped", on);
    note.hidden = !on;
    if (!on) {
      for (const { slope } of lines.values()) slope.hidden = true;
      return;
    }
    if (found === null) {
      note.textContent = "Taking derivatives …";
      for (const line of lines.values()) draw(line, null, 1);
      return;
    }
    const value = found.value === null ? "not finite" : `${pretty(found.value, 4)} ${found.unit}`.trimEnd();
    const told = found.why ?? "Numbers: its derivative by what the slider moves. Bars: the same over the slider's usual range.";
    note.textContent = `Over the next ${pretty(found.seconds * 1000, 3)} ms the ${found.label} is ${value}. ${told}`;
    const most = Math.max(...Object.values(found.rows).map((row) => Math.abs(row.bar ?? 0)));
    for (const [path, line] of lines) draw(line, found.rows[path] ?? null, most);
  }

  function draw(line, row, most) {
    const { slope } = line;
    slope.hidden = false;
    slope.dataset.slope = row?.slope ?? "";
    if (row === null || row.slope === null) {
      slope.replaceChildren(h("span", { class: "bt-quiet" }, row === null ? "" : "no slope"));
      slope.title = row?.why ?? "";
      return;
    }
    const part = most > 0 ? row.bar / most : 0;
    const per = line.row.factor ? "×" : line.row.unit;
    const unit = [shown.unit, per].some(Boolean) ? `${shown.unit || "1"}${per ? `/${per}` : ""}` : "";
    const number = `${row.slope > 0 ? "+" : ""}${pretty(row.slope, 3)}`;
    const bar = h("i", { class: part < 0 ? "bt-down" : "bt-up" });
    bar.style.width = `${50 * Math.abs(part)}%`;
    bar.hidden = part === 0;
    slope.replaceChildren(h("span", { class: "bt-bar-of-slope", "aria-hidden": "true" }, bar), h("span", {}, number), h("span", { class: "bt-quiet" }, unit));
    slope.title = row.why ?? `The ${shown.label} by ${line.row.path}: ${number} ${unit}. Over the usual range of the slider: ${pretty(row.bar, 3)} ${shown.unit}`.trimEnd();
  }

  return {
    element,
    note,
    offer,
    hear(message) {
      if (message.type === "refused" && message.to === port.id) wanted = null;
      if (message.type === "slopes-menu") {
        offer(message);
        if (message.refused) complain(message.refused);
      }
      if (message.type === "slopes" && message.slopes.read === chosen) {
        waits = false;
        show(message.slopes);
      }
    },
  };
}
