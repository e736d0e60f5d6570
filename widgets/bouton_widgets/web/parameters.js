// A row for each parameter: slider, number field, unit, reset. Python decides what is taken; the page shows what it answers.

import { plain, pretty } from "./numbers.js";
import { h, icon, widget } from "./page.js";
import { POSITIONS, toPosition, toValue } from "./scale.js";

const BACK = "M8 3a5 5 0 1 1-4.7 3.3l1.3.5A3.6 3.6 0 1 0 8 4.4v2.1L4.6 3.7 8 1z";

function start(root, port) {
  const lines = new Map();
  const families = new Set();

  // Of each parameter one change is on its way at most. What the hand does meanwhile replaces what waits.
  const onTheWay = new Map();
  const waiting = new Map();

  function send(path, value) {
    const since = onTheWay.get(path);
    if (since !== undefined && performance.now() - since < 2000) {
      waiting.set(path, value);
      return;
    }
    waiting.delete(path);
    onTheWay.set(path, performance.now());
    port.send({ type: "set", path, value });
  }

  const title = h("h3", { class: "bt-title" });
  const chips = h("div", { class: "bt-chips", role: "group", "aria-label": "Show only these families" });
  const all = h("button", { type: "button", class: "bt-button", onclick: () => port.send({ type: "reset", path: null }) },
    icon(BACK), "Reset all");
  const body = h("div", { class: "bt-controls" });
  const note = h("p", { class: "bt-note", hidden: true });
  root.append(h("header", { class: "bt-bar" }, title, h("span", { class: "bt-quiet" }, "parameters"), chips, h("span", { class: "bt-space" }), all), body, note);

  function lineOf(row) {
    const id = `${port.id}-${row.path}`;
    const slider = h("input", { type: "range", id, min: 0, max: POSITIONS, step: 1, class: "bt-slider" });
    const field = h("input", { type: "text", inputmode: "decimal", class: "bt-field bt-number", autocomplete: "off",
      "aria-label": `${row.path}, type a number`, "aria-describedby": `${id}-wrong` });
    const tick = h("input", { type: "checkbox", id: `${id}-switch`, class: "bt-switch", "aria-label": row.path });
    const facts = h("span", { class: "bt-range" });
    const unit = h("span", { class: "bt-unit" });
    const reset = h("button", { type: "button", class: "bt-button bt-undo", title: "Reset", "aria-label": `Reset ${row.path}`,
      onclick: () => port.send({ type: "reset", path: row.path }) }, icon(BACK));
    const wrong = h("p", { class: "bt-wrong", id: `${id}-wrong`, role: "alert", hidden: true });
    const element = h("div", { class: "bt-control", role: "group", "aria-label": row.path, "data-path": row.path },
      h("label", { for: row.switch ? `${id}-switch` : id, class: "bt-label", title: row.path }, h("span", {}, row.name), facts),
      row.switch ? tick : slider, row.switch ? h("span") : field, unit, reset, wrong);
    const line = { element, slider, field, tick, facts, unit, reset, wrong, row, typing: false };

    slider.addEventListener("input", () => {
      const value = toValue(line.row, Number(slider.value));
      line.typing = false;
      field.value = plain(value, 6);
      speak(line, value);
      send(row.path, value);
    });
    tick.addEventListener("change", () => send(row.path, tick.checked ? 1 : 0));
    field.addEventListener("input", () => { line.typing = true; });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") take();
      if (event.key === "Escape") {
        line.typing = false;
        refuse(line, null);
        show(line, line.row);
      }
    });
    field.addEventListener("blur", () => { if (line.typing) take(); });
    const take = () => {
      if (!line.typing && line.wrong.hidden) return;
      line.typing = false;
      send(row.path, field.value);
    };
    return line;
  }

  function speak(line, value) {
    const unit = line.row.factor ? "times" : line.row.unit;
    line.slider.setAttribute("aria-valuetext", `${plain(value)} ${unit}`.trim());
  }

  function refuse(line, sentence) {
    line.wrong.hidden = sentence === null;
    line.wrong.textContent = sentence ?? "";
    line.field.setAttribute("aria-invalid", String(sentence !== null));
  }

  function show(line, row) {
    line.row = row;
    const moving = waiting.has(row.path) || onTheWay.has(row.path);
    if (row.value !== null && !moving) {
      line.slider.value = toPosition(row, row.value);
      speak(line, row.value);
    }
    line.tick.checked = Boolean(row.value);
    if (!line.typing && line.wrong.hidden && !moving) line.field.value = row.value === null ? row.text : plain(row.value, 6);
    line.unit.textContent = row.factor ? "×" : row.unit;
    const size = row.shape.length ? `${row.shape.join("×")}` : "";
    line.facts.textContent = row.factor
      ? `${size} · ${pretty(row.smallest, 3)} – ${pretty(row.largest, 3)} ${row.unit}`
      : row.compiles ? "compiles once when first moved" : size && `${size} equal`;
    line.reset.disabled = !row.changed;
    all.disabled = [...lines.values()].every((known) => !known.row.changed);
  }

  function fill(content) {
    title.textContent = content.title;
    const groups = new Map();
    lines.clear();
    for (const row of content.rows) {
      const line = lineOf(row);
      lines.set(row.path, line);
      if (!groups.has(row.group)) {
        const name = row.group ? [h("strong", {}, row.group), " ", h("span", { class: "bt-quiet" }, row.class)] : [];
        groups.set(row.group, h("section", { class: "bt-group", "aria-label": row.group || row.class },
          ...(name.length ? [h("h4", {}, ...name)] : [])));
      }
      groups.get(row.group).append(line.element);
    }
    body.replaceChildren(...groups.values());
    for (const line of lines.values()) show(line, line.row);
    const known = [...new Set(content.rows.map((row) => row.family).filter(Boolean))];
    chips.replaceChildren(...(known.length < 2 ? [] : known.map((family) => {
      const chip = h("button", { type: "button", class: "bt-chip", "aria-pressed": "false", onclick: () => {
        if (!families.delete(family)) families.add(family);
        chip.setAttribute("aria-pressed", String(families.has(family)));
        narrow();
      } }, family);
      return chip;
    })));
    families.clear();
    note.hidden = content.fixed.length === 0;
    note.textContent = `Set from Python, not here: ${content.fixed.join(", ")}.`;
  }

  function narrow() {
    for (const line of lines.values()) line.element.hidden = families.size > 0 && !families.has(line.row.family);
    for (const group of body.children) {
      group.hidden = [...group.querySelectorAll(".bt-control")].every((element) => element.hidden);
    }
  }

  port.onMessage((message) => {
    if (message.type === "rows") {
      for (const row of message.rows) if (lines.has(row.path)) show(lines.get(row.path), row);
    }
    if (message.type !== "answer") return;
    const line = lines.get(message.row.path);
    if (!line) return;
    if (message.to === port.id) {
      onTheWay.delete(line.row.path);
      if (message.change !== null) {
        root.dispatchEvent(new CustomEvent("bouton-change", { bubbles: true, composed: true, detail: message }));
      }
      if (waiting.has(line.row.path)) {
        send(line.row.path, waiting.get(line.row.path));
        return;
      }
      refuse(line, message.error);
    } else if (message.error !== null) return;
    else if (!line.typing) refuse(line, null);
    show(line, message.row);
  });
  port.onContent(fill);
  fill(port.content());

  // Python answers with the values as they are. Asked again when somebody turns to the controls, for what Python code has changed
  // meanwhile, and once soon after the start: a kernel that gives the page's messages a thread of their own does so only by then,
  // and from then on a slider works even while a cell is being executed.
  let greeted = -Infinity;
  const greet = () => {
    if (performance.now() - greeted < 1000) return;
    greeted = performance.now();
    port.send({ type: "hello" });
  };
  greet();
  const soon = setTimeout(greet, 1500);
  root.addEventListener("pointerenter", greet);
  root.addEventListener("focusin", greet);
  return () => {
    clearTimeout(soon);
    port.send({ type: "bye" });
  };
}

export default widget("parameters", start);
