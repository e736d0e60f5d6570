// A matrix of weights in colours on both sides of zero, with their histogram.

import { drawGrid, linearTicks, placer } from "./lines.js";
import { live } from "./live.js";
import { decimalsFor, fixed, niceStep, pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { fit, PALETTE } from "./plot.js";

const ABOVE = [217, 115, 13];
const BELOW = [47, 127, 209];
const DENSE = [42, 157, 111];
const TALL = 400;
const LEAST = 56;
const HISTOGRAM_TALL = 168;
const WORDS = { mean: "Mean of each block", extreme: "Furthest from zero", density: "Density of synapses" };

function channels(colour) {
  const numbers = colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  return colour.startsWith("color(") ? numbers.map((x) => 255 * x) : numbers;
}

const between = (from, to, part) => from.map((x, i) => Math.round(x + (to[i] - x) * part));
const css = (colour) => `rgb(${colour.join(" ")})`;

/** From a value to the colour that it has on this ground. */
function shader(ground, limit, density) {
  if (density) return (value) => between(ground, DENSE, Math.min(1, value / limit));
  return (value) => between(ground, value < 0 ? BELOW : ABOVE, Math.min(1, Math.abs(value) / limit));
}

/** A round number that is not less, and not much more: kept as long as the values fill half of it. */
function roundedUp(most, before) {
  if (before !== null && most <= before && most > 0.5 * before) return before;
  if (!(most > 0)) return 1;
  const step = niceStep(most, 5);
  return Math.ceil(most / step - 1e-6) * step;
}

export function start(root, port) {
  const content = port.content();
  const sources = new Map(content.sources.map((source) => [source.path, source]));
  let source = sources.get(content.path);
  let newest = null;
  let data = null;
  let limit = null;
  let image = null;
  let at = null;

  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press });
  const bars = h("canvas", { role: "img", class: "bt-canvas", style: `height:${HISTOGRAM_TALL}px` });
  const told = h("span", { class: "bt-told", role: "status" });
  // The difference that was chosen here, until Python shows it.
  let wanted = null;
  const what = h("select", { class: "bt-field", "aria-label": "Weights of", onchange: () => port.send({ type: "path", value: what.value }) },
    ...content.sources.map(({ path }) => h("option", { value: path }, path)));
  const mode = h("select", { class: "bt-field", "aria-label": "What a block shows", onchange: () => {
    limit = null;
    restyle();
    view.repaint();
  } }, ...Object.entries(WORDS).map(([value, word]) => h("option", { value }, word)));
  const shown = h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Colour"), mode);
  const against = h("select", { class: "bt-field", "aria-label": "Difference to a kept run",
    onchange: () => {
      wanted = against.value;
      port.send({ type: "against", value: wanted === "" ? null : Number(wanted) });
    } }, h("option", { value: "" }, "as they are"));
  const compared = h("label", { class: "bt-labelled", hidden: true }, h("span", { class: "bt-quiet" }, "Shown"), against);
  const facts = h("span", { class: "bt-quiet" });
  const controls = h("div", { class: "bt-bar", role: "group", "aria-label": "Weights" },
    h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Weights"), what), shown, compared, facts);

  const name = h("span", { class: "bt-path" });
  const unit = h("span", { class: "bt-unit" });
  const none = h("span", { class: "bt-mark" }, h("i", { class: "bt-none" }), "no synapse");
  const pointed = [["row", "bt-row"], ["column", "bt-column"], ["value", "bt-value"], ["more", "bt-more-told"]].map(([, kind]) => {
    return [h("dt", {}, ""), h("dd", { class: kind }, "–")];
  });
  const list = h("dl", { class: "bt-facts-list" }, ...pointed.flat());
  const axis = h("p", { class: "bt-axis" });
  const moments = h("p", { class: "bt-note" });

  const values = () => data[mode.value];
  const isDensity = () => mode.value === "density";
  const count = (edges) => edges.length - 1;
  const isThinned = () => count(data.rows) < source.shape[0] || count(data.columns) < source.shape[1];

  /** Where the matrix is: as in the model one row is as high as one column is wide, unless that would make it too thin. */
  function boxOf() {
    const [n, m] = source.shape;
    const wide = canvas.clientWidth - 58 - 92;
    const size = Math.min(wide / m, TALL / n, 44);
    return { left: 58, top: 8, width: Math.min(wide, Math.max(LEAST, size * m)), height: Math.min(TALL, Math.max(LEAST, size * n)) };
  }

  function restyle() {
    const dense = isDensity();
    image = null;
    unit.textContent = dense ? "synapses per pair" : source.unit;
    none.hidden = dense || source.synapses === null;
  }

  function turn() {
    source = sources.get(data.path);
    if (root.getRootNode().activeElement !== what) what.value = data.path;
    const thinned = isThinned();
    // With one weight in a block both are the same.
    mode.querySelector("[value=extreme]").hidden = !thinned;
    mode.querySelector("[value=density]").hidden = source.synapses === null;
    mode.querySelector("[value=mean]").textContent = thinned ? WORDS.mean : "Weight";
    if (mode.selectedOptions[0].hidden) mode.value = "mean";
    shown.hidden = !thinned && source.synapses === null;
    name.textContent = source.path + (data.against === null ? "" : ` ${against.selectedOptions[0]?.textContent ?? ""}`);
    [pointed[0][0].textContent, pointed[1][0].textContent] = source.names;
    pointed[2][0].textContent = data.against === null ? "weight" : "difference";
    pointed[3][0].textContent = "density";
    axis.textContent = `${data.against === null ? "Weight" : "Difference"}${source.unit && ` (${source.unit})`}`;
    for (const cell of pointed[3]) cell.hidden = source.synapses === null;
    canvas.setAttribute("aria-label",
      `Matrix of ${source.path}, ${source.names[0]} down and ${source.names[1]} across. Arrow keys move a pointer.`);
    restyle();
  }

  function remarks() {
    const [n, m] = source.shape;
    const said = [`${n.toLocaleString("en")} × ${m.toLocaleString("en")}`];
    if (source.synapses !== null) said.push(`${source.synapses.toLocaleString("en")} synapses`);
    if (data.read < data.size) said.push(`${data.read.toLocaleString("en")} looked at`);
    if (data.odd) said.push(`${data.odd.toLocaleString("en")} NaN or infinite`);
    return said.join(", ");
  }

  const numbersOf = (message, [mean, extreme, density]) => ({ ...message, average: message.mean, mean: floats(mean), extreme: floats(extreme), density: floats(density) });

  /** Of the kept runs one can be subtracted. */
  function lay(runs) {
    compared.hidden = runs.length === 0;
    against.replaceChildren(h("option", { value: "" }, "as they are"), ...runs.map(({ number, name }) => h("option", { value: number }, `minus ${name}`)));
    if (wanted && !runs.some(({ number }) => String(number) === wanted)) wanted = null;
    against.value = wanted ?? data?.against ?? "";
  }

  function take(head, buffers) {
    // What stands comes with its numbers; of what moves they are told once.
    const now = head.type === "standing" ? numbersOf(head, buffers) : newest;
    if (now === null || now === data) return;
    const before = data;
    data = now;
    if (data.path !== before?.path || data.against !== before?.against) [limit, at] = [null, data.path === before?.path ? at : null];
    if (wanted === String(data.against ?? "")) wanted = null;
    against.value = wanted ?? data.against ?? "";
    if (at && (at[0] >= count(data.rows) || at[1] >= count(data.columns))) at = null;
    turn();
    facts.textContent = remarks();
    const said = (value) => `${pretty(value, 4)} ${source.unit}`.trim();
    moments.textContent = data.average === null ? "No weight is a number." : `Mean ${said(data.average)}, standard deviation ${said(data.std)}`;
    bars.setAttribute("aria-label", data.average === null ? "Histogram of no weights"
      : `Histogram of the weights from ${said(data.ends[0])} to ${said(data.ends[1])}. ${moments.textContent}`);
    exposed.data = data;
  }

  function paintImage(look) {
    const [ground, ink] = [channels(look.ground), channels(look.ink)];
    let most = 0;
    for (const value of values()) if (Math.abs(value) > most) most = Math.abs(value);
    limit = roundedUp(most, limit);
    const colour = shader(ground, limit, isDensity());
    const [rows, columns] = [count(data.rows), count(data.columns)];
    image = document.createElement("canvas");
    [image.width, image.height] = [columns, rows];
    const context = image.getContext("2d");
    const pixels = context.createImageData(columns, rows);
    const lost = between(ground, ink, 0.1);
    values().forEach((value, i) => pixels.data.set([...(Number.isNaN(value) ? lost : colour(value)), 255], 4 * i));
    context.putImageData(pixels, 0, 0);
    image.colour = colour;
    none.firstChild.style.background = css(lost);
  }

  function paintMatrix(context, box, look) {
    context.imageSmoothingEnabled = false;
    context.drawImage(image, box.left, box.top, box.width, box.height);
    context.strokeStyle = look.quiet;
    context.lineWidth = 1;
    context.strokeRect(Math.round(box.left) - 0.5, Math.round(box.top) - 0.5, Math.round(box.width) + 1, Math.round(box.height) + 1);
    context.font = look.font;
    context.fillStyle = look.quiet;
    const [n, m] = source.shape;
    const whole = (size, room) => linearTicks(0, size - 1, Math.max(1, Math.floor(room))).filter(Number.isInteger);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const k of n > 1 ? whole(n, box.height / 26) : [0]) {
      const y = box.top + ((k + 0.5) / n) * box.height;
      context.fillText(String(k), box.left - 9, y);
      context.fillRect(box.left - 6, Math.round(y), 5, 1);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const k of m > 1 ? whole(m, box.width / 56) : [0]) {
      const x = box.left + ((k + 0.5) / m) * box.width;
      context.fillText(String(k), x, box.top + box.height + 9);
      context.fillRect(Math.round(x), box.top + box.height + 1, 1, 5);
    }
    context.fillStyle = look.ink;
    context.fillText(`${source.names[1]} →`, box.left + Math.max(box.width, 120) / 2, box.top + box.height + 28);
    context.save();
    context.translate(9, box.top + box.height / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "middle";
    // Upright it is read from below: the arrow to the left points down.
    context.fillText(`← ${source.names[0]}`, 0, 0);
    context.restore();
  }

  function paintBar(context, box, look) {
    const left = box.left + box.width + 22;
    const height = Math.max(box.height, 90);
    const low = isDensity() ? 0 : -limit;
    for (let y = 0; y < height; y += 1) {
      context.fillStyle = css(image.colour(limit - ((y + 0.5) / height) * (limit - low)));
      context.fillRect(left, box.top + y, 12, 1.5);
    }
    context.strokeStyle = look.quiet;
    context.strokeRect(left - 0.5, box.top - 0.5, 13, height + 1);
    context.fillStyle = look.quiet;
    context.textAlign = "left";
    context.textBaseline = "middle";
    const found = linearTicks(low, limit, Math.max(3, height / 40));
    for (const tick of found) {
      const text = limit >= 1e5 || limit < 1e-4 ? pretty(tick, 3) : fixed(tick, decimalsFor(found[1] - found[0]));
      context.fillText(text, left + 18, box.top + ((limit - tick) / (limit - low)) * height);
    }
  }

  function paintCell(context, box, look) {
    if (at === null) return;
    const [rows, columns] = [count(data.rows), count(data.columns)];
    const [wide, tall] = [box.width / columns, box.height / rows];
    context.strokeStyle = look.ink;
    context.lineWidth = 1.5;
    context.strokeRect(box.left + at[1] * wide - 1, box.top + at[0] * tall - 1, Math.max(wide, 3) + 2, Math.max(tall, 3) + 2);
  }

  function paintBars(look) {
    const { context, width, height } = fit(bars);
    const box = { left: 58, right: width - 20, top: 6, bottom: height - 22 };
    if (box.right - box.left < 40) return;
    const most = Math.max(...data.counts, 1);
    const placeX = placer(data.ends[0] < data.ends[1] ? data.ends : [-1, 1], [box.left, box.right]);
    const placeY = placer([0, 1.05 * most], [box.bottom, box.top]);
    const ends = data.ends[0] < data.ends[1] ? data.ends : [-1, 1];
    drawGrid(context, box, look, linearTicks(...ends, Math.max(2, Math.floor((box.right - box.left) / 70))),
      linearTicks(0, 1.05 * most, 4).filter(Number.isInteger), placeX, placeY, [], true);
    context.fillStyle = PALETTE[0];
    context.globalAlpha = 0.6;
    const wide = (box.right - box.left) / data.counts.length;
    data.counts.forEach((number, k) => {
      if (!number) return;
      const left = Math.round(box.left + k * wide);
      const top = Math.min(placeY(number), box.bottom - 1);
      context.fillRect(left, top, Math.max(1, Math.round(box.left + (k + 1) * wide) - left - (wide > 4 ? 1 : 0)), box.bottom - top);
    });
    context.globalAlpha = 1;
  }

  const from = (edges, k) => edges[k + 1] - edges[k] === 1 ? String(edges[k]) : `${edges[k]}–${edges[k + 1] - 1}`;

  function read() {
    if (at === null) {
      for (const [, cell] of pointed) cell.textContent = "–";
      return "";
    }
    const [i, j] = at;
    const k = i * count(data.columns) + j;
    const one = data.rows[i + 1] - data.rows[i] === 1 && data.columns[j + 1] - data.columns[j] === 1;
    const value = data[isDensity() ? "mean" : mode.value][k];
    const word = one ? "" : ` (${mode.value === "extreme" ? "furthest from zero" : "mean"})`;
    const said = Number.isNaN(value) ? "no synapse" : `${pretty(value, 4)} ${source.unit}`.trim() + word;
    const texts = [from(data.rows, i), from(data.columns, j), said, pretty(data.density[k], 3)];
    texts.forEach((text, row) => { pointed[row][1].textContent = text; });
    return `${source.names[0]} ${texts[0]}, ${source.names[1]} ${texts[1]}: ${said}`;
  }

  function paint(look) {
    const box = boxOf();
    if (box.width < 20) return;
    const tall = `${Math.round(box.height) + 52}px`;
    if (canvas.style.height !== tall) canvas.style.height = tall;
    const { context } = fit(canvas);
    if (!image || image.ground !== look.ground) {
      paintImage(look);
      image.ground = look.ground;
    }
    paintMatrix(context, box, look);
    paintBar(context, box, look);
    paintCell(context, box, look);
    paintBars(look);
    read();
    exposed.limit = limit;
    exposed.image = image;
    exposed.box = box;
  }

  function point(cell) {
    at = cell;
    view.repaint();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !data) return;
    if (event.key === "Escape") point(null);
    if (event.key === "f" || event.key === "F") view.freeze();
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -1e9], End: [0, 1e9],
      PageUp: [-10, 0], PageDown: [10, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (value, edges) => Math.min(count(edges) - 1, Math.max(0, value));
    point(at === null ? [0, 0] : [within(at[0] + step[0], data.rows), within(at[1] + step[1], data.columns)]);
    told.textContent = read();
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!data) return;
    const box = boxOf();
    const part = [(event.offsetY - box.top) / box.height, (event.offsetX - box.left) / box.width];
    const inside = part.every((p) => p >= 0 && p < 1);
    point(inside ? [Math.floor(part[0] * count(data.rows)), Math.floor(part[1] * count(data.columns))] : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  // Also while the picture stands: what is told once is not told again.
  port.onMessage((message, buffers) => {
    if (message.type !== "frame" || buffers.length === 0) return;
    newest = numbersOf(message, buffers);
  });

  const exposed = { canvas, mode };
  const view = live(root, port, content, { take, lay, paint, shown: exposed, columns: () => Math.max(60, Math.round((canvas.clientWidth - 150) / 2)) });
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, name, unit, h("span", { class: "bt-legend" }, none)), canvas);
  const aside = h("div", { class: "bt-aside" }, h("h4", {}, "At the pointer"), list, h("h4", {}, "Histogram"), bars,
    axis, moments);
  view.begin(controls, h("div", { class: "bt-two" }, figure, aside), told);
  return view.stop;
}

export default widget("weights", start);
