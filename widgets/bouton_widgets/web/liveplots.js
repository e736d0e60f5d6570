// Live traces: lines and rasters one above the other, which scroll between two frames.

import { live } from "./live.js";
import { columnAt, drawCursor, layer, timeline, TIME_KEYS } from "./livetime.js";
import { DASHES, PALE, TINTS } from "./livetools.js";
import { pretty } from "./numbers.js";
import { bytes, floats, h } from "./page.js";
import { bitmap, clip, drawAxes, drawRaster, drawTrace, extent, fit, frameOf, PALETTE, room } from "./plot.js";

const TRACE_HEIGHT = 128;
const RASTER_HEIGHT = 202;

// Seconds in which a picture that scrolls makes up for most of what it lags behind.
const CATCH_UP = 0.13;

function packed(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  const byte = colour.startsWith("color(") ? (x) => Math.round(x * 255) : Math.round;
  const [red, green, blue] = numbers.slice(0, 3).map(byte);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

function rgb(hex) {
  return `rgb(${[1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)).join(", ")})`;
}

// A large population is thinned out: one unit of so many is kept.
const populationOf = ({ units, every }) => units * every;

function describe(signal) {
  const units = populationOf(signal);
  const what = signal.kind === "events" ? `raster of ${units}` : `traces${signal.unit && ` in ${signal.unit}`} of ${units}`;
  const keys = signal.kind === "events" ? " Up and down choose a unit." : "";
  return `${signal.path}, live ${what} ${units === 1 ? "unit" : "units"} over simulated time. ${TIME_KEYS}${keys}`;
}

function plotOf(signal) {
  const canvas = h("canvas", { role: "img", "aria-label": describe(signal), class: "bt-canvas", tabindex: "0" });
  const legend = h("span", { class: "bt-legend" });
  const units = populationOf(signal);
  const facts = signal.kind === "events" ? `${units} ${units === 1 ? "unit" : "units"}` : signal.unit;
  const element = h("figure", { class: "bt-plot" },
    h("figcaption", {}, h("span", { class: "bt-path" }, signal.path), h("span", { class: "bt-unit" }, facts), legend), canvas);
  return { ...signal, canvas, legend, element, last: false, data: null, range: null, image: document.createElement("canvas"), marks: [],
    line: layer(), kept: [], version: 0, row: null };
}

/** Which units share a row of a raster, as a reader counts them. */
function unitsOf({ data, units, every }, row) {
  const from = Math.floor((row * units) / data.rows);
  const to = Math.floor(((row + 1) * units) / data.rows) - 1;
  return to > from ? `units ${from * every}–${to * every}` : `unit ${from * every}`;
}

const hasEvent = ({ bits, columns }, row, column) => (bits[row * Math.ceil(columns / 8) + (column >> 3)] & (128 >> (column & 7))) > 0;

/** Show only these plots, all of them without a choice; the lowest one has the times. */
function arrange(plots, paths) {
  for (const plot of plots) plot.element.hidden = paths !== null && !paths.includes(plot.path);
  const lowest = plots.findLast((plot) => !plot.element.hidden);
  for (const plot of plots) {
    plot.last = plot === lowest;
    plot.canvas.style.height = `${(plot.kind === "events" ? RASTER_HEIGHT : TRACE_HEIGHT) + (plot.last ? 15 : 0)}px`;
  }
}

/** Fill the root with the plots, and the buttons above them. */
export function livePlots(root, port) {
  const content = port.content();
  const plots = content.signals.map(plotOf);
  arrange(plots, content.focus);
  let edge = null;
  let lastTick = 0;
  let head = null;

  function take(now, buffers) {
    head = now;
    if (buffers === null) return;
    head.signals.forEach((signal, i) => {
      const plot = plots.find((known) => known.path === signal.path);
      if (!plot) return;
      const data = { ...signal, span: head.time };
      if (signal.kind === "trace") {
        data.values = floats(buffers[i]);
      } else {
        data.bits = bytes(buffers[i]);
        plot.inked = null;
      }
      plot.data = data;
      plot.version += 1;
      if (signal.kind === "trace") reach(plot);
      if (plot.marks.length !== (signal.kind === "trace" ? signal.rows : 0)) legendOf(plot, signal);
    });
  }

  // Room for what runs and for what is kept.
  function reach(plot) {
    const found = [plot.data, ...plot.kept.map((run) => run.data)].map((data) => data && extent(data)).filter(Boolean);
    plot.range = room(plot.range, found.length ? [Math.min(...found.map((e) => e[0])), Math.max(...found.map((e) => e[1]))] : null);
  }

  function lay(runs) {
    for (const plot of plots) {
      plot.kept = runs.flatMap((run, k) => {
        const i = run.signals.findIndex((signal) => signal.path === plot.path);
        if (i < 0) return [];
        const data = { ...run.signals[i], span: run.time };
        if (plot.kind === "trace") data.values = floats(run.buffers[i]);
        else data.bits = bytes(run.buffers[i]);
        return [{ run, k, data, layer: layer(), image: null, inked: null }];
      });
      if (plot.kind === "trace" && plot.data) reach(plot);
    }
  }

  function legendOf(plot, signal) {
    plot.marks = Array.from({ length: signal.rows }, () => h("span", { class: "bt-reading" }));
    const marks = plot.marks.map((mark, i) => h("span", { class: "bt-mark" },
      h("i", { style: `background:${PALETTE[i % PALETTE.length]}` }), `${signal.units[i] * plot.every}`, mark));
    plot.legend.replaceChildren(marks.length > 1 ? "units" : "unit", ...marks);
  }

  // Between two frames the picture goes on moving at the measured rate, so that it scrolls and does not hop.
  function move(now, _, held, calm) {
    if (held) return false;
    const [from, end] = head.time;
    const span = end - from;
    const full = head.now > span;
    const to = full ? head.now : end;
    const passed = Math.min(0.25, (now - lastTick) / 1000);
    lastTick = now;
    const before = edge;
    if (!full || head.status !== "running" || edge === null || calm || Math.abs(to - edge) > 0.2 * span) edge = to;
    else {
      const moved = edge + head.rate * passed;
      edge = Math.min(to + 0.015 * span, moved + (1 - Math.exp(-passed / CATCH_UP)) * (to - moved));
    }
    return edge !== before;
  }

  const whole = () => [head.window[0], head.window[0] + content.window];
  const shown = () => {
    if (head?.window) return view.link.state.span ?? whole();
    return head ? [edge - (head.time[1] - head.time[0]), edge] : [0, 1];
  };

  // Of what stands, the exact numbers come with the next answer; until then, and of what moves, the middle of the column.
  function valueOf(plot, i, time) {
    const { span, columns: count, rows, values } = plot.data;
    const exact = head.at && Math.abs(head.at.time - content.dt / 2 - time) <= content.dt ? head.at.values[plot.path]?.[i] : undefined;
    if (exact !== undefined) return exact ?? NaN;
    const column = columnAt(time, span, count);
    return column !== null ? (values[i * count + column] + values[(rows + i) * count + column]) / 2 : NaN;
  }

  /** The row of a raster that is pointed at, and whether it has an event there. */
  function readRow(plot, time) {
    const { row, data } = plot;
    let text = "";
    if (row !== null && data && row < data.rows) {
      text = unitsOf(plot, row);
      const column = time === null ? -1 : Math.floor(((time - data.span[0]) / (data.span[1] - data.span[0])) * data.columns);
      // A pointer is wider than a column.
      const near = [0, -1, 1, -2, 2].map((by) => column + by).filter((k) => k >= 0 && k < data.columns);
      if (column >= 0 && near.some((k) => hasEvent(data, row, k))) text += ", event";
    }
    if (plot.legend.textContent !== text) plot.legend.textContent = text;
    return text;
  }

  function read(plot, time) {
    if (!plot.data) return;
    if (plot.kind === "events") return void readRow(plot, time);
    let more = false;
    plot.marks.forEach((mark, i) => {
      const value = time === null ? NaN : valueOf(plot, i, time);
      const text = Number.isNaN(value) ? "" : pretty(value, head.at ? 4 : 3);
      more ||= mark.textContent === "" && text !== "";
      if (mark.textContent !== text) mark.textContent = text;
    });
    // A legend that takes one more line for its values keeps that: a plot that moves would move from under the pointer.
    if (more) plot.legend.style.minHeight = `${plot.legend.offsetHeight}px`;
  }

  function pointAtRows(plot) {
    const { canvas } = plot;
    const turn = (row) => {
      plot.row = row === null || !plot.data ? null : Math.min(plot.data.rows - 1, Math.max(0, row));
      view.repaint();
    };
    canvas.addEventListener("pointermove", (event) => {
      const box = frameOf(canvas.clientWidth, canvas.clientHeight, plot.last);
      const part = (box.bottom - event.offsetY) / (box.bottom - box.top);
      turn(part >= 0 && part < 1 && plot.data ? Math.floor(part * plot.data.rows) : null);
    });
    for (const gone of ["pointerleave", "blur"]) canvas.addEventListener(gone, () => turn(null));
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      event.preventDefault();
      turn(plot.row === null ? 0 : plot.row + by);
      times.told.textContent = readRow(plot, times.time());
    });
  }

  function tell(time) {
    const lines = plots.filter((plot) => plot.kind === "trace" && plot.data && !plot.element.hidden);
    const words = lines.map((plot) => `${plot.path} ${plot.data.units.map((unit, i) => {
      const value = valueOf(plot, i, time);
      return `unit ${unit * plot.every} ${Number.isNaN(value) ? "not simulated" : pretty(value, 3)}`;
    }).join(", ")}${plot.unit && ` ${plot.unit}`}`);
    const rows = plots.filter((plot) => plot.row !== null && !plot.element.hidden).map((plot) => `${plot.path} ${readRow(plot, time)}`);
    return [`${pretty(time, 5)} s`, ...rows, ...words].join("; ");
  }

  function drawKept(plot, context, box, look, now, range) {
    for (const kept of plot.kept) {
      const by = view.shift(kept.run);
      const span = kept.data.span.map((end) => end + by);
      context.globalAlpha = PALE;
      if (plot.kind === "trace") {
        kept.layer.lay(context, box, now, span, [range], (own, its) => {
          own.setLineDash(DASHES[kept.k % DASHES.length]);
          for (let unit = 0; unit < kept.data.rows; unit += 1) {
            drawTrace(own, its, kept.data.span, kept.data, unit, range, PALETTE[unit % PALETTE.length]);
          }
          own.setLineDash([]);
        });
      } else {
        if (!kept.image) bitmap(kept.image = document.createElement("canvas"), kept.data, packed(rgb(TINTS[kept.k % TINTS.length])));
        drawRaster(context, box, now, { ...kept.data, span }, kept.image);
      }
      context.globalAlpha = 1;
    }
  }

  function drawData(plot, context, box, look, now, range) {
    if (plot.kind === "events") {
      if (plot.inked !== look.ink) bitmap(plot.image, plot.data, packed(look.ink));
      plot.inked = look.ink;
      drawRaster(context, box, now, plot.data, plot.image);
      return;
    }
    plot.line.lay(context, box, now, plot.data.span, [plot.version, range], (own, its) => {
      for (let unit = 0; unit < plot.data.rows; unit += 1) {
        drawTrace(own, its, plot.data.span, plot.data, unit, range, PALETTE[unit % PALETTE.length]);
      }
    });
  }

  function paint(look) {
    const now = shown();
    const time = times.time();
    for (const plot of plots) {
      if (plot.element.hidden) continue;
      const { context, width, height } = fit(plot.canvas);
      const box = frameOf(width, height, plot.last);
      if (box.right - box.left < 20) continue;
      const events = plot.kind === "events";
      const range = events ? [0, populationOf(plot)] : plot.range ?? [0, 1];
      drawAxes(context, box, look, now, range, plot.last, events ? { found: range, decimals: 0, step: 1 } : undefined);
      context.save();
      clip(context, box);
      drawKept(plot, context, box, look, now, range);
      if (plot.data) drawData(plot, context, box, look, now, range);
      drawCursor(context, box, look, now, time);
      context.restore();
      read(plot, time);
    }
    view.point(time, time !== null);
  }

  function columns() {
    for (const plot of plots) plot.legend.style.minHeight = "";
    const width = plots.find((plot) => !plot.element.hidden)?.canvas.clientWidth || 760;
    return Math.max(50, Math.round(width - 68));
  }

  function hear(message) {
    if (message.type !== "focus") return;
    arrange(plots, message.paths);
    view.repaint();
  }

  const view = live(root, port, content, { take, paint, move, columns, hear, lay, timed: true, at: "reading",
    start: () => Math.max(0, edge - content.window), shown: { plots } });
  const times = timeline(view, content.dt, { shown, whole, tell, box: (canvas) => {
    const plot = plots.find((one) => one.canvas === canvas);
    return frameOf(canvas.clientWidth, canvas.clientHeight, plot.last);
  } });
  for (const plot of plots) {
    times.attach(plot.canvas);
    if (plot.kind === "events") pointAtRows(plot);
  }
  view.begin(h("div", { class: "bt-plots" }, ...plots.map((plot) => plot.element)), h("p", { class: "bt-axis" }, "Simulated time (s)"), times.told);
  return view.stop;
}
