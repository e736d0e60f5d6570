// A row for each parameter: slider, number field, unit, reset. Python decides what is taken; the page shows what it answers.

import { arrayEdit } from "./arrayedit.js";
import { fitting } from "./fitting.js";
import { plain, pretty } from "./numbers.js";
import { greet, h, icon } from "./page.js";
import { presets } from "./presets.js";
import { digits, positions, toPosition, toValue } from "./scale.js";
import { slopes } from "./slopes.js";
import { steps } from "./steps.js";

// What pages say of themselves, and not because somebody has done something.
const UNASKED = ["hello", "bye", "array-cells"];
const BACK = "M8 3a5 5 0 1 1-4.7 3.3l1.3.5A3.6 3.6 0 1 0 8 4.4v2.1L4.6 3.7 8 1z";

/** Fill the root with the controls. */
export function controls(root, outer) {
  // What the hand did before a reset, or a preset, must not come after it.
  const port = { ...outer, send(message) {
    if (!UNASKED.includes(message.type)) {
      flush();
      refused(null);
    }
    outer.send(message);
  } };
  const lines = new Map();
  const families = new Set();
  // What is selected in a tree, if a tree is followed.
  let focus = null;

  // Of each parameter one change is on its way at most. What the hand does meanwhile replaces what waits.
  const onTheWay = new Map();
  const waiting = new Map();
  let turn = 0;

  // What one movement of a hand changes is one step to be undone, and so are keys that are pressed one after another.
  let gesture = 0;
  let pressed = { path: "", at: 0 };

  function send(path, value, hand = null) {
    const way = onTheWay.get(path);
    if (way && performance.now() - way.since < 2000) waiting.set(path, [value, hand]);
    else sendNow(path, value, hand);
  }

  function sendNow(path, value, hand) {
    waiting.delete(path);
    turn += 1;
    onTheWay.set(path, { since: performance.now(), turn });
    refused(null);
    outer.send({ type: "set", path, value, gesture: hand, turn });
  }

  function flush() {
    for (const [path, [value, hand]] of [...waiting]) sendNow(path, value, hand);
  }

  const title = h("h3", { class: "bt-title" });
  const chips = h("div", { class: "bt-chips", role: "group", "aria-label": "Show only these families" });
  const all = h("button", { type: "button", class: "bt-button", onclick: () => port.send({ type: "reset", path: null }) },
    icon(BACK), "Reset all");
  const changes = steps(root, port, isTyping);
  const refusal = h("p", { class: "bt-banner", role: "alert", hidden: true });
  const shelf = presets(port, (text) => refused(text));
  const adjusting = fitting(port, lines, root);
  const sensitivity = slopes(port, lines, root, (text) => refused(text));
  const body = h("div", { class: "bt-controls" });
  const note = h("p", { class: "bt-note", hidden: true });
  root.append(h("header", { class: "bt-bar" }, title, h("span", { class: "bt-quiet" }, "parameters"), chips,
    h("div", { class: "bt-tools" }, sensitivity.element, changes.element, all, shelf.button, adjusting.button)), shelf.element, adjusting.element, refusal, body, sensitivity.note, note);

  /** Whether keys that undo belong to what is being typed. */
  function isTyping(element) {
    const line = [...lines.values()].find((known) => known.field === element);
    return line ? line.typing : element.matches("input[type=text], input[type=search], textarea");
  }

  function refused(text) {
    refusal.hidden = text === null;
    refusal.textContent = text ?? "";
  }

  function lineOf(row) {
    const id = `${port.id}-${row.path}`;
    const slider = h("input", { type: "range", id, min: 0, step: 1, class: "bt-slider" });
    const field = h("input", { type: "text", inputmode: "decimal", class: "bt-field bt-number", autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${id}-wrong` });
    const tick = h("input", { type: "checkbox", id: `${id}-switch`, class: "bt-switch", "aria-label": row.path });
    const menu = h("select", { id: `${id}-menu`, class: "bt-field bt-choice", onchange: () => send(row.path, menu.value) });
    const facts = h("span", { class: "bt-range" });
    const unit = h("span", { class: "bt-unit" });
    const reset = h("button", { type: "button", class: "bt-button bt-undo", title: "Reset", "aria-label": `Reset ${row.path}`,
      onclick: () => port.send({ type: "reset", path: row.path }) }, icon(BACK));
    const wrong = h("p", { class: "bt-wrong", id: `${id}-wrong`, role: "alert", hidden: true });
    const slope = h("span", { class: "bt-slope", role: "note", "aria-label": `Slope of ${row.path}`, hidden: true });
    const tickFit = adjusting.box(row);
    const edit = row.array ? arrayEdit(row, port) : null;
    const element = h("div", { class: "bt-control", role: "group", "aria-label": row.path, "data-path": row.path },
      h("label", { for: row.choices ? menu.id : row.switch ? tick.id : id, class: "bt-label", title: row.path }, tickFit, h("span", {}, row.name), facts),
      row.choices ? menu : row.switch ? tick : slider, slope, row.choices || row.switch ? h("span") : field, unit, edit?.button ?? h("span"), reset, wrong, edit?.element ?? null);
    const line = { element, tickFit, slope, edit, slider, field, tick, menu, facts, unit, reset, wrong, row, typing: false, shown: false };
    slider.addEventListener("pointerdown", () => {
      gesture += 1;
      pressed.path = "";
    });
    slider.addEventListener("keydown", (event) => {
      const goesOn = pressed.path === row.path && event.timeStamp - pressed.at < 1000;
      pressed = { path: row.path, at: event.timeStamp };
      if (!event.repeat && !goesOn) gesture += 1;
    });

    slider.addEventListener("input", () => {
      const value = toValue(line.row, Number(slider.value));
      line.typing = false;
      refuse(line, null);
      field.value = plain(value, digits(line.row));
      speak(line, plain(value, digits(line.row)));
      send(row.path, value, gesture);
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

  function speak(line, number) {
    line.slider.setAttribute("aria-valuetext", `${number} ${line.row.factor ? "times" : line.row.unit}`.trim());
  }

  function refuse(line, sentence) {
    line.wrong.hidden = sentence === null;
    line.wrong.textContent = sentence ?? "";
    line.field.setAttribute("aria-invalid", String(sentence !== null));
  }

  function factsOf(row) {
    const size = row.shape.join("×");
    if (row.factor) {
      const range = row.smallest === null ? "" : ` · ${pretty(row.smallest, 3)} – ${pretty(row.largest, 3)} ${row.unit}`;
      return `${size}${row.sampled ? " · sample" : ""}${range}${row.lost ? ` · ${row.lost} not finite` : ""}`;
    }
    if (row.compiles) return "compiles once when first moved";
    return row.shape.length ? `${size} ${row.switch && row.value === null ? "different" : "equal"}` : "";
  }

  function show(line, row) {
    line.row = row;
    line.reset.disabled = !row.changed;
    all.disabled = [...lines.values()].every((known) => !known.row.changed);
    // What the hand has done since stays on the screen until it is answered.
    const moving = line.shown && (waiting.has(row.path) || onTheWay.has(row.path));
    line.shown = true;
    if (row.choices) {
      const chosen = moving ? line.menu.value : row.value ?? "";
      line.menu.replaceChildren(...row.choices.map((name) => h("option", { value: name, disabled: name === "" }, name || row.text)));
      line.menu.value = chosen;
      line.menu.setAttribute("aria-label", row.path);
      line.facts.textContent = "compiles when changed";
      return;
    }
    const number = row.value === null ? row.text : plain(row.value, digits(row));
    line.slider.max = positions(row);
    if (!moving) {
      line.slider.value = row.value === null ? 0 : toPosition(row, row.value);
      speak(line, number);
      line.tick.checked = Boolean(row.value);
      line.tick.indeterminate = row.switch && row.value === null;
    }
    if (!line.typing && line.wrong.hidden && !moving) line.field.value = number;
    const inUnit = row.factor ? ", factor" : row.unit && ` in ${row.unit}`;
    line.slider.setAttribute("aria-label", `${row.path}${inUnit}`);
    line.field.setAttribute("aria-label", `${row.path}, type a number${inUnit}`);
    line.unit.textContent = line.unit.title = row.factor ? "×" : row.unit;
    line.facts.textContent = factsOf(row);
    line.facts.title = line.facts.textContent;
    line.edit?.changed(row);
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
    changes.show(content.steps);
    shelf.show(content.presets);
    sensitivity.offer(content.slopes);
    adjusting.show(content.fit);
    refused(null);
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
    focus = content.focus;
    narrow();
    note.hidden = content.fixed.length === 0;
    note.textContent = `Set from Python, not here: ${content.fixed.join(", ")}.`;
  }

  function narrow() {
    for (const line of lines.values()) {
      const { family, path } = line.row;
      line.element.hidden = (families.size > 0 && !families.has(family)) || (focus !== null && !focus.includes(path));
    }
    for (const group of body.children) {
      group.hidden = [...group.querySelectorAll(".bt-control")].every((element) => element.hidden);
    }
  }

  port.onMessage((message) => {
    // Those of a fit are a number.
    if (message.steps && message.type !== "fit") changes.show(message.steps);
    shelf.hear(message);
    sensitivity.hear(message);
    adjusting.hear(message);
    if (message.type.startsWith("array-")) lines.get(message.path)?.edit?.hear(message);
    if (message.type === "refused" && message.to === port.id) refused(message.text);
    if (message.type === "rows") {
      for (const row of message.rows) if (lines.has(row.path)) show(lines.get(row.path), row);
    }
    if (message.type === "focus") {
      focus = message.paths;
      narrow();
    }
    if (message.type !== "answer") return;
    const line = lines.get(message.row.path);
    if (!line) return;
    if (message.to === port.id) {
      if (message.change !== null) {
        root.dispatchEvent(new CustomEvent("bouton-change", { bubbles: true, composed: true, detail: message }));
      }
      // To something that was done before what is on its way.
      const way = onTheWay.get(line.row.path);
      if (way && message.turn !== way.turn) return;
      onTheWay.delete(line.row.path);
      if (waiting.has(line.row.path)) {
        send(line.row.path, ...waiting.get(line.row.path));
        return;
      }
      refuse(line, message.error);
    } else if (message.error !== null) return;
    else if (!line.typing) refuse(line, null);
    show(line, message.row);
  });
  port.onContent(fill);
  fill(port.content());

  return greet(root, port);
}
