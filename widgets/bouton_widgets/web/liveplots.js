// Live traces: draws the newest frame in every animation frame, and answers each so that Python may send the next.

import { pretty } from "./numbers.js";
import { bytes, floats, h } from "./page.js";
import { bitmap, clip, drawAxes, drawRaster, drawTrace, extent, fit, frameOf, lookOf, PALETTE, probesOf, room } from "./plot.js";
import { toolbar } from "./toolbar.js";

const TRACE_HEIGHT = 128;
const RASTER_HEIGHT = 202;

function packed(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  const byte = colour.startsWith("color(") ? (x) => Math.round(x * 255) : Math.round;
  const [red, green, blue] = numbers.slice(0, 3).map(byte);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

function describe(signal) {
  const what = signal.kind === "events" ? `raster of ${signal.units}` : `traces${signal.unit && ` in ${signal.unit}`} of ${signal.units}`;
  return `${signal.path}, live ${what} ${signal.units === 1 ? "unit" : "units"} over simulated time`;
}

function plotOf(signal) {
  const canvas = h("canvas", { role: "img", "aria-label": describe(signal), class: "bt-canvas" });
  const legend = h("span", { class: "bt-legend" });
  const facts = signal.kind === "events" ? `${signal.units} ${signal.units === 1 ? "unit" : "units"}` : signal.unit;
  const element = h("figure", { class: "bt-plot" },
    h("figcaption", {}, h("span", { class: "bt-path" }, signal.path), h("span", { class: "bt-unit" }, facts), legend), canvas);
  return { ...signal, canvas, legend, element, last: false, data: null, range: null, image: document.createElement("canvas"), marks: [] };
}

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
  const probes = probesOf();
  arrange(plots, content.focus);

  let look = null;
  let latest = null;
  let newest = null;
  let shownHead = null;
  let edge = null;
  let lastTick = 0;
  let held = false;
  let hover = null;
  let dirty = true;
  let fresh = false;
  let painted = true;
  let owed = null;
  let visible = true;
  let paints = 0;
  let request = 0;

  const bar = toolbar(content, port, (now) => {
    held = now;
    if (!held && latest) take(latest, newest);
    wake();
  });
  root.append(bar.element, bar.banner, h("div", { class: "bt-plots" }, ...plots.map((plot) => plot.element)),
    h("p", { class: "bt-axis" }, "Simulated time (s)"), ...Object.values(probes));

  function take(head, buffers) {
    [latest, newest] = [head, buffers];
    if (held) return;
    shownHead = head;
    dirty = fresh = true;
    // For whoever embeds or tests the view; what has really been painted is said by the event.
    root.bouton ??= { plots, get head() { return shownHead; }, get paints() { return paints; } };
    head.signals.forEach((signal, i) => {
      const plot = plots.find((known) => known.path === signal.path);
      if (!plot) return;
      const data = { ...signal, span: head.time };
      if (signal.kind === "trace") {
        data.values = floats(buffers[i]);
        plot.range = room(plot.range, extent(data));
      } else {
        data.bits = bytes(buffers[i]);
        plot.stale = true;
      }
      plot.data = data;
      if (plot.marks.length !== (signal.kind === "trace" ? signal.rows : 0)) legendOf(plot, signal);
    });
  }

  function legendOf(plot, signal) {
    plot.marks = Array.from({ length: signal.rows }, () => h("span", { class: "bt-reading" }));
    const marks = plot.marks.map((mark, i) => h("span", { class: "bt-mark" },
      h("i", { style: `background:${PALETTE[i % PALETTE.length]}` }), `${signal.units[i]}`, mark));
    plot.legend.replaceChildren(marks.length > 1 ? "units" : "unit", ...marks);
  }

  // Between two frames the picture goes on moving at the measured rate, so that it scrolls and does not hop.
  function move(now) {
    const [from, end] = shownHead.time;
    const span = end - from;
    const full = shownHead.now > span;
    const to = full ? shownHead.now : end;
    const passed = Math.min(0.1, (now - lastTick) / 1000);
    lastTick = now;
    const before = edge;
    if (!full || shownHead.status !== "running" || held || edge === null || Math.abs(to - edge) > 0.2 * span) edge = to;
    else edge = Math.min(to + 0.015 * span, edge + shownHead.rate * passed + 0.12 * (to - edge - shownHead.rate * passed));
    return edge !== before;
  }

  function read(plot, time) {
    if (!plot.data || plot.kind === "events") return;
    const { span, columns, rows, values } = plot.data;
    const column = Math.floor(((time - span[0]) / (span[1] - span[0])) * columns);
    plot.marks.forEach((mark, i) => {
      const inside = hover !== null && column >= 0 && column < columns;
      const value = inside ? (values[i * columns + column] + values[(rows + i) * columns + column]) / 2 : NaN;
      mark.textContent = Number.isNaN(value) ? "" : pretty(value, 3);
    });
  }

  function paint() {
    const [from, to] = shownHead.time;
    const shown = [edge - (to - from), edge];
    for (const plot of plots) {
      const { context, width, height } = fit(plot.canvas);
      const box = frameOf(width, height, plot.last);
      if (box.right - box.left < 20) continue;
      const events = plot.kind === "events";
      const range = events ? [0, plot.units] : plot.range ?? [0, 1];
      const names = events ? { found: [0, plot.units], decimals: 0 } : undefined;
      drawAxes(context, box, look, shown, range, plot.last, names);
      if (plot.data) {
        context.save();
        clip(context, box);
        if (events) {
          if (plot.stale) bitmap(plot.image, plot.data, packed(look.ink));
          plot.stale = false;
          drawRaster(context, box, shown, plot.data, plot.image);
        } else {
          for (let unit = 0; unit < plot.data.rows; unit += 1) {
            drawTrace(context, box, shown, plot.data, unit, range, PALETTE[unit % PALETTE.length]);
          }
        }
        context.restore();
      }
      if (hover !== null) {
        const x = Math.round(box.left + hover * (box.right - box.left)) + 0.5;
        context.strokeStyle = look.quiet;
        context.beginPath();
        context.moveTo(x, box.top);
        context.lineTo(x, box.bottom);
        context.stroke();
      }
      read(plot, shown[0] + (hover ?? 0) * (shown[1] - shown[0]));
    }
    bar.tell(hover === null ? shownHead.now : shown[0] + hover * (shown[1] - shown[0]), hover !== null);
  }

  function tick(now) {
    request = 0;
    if (owed !== null) {
      port.send({ type: "drawn", frame: owed });
      owed = null;
    }
    painted = true;
    if (shownHead && visible && root.isConnected) {
      look ??= lookOf(probes, root);
      const moved = move(now);
      if (moved || dirty) {
        dirty = false;
        paint();
        paints += 1;
        if (fresh) {
          fresh = false;
          root.dispatchEvent(new CustomEvent("bouton-frame", { bubbles: true, composed: true, detail: shownHead }));
        }
      }
    }
    if (latest?.status === "running") wake();
  }

  function wake() {
    if (request === 0) request = requestAnimationFrame(tick);
  }

  port.onMessage((message, buffers) => {
    if (message.type === "refused") bar.refuse(message.text);
    if (message.type === "focus") {
      arrange(plots, message.paths);
      repaint();
    }
    if (message.type !== "frame") return;
    bar.report(message);
    take(message, buffers);
    // A page in the background draws nothing and therefore answers nothing: Python pauses the simulation for it.
    if (painted && !document.hidden) port.send({ type: "drawn", frame: message.frame });
    else owed = message.frame;
    painted = false;
    wake();
  });

  function hello() {
    painted = true;
    owed = null;
    const width = plots.find((plot) => !plot.element.hidden)?.canvas.clientWidth || 760;
    port.send({ type: "hello", columns: Math.max(50, Math.round(width - 68)) });
  }

  const repaint = () => {
    look = null;
    dirty = true;
    for (const plot of plots) plot.stale = plot.data !== null && plot.kind === "events";
    wake();
  };
  let width = 0;
  const sizes = new ResizeObserver(() => {
    const now = root.clientWidth;
    if (now === width || now === 0) return;
    width = now;
    hello();
    repaint();
  });
  sizes.observe(root);
  const sight = new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    dirty = true;
    wake();
  });
  sight.observe(root);
  root.addEventListener("bouton-theme", repaint);
  const shown = () => { if (!document.hidden) hello(); };
  document.addEventListener("visibilitychange", shown);

  for (const plot of plots) {
    plot.canvas.addEventListener("pointermove", (event) => {
      const box = frameOf(plot.canvas.clientWidth, plot.canvas.clientHeight, plot.last);
      const part = (event.offsetX - box.left) / (box.right - box.left);
      hover = part >= 0 && part <= 1 ? part : null;
      dirty = true;
      wake();
    });
    plot.canvas.addEventListener("pointerleave", () => {
      hover = null;
      dirty = true;
      wake();
    });
  }

  return () => {
    port.send({ type: "bye" });
    cancelAnimationFrame(request);
    sizes.disconnect();
    sight.disconnect();
    document.removeEventListener("visibilitychange", shown);
  };
}
