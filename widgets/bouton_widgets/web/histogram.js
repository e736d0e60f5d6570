// How a state is distributed over its units: bars for now, a line for the time that is kept.

import { drawGrid, linearTicks, placer } from "./lines.js";
import { live } from "./live.js";
import { DASHES, PALE } from "./livetools.js";
import { pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { clip, fit, PALETTE, room } from "./plot.js";

const HISTOGRAM_HEIGHT = 236;

export function start(root, port) {
  const content = port.content();
  let data = null;
  let kept = [];
  let range = null;
  let at = null;

  const said = (value) => `${pretty(value, 4)}${content.unit && ` ${content.unit}`}`;
  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press, style: `height:${HISTOGRAM_HEIGHT}px`,
    "aria-label": `Histogram of ${content.path} over ${content.units} units, now and over the last ${pretty(content.window, 3)} s. Arrow keys move a pointer, F freezes.` });
  const told = h("span", { class: "bt-told", role: "status" });
  const mean = h("span", { class: "bt-quiet bt-moments" });
  const refit = h("button", { type: "button", class: "bt-button", title: "Fit the axis to the values",
    onclick: () => port.send({ type: "fit" }) }, "Fit axis");
  const bars = h("span", { class: "bt-reading" });
  const line = h("span", { class: "bt-reading" });
  const when = h("span", {}, "now");
  const during = h("span", {}, `last ${pretty(content.window, 3)} s`);
  const legend = h("span", { class: "bt-legend" },
    h("span", { class: "bt-mark" }, h("i", { style: `background:${PALETTE[0]};opacity:0.5;height:10px` }), when, bars),
    h("span", { class: "bt-mark" }, h("i", { style: `background:${PALETTE[1]}` }), during, line));

  const boxOf = () => ({ left: 58, right: canvas.clientWidth - 10, top: 6, bottom: canvas.clientHeight - 22 });

  function partsOf({ ends, bins }, buffers) {
    const [now, whole] = buffers.map((buffer) => floats(buffer).map((part) => 100 * part));
    return { ends, bins, now, kept: whole };
  }

  function lay(runs) {
    kept = runs.map((run, k) => ({ k, ...partsOf(run, run.buffers) }));
    if (data) reach();
  }

  function reach() {
    range = room(range, [0, Math.max(...data.now, ...data.kept, ...kept.map((run) => Math.max(...run.kept)))]);
  }

  function take(head, buffers) {
    data = partsOf(head, buffers);
    shown.data = data;
    reach();
    const span = head.window && view.link.state.span;
    when.textContent = head.at === undefined ? "now" : `at ${pretty(head.at, 5)} s`;
    during.textContent = span ? `${pretty(span[0], 4)} to ${pretty(span[1], 4)} s` : `last ${pretty(content.window, 3)} s`;
    mean.textContent = head.mean === null ? "" : `mean ${said(head.mean)}, standard deviation ${said(head.std)}`;
  }

  function read() {
    const words = at === null ? ["", ""] : [data.now[at], data.kept[at]].map((part) => `${pretty(part, 3)} %`);
    bars.textContent = words[0];
    line.textContent = words[1];
  }

  function outline(context, parts, placeX, placeY) {
    const [low, high] = parts.ends;
    const edge = (k) => placeX(low + (k / parts.bins) * (high - low));
    context.strokeStyle = PALETTE[1];
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(edge(0), placeY(0));
    parts.kept.forEach((part, k) => {
      context.lineTo(edge(k), placeY(part));
      context.lineTo(edge(k + 1), placeY(part));
    });
    context.lineTo(edge(parts.bins), placeY(0));
    context.stroke();
  }

  function paint(look) {
    const { context } = fit(canvas);
    const box = boxOf();
    if (box.right - box.left < 20) return;
    // There is no more than all of them.
    const top = Math.min(range[1], 104);
    const placeX = placer(data.ends, [box.left, box.right]);
    const placeY = placer([0, top], [box.bottom, box.top]);
    drawGrid(context, box, look, linearTicks(...data.ends, Math.max(2, Math.floor((box.right - box.left) / 80))), linearTicks(0, top, 6), placeX, placeY, [], true);
    const edge = (k) => box.left + (k / data.bins) * (box.right - box.left);
    context.save();
    clip(context, box);
    if (at !== null) {
      context.fillStyle = look.grid;
      context.fillRect(edge(at), box.top, edge(at + 1) - edge(at), box.bottom - box.top);
    }
    context.globalAlpha = 0.5;
    context.fillStyle = PALETTE[0];
    data.now.forEach((part, k) => {
      const left = Math.round(edge(k));
      context.fillRect(left, placeY(part), Math.max(1, Math.round(edge(k + 1)) - left - 1), box.bottom - placeY(part));
    });
    context.globalAlpha = 1;
    for (const run of kept) {
      context.globalAlpha = PALE;
      context.setLineDash(DASHES[run.k % DASHES.length]);
      outline(context, run, placeX, placeY);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    outline(context, data, placeX, placeY);
    context.restore();
    read();
  }

  function point(bin) {
    at = bin;
    view.repaint();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") point(null);
    if (event.key === "f" || event.key === "F") view.freeze();
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[event.key];
    if (step === undefined || !data) return;
    event.preventDefault();
    const from = at ?? (step > 0 ? -1 : data.bins);
    point(Math.min(data.bins - 1, Math.max(0, from + step)));
    read();
    const [low, high] = data.ends;
    const wide = (high - low) / data.bins;
    told.textContent = `${said(low + at * wide)} to ${said(low + (at + 1) * wide)}: now ${bars.textContent}, window ${line.textContent}`;
  }

  canvas.addEventListener("pointermove", (event) => {
    const box = boxOf();
    const part = (event.offsetX - box.left) / (box.right - box.left);
    point(data && part >= 0 && part < 1 ? Math.floor(part * data.bins) : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  const shown = { canvas };
  const view = live(root, port, content, { take, paint, lay, at: "picture", shown });
  const units = `% of ${content.units} ${content.units === 1 ? "unit" : "units"}`;
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, "Part"),
    h("span", { class: "bt-unit" }, units), legend), canvas);
  const axis = h("p", { class: "bt-axis" }, h("span", { class: "bt-path" }, content.path), content.unit && ` (${content.unit})`);
  view.begin(h("div", { class: "bt-bar", role: "group", "aria-label": "Histogram" }, refit, mean), figure, axis, told);
  return view.stop;
}

export default widget("histogram", start);
