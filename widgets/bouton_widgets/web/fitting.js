// A fit: which parameters, towards what, start, stop, undo, and how the loss falls.

import { plain, pretty } from "./numbers.js";
import { h } from "./page.js";
import { numberField, panel } from "./panels.js";
import { fit as fitCanvas } from "./plot.js";

const RATES = [["0.01", "small steps"], ["0.05", "usual steps"], ["0.2", "large steps"]];

export function fitting(port, lines, root) {
  let known = null;
  const signal = h("select", { class: "bt-field", "aria-label": "Signal that is to follow the target" });
  const seconds = numberField("seconds", "next", "0.2", "s", () => aim());
  const aim = () => port.send({ type: "fit-target", signal: signal.value, seconds: Number(seconds.input.value) || 0 });
  const take = h("button", { type: "button", class: "bt-button", onclick: aim, title: "What the simulation would do next becomes the target" }, "Take as target");
  const target = h("span", { class: "bt-quiet" });
  const rate = h("select", { class: "bt-field", "aria-label": "Size of the steps" }, ...RATES.map(([value, label]) => h("option", { value, selected: value === "0.05" }, label)));
  const start = h("button", { type: "button", class: "bt-button bt-primary", onclick: () => port.send({ type: known?.running ? "fit-stop" : "fit-start", rate: Number(rate.value) }) }, "Start");
  const undo = h("button", { type: "button", class: "bt-button", onclick: () => port.send({ type: "fit-undo" }) }, "Undo fit");
  const status = h("span", { class: "bt-quiet", role: "status" });
  const curve = h("canvas", { class: "bt-loss", role: "img", "aria-label": "Loss, step by step" });
  const error = h("p", { class: "bt-wrong", role: "alert", hidden: true });
  const take1 = h("div", { class: "bt-row" }, signal, seconds.element, take, target);
  const { element, button } = panel(`${port.id}-fit`, "Fit", [
    take1, h("div", { class: "bt-row" }, rate, start, undo, status), h("figure", { class: "bt-loss-figure" }, curve), error,
  ], (open) => {
    root.classList.toggle("bt-fitting", open);
    for (const line of lines.values()) line.tickFit.hidden = !open || !known?.able.includes(line.row.path);
    draw();
  });

  function show(content) {
    known = content;
    // Of what does not run, only Python can give a target.
    button.hidden = content.signals.length === 0 && content.target === null;
    const kept = signal.value;
    if (signal.options.length !== content.signals.length) signal.replaceChildren(...content.signals.map((path) => h("option", { value: path }, path)));
    if (content.signals.includes(kept)) signal.value = kept;
    for (const part of [signal, seconds.element, take]) part.hidden = content.signals.length === 0;
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
    error.hidden = content.error === null;
    error.textContent = content.error ?? "";
    draw();
  }

  function draw() {
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
      if (message.type === "fit") show(message);
    },
  };
}
