// Population rates: a line for each population over simulated time.

import { live } from "./live.js";
import { columnAt, drawCursor, TIME_KEYS, timeline } from "./livetime.js";
import { DASHES, PALE } from "./livetools.js";
import { pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { clip, drawAxes, fit, frameOf, PALETTE, room } from "./plot.js";

const RATES_HEIGHT = 216;
// By kernel, how many widths from the beginning and from the end it has almost all that it weighs.
const SETTLED = { gaussian: [3, 3], box: [0.5, 0.5], exponential: [4, 0], "": [0, 0] };

/** A line through the rates of a span, where the times `shown` are at the edges. */
function drawRate(context, box, shown, span, rate, top, colour) {
  const scale = (box.right - box.left) / (shown[1] - shown[0]);
  const wide = ((span[1] - span[0]) / rate.length) * scale;
  const left = box.left + (span[0] - shown[0]) * scale;
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
    const at = [left + (i + 0.5) * wide, box.bottom - (rate[i] / top) * (box.bottom - box.top)];
    if (open) context.lineTo(...at);
    else context.moveTo(...at);
    open = true;
  }
  context.stroke();
}

export function start(root, port) {
  const content = port.content();
  const lines = content.populations.map(({ path, units }, k) => {
    const reading = h("span", { class: "bt-reading", title: "At the pointer; else the last that hardly anything can change any more" });
    const colour = PALETTE[k % PALETTE.length];
    const mark = h("span", { class: "bt-mark", title: `${units} ${units === 1 ? "unit" : "units"}` },
      h("i", { style: `background:${colour}` }), path, reading);
    return { path, colour, reading, mark, rate: null };
  });
  let head = null;
  let kept = [];
  let most = 0;
  let range = null;

  const names = lines.map((line) => line.path).join(", ");
  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", style: `height:${RATES_HEIGHT}px`,
    "aria-label": `Rates in hertz of ${names} over simulated time. ${TIME_KEYS}` });
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

  function take(now, buffers) {
    head = now;
    most = 0;
    buffers.forEach((buffer, i) => {
      lines[i].rate = floats(buffer);
      for (const value of lines[i].rate) if (value > most) most = value;
    });
    reach();
    if (kernel.getRootNode().activeElement !== kernel) kernel.value = head.kernel;
    width.disabled = head.kernel === "";
    if (width.getRootNode().activeElement !== width) width.value = pretty(head.width * 1000, 4);
  }

  function lay(runs) {
    kept = runs.map((run, k) => {
      const rates = run.buffers.map(floats);
      return { run, k, rates, most: Math.max(0, ...rates.map((rate) => rate.reduce((a, b) => (b > a ? b : a), 0))) };
    });
    reach();
  }

  function reach() {
    range = room(range, [0, Math.max(most, ...kept.map((one) => one.most))]);
  }

  const whole = () => [head.window[0], head.window[0] + content.window];
  const shown = () => (head?.window ? view.link.state.span ?? whole() : head?.time ?? [0, 1]);

  function valueOf(rate, time) {
    const bin = columnAt(time, head.time, rate.length);
    return bin === null ? NaN : rate[bin];
  }

  /** From when to when a rate is what it will stay: near an end more or fewer events weigh, and it moves up and down with each. */
  function settled(rate) {
    const span = head.time;
    const wide = (span[1] - span[0]) / rate.length;
    let [first, end] = [0, rate.length];
    while (end > 0 && Number.isNaN(rate[end - 1])) end -= 1;
    while (first < end && Number.isNaN(rate[first])) first += 1;
    const [left, right] = SETTLED[head.kernel].map((widths) => widths * head.width);
    return [span[0] + first * wide + left, span[0] + end * wide - right];
  }

  function read(time) {
    for (const { rate, reading } of lines) {
      let value = NaN;
      if (time !== null) value = valueOf(rate, time);
      else {
        const [from, to] = settled(rate);
        if (to > from) value = valueOf(rate, to - (0.5 * (head.time[1] - head.time[0])) / rate.length);
        for (let i = rate.length - 1; i >= 0 && Number.isNaN(value); i -= 1) value = rate[i];
      }
      const text = Number.isNaN(value) ? "" : `${pretty(value, 3)} Hz`;
      if (reading.textContent !== text) reading.textContent = text;
    }
  }

  function tell(time) {
    read(time);
    return [`${pretty(time, 4)} s`, ...lines.map((line) => `${line.path} ${line.reading.textContent || "not simulated"}`)].join(", ");
  }

  function paint(look) {
    const { context, width: wide, height } = fit(canvas);
    const box = frameOf(wide, height, true);
    if (box.right - box.left < 20) return;
    const [now, time, top] = [shown(), times.time(), range[1]];
    drawAxes(context, box, look, now, [0, top], true);
    context.save();
    clip(context, box);
    for (const { run, k, rates } of kept) {
      const by = view.shift(run);
      context.globalAlpha = PALE;
      context.setLineDash(DASHES[k % DASHES.length]);
      rates.forEach((rate, i) => drawRate(context, box, now, run.time.map((end) => end + by), rate, top, lines[i].colour));
      context.setLineDash([]);
      context.globalAlpha = 1;
    }
    for (const { rate, colour } of lines) {
      const [from, to] = settled(rate).map((at) => box.left + ((at - now[0]) / (now[1] - now[0])) * (box.right - box.left));
      // Under a kernel as wide as the window nothing is settled, and pale would tell nothing.
      context.globalAlpha = to > from ? PALE : 1;
      drawRate(context, box, now, head.time, rate, top, colour);
      context.globalAlpha = 1;
      if (to <= from) continue;
      context.save();
      context.beginPath();
      context.rect(from, box.top, to - from, box.bottom - box.top);
      context.clip();
      drawRate(context, box, now, head.time, rate, top, colour);
      context.restore();
    }
    drawCursor(context, box, look, now, time);
    context.restore();
    read(time);
    view.point(time, time !== null);
  }

  const view = live(root, port, content, { take, paint, lay, timed: true, shown: { canvas, lines },
    start: () => Math.max(0, head.time[1] - content.window), columns: () => Math.max(50, (canvas.clientWidth || 760) - 68) });
  const times = timeline(view, content.dt, { shown, whole, tell, box: () => frameOf(canvas.clientWidth, canvas.clientHeight, true) });
  times.attach(canvas);
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, "Rate"),
    h("span", { class: "bt-unit" }, "Hz"), h("span", { class: "bt-legend" }, ...lines.map((line) => line.mark))), canvas);
  view.begin(controls, figure, h("p", { class: "bt-axis" }, "Simulated time (s)"), times.told);
  return view.stop;
}

export default widget("rates", start);
