// The phase plane: two states of a unit against each other, with the nullclines of the model as it is.

import { drawGrid, linearTicks, placer } from "./lines.js";
import { live } from "./live.js";
import { DASHES, PALE } from "./livetools.js";
import { pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { changeAt, drawArrows, drawLines, drawPath, drawResets, pairs } from "./plane.js";
import { clip, fit, PALETTE } from "./plot.js";

const PLANE_HEIGHT = 400;
const PLANE_COLOURS = { path: PALETTE[0], x: PALETTE[1], y: PALETTE[2] };
const PLANE_DASH = [7, 4];

function stateOf([path, unit]) {
  return { path, unit, name: path.slice(path.lastIndexOf(".") + 1) };
}

function planeMark(word, colour, dashed, ...more) {
  const stroke = h("i", { class: "bt-stroke", style: `border-top:2px ${dashed ? "dashed" : "solid"} ${colour}` });
  return h("span", { class: "bt-mark" }, stroke, word, ...more);
}

function factsOf(rows) {
  const cells = rows.map(([word]) => [h("dt", {}, word), h("dd", {}, "–")]);
  return {
    element: h("dl", { class: "bt-facts-list" }, ...cells.flat()),
    tell(values) {
      values.forEach((value, i) => {
        const text = value === null || !Number.isFinite(value) ? "–" : `${pretty(value, 4)}${rows[i][1] && ` ${rows[i][1]}`}`;
        if (cells[i][1].textContent !== text) cells[i][1].textContent = text;
      });
    },
  };
}

export function start(root, port) {
  const content = port.content();
  const [x, y] = [stateOf(content.x), stateOf(content.y)];
  let data = null;
  let field = null;
  let kept = [];
  // Beside the names of nullclines of which nothing is in view.
  const outside = [x, y].map(() => h("span", { class: "bt-quiet", hidden: true }, " (not in view)"));
  let pointed = null;
  let arrows = content.arrows;
  let unit = null;
  let noted = null;

  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press,
    style: `height:${PLANE_HEIGHT}px` });
  const told = h("span", { class: "bt-told", role: "status" });
  const during = h("span", {}, `last ${pretty(content.seconds, 3)} s`);
  const now = factsOf([[x.name, x.unit], [y.name, y.unit]]);
  const there = factsOf([[x.name, x.unit], [y.name, y.unit], [`d${x.name}/dt`, `${x.unit || "1"}/s`],
    [`d${y.name}/dt`, `${y.unit || "1"}/s`]]);
  const shade = h("span", { class: "bt-mark", hidden: true }, h("i", { class: "bt-shade" }), "next step is a reset");

  const number = h("input", { type: "number", class: "bt-field bt-unit-field", min: "0", max: String(content.units - 1), step: "1",
    "aria-label": `Unit, 0 to ${content.units - 1}`, onchange: choose,
    onkeydown: (event) => { if (event.key === "Enter") choose(); } });
  const toggle = h("button", { type: "button", class: "bt-button", "aria-pressed": String(arrows), title: "Show which way the point would go",
    onclick: () => {
      arrows = !arrows;
      toggle.setAttribute("aria-pressed", String(arrows));
      view.repaint();
    } }, "Arrows");
  const button = (word, title, act) => h("button", { type: "button", class: "bt-button", title, "aria-label": title, onclick: act }, word);
  const controls = h("div", { class: "bt-bar", role: "group", "aria-label": "Plane" },
    content.units > 1 ? h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Unit"), number) : null,
    toggle, button("−", "Show more of the plane", () => zoom(1.25)), button("+", "Show less of the plane", () => zoom(0.8)),
    button("Fit axes", "Fit the plane to where the unit has been", () => port.send({ type: "fit" })));

  function choose() {
    const value = Number(number.value);
    if (number.value !== "" && Number.isInteger(value)) port.send({ type: "unit", value });
  }

  function zoom(factor) {
    port.send({ type: "zoom", factor, about: pointed });
  }

  const boxOf = () => ({ left: 58, right: canvas.clientWidth - 10, top: 6, bottom: canvas.clientHeight - 22 });

  function lay(runs) {
    kept = runs.map(({ at, buffers }, k) => {
      const [path, ...lines] = buffers.map(floats);
      return { at, path: pairs(path.subarray(0, path.length / 2), path.subarray(path.length / 2)), lines, dash: DASHES[k % DASHES.length] };
    });
    shown.kept = kept;
  }

  function take(head, buffers) {
    const [path, first, second, changes, ago] = buffers.map(floats);
    const half = path.length / 2;
    data = { x: head.x, y: head.y, at: head.at, xs: path.subarray(0, half), ys: path.subarray(half), lines: [first, second], ago, last: head.last };
    const [nx, ny] = head.grid;
    field = nx < 2 ? null
      : { nx, ny, x: head.span.slice(0, 2), y: head.span.slice(2), dx: changes.subarray(0, nx * ny), dy: changes.subarray(nx * ny) };
    Object.assign(shown, { data, field });
    data.lines.forEach((line, k) => {
      const missing = field !== null && line.every(Number.isNaN);
      if (outside[k].hidden === missing) outside[k].hidden = !missing;
    });
    const span = head.window && view.link.state.span;
    during.textContent = span ? `${pretty(span[0], 4)} to ${pretty(span[1], 4)} s` : `last ${pretty(content.seconds, 3)} s`;
    shade.hidden = field === null || !field.dx.some(Number.isNaN);
    if (head.note !== noted) view.bar.refuse(head.note ?? "");
    noted = head.note;
    if (number.getRootNode().activeElement !== number) number.value = String(head.unit);
    if (head.unit === unit) return;
    unit = head.unit;
    canvas.setAttribute("aria-label",
      `Phase plane of unit ${unit}: ${y.path} over ${x.path}, with the nullclines of both. Arrow keys move a pointer, F freezes.`);
  }

  function paint(look) {
    const { context } = fit(canvas);
    const box = boxOf();
    if (box.right - box.left < 20) return;
    const place = { x: placer(data.x, [box.left, box.right]), y: placer(data.y, [box.bottom, box.top]) };
    if (field) {
      context.save();
      clip(context, box);
      context.globalAlpha = 0.55;
      drawResets(context, field, place, look.grid);
      context.restore();
    }
    drawGrid(context, box, look, linearTicks(...data.x, Math.max(2, Math.floor((box.right - box.left) / 80))),
      linearTicks(...data.y, 8), place.x, place.y, [], true);
    context.save();
    clip(context, box);
    if (field && arrows) {
      context.globalAlpha = 0.6;
      drawArrows(context, field, place, look.quiet, 30);
      context.globalAlpha = 1;
    }
    context.globalAlpha = PALE;
    for (const run of kept) {
      drawLines(context, run.lines[0], place, PLANE_COLOURS.x, []);
      drawLines(context, run.lines[1], place, PLANE_COLOURS.y, PLANE_DASH);
      drawLines(context, run.path, place, PLANE_COLOURS.path, run.dash);
    }
    context.globalAlpha = 1;
    drawLines(context, data.lines[0], place, PLANE_COLOURS.x, []);
    drawLines(context, data.lines[1], place, PLANE_COLOURS.y, PLANE_DASH);
    drawPath(context, data.xs, data.ys, place, PLANE_COLOURS.path);
    if (pointed) {
      context.strokeStyle = look.quiet;
      context.lineWidth = 1;
      context.beginPath();
      const at = [Math.round(place.x(pointed[0])) + 0.5, Math.round(place.y(pointed[1])) + 0.5];
      context.moveTo(at[0], box.top);
      context.lineTo(at[0], box.bottom);
      context.moveTo(box.left, at[1]);
      context.lineTo(box.right, at[1]);
      context.stroke();
    }
    const then = passed();
    if (then !== null) {
      context.strokeStyle = look.ink;
      context.lineWidth = 1.6;
      context.beginPath();
      context.arc(place.x(data.xs[then]), place.y(data.ys[then]), 6, 0, 2 * Math.PI);
      context.stroke();
    }
    context.fillStyle = PLANE_COLOURS.path;
    context.strokeStyle = look.ground;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(place.x(data.at[0]), place.y(data.at[1]), 5, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
    context.restore();
    now.tell(data.at);
    there.tell(pointed ? [...pointed, ...(changeAt(field, ...pointed) ?? [NaN, NaN])] : [null, null, null, null]);
  }

  /** Which point of the path is that of the time that another view points at, or null when it is not on the path. */
  function passed() {
    const { time } = view.link.state;
    const since = time === null ? NaN : time - data.last;
    if (!data.ago.length || !(since >= data.ago[0] && since <= content.dt)) return null;
    let found = 0;
    data.ago.forEach((ago, i) => { if (Math.abs(ago - since) < Math.abs(data.ago[found] - since)) found = i; });
    shown.passed = found;
    return found;
  }

  function point(at) {
    pointed = at;
    view.repaint();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !data) return;
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const other = { "+": () => zoom(0.8), "-": () => zoom(1.25), 0: () => port.send({ type: "fit" }), Escape: () => point(null),
      f: view.freeze, F: view.freeze }[event.key];
    if (!step && !other) return;
    event.preventDefault();
    if (other) return void other();
    const moved = (value, ends, by) => Math.min(ends[1], Math.max(ends[0], value + (by * (ends[1] - ends[0])) / 50));
    const from = pointed ?? data.at;
    const to = [moved(from[0], data.x, step[0]), moved(from[1], data.y, step[1])];
    point(to);
    const changes = changeAt(field, ...to) ?? [NaN, NaN];
    told.textContent = `${x.name} ${pretty(to[0], 4)}, ${y.name} ${pretty(to[1], 4)}, ` + (!field ? "the changes are not known" : Number.isNaN(changes[0]) ? "next step is a reset"
      : `${x.name} changes by ${pretty(changes[0], 3)}, ${y.name} by ${pretty(changes[1], 3)} in a second`);
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!data) return;
    const box = boxOf();
    const part = [(event.offsetX - box.left) / (box.right - box.left), (box.bottom - event.offsetY) / (box.bottom - box.top)];
    const inside = part.every((p) => p >= 0 && p <= 1);
    point(inside ? [data.x, data.y].map((ends, k) => ends[0] + part[k] * (ends[1] - ends[0])) : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  const shown = { canvas };
  const view = live(root, port, content, { take, paint, lay, shown, columns: () => canvas.clientWidth || 600 });
  const legend = h("span", { class: "bt-legend" }, shade,
    ...(content.missing.length ? [] : [planeMark(during, PLANE_COLOURS.path)]),
    planeMark(`${x.name} nullcline`, PLANE_COLOURS.x, false, outside[0]), planeMark(`${y.name} nullcline`, PLANE_COLOURS.y, true, outside[1]));
  const axis = h("p", { class: "bt-axis" }, h("span", { class: "bt-path" }, x.path), x.unit && ` ${x.unit}`);
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, y.path),
    h("span", { class: "bt-unit" }, y.unit), legend), canvas, axis);
  // Only what is recorded has a past.
  const note = content.missing.length
    ? h("p", { class: "bt-note" }, `Where it has been is not shown: ${content.missing.join(" and ")} ${content.missing.length > 1 ? "are" : "is"} not recorded.`) : null;
  const aside = h("div", { class: "bt-aside" }, controls, h("h4", {}, "Now"), now.element, h("h4", {}, "At the pointer"), there.element,
    ...(note ? [note] : []));
  view.begin(h("div", { class: "bt-two" }, figure, aside), told);
  return view.stop;
}

export default widget("phase", start);
