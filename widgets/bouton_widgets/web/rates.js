// Population rates: a line for each population over simulated time.

import { live } from "./live.js";
import { pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { clip, drawAxes, fit, frameOf, PALETTE, room } from "./plot.js";

const RATES_HEIGHT = 216;

function drawRate(context, box, rate, top, colour) {
  const wide = (box.right - box.left) / rate.length;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  let open = false;
  for (let i = 0; i < rate.length; i += 1) {
    if (Number.isNaN(rate[i])) {
      open = false;
      continue;
    }
    const at = [box.left + (i + 0.5) * wide, box.bottom - (rate[i] / top) * (box.bottom - box.top)];
    if (open) context.lineTo(...at);
    else context.moveTo(...at);
    open = true;
  }
  context.stroke();
}

function start(root, port) {
  const content = port.content();
  const lines = content.populations.map(({ path, units }, k) => {
    const reading = h("span", { class: "bt-reading" });
    const colour = PALETTE[k % PALETTE.length];
    const mark = h("span", { class: "bt-mark", title: `${units} ${units === 1 ? "unit" : "units"}` },
      h("i", { style: `background:${colour}` }), path, reading);
    return { path, colour, reading, mark, rate: null };
  });
  let time = [0, 1];
  let range = null;
  let hover = null;

  const names = lines.map((line) => line.path).join(", ");
  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press, style: `height:${RATES_HEIGHT}px`,
    "aria-label": `Rates in hertz of ${names} over simulated time. Arrow keys move a pointer.` });
  const told = h("span", { class: "bt-told", role: "status" });
  const kernel = h("select", { class: "bt-field", "aria-label": "Kernel that smooths the rates",
    onchange: () => port.send({ type: "kernel", value: kernel.value }) },
  ...content.kernels.map(([value, word]) => h("option", { value }, word)));
  const width = h("input", { type: "number", class: "bt-field bt-unit-field", min: "0.1", step: "any", "aria-label": "Width of the kernel in ms",
    onchange: widen, onkeydown: (event) => { if (event.key === "Enter") widen(); } });
  const controls = h("div", { class: "bt-bar", role: "group", "aria-label": "Smoothing" },
    h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Kernel"), kernel),
    h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Width"), width, h("span", { class: "bt-quiet" }, "ms")));

  function widen() {
    if (width.value !== "") port.send({ type: "width", value: Number(width.value) / 1000 });
  }

  function take(head, buffers) {
    time = head.time;
    let most = 0;
    buffers.forEach((buffer, i) => {
      lines[i].rate = floats(buffer);
      for (const value of lines[i].rate) if (value > most) most = value;
    });
    range = room(range, [0, most]);
    if (document.activeElement !== kernel) kernel.value = head.kernel;
    width.disabled = head.kernel === "";
    if (document.activeElement !== width) width.value = pretty(head.width * 1000, 4);
  }

  function read() {
    for (const { rate, reading } of lines) {
      let value = NaN;
      if (hover !== null) value = rate[Math.min(Math.floor(hover * rate.length), rate.length - 1)];
      else for (let i = rate.length - 1; i >= 0 && Number.isNaN(value); i -= 1) value = rate[i];
      const text = Number.isNaN(value) ? "" : `${pretty(value, 3)} Hz`;
      if (reading.textContent !== text) reading.textContent = text;
    }
  }

  function paint(look, head) {
    const { context, width: wide, height } = fit(canvas);
    const box = frameOf(wide, height, true);
    if (box.right - box.left < 20) return;
    const top = range[1];
    drawAxes(context, box, look, time, [0, top], true);
    context.save();
    clip(context, box);
    for (const { rate, colour } of lines) drawRate(context, box, rate, top, colour);
    if (hover !== null) {
      const x = Math.round(box.left + hover * (box.right - box.left)) + 0.5;
      context.strokeStyle = look.quiet;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x, box.top);
      context.lineTo(x, box.bottom);
      context.stroke();
    }
    context.restore();
    read();
    view.point(hover === null ? head.now : time[0] + hover * (time[1] - time[0]), hover !== null);
  }

  function point(part) {
    hover = part;
    view.repaint();
  }

  function press(event) {
    const step = { ArrowRight: 0.01, ArrowLeft: -0.01, Home: -1, End: 1 }[event.key];
    if (event.key === "Escape") point(null);
    if (step === undefined || !lines[0].rate) return;
    event.preventDefault();
    point(Math.min(1, Math.max(0, (hover ?? 1) + step)));
    read();
    const at = `${pretty(time[0] + hover * (time[1] - time[0]), 4)} s`;
    told.textContent = [at, ...lines.map((line) => `${line.path} ${line.reading.textContent || "not simulated"}`)].join(", ");
  }

  canvas.addEventListener("pointermove", (event) => {
    const box = frameOf(canvas.clientWidth, canvas.clientHeight, true);
    const part = (event.offsetX - box.left) / (box.right - box.left);
    point(part >= 0 && part <= 1 ? part : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  const view = live(root, port, content, { take, paint, shown: { canvas, lines }, columns: () => Math.max(50, (canvas.clientWidth || 760) - 68) });
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, "Rate"),
    h("span", { class: "bt-unit" }, "Hz"), h("span", { class: "bt-legend" }, ...lines.map((line) => line.mark))), canvas);
  view.begin(controls, figure, h("p", { class: "bt-axis" }, "Simulated time (s)"), told);
  return view.stop;
}

export default widget("rates", start);
