// A curve that is drawn: with the pointer, or point by point with keys.

import { drawGrid, linearTicks, placer } from "./lines.js";
import { pretty } from "./numbers.js";
import { h } from "./page.js";
import { clip, fit, PALETTE } from "./plot.js";

const POINTS = 51;
const TALL = 170;
// So that a line at the limit is seen whole.
const ROOM = 1.06;
const SHAPES = { flat: () => 0, ramp: (x) => x, sine: (x) => Math.sin(2 * Math.PI * x) };

/** `changed()` is called when a curve has been drawn; `told` is the element in which keys say what they have done. */
export function curveEditor({ unit, told, changed }) {
  let heights = Array.from({ length: POINTS }, (_, i) => SHAPES.sine(i / (POINTS - 1)));
  // How high it may become, about the middle.
  let most = 1;
  let middle = 0;
  let seconds = 1;
  let at = null;
  let last = null;
  let repaint = () => {};

  function labelOf() {
    return `Curve${unit && ` in ${unit}`}: left and right arrow keys choose a point, up and down move it, 0 puts it to zero.`;
  }

  const canvas = h("canvas", { role: "application", class: "bt-canvas bt-pen", tabindex: "0", onkeydown: press, style: `height:${TALL}px`,
    "aria-roledescription": "curve to be drawn",
    "aria-label": labelOf() });
  const name = h("span", { class: "bt-path" }, "Curve");
  const inUnit = h("span", { class: "bt-unit" }, unit);
  const element = h("figure", { class: "bt-plot" }, h("figcaption", {}, name, inUnit,
    h("span", { class: "bt-legend" }, "draw here, or use the arrow keys")), canvas, h("p", { class: "bt-axis" }, "Time (ms)"));

  const boxOf = () => ({ left: 58, right: canvas.clientWidth - 18, top: 6, bottom: TALL - 22 });
  const within = (value) => Math.min(middle + most, Math.max(middle - most, value));
  // No more digits than a hand has.
  const rounded = (value) => Number(within(value).toPrecision(4));

  function paint(look) {
    if (!canvas.clientWidth) return;
    const { context } = fit(canvas);
    const box = boxOf();
    const place = { x: placer([0, POINTS - 1], [box.left, box.right]), y: placer([middle - ROOM * most, middle + ROOM * most], [box.bottom, box.top]) };
    const time = placer([0, seconds * 1000], [box.left, box.right]);
    drawGrid(context, box, look, linearTicks(0, seconds * 1000, Math.max(2, Math.floor((box.right - box.left) / 80))), linearTicks(middle - most, middle + most, 6),
      time, place.y, [], true);
    context.save();
    clip(context, box);
    context.strokeStyle = PALETTE[0];
    context.lineWidth = 1.8;
    context.lineJoin = "round";
    context.beginPath();
    heights.forEach((height, i) => context.lineTo(place.x(i), place.y(height)));
    context.stroke();
    context.restore();
    if (at === null) return;
    context.fillStyle = PALETTE[0];
    context.strokeStyle = look.ground;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(place.x(at), place.y(heights[at]), 5, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const along = { ArrowRight: 1, ArrowLeft: -1, Home: -POINTS, End: POINTS }[event.key];
    const up = { ArrowUp: 0.02, ArrowDown: -0.02, PageUp: 0.2, PageDown: -0.2 }[event.key];
    if (along === undefined && up === undefined && event.key !== "0") return;
    event.preventDefault();
    // The first arrow shows where the keys are.
    const step = at === null && Math.abs(along ?? 0) === 1 ? 0 : along ?? 0;
    at = Math.min(POINTS - 1, Math.max(0, (at ?? 0) + step));
    if (up !== undefined) heights[at] = rounded(heights[at] + up * most);
    if (event.key === "0") heights[at] = within(0);
    const time = pretty((at / (POINTS - 1)) * seconds * 1000, 4);
    told.textContent = `Point ${at + 1} of ${POINTS} at ${time} ms: ${pretty(heights[at], 4)} ${unit}`.trim();
    repaint();
    if (along === undefined) changed();
  }

  function draw(event) {
    const box = boxOf();
    const x = Math.min(POINTS - 1, Math.max(0, Math.round(((event.offsetX - box.left) / (box.right - box.left)) * (POINTS - 1))));
    const y = rounded(middle + ROOM * most * (1 - (2 * (event.offsetY - box.top)) / (box.bottom - box.top)));
    // A quick hand leaves points out.
    const [x0, y0] = last ?? [x, y];
    const count = Math.max(1, Math.abs(x - x0));
    for (let k = 0; k <= count; k += 1) heights[Math.round(x0 + ((x - x0) * k) / count)] = rounded(y0 + ((y - y0) * k) / count);
    last = [x, y];
    at = x;
    repaint();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    last = null;
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (last !== null) draw(event); });
  const lift = () => {
    if (last === null) return;
    last = null;
    changed();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("blur", () => {
    at = null;
    repaint();
  });

  return {
    element,
    canvas,
    paint,
    onRepaint(callback) { repaint = callback; },
    repaint: () => repaint(),
    heights: () => [...heights],
    drawing: () => last !== null,
    busy: () => last !== null || canvas.getRootNode().activeElement === canvas,
    /** Another curve in place of this one, of any number of points; gives how high it may become. */
    show(others) {
      const places = (i) => (i / (POINTS - 1)) * (others.length - 1);
      heights = heights.map((_, i) => {
        const [low, part] = [Math.floor(places(i)), places(i) % 1];
        return part ? others[low] * (1 - part) + others[low + 1] * part : others[low];
      });
      const reached = Math.max(...heights.map((height) => Math.abs(height - middle)));
      if (reached > most) most = reached;
      repaint();
      return most;
    },
    fill(shape) {
      heights = heights.map((_, i) => rounded(most * SHAPES[shape](i / (POINTS - 1))));
      repaint();
      changed();
    },
    /** Of what it is a curve, and between which heights it stays. */
    range(low, high, words, its) {
      [middle, most] = [(low + high) / 2, (high - low) / 2];
      name.textContent = words;
      unit = its;
      inUnit.textContent = its;
      canvas.setAttribute("aria-label", labelOf());
    },
    stretch(length) {
      if (length > 0) seconds = length;
      repaint();
    },
    limit(height) {
      if (!(height > 0)) return;
      // The curve keeps its look.
      heights = heights.map((value) => Number(((value / most) * height).toPrecision(4)));
      most = height;
      repaint();
      changed();
    },
  };
}
