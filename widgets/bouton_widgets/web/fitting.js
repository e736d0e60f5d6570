// A fit: which parameters, towards what, start, stop, undo, and how the loss falls.

import { curveEditor } from "./curve.js";
import { plain, pretty } from "./numbers.js";
import { h } from "./page.js";
import { numberField, panel } from "./panels.js";
import { fit as fitCanvas, lookOf, probesOf } from "./plot.js";

const RATES = [["0.01", "small steps"], ["0.05", "usual steps"], ["0.2", "large steps"]];

export function fitting(port, lines, root) {
  let known = null;
  let offered = "";
  // Strokes that were drawn here, and whether Python has yet to answer the last.
  let strokes = 0;
  let owed = false;
  const told = h("span", { class: "bt-told", role: "status" });
  const signal = h("select", { class: "bt-field", "aria-label": "Signal that is to follow the target", onchange: () => other() });
  const source = h("select", { class: "bt-field", "aria-label": "What the target is", onchange: () => turn() });
  const seconds = numberField("seconds", "over", "0.2", "s", () => aim());
  const unit = numberField("unit", "unit", "0", "", () => aim());
  const smooth = numberField("smooth", "smoothed over", "", "ms", () => smoothed());
  smooth.input.addEventListener("change", () => smoothed());
  smooth.input.setAttribute("placeholder", "0");
  smooth.element.title = "Signal and target go through a low pass before they are compared; for spikes";
  const time = () => Number(seconds.input.value) || 0;
  const number = () => Number(unit.input.value) || 0;
  const isDrawn = () => source.value === "drawn";
  function aim() {
    // The first look ahead compiles.
    target.textContent = "Looking …";
    if (isDrawn()) port.send({ type: "fit-sketch", signal: signal.value, seconds: time(), unit: number() });
    else if (source.value === "next") port.send({ type: "fit-target", signal: signal.value, seconds: time() });
    else port.send({ type: "fit-kept", number: Number(source.value), signal: signal.value, seconds: time() });
  }
  function smoothed() {
    port.send({ type: "fit-smooth", seconds: Number(smooth.input.value) ? Number(smooth.input.value) / 1000 : null });
  }
  // Spikes are compared with others only when they are smoothed.
  function turn() {
    const events = known?.events.includes(signal.value);
    for (const option of source.options) if (option.value === "drawn") option.disabled = Boolean(events);
    if (events && isDrawn()) source.value = "next";
    unit.element.hidden = !isDrawn();
    take.textContent = isDrawn() ? "Begin to draw" : "Take as target";
  }
  function other() {
    turn();
    if (!known?.events.includes(signal.value) || smooth.input.value !== "") return;
    smooth.input.value = "20";
    smoothed();
  }
  const take = h("button", { type: "button", class: "bt-button", onclick: aim }, "Take as target");
  const before = h("button", { type: "button", class: "bt-button", title: "Take the target before this one again", onclick: () => port.send({ type: "fit-back" }) }, "Target before");
  const target = h("span", { class: "bt-quiet" });
  const editor = curveEditor({ unit: "", told, changed: () => {
    const { signal: path, seconds: long, unit: which, low, high } = known.sketch;
    strokes += 1;
    owed = true;
    port.send({ type: "fit-draw", signal: path, seconds: long, unit: which, low, high, heights: editor.heights(), turn: strokes });
  } });
  const sketch = h("div", { class: "bt-drawn", hidden: true }, editor.element);
  editor.onRepaint(() => draw());
  // A stroke is taken back where it was drawn; elsewhere these keys belong to the parameters.
  sketch.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    port.send({ type: "fit-back" });
  });
  const rate = h("select", { class: "bt-field", "aria-label": "Size of the steps" }, ...RATES.map(([value, label]) => h("option", { value, selected: value === "0.05" }, label)));
  const start = h("button", { type: "button", class: "bt-button bt-primary", onclick: () => port.send({ type: known?.running ? "fit-stop" : "fit-start", rate: Number(rate.value) }) }, "Start");
  const undo = h("button", { type: "button", class: "bt-button", onclick: () => port.send({ type: "fit-undo" }) }, "Undo fit");
  const status = h("span", { class: "bt-quiet", role: "status" });
  const curve = h("canvas", { class: "bt-loss", role: "img", "aria-label": "Loss, step by step" });
  const error = h("p", { class: "bt-wrong", role: "alert", hidden: true });
  const advice = h("p", { class: "bt-note bt-advice", role: "status", hidden: true });
  const probes = probesOf();
  const taking = h("div", { class: "bt-row" }, signal, source, seconds.element, unit.element, smooth.element, take, before);
  const { element, button } = panel(`${port.id}-fit`, "Fit", [
    taking, target, sketch, h("div", { class: "bt-row" }, rate, start, undo, status), h("figure", { class: "bt-loss-figure" }, curve), advice, error, told,
    h("div", { hidden: true }, ...Object.values(probes)),
  ], (open) => {
    root.classList.toggle("bt-fitting", open);
    for (const line of lines.values()) line.tickFit.hidden = !open || !known?.able.includes(line.row.path);
    draw();
  });

  function show(content) {
    known = content;
    // Of what does not run, only Python can give a target.
    button.hidden = content.signals.length === 0 && content.target === null;
    const kept = signal.options.length ? signal.value : "";
    if (signal.options.length !== content.signals.length) signal.replaceChildren(...content.signals.map((path) => h("option", { value: path }, path)));
    // What is smooth first: it can be fitted without more ado.
    const first = content.signals.find((path) => !content.events.includes(path)) ?? content.signals[0];
    signal.value = content.signals.includes(kept) && kept !== "" ? kept : first ?? "";
    const chosen = source.value;
    const sources = [["next", "what comes next"], ["drawn", "drawn by hand"], ...content.kept.map(([number, name]) => [String(number), name])];
    if (JSON.stringify(sources) !== offered) {
      offered = JSON.stringify(sources);
      source.replaceChildren(...sources.map(([value, label]) => h("option", { value }, label)));
      source.value = sources.some(([value]) => value === chosen) ? chosen : "next";
    }
    turn();
    if (root.getRootNode().activeElement !== smooth.input) smooth.input.value = content.smooth === null ? "" : plain(content.smooth * 1000, 4);
    before.disabled = content.back === 0;
    sketch.hidden = content.sketch === null;
    if (content.sketch !== null) {
      const { signal: path, words, unit: which, low, high, heights, seconds: long, by, turn: stroke } = content.sketch;
      editor.range(low, high, `${path}, unit ${which}`, words);
      if (by === port.id && stroke === strokes) owed = false;
      // What a hand is drawing, or has drawn since, is newer.
      if (!editor.drawing() && !owed) editor.show(heights);
      editor.stretch(long);
    }
    for (const part of [signal, source, seconds.element, smooth.element, take, before]) part.hidden = content.signals.length === 0;
    target.textContent = content.target === null ? "No target yet." : `Target: ${content.target}`;
    for (const [path, line] of lines) {
      line.tickFit.hidden = element.hidden || !content.able.includes(path);
      line.tickFit.checked = content.chosen.includes(path);
      line.tickFit.disabled = content.running;
    }
    start.textContent = content.running ? "Stop" : "Start";
    start.disabled = !content.running && (content.target === null || content.chosen.length === 0);
    undo.disabled = content.steps === 0;
    const missing = content.target === null ? "Take a target first." : content.chosen.length === 0 ? "Tick the boxes of what is to be turned." : "";
    status.textContent = content.steps === 0 ? missing
      : `${content.steps} steps · distance ${pretty(content.losses.at(-1), 3)} · best ${pretty(content.best, 3)}`;
    status.dataset.steps = content.steps;
    advice.hidden = content.advice === null;
    advice.textContent = content.advice ?? "";
    error.hidden = content.error === null;
    error.textContent = content.error ?? "";
    draw();
  }

  function draw() {
    if (!element.hidden && !sketch.hidden) {
      // Once on the page, where it has its width and its colours.
      requestAnimationFrame(() => editor.paint({ ...lookOf(probes, root), ground: getComputedStyle(root).backgroundColor }));
    }
    const losses = known?.losses ?? [];
    curve.parentElement.hidden = losses.length < 2;
    if (element.hidden || losses.length < 2) return;
    const { context, width, height } = fitCanvas(curve);
    const style = getComputedStyle(root);
    const logs = losses.map((x) => Math.log10(Math.max(x, 1e-12)));
    const high = Math.max(...logs);
    const low = Math.min(...logs, high - 0.5);
    const left = 58;
    const x = (k) => left + (k / (losses.length - 1)) * (width - left - 6);
    const y = (v) => 7 + ((high - v) / (high - low)) * (height - 14);
    context.font = `11px ${style.fontFamily}`;
    context.fillStyle = style.color;
    context.globalAlpha = 0.7;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const v of [high, low]) {
      context.fillText(plain(10 ** v, 2), left - 6, y(v));
      context.fillRect(left, Math.round(y(v)), width - left - 6, 0.5);
    }
    context.globalAlpha = 1;
    context.strokeStyle = style.getPropertyValue("--bt-accent") || "#1769c0";
    context.strokeStyle = getComputedStyle(start).color;
    context.lineWidth = 1.6;
    context.beginPath();
    logs.forEach((v, k) => context.lineTo(x(k), y(v)));
    context.stroke();
    curve.setAttribute("aria-label", `Loss, step by step: from ${pretty(losses[0], 3)} to ${pretty(losses.at(-1), 3)}`);
  }

  root.addEventListener("bouton-theme", draw);
  return {
    element,
    button,
    show,
    /** The box beside a slider. */
    box: (row) => h("input", { type: "checkbox", class: "bt-tick-fit", hidden: true, "aria-label": `Fit ${row.path}`, title: "Turned by the fit",
      onchange: (event) => port.send({ type: "fit-choose", path: row.path, on: event.target.checked }) }),
    hear(message) {
      if (message.type === "refused" && message.to === port.id && known) {
        owed = false;
        show(known);
      }
      if (message.type === "fit") show(message);
    },
  };
}
