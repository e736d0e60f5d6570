// Small pictures of arrays: heat maps and histograms, from what Python has sampled.

import { pretty } from "./numbers.js";
import { h } from "./page.js";
import { fit } from "./plot.js";

const ABOVE = [217, 115, 13];
const BELOW = [47, 127, 209];
const LOST = [198, 40, 120];
const MOST_CELL = 24;
const HEIGHT = 132;

function channels(colour) {
  const numbers = colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  return colour.startsWith("color(") ? numbers.map((x) => 255 * x) : numbers;
}

function between(from, to, part) {
  return from.map((x, i) => Math.round(x + (to[i] - x) * part));
}

/** The colours of a theme, for `drawPicture`. */
export function shades(root) {
  const style = getComputedStyle(root);
  return { ground: channels(style.backgroundColor), ink: channels(style.color) };
}

/** The colour of a value: on both sides of zero away from the ground, or from pale to full where all are of one sign. */
function shade(head, look) {
  const { low, high } = head;
  if (low < 0 && high > 0) {
    const most = Math.max(-low, high);
    return (x) => between(look.ground, x < 0 ? BELOW : ABOVE, Math.min(1, Math.abs(x) / most));
  }
  const span = high - low || 1;
  return (x) => between(look.ground, BELOW, 0.12 + 0.88 * ((x - low) / span));
}

function drawHeat(context, head, values, look, width, height, limit) {
  const { rows, columns } = head;
  const image = document.createElement("canvas");
  image.width = columns;
  image.height = rows;
  const inside = image.getContext("2d");
  const pixels = inside.createImageData(columns, rows);
  const colourOf = shade(head, look);
  for (let i = 0; i < rows * columns; i += 1) {
    const [red, green, blue] = Number.isFinite(values[i]) ? colourOf(values[i]) : LOST;
    pixels.data.set([red, green, blue, 255], 4 * i);
  }
  inside.putImageData(pixels, 0, 0);
  const box = { left: 0, top: 0, width: Math.min(width, columns * limit), height: Math.min(height, rows * limit) };
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, box.width, box.height);
  context.strokeStyle = `rgb(${between(look.ground, look.ink, 0.3)})`;
  context.strokeRect(0.5, 0.5, box.width - 1, box.height - 1);
  return box;
}

function drawBars(context, head, look, width, height) {
  const { counts } = head;
  const most = Math.max(1, ...counts);
  const bar = width / Math.max(1, counts.length);
  context.fillStyle = `rgb(${between(look.ground, look.ink, 0.3)})`;
  context.fillRect(0, height - 1, width, 1);
  context.fillStyle = `rgb(${BELOW})`;
  counts.forEach((count, k) => {
    // What occurs at all can be seen.
    const tall = count ? Math.max(1, Math.round((count / most) * (height - 2))) : 0;
    const left = Math.round(k * bar);
    const gap = bar > 4 ? 1 : 0;
    context.fillRect(left, height - 1 - tall, Math.max(1, Math.round((k + 1) * bar) - left - gap), tall);
  });
  return { left: 0, top: 0, width, height };
}

/** Draw on a canvas as large as it stands on the page; gives where the picture is. */
export function drawPicture(canvas, { head, values }, look, limit = MOST_CELL) {
  const { context, width, height } = fit(canvas);
  if (head.form === "heat") return drawHeat(context, head, values, look, width, height, limit);
  return drawBars(context, head, look, width, height);
}

function index(head, place) {
  if (head.shape.length === 2) return `[${Math.floor(place / head.columns)}, ${place % head.columns}]`;
  return head.shape.length === 1 ? `[${place}]` : "";
}

/** What stands under the pointer, in words. */
function reading(head, values, x, y, unit) {
  if (head.form === "heat") {
    const place = Math.min(head.rows - 1, Math.floor(y * head.rows)) * head.columns + Math.min(head.columns - 1, Math.floor(x * head.columns));
    const where = head.rows * head.columns === head.size ? index(head, place) : "one of the values";
    return `${where} ${pretty(values[place], 4)} ${unit}`.trim();
  }
  const bins = head.counts.length;
  const bin = Math.min(bins - 1, Math.floor(x * bins));
  const count = `${head.counts[bin]} of ${head.read}`;
  if (head.whole && bins === head.high - head.low + 1) return `${pretty(head.low + bin)} ${unit}: ${count}`.replace(" :", ":");
  const at = (k) => pretty(head.low + (k / bins) * (head.high - head.low), 3);
  return bins < 2 ? `${pretty(head.low)} ${unit}: ${count}` : `${at(bin)} to ${at(bin + 1)} ${unit}: ${count}`.replace(" :", ":");
}

/** What is to be said about a picture: how much was read, what is not finite. */
function remarks(head) {
  const said = [];
  if (head.read < head.size) said.push(`sampled: ${head.read.toLocaleString("en")} of ${head.size.toLocaleString("en")} values`);
  else if (head.form === "heat" && head.rows * head.columns < head.size) said.push(`${head.rows} × ${head.columns} of ${head.size.toLocaleString("en")} values`);
  for (const [count, name] of [[head.nan, "NaN"], [head.inf, "inf"], [head.minus_inf, "−inf"]]) if (count) said.push(`${count} ${name}`);
  if (head.absolute) said.push("sizes of complex numbers");
  return said.join(", ");
}

function isPlain(head) {
  return head.low === null ? head.form === "bars" : head.low === head.high && head.nan + head.inf + head.minus_inf === 0;
}

/** A picture with its scale, and the value under the pointer. */
export function largePicture(root) {
  const canvas = h("canvas", { role: "img", class: "bt-picture" });
  const low = h("span");
  const high = h("span");
  const ramp = h("canvas", { class: "bt-ramp", "aria-hidden": "true" });
  const scale = h("div", { class: "bt-scale" }, low, ramp, high);
  const told = h("p", { class: "bt-told-here" });
  const note = h("p", { class: "bt-note" });
  const element = h("figure", { class: "bt-array", hidden: true }, canvas, scale, told, note);
  let shown = null;
  let unit = "";
  let box = null;

  function draw() {
    if (!shown || element.hidden) return;
    const look = shades(root);
    const { head } = shown;
    canvas.style.height = `${head.form === "heat" ? Math.min(HEIGHT, head.rows * MOST_CELL) : HEIGHT}px`;
    box = drawPicture(canvas, shown, look);
    scale.style.width = `${Math.max(box.width, 150)}px`;
    ramp.hidden = head.form !== "heat" || head.low === head.high;
    if (!ramp.hidden) {
      const values = Float32Array.from({ length: 64 }, (_, i) => head.low + (i / 63) * (head.high - head.low));
      drawPicture(ramp, { head: { ...head, rows: 1, columns: 64 }, values }, look, 1000);
    }
  }

  canvas.addEventListener("pointermove", (event) => {
    const x = event.offsetX / box.width;
    const y = event.offsetY / box.height;
    told.textContent = x >= 0 && x < 1 && y >= 0 && y < 1 ? reading(shown.head, shown.values, x, y, unit) : "";
  });
  canvas.addEventListener("pointerleave", () => { told.textContent = ""; });

  return {
    element,
    draw,
    show(picture, row) {
      shown = picture;
      // Of equal numbers, or of none, there is nothing to be seen.
      element.hidden = picture === null || isPlain(picture.head);
      if (element.hidden) return;
      const { head } = picture;
      unit = row.unit;
      const ends = head.low === null ? "" : ` from ${pretty(head.low)} to ${pretty(head.high)} ${unit}`.trimEnd();
      canvas.setAttribute("aria-label", `${head.form === "heat" ? "Heat map" : "Histogram"} of ${row.name}${ends}`);
      low.textContent = head.low === null ? "" : `${pretty(head.low, 3)} ${head.low === head.high ? unit : ""}`.trimEnd();
      high.textContent = head.low === null || head.low === head.high ? "" : `${pretty(head.high, 3)} ${unit}`.trimEnd();
      note.textContent = remarks(head);
      draw();
    },
  };
}
