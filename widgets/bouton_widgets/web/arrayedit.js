// An array edited: by a scale and an offset, drawn from a distribution, or cell by cell.

import { h, icon } from "./page.js";
import { numberField } from "./panels.js";

const GRID = "M2.5 2.5h11v11h-11zM3.9 3.9v2.3h2.3V3.9zm3.6 0v2.3h4.6V3.9zM3.9 7.5v4.6h2.3V7.5zm3.6 0v4.6h4.6V7.5z";
const KINDS = {
  constant: [["value", "value", true]],
  uniform: [["low", "from", true], ["high", "to", true], ["seed", "seed", false]],
  normal: [["mean", "mean", true], ["sd", "standard deviation", true], ["seed", "seed", false]],
  "log-normal": [["median", "median", true], ["sigma", "σ of the logarithm", false], ["seed", "seed", false]],
};
const USUAL = { value: "0", low: "0", high: "1", mean: "0", sd: "1", median: "1", sigma: "0.5", seed: "0" };

/** What is opened below the row of an array: its button and its panel. */
export function arrayEdit(row, port) {
  const id = `${port.id}-${row.path}-array`;
  const forms = ["Scale and offset", "Distribution", "Cells"];
  const form = h("select", { class: "bt-field", "aria-label": `How ${row.path} is edited`, onchange: () => turnTo(form.value) },
    ...forms.map((one) => h("option", { value: one }, one)));
  const body = h("div", { class: "bt-row" });
  const wrong = h("p", { class: "bt-wrong", role: "alert", hidden: true });
  const table = h("div", { class: "bt-cells", hidden: true });
  const element = h("section", { id, class: "bt-array-edit", "aria-label": `Edit ${row.path}`, hidden: true }, h("div", { class: "bt-row" }, form, body), table, wrong);
  const button = h("button", { type: "button", class: "bt-button bt-edit", title: "Edit the array", "aria-label": `Edit array ${row.path}`, "aria-expanded": "false",
    "aria-controls": id, onclick: () => open(element.hidden) }, icon(GRID));
  const open = (shown) => {
    element.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
    if (shown) turnTo(form.value);
  };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    open(false);
    button.focus();
  });
  let fields = [];
  // The cells on the page by index, and what was said of those that were refused.
  const cells = new Map();
  const faults = new Map();
  // What each held when it was last accepted, and what was sent since, to be answered in this order.
  const sound = new Map();
  const sent = new Map();
  // Whether other cells have come while somebody was typing into these.
  let late = false;
  let kind = "uniform";
  let window = { from: row.shape.map(() => 0), size: row.shape.map(() => 0) };
  const places = row.shape.map((n, axis) => h("input", { type: "number", class: "bt-field bt-small", min: 0, max: n - 1, value: 0,
    "aria-label": row.shape.length === 1 ? "First index" : `First index along axis ${axis}`, onchange: () => ask(places.map((one) => Number(one.value) || 0)) }));

  const act = (type, more = {}) => {
    refuse(null, null);
    port.send({ type, path: row.path, ...Object.fromEntries(fields.map(({ name, input }) => [name, input.value])), ...more });
  };
  const isTyping = () => table.contains(element.getRootNode().activeElement);
  const ask = (from) => port.send({ type: "array-cells", path: row.path, from });

  function fill(chosen, type, more) {
    fields = chosen.map(([name, label, inUnit, value]) => numberField(name, label, value ?? USUAL[name], inUnit ? row.unit : "", () => act(type, more())));
    return fields.map((field) => field.element);
  }

  /** What a field begins with: near the values that are there. */
  function around(key) {
    const { smallest: low, largest: high } = row;
    if (low === null || key === "seed" || key === "sigma") return null;
    const spread = high > low ? high - low : Math.abs(low) || 1;
    const middle = low / 2 + high / 2;
    if (key === "median") return middle > 0 ? middle : null;
    return { value: middle, mean: middle, sd: spread / 4, low: high > low ? low : low - spread / 2, high: high > low ? high : high + spread / 2 }[key];
  }

  function turnTo(name) {
    refuse(null, null);
    table.hidden = name !== "Cells";
    const apply = (type, more) => h("button", { type: "button", class: "bt-button", onclick: () => act(type, more()) }, "Apply");
    const none = () => ({});
    if (name === "Cells") {
      fields = [];
      body.replaceChildren(h("span", { class: "bt-quiet" }, "from"), ...places,
        h("button", { type: "button", class: "bt-button bt-square", "aria-label": "Earlier cells", onclick: () => page(-1) }, "◂"),
        h("button", { type: "button", class: "bt-button bt-square", "aria-label": "Later cells", onclick: () => page(1) }, "▸"),
        h("span", { class: "bt-quiet" }, `of ${row.shape.join(" × ")}`));
      ask(window.from);
    } else if (name === "Scale and offset") {
      body.replaceChildren(...fill([["scale", "times", false, "1"], ["offset", "plus", true, "0"]], "array-scale", none), apply("array-scale", none));
    } else {
      const more = () => ({ draw: kind });
      const menu = h("select", { class: "bt-field", "aria-label": "Distribution", onchange: () => {
        kind = menu.value;
        turnTo(name);
      } }, ...Object.keys(KINDS).map((one) => h("option", { value: one, selected: one === kind }, one)));
      const usual = (key) => String(Number((around(key) ?? Number(USUAL[key])).toPrecision(4)));
      body.replaceChildren(menu, ...fill(KINDS[kind].map(([key, label, inUnit]) => [key, label, inUnit, usual(key)]), "array-draw", more), apply("array-draw", more));
    }
  }

  function page(way) {
    const from = [...window.from];
    // A page further along the last axis, and from its end on to the next along the one before.
    for (let axis = from.length - 1; axis >= 0; axis -= 1) {
      const next = from[axis] + way * window.size[axis];
      if (next >= 0 && next < row.shape[axis]) {
        from[axis] = next;
        break;
      }
      if (axis === 0) return;
      from[axis] = way > 0 ? 0 : Math.max(0, row.shape[axis] - window.size[axis]);
    }
    ask(from);
  }

  function say(sentence) {
    wrong.hidden = sentence === null;
    wrong.textContent = sentence ?? "";
  }

  /** Of one cell: what was said of another stays. */
  function refuseCell(index, sentence) {
    const input = cells.get(index.join());
    if (sentence === null) faults.delete(index.join());
    else faults.set(index.join(), sentence);
    input?.setAttribute("aria-invalid", String(sentence !== null));
    say([...faults.values()].at(-1) ?? null);
    if (sentence !== null && !isTyping()) input?.focus();
    renew();
  }

  /** Bring the cells that came in the meantime, when nobody is at these and none of them waits to be put right. */
  function renew() {
    if (late && !isTyping() && faults.size === 0) ask(window.from);
  }

  function refuse(name, sentence) {
    faults.clear();
    say(sentence);
    for (const field of fields) field.input.setAttribute("aria-invalid", String(sentence !== null && (name === "" || name === null || field.name === name)));
    fields.find((field) => field.name === name)?.input.focus();
  }

  function lay(message) {
    late = isTyping() || (faults.size > 0 && message.from.join() === window.from.join());
    if (late) return;
    window = message;
    refuse(null, null);
    cells.clear();
    message.from.forEach((k, axis) => { places[axis].value = k; });
    const flat = row.shape.length === 1;
    // As many in a row as can be read.
    const columns = flat ? Math.min(8, message.size[0], Math.max(2, Math.floor((element.clientWidth - 64) / 84))) : message.size.at(-1);
    const first = message.from.at(-1);
    const index = (k) => (flat ? [first + k] : [...message.from.slice(0, -2), message.from.at(-2) + Math.floor(k / columns), first + (k % columns)]);
    const head = (text) => h("span", { class: "bt-quiet", "aria-hidden": "true" }, text);
    table.style.gridTemplateColumns = `max-content repeat(${columns}, minmax(80px, 100px))`;
    table.replaceChildren(head(""), ...Array.from({ length: columns }, (_, k) => head(flat ? `+${k}` : String(first + k))), ...message.numbers.flatMap((text, k) => {
      const place = index(k);
      const input = h("input", { type: "text", inputmode: "decimal", class: "bt-field", value: text.replace("−", "-"), autocomplete: "off", spellcheck: "false",
        "aria-label": `${row.path}[${place.join(", ")}]`, onkeydown: (event) => {
          if (event.key === "Enter") take();
          const key = place.join();
          if (event.key !== "Escape" || (input.value === taken && !faults.has(key))) return;
          if (faults.has(key)) refuseCell(place, null);
          input.value = taken = sound.get(key);
          event.stopPropagation();
        }, onchange: () => take() });
      let taken = input.value;
      const take = () => {
        if (input.value === taken) return;
        taken = input.value;
        refuseCell(place, null);
        sent.get(place.join()).push(input.value);
        port.send({ type: "array-cell", path: row.path, index: place, value: input.value });
      };
      cells.set(place.join(), input);
      sound.set(place.join(), input.value);
      sent.set(place.join(), []);
      return k % columns === 0 ? [head(String(place.at(flat ? 0 : -2))), input] : [input];
    }));
  }

  // When the focus has arrived where it goes.
  table.addEventListener("focusout", () => setTimeout(renew, 0));

  return {
    element,
    button,
    hear(message) {
      if (message.path !== row.path || message.to !== port.id) return;
      if (message.type === "array-cells") lay(message);
      if (message.type !== "array-answer") return;
      if (!message.index) return refuse(message.field, message.error);
      const answered = sent.get(message.index.join())?.shift();
      if (answered !== undefined && message.error === null) sound.set(message.index.join(), answered);
      refuseCell(message.index, message.error);
    },
    /** The array is another. */
    changed(now) {
      row = now;
      if (element.hidden || form.value !== "Cells") return;
      late = isTyping();
      if (!late) ask(window.from);
    },
  };
}
