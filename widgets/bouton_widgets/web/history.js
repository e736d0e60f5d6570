// How a training went: a picture for each metric over the same epochs, drawn when something changes.

import { drawGrid, drawPoints, linearTicks, logTicks, placer, spanOf } from "./lines.js";
import { pretty } from "./numbers.js";
import { greet, h, widget } from "./page.js";
import { clip, fit, lookOf, PALETTE, probesOf } from "./plot.js";

const HEIGHTS = { loss: 236, others: 164 };
const AXIS = 22;
const EMPTY = "Nothing has been trained yet.";

function toggle(word, title, pressed, changed) {
  const button = h("button", { type: "button", class: "bt-button", title, "aria-pressed": "false", onclick: () => {
    changed(button.getAttribute("aria-pressed") === "false");
  } }, word);
  button.setAttribute("aria-pressed", String(pressed));
  return button;
}

/** Index of the number in an ascending list that is nearest to `x`; of several the first. */
function nearest(list, x) {
  let best = 0;
  for (let i = 1; i < list.length; i += 1) if (Math.abs(list[i] - x) < Math.abs(list[best] - x)) best = i;
  return best;
}

function start(root, port) {
  let content = null;
  let plots = [];
  let stops = [];
  let last = 1;
  let look = null;
  let at = null;
  let request = 0;
  const chosen = { log: null, batches: null };

  const title = h("h3", { class: "bt-title" });
  const facts = h("span", { class: "bt-fact", role: "status" });
  const place = h("span", { class: "bt-fact bt-pointed" });
  const log = toggle("Log loss", "", false, (on) => { chosen.log = on; settle(); });
  const batches = toggle("Batches", "Show each batch that was trained with", false, (on) => { chosen.batches = on; settle(); });
  const body = h("div", { class: "bt-plots" });
  const axis = h("p", { class: "bt-axis" });
  const note = h("p", { class: "bt-note", hidden: true });
  const told = h("span", { class: "bt-told", role: "status" });
  const probes = probesOf();
  root.append(h("header", { class: "bt-bar", role: "group", "aria-label": "History" }, title,
    h("span", { class: "bt-quiet" }, "history"), log, batches, h("div", { class: "bt-facts" }, place, facts)),
  body, axis, note, told, ...Object.values(probes));

  const isLog = (plot) => plot.metric === "loss" && content.positive && (chosen.log ?? content.log);
  const isShown = (line) => line.phase !== "batch" || (chosen.batches ?? content.batches);

  function styleOf(line) {
    const several = content.plots.some((plot) => plot.lines.some((other) => other.run > 0));
    if (line.phase === "batch") return { colour: PALETTE[line.run % PALETTE.length], alpha: 0.55, width: 1, dash: [], dots: false };
    return {
      colour: PALETTE[(several ? line.run : Number(line.phase === "test")) % PALETTE.length], alpha: 1, width: 1.8,
      dash: several && line.phase === "fit" ? [5, 4] : [], dots: line.x.length < body.clientWidth / 12,
    };
  }

  function markOf(line) {
    const { colour, alpha, dash } = styleOf(line);
    const reading = h("span", { class: "bt-reading" });
    const stroke = `border-top:2px ${dash.length ? "dashed" : "solid"} ${colour};opacity:${alpha === 1 ? 1 : 0.6}`;
    return { line, reading, element: h("span", { class: "bt-mark" }, h("i", { class: "bt-stroke", style: stroke }), line.name, reading) };
  }

  function plotOf({ metric, lines }, i, all) {
    const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press });
    const labelled = i === all.length - 1;
    canvas.style.height = `${(i === 0 ? HEIGHTS.loss : HEIGHTS.others) + (labelled ? AXIS : 0)}px`;
    const plot = { metric, lines, canvas, labelled, marks: [], legend: h("span", { class: "bt-legend" }) };
    canvas.addEventListener("pointermove", (event) => {
      const box = boxOf(plot, canvas.clientWidth, canvas.clientHeight);
      const part = (event.offsetX - box.left) / (box.right - box.left);
      point(part > -0.02 && part < 1.02 && stops.length ? stops[nearest(stops, part * last)] : null);
    });
    canvas.addEventListener("pointerleave", () => point(null));
    canvas.addEventListener("blur", () => point(null));
    plot.element = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, metric), plot.legend), canvas);
    return plot;
  }

  function boxOf(plot, width, height) {
    return { left: 58, right: width - 12, top: 6, bottom: height - (plot.labelled ? AXIS : 6) };
  }

  function describe(plot) {
    const ends = plot.lines.filter((line) => line.phase !== "batch" && line.y.length)
      .map((line) => `${line.name} from ${pretty(line.y[0]) || "no number"} to ${pretty(line.y.at(-1)) || "no number"}`);
    return `${plot.metric} over ${content.axis}: ${ends.join("; ") || "empty"}`;
  }

  function point(x) {
    if (x === at) return;
    at = x;
    read();
    wake();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = at === null ? -1 : nearest(stops, at);
    const next = { ArrowRight: now + 1, ArrowLeft: at === null ? stops.length - 1 : now - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (event.key === "Escape") point(null);
    else if (next === undefined || !stops.length) return;
    else point(stops[Math.max(0, Math.min(stops.length - 1, next))]);
    told.textContent = [place.textContent, ...plots.flatMap((plot) => plot.marks.filter((mark) => mark.reading.textContent)
      .map((mark) => `${plot.metric} ${mark.line.name} ${mark.reading.textContent}`))].join(", ");
    event.preventDefault();
  }

  // What a line says at a place is its value there, and between two the nearer one's; with no place its last.
  function read() {
    let updates = null;
    for (const plot of plots) {
      for (const { line, reading } of plot.marks) {
        const i = at === null || !line.x.length ? -1 : nearest(line.x, at);
        const here = i >= 0 && (line.x[i] === at || (at >= line.x[0] && at <= line.x.at(-1)));
        const value = at === null ? line.y.at(-1) : here ? line.y[i] : undefined;
        reading.textContent = value === null ? "–" : pretty(value);
        if (here && line.x[i] === at) updates = line.updates[i];
      }
    }
    const count = updates === null ? "" : `${pretty(updates, 9)} ${updates === 1 ? "update" : "updates"}`;
    place.textContent = at === null ? "" : content.axis === "epoch" ? `epoch ${pretty(at)} · ${count}` : count;
    facts.hidden = at !== null;
  }

  function settle() {
    log.disabled = !content.positive;
    log.title = content.positive ? "Logarithmic axis of the loss" : "A logarithmic axis needs losses above 0";
    log.setAttribute("aria-pressed", String(isLog({ metric: "loss" })));
    batches.hidden = !content.plots.some((plot) => plot.lines.some((line) => line.phase === "batch"));
    batches.setAttribute("aria-pressed", String(chosen.batches ?? content.batches));
    for (const plot of plots) {
      plot.marks = plot.lines.filter(isShown).map(markOf);
      plot.legend.replaceChildren(...plot.marks.map((mark) => mark.element));
    }
    read();
    wake();
  }

  function fill(fresh) {
    content = fresh;
    title.textContent = content.title;
    facts.textContent = content.facts;
    axis.textContent = content.axis;
    note.hidden = !content.lost;
    note.textContent = content.lost === 1 ? "One value is not finite and leaves a gap."
      : `${content.lost} values are not finite and leave gaps.`;
    const lines = content.plots.flatMap((plot) => plot.lines);
    last = lines.reduce((most, line) => Math.max(most, line.x.at(-1) ?? 0), 0) || 1;
    stops = [...new Set(lines.filter((line) => line.phase !== "batch").flatMap((line) => line.x))].sort((a, b) => a - b);
    // In place, so that the focus is not lost while a training is followed.
    if (plots.map((plot) => plot.metric).join("\n") !== content.plots.map((plot) => plot.metric).join("\n")) {
      plots = content.plots.map(plotOf);
      body.replaceChildren(...plots.map((plot) => plot.element));
    }
    plots.forEach((plot, i) => {
      plot.lines = content.plots[i].lines;
      plot.canvas.setAttribute("aria-label", describe(plot));
    });
    settle();
  }

  function paint(plot) {
    const { context, width, height } = fit(plot.canvas);
    const box = boxOf(plot, width, height);
    if (box.right - box.left < 20) return;
    const inLog = isLog(plot);
    const lines = plot.lines.filter(isShown);
    const range = spanOf(lines.flatMap((line) => line.y.filter((y) => y !== null)), inLog);
    const placeX = placer([0, last], [box.left, box.right], false);
    const placeY = placer(range, [box.bottom, box.top], inLog);
    const whole = content.axis === "epoch";
    const wide = Math.max(2, Math.floor((box.right - box.left) / 64));
    const across = !lines.length ? [] : linearTicks(0, last, wide).filter((x) => !whole || Number.isInteger(Math.round(x * 1e9) / 1e9));
    const marks = whole && lines.length && (box.right - box.left) / last >= 5 ? Array.from({ length: Math.floor(last) + 1 }, (_, i) => i) : [];
    const empty = !lines.some((line) => line.y.some((y) => y !== null));
    const up = empty ? [] : inLog ? logTicks(...range) : linearTicks(...range, Math.max(3, Math.floor((box.bottom - box.top) / 27)));
    drawGrid(context, box, look, across, up, placeX, placeY, marks, plot.labelled);
    if (at !== null) cross(context, box, placeX(at));
    const drawn = lines.map((line) => line.x.map((x, i) => (line.y[i] === null ? null : [placeX(x), placeY(line.y[i])])));
    context.save();
    clip(context, { left: box.left - 4, right: box.right + 4, top: box.top - 4, bottom: box.bottom + 4 });
    drawn.forEach((points, i) => drawPoints(context, points, styleOf(lines[i])));
    context.restore();
    if (empty) {
      context.fillStyle = look.quiet;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.font = look.font.replace("11px", "13px");
      context.fillText(plot.lines.length ? "No value is finite." : EMPTY, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
    }
    if (at !== null) ring(context, lines, drawn);
  }

  function cross(context, box, x) {
    context.strokeStyle = look.quiet;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, box.top);
    context.lineTo(Math.round(x) + 0.5, box.bottom);
    context.stroke();
  }

  function ring(context, lines, drawn) {
    lines.forEach((line, i) => {
      const here = line.x.indexOf(at);
      if (here < 0 || drawn[i][here] === null || line.phase === "batch") return;
      context.fillStyle = styleOf(line).colour;
      context.beginPath();
      context.arc(...drawn[i][here], 4, 0, 2 * Math.PI);
      context.fill();
    });
  }

  function wake() {
    if (request) return;
    request = requestAnimationFrame(() => {
      request = 0;
      if (!root.isConnected) return;
      look ??= lookOf(probes, root);
      plots.forEach(paint);
      // For whoever embeds or tests the view.
      root.bouton = { plots, content, paints: (root.bouton?.paints ?? 0) + 1 };
    });
  }

  const again = () => {
    look = null;
    wake();
  };
  const sizes = new ResizeObserver(again);
  sizes.observe(root);
  root.addEventListener("bouton-theme", again);
  fill(port.content());
  port.onContent(fill);
  const leave = greet(root, port);
  return () => {
    leave();
    cancelAnimationFrame(request);
    sizes.disconnect();
  };
}

export default widget("history", start);
