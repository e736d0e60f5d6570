// Lines over an axis of numbers, on a canvas: where its ends and ticks are, linear or logarithmic. No state but what is passed in.

import { niceStep, pretty } from "./numbers.js";

/** Ends of an axis with a little room about the values, which does not reach below 0, or above 1, where these do not. */
export function spanOf(values, log) {
  if (!values.length) return log ? [0.1, 1] : [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (log) {
    const room = Math.max((high / low) ** 0.06, 1.05);
    return [low / room, high * room];
  }
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  // An axis that nearly reaches 0 begins there.
  const start = low >= 0 && low < 0.4 * high ? 0 : low - room;
  return [low < 0 ? start : Math.max(0, start), low >= 0 && high > 0.5 && high <= 1 ? Math.min(high + room, 1) : high + room];
}

/** Multiples of a nice step, about so many at most, and two at least: one alone would not tell the scale. */
export function linearTicks(low, high, count) {
  const step = niceStep(high - low, count);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(k * step);
  return found.length < 2 && high > low && count < 10 ? linearTicks(low, high, count + 1) : found;
}

/** Powers of ten, with 2 and 5 times these where they are few; nice steps within less than that. */
export function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const leads = decades < 3 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const found = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k += 1) {
    if (k % every !== 0) continue;
    for (const lead of leads) {
      const value = lead * 10 ** k;
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found.length > 2 ? found : linearTicks(low, high, 4);
}

/** From a value to its place between two ends in pixels. */
export function placer([low, high], [start, end], log) {
  const of = log ? Math.log : (x) => x;
  const scale = (end - start) / (of(high) - of(low));
  return (value) => start + (of(value) - of(low)) * scale;
}

/** Words about a place, moved no further than that all of them are on the canvas. */
export function inside(context, words, x, y) {
  const half = context.measureText(words).width / 2 + 1;
  context.fillText(words, Math.max(half, Math.min(context.canvas.clientWidth - half, x)), y);
}

/** Lines and numbers of both axes; `marks` are short strokes at the bottom. */
export function drawGrid(context, box, look, across, up, placeX, placeY, marks, labelled) {
  context.font = look.font;
  context.lineWidth = 1;
  context.strokeStyle = look.grid;
  context.fillStyle = look.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.beginPath();
  context.moveTo(Math.round(box.left) + 0.5, box.top);
  context.lineTo(Math.round(box.left) + 0.5, Math.round(box.bottom) + 0.5);
  context.lineTo(box.right, Math.round(box.bottom) + 0.5);
  for (const value of up) {
    const y = Math.round(placeY(value)) + 0.5;
    context.moveTo(box.left, y);
    context.lineTo(box.right, y);
    context.fillText(pretty(value), box.left - 7, y);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of across) {
    const x = Math.round(placeX(value)) + 0.5;
    context.moveTo(x, box.top);
    context.lineTo(x, box.bottom);
    if (labelled) inside(context, pretty(value, 6), x, box.bottom + 7);
  }
  for (const value of marks) {
    const x = Math.round(placeX(value)) + 0.5;
    context.moveTo(x, box.bottom);
    context.lineTo(x, box.bottom + 4);
  }
  context.stroke();
}

/** A line with gaps where there is no value, and dots where `style.dots`, and where a value stands alone. */
export function drawPoints(context, points, style) {
  context.save();
  context.strokeStyle = context.fillStyle = style.colour;
  context.globalAlpha = style.alpha;
  context.lineWidth = style.width;
  context.setLineDash(style.dash);
  context.lineJoin = "round";
  context.beginPath();
  points.forEach((point, i) => {
    if (point === null) return;
    if (i > 0 && points[i - 1] !== null) context.lineTo(...point);
    else context.moveTo(...point);
  });
  context.stroke();
  context.beginPath();
  points.forEach((point, i) => {
    if (point === null) return;
    const alone = (points[i - 1] ?? null) === null && (points[i + 1] ?? null) === null;
    if (!style.dots && !alone) return;
    context.moveTo(...point);
    context.arc(point[0], point[1], 2.4, 0, 2 * Math.PI);
  });
  context.fill();
  context.restore();
}
