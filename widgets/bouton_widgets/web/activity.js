// The graph of a model, each part filled by how active it is, with the course of its activity.

import { live } from "./live.js";
import { DASHES, PALE } from "./livetools.js";
import { niceStep, pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { fit, PALETTE } from "./plot.js";

const RATE = PALETTE[3];
const SIZE = PALETTE[0];
const MOST = 0.55;
const LEAST = 0.72;
const LINES = {
  light: { feedforward: "#80868c", feedback: "#d9730d", recurrent: "#2a9d6f" },
  dark: { feedforward: "#8d949b", feedback: "#f19a4a", recurrent: "#4cc08f" },
};
const WORDS = { feedforward: "input", feedback: "feedback, one step later", recurrent: "recurrent" };

/** A round number that is not less: kept as long as the values fill a third of it, so that the fill keeps still. */
function roundedUp(most, before) {
  if (before && most <= before && most > before / 3) return before;
  if (!(most > 0)) return before || 0;
  const step = niceStep(most, 5);
  return Math.ceil(most / step - 1e-6) * step;
}

export function start(root, port) {
  const content = port.content();
  const { boxes, arrows } = content;
  let scales = boxes.map(() => 0);
  let data = null;
  let kept = [];
  let size = 1;
  let at = null;

  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press,
    "aria-label": `Graph of ${content.title} with the activity of its ${boxes.length} ${boxes.length === 1 ? "part" : "parts"}. Arrow keys go from part to part.` });
  const frame = h("div", { class: "bt-figure" }, canvas);
  const told = h("span", { class: "bt-told", role: "status" });
  const facts = ["part", "activity", "told from", ""].map((word) => [h("dt", {}, word), h("dd", {}, "–")]);
  const list = h("dl", { class: "bt-facts-list" }, ...facts.flat());
  const kinds = [...new Set(arrows.map((arrow) => arrow.kind))];
  const strokes = kinds.map((kind) => [kind, h("i", { class: "bt-stroke" })]);
  const rate = h("span", { class: "bt-reading" });
  const has = (measure) => boxes.some((box) => box.measure === measure);
  const legend = h("div", { class: "bt-legend bt-key" },
    has("rate") ? h("span", { class: "bt-mark" }, h("i", { class: "bt-fill", style: `--bt-full:${RATE}` }), "rate, 0 to", rate) : null,
    has("size") ? h("span", { class: "bt-mark" }, h("i", { class: "bt-fill", style: `--bt-full:${SIZE}` }), "mean size, each up to its own largest") : null,
    h("span", { class: "bt-mark" }, h("i", { class: "bt-hatch" }), "unknown"),
    boxes.some((box) => box.path !== null && !box.recorded && box.path !== "input") ? h("span", { class: "bt-mark" }, "≈ not recorded, seen now and then") : null,
    ...strokes.map(([kind, stroke]) => h("span", { class: "bt-mark" }, stroke, WORDS[kind])));

  const value = (k) => data?.levels[k] ?? null;

  function said(k) {
    const box = boxes[k];
    if (value(k) === null) return "unknown";
    return `${box.recorded || box.path === "input" ? "" : "≈ "}${pretty(value(k), 3)} ${box.unit}`.trim();
  }

  function coursesOf(head, buffers) {
    const courses = floats(buffers[0]);
    return { levels: head.levels, bins: courses.length / Math.max(boxes.length, 1), courses, span: head.span };
  }

  function lay(runs) {
    kept = runs.map((run) => coursesOf(run, run.buffers));
    shown.kept = kept;
    if (data) reach();
  }

  function take(head, buffers) {
    data = coursesOf(head, buffers);
    reach();
  }

  /** Room for what is now and what had been in kept runs. */
  function reach() {
    const most = boxes.map((box, k) => {
      let largest = value(k) ?? 0;
      // At a single step many or no units have an event: such a course may leave the scale.
      if (box.measure === "rate" && !box.recorded) return largest;
      for (const { bins, courses } of [data, ...kept]) {
        for (let i = 0; i < bins; i += 1) if (courses[k * bins + i] > largest) largest = courses[k * bins + i];
      }
      return largest;
    });
    // Rates are compared with one another, values of different units are not.
    const fastest = Math.max(0, ...most.filter((_, k) => boxes[k].measure === "rate"));
    scales = scales.map((before, k) => roundedUp(boxes[k].measure === "rate" ? fastest : most[k], before));
    const top = scales[boxes.findIndex((box) => box.measure === "rate")] ?? 0;
    const text = top ? `${pretty(top, 3)} Hz` : "…";
    if (rate.textContent !== text) rate.textContent = text;
    Object.assign(shown, { data, scales });
  }

  function outline(context, box, grow = 0) {
    context.beginPath();
    context.roundRect(box.left - grow, box.top - grow, box.width + 2 * grow, box.height + 2 * grow, 8);
  }

  function hatch(context, box, look) {
    context.save();
    outline(context, box);
    context.clip();
    context.strokeStyle = look.grid;
    context.lineWidth = 1.4;
    context.beginPath();
    for (let x = box.left - box.height; x < box.left + box.width; x += 9) {
      context.moveTo(x, box.top + box.height);
      context.lineTo(x + box.height, box.top);
    }
    context.stroke();
    context.restore();
  }

  function paintArrow(context, arrow, colours) {
    context.strokeStyle = context.fillStyle = colours[arrow.kind];
    context.lineWidth = arrow.kind === "feedforward" ? 1.4 : 1.7;
    context.setLineDash(arrow.kind === "feedback" ? [6, 4] : []);
    context.lineJoin = "round";
    context.beginPath();
    for (const point of arrow.points) context.lineTo(...point);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    for (const point of arrow.head) context.lineTo(...point);
    context.fill();
  }

  function paintCourse(context, k, right, colour, { bins, courses }) {
    const { left, top, height } = boxes[k];
    const [low, high] = [top + height - 8, top + height - 26];
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.2;
    context.beginPath();
    let open = false;
    for (let i = 0; i < bins; i += 1) {
      const y = courses[k * bins + i];
      const place = [left + 9 + (i / Math.max(bins - 1, 1)) * (right - left - 9), low - Math.min(1, y / scales[k]) * (low - high)];
      // What is seen now and then leaves gaps, which a line would make up.
      if (Number.isNaN(y)) {
        if (boxes[k].recorded) open = false;
        continue;
      }
      if (open) context.lineTo(...place);
      else context.moveTo(...place);
      open = true;
    }
    context.stroke();
  }

  function paintBox(context, k, look) {
    const box = boxes[k];
    const known = value(k) !== null;
    const colour = box.measure === "rate" ? RATE : SIZE;
    context.fillStyle = look.ground;
    outline(context, box);
    context.fill();
    if (known && scales[k] > 0) {
      context.globalAlpha = MOST * Math.min(1, value(k) / scales[k]);
      context.fillStyle = colour;
      context.fill();
      context.globalAlpha = 1;
    }
    if (!known) hatch(context, box, look);
    context.strokeStyle = at === k ? look.ink : look.quiet;
    context.lineWidth = at === k ? 2.4 : 1.2;
    outline(context, box);
    context.stroke();
    const family = look.font.slice(look.font.indexOf(" ") + 1);
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.fillStyle = look.ink;
    context.font = `600 13px ${family}`;
    context.fillText(box.name, box.left + 9, box.top + 18);
    context.font = `11px ${family}`;
    const text = said(k);
    context.textAlign = "right";
    context.fillText(text, box.left + box.width - 9, box.top + box.height - 9);
    const wide = context.measureText(text).width;
    context.textAlign = "left";
    context.fillStyle = look.quiet;
    context.fillText(box.kind, box.left + 9, box.top + 33);
    const right = box.left + box.width - 16 - wide;
    if (!known || !(scales[k] > 0) || right - box.left <= 24) return;
    kept.forEach((run, j) => {
      context.globalAlpha = PALE;
      context.setLineDash(DASHES[j % DASHES.length]);
      paintCourse(context, k, right, colour, run);
    });
    context.globalAlpha = 1;
    context.setLineDash([]);
    paintCourse(context, k, right, colour, data);
  }

  function paint(look) {
    size = Math.max(LEAST, Math.min(1, (frame.clientWidth - 2) / content.width));
    const [wide, tall] = [Math.ceil(content.width * size), Math.ceil(content.height * size)];
    if (canvas.style.width !== `${wide}px`) Object.assign(canvas.style, { width: `${wide}px`, height: `${tall}px` });
    const { context } = fit(canvas);
    context.scale(size, size);
    const colours = LINES[root.closest("[data-theme]")?.dataset.theme === "dark" ? "dark" : "light"];
    for (const [kind, stroke] of strokes) stroke.style.borderTop = `2px ${kind === "feedback" ? "dashed" : "solid"} ${colours[kind]}`;
    for (const arrow of arrows) paintArrow(context, arrow, colours);
    boxes.forEach((_, k) => paintBox(context, k, look));
    read();
  }

  function read() {
    const texts = at === null ? ["–", "–", "–", ""] : [boxes[at].part, said(at),
      boxes[at].path === null ? "nothing" : boxes[at].path === "input" ? "what drives the model"
        : `${boxes[at].measure === "rate" ? "events of" : "mean size of"} ${boxes[at].path}`, boxes[at].hint];
    texts.forEach((text, row) => { if (facts[row][1].textContent !== text) facts[row][1].textContent = text; });
    return texts;
  }

  function point(k) {
    if (at === k) return;
    at = k;
    view.repaint();
  }

  /** The nearest box in a direction, or the next one. */
  function towards(dx, dy) {
    if (at === null) return 0;
    const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
    const [x, y] = middle(boxes[at]);
    let best = at;
    let least = Infinity;
    boxes.forEach((box, k) => {
      const [u, v] = [middle(box)[0] - x, middle(box)[1] - y];
      const along = u * dx + v * dy;
      const aside = Math.abs(u * dy) + Math.abs(v * dx);
      if (k !== at && along > 1 && along + 2 * aside < least) [best, least] = [k, along + 2 * aside];
    });
    return best;
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !data) return;
    if (event.key === "Escape") point(null);
    if (event.key === "f" || event.key === "F") view.freeze();
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const end = { Home: 0, End: boxes.length - 1 }[event.key];
    if (!way && end === undefined) return;
    event.preventDefault();
    point(end ?? towards(...way));
    told.textContent = read().filter(Boolean).join(", ");
  }

  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = [event.offsetX / size, event.offsetY / size];
    const k = boxes.findIndex((box) => x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height);
    point(k < 0 ? null : k);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  const shown = { canvas, boxes };
  const view = live(root, port, content, { take, lay, paint, shown });
  view.begin(h("figure", { class: "bt-plot" }, frame), legend, list, told);
  return view.stop;
}

export default widget("activity", start);
