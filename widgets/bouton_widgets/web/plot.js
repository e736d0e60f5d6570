// Drawing on a canvas: axes, min-max traces and rasters. No state but what is passed in.

import { decimalsFor, niceStep, tickLabel } from "./numbers.js";
import { h } from "./page.js";

export const PALETTE = ["#2f7fd1", "#d9730d", "#2a9d6f", "#c2417c", "#8a63d2", "#a8860b", "#1c98ad", "#d64545"];

/** Unseen elements, by whose colours a canvas learns those of the theme. */
export function probesOf() {
  return Object.fromEntries(["grid", "quiet", "ink"].map((name) => [name, h("i", { class: `bt-probe bt-probe-${name}` })]));
}

/** The colours of the theme as the canvas understands them. */
export function lookOf(probes, root) {
  const colour = (name) => getComputedStyle(probes[name]).color;
  const family = getComputedStyle(root).fontFamily;
  return { grid: colour("grid"), quiet: colour("quiet"), ink: colour("ink"), font: `11px ${family}` };
}

/** Where data sit on a canvas of this size, in CSS pixels. */
export function frameOf(width, height, withTime) {
  return { left: 58, right: width - 10, top: 5, bottom: height - (withTime ? 20 : 5) };
}

/** Match the canvas to its size on the screen and to the screen's pixels; gives a context in CSS pixels. */
export function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

function ticks(lo, hi, count) {
  const step = niceStep(hi - lo, count);
  const found = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k += 1) found.push(k * step);
  return { found, decimals: decimalsFor(step), step };
}

/** Lines and numbers of the value axis and lines of the time axis; numbers of time only where `withTime`. */
export function drawAxes(context, box, look, span, range, withTime, names) {
  context.font = look.font;
  context.lineWidth = 1;
  context.strokeStyle = look.grid;
  context.fillStyle = look.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const values = names ?? ticks(range[0], range[1], Math.max(2, Math.floor((box.bottom - box.top) / 20)));
  for (const value of values.found) {
    const y = Math.round(box.bottom - ((value - range[0]) / (range[1] - range[0])) * (box.bottom - box.top)) + 0.5;
    context.beginPath();
    context.moveTo(box.left, y);
    context.lineTo(box.right, y);
    context.stroke();
    context.fillText(tickLabel(value, values), box.left - 7, Math.min(box.bottom - 4, Math.max(box.top + 4, y)),
      box.left - 8);
  }
  const times = ticks(span[0], span[1], Math.max(2, Math.floor((box.right - box.left) / 90)));
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const time of times.found) {
    if (time < -1e-9) continue;
    const x = Math.round(box.left + ((time - span[0]) / (span[1] - span[0])) * (box.right - box.left)) + 0.5;
    context.beginPath();
    context.moveTo(x, box.top);
    context.lineTo(x, box.bottom);
    context.stroke();
    if (!withTime) continue;
    const text = tickLabel(time, times);
    const half = context.measureText(text).width / 2;
    if (x - half > box.left - 8 && x + half < box.right + 8) context.fillText(text, x, box.bottom + 6);
  }
}

export function clip(context, box) {
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
}

/** One unit's minima and maxima as one line that visits both in every column. */
export function drawTrace(context, box, shown, data, unit, range, colour) {
  const { columns, values, span } = data;
  const width = box.right - box.left;
  const perColumn = ((span[1] - span[0]) / columns / (shown[1] - shown[0])) * width;
  const start = box.left + ((span[0] - shown[0]) / (shown[1] - shown[0])) * width + perColumn / 2;
  const scale = (box.bottom - box.top) / (range[1] - range[0]);
  const low = unit * columns;
  const high = (data.rows + unit) * columns;
  context.strokeStyle = colour;
  // Without a graphics processor a hairline is drawn eight times as fast as anything wider.
  context.lineWidth = 1;
  context.lineJoin = "bevel";
  context.beginPath();
  let last = null;
  for (let i = 0; i < columns; i += 1) {
    const a = values[low + i];
    const b = values[high + i];
    if (Number.isNaN(a)) {
      last = null;
      continue;
    }
    const x = start + i * perColumn;
    const ya = box.bottom - (a - range[0]) * scale;
    const yb = box.bottom - (b - range[0]) * scale;
    if (last === null) context.moveTo(x, ya);
    // Enter a column at the end that is nearer to where the line came from.
    const rising = last === null || Math.abs(last - ya) <= Math.abs(last - yb);
    context.lineTo(x, rising ? ya : yb);
    if (a !== b) context.lineTo(x, rising ? yb : ya);
    last = a === b ? ya : rising ? yb : ya;
  }
  context.stroke();
}

/** A raster's bits as an image of one pixel a bit, in one colour on nothing. */
export function bitmap(canvas, data, colour) {
  const { rows, columns, bits } = data;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const stride = Math.ceil(columns / 8);
  for (let row = 0; row < rows; row += 1) {
    // Row 0 is the first neuron and belongs at the bottom, where the axis counts from.
    const base = (rows - 1 - row) * columns;
    for (let byte = 0; byte < stride; byte += 1) {
      const eight = bits[row * stride + byte];
      if (eight === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) {
        if (eight & (128 >> bit)) pixels[base + byte * 8 + bit] = colour;
      }
    }
  }
  context.putImageData(image, 0, 0);
}

export function drawRaster(context, box, shown, data, canvas) {
  const width = box.right - box.left;
  const start = box.left + ((data.span[0] - shown[0]) / (shown[1] - shown[0])) * width;
  const end = box.left + ((data.span[1] - shown[0]) / (shown[1] - shown[0])) * width;
  context.imageSmoothingEnabled = data.rows > (box.bottom - box.top) * (window.devicePixelRatio || 1);
  context.drawImage(canvas, start, box.top, end - start, box.bottom - box.top);
}

/** The smallest and largest finite number of a trace, or null. */
export function extent(data) {
  let lo = Infinity;
  let hi = -Infinity;
  const half = data.rows * data.columns;
  for (let i = 0; i < half; i += 1) {
    if (data.values[i] < lo) lo = data.values[i];
    if (data.values[half + i] > hi) hi = data.values[half + i];
  }
  return lo <= hi ? [lo, hi] : null;
}

const LEAST_PART = 1e-4;

/** Room for the data: grows at once, shrinks only when much of it stands empty, so that the axis keeps still. */
export function room(range, data) {
  if (!data) return range ?? [0, 1];
  let [lo, hi] = data;
  // The last digits of a number that stands still are no course.
  const least = LEAST_PART * Math.max(Math.abs(lo), Math.abs(hi));
  if (lo < hi && hi - lo < least) [lo, hi] = [(lo + hi - least) / 2, (lo + hi + least) / 2];
  const span = hi - lo || Math.abs(hi) || 1;
  if (range && lo >= range[0] && hi <= range[1] && span > 0.45 * (range[1] - range[0])) return range;
  const step = niceStep(span, 8);
  return [Math.floor((lo - 0.04 * span) / step) * step, Math.ceil((hi + 0.04 * span) / step) * step];
}
