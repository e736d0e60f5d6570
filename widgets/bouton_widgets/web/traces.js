// Live traces: draws the newest frame in every animation frame, and answers each so that Python may send the next.

import { decimalsFor, fixed, pretty } from "./numbers.js";
import { bytes, floats, h, icon, widget } from "./page.js";
import { bitmap, clip, drawAxes, drawRaster, drawTrace, extent, fit, frameOf, PALETTE, room } from "./plot.js";

const PLAY = "M5 3.2v9.6L12.5 8z";
const PAUSE = "M5 3.5h2v9H5zM9 3.5h2v9H9z";
const STEP = "M4 3.2v9.6L10 8zM11 3.5h1.8v9H11z";
const RESET = "M8 3a5 5 0 1 1-4.7 3.3l1.3.5A3.6 3.6 0 1 0 8 4.4v2.1L4.6 3.7 8 1z";
const TRACE_HEIGHT = 128;
const RASTER_HEIGHT = 202;
const WORDS = { ready: "Ready", running: "Running", paused: "Paused", failed: "Stopped", closed: "Closed" };

/** The colours of the theme as the canvas understands them. */
function lookOf(probes, root) {
  const colour = (name) => getComputedStyle(probes[name]).color;
  const family = getComputedStyle(root).fontFamily;
  return { grid: colour("grid"), quiet: colour("quiet"), ink: colour("ink"), font: `11px ${family}` };
}

function packed(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  const byte = colour.startsWith("color(") ? (x) => Math.round(x * 255) : Math.round;
  const [red, green, blue] = numbers.slice(0, 3).map(byte);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

function plotOf(signal, last) {
  const canvas = h("canvas", { role: "img", "aria-label": signal.path, class: "bt-canvas" });
  const tall = (signal.kind === "events" ? RASTER_HEIGHT : TRACE_HEIGHT) + (last ? 15 : 0);
  canvas.style.height = `${tall}px`;
  const legend = h("span", { class: "bt-legend" });
  const facts = signal.kind === "events" ? `${signal.units} ${signal.units === 1 ? "unit" : "units"}` : signal.unit;
  const element = h("figure", { class: "bt-plot" },
    h("figcaption", {}, h("span", { class: "bt-path" }, signal.path), h("span", { class: "bt-unit" }, facts), legend), canvas);
  return { ...signal, canvas, legend, element, last, data: null, range: null, image: document.createElement("canvas"), marks: [] };
}

function start(root, port) {
  const content = port.content();
  const plots = content.signals.map((signal, i) => plotOf(signal, i === content.signals.length - 1));
  const probes = Object.fromEntries(["grid", "quiet", "ink"].map((name) => [name, h("i", { class: `bt-probe bt-probe-${name}` })]));
  const timeDigits = Math.min(4, Math.max(2, decimalsFor(content.dt)));

  let look = null;
  let latest = null;
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

  const play = h("button", { type: "button", class: "bt-button bt-primary", onclick: () =>
    port.send({ type: latest?.status === "running" ? "pause" : "play" }) });
  const step = h("button", { type: "button", class: "bt-button", title: `Advance by one step of ${pretty(content.dt * 1000)} ms`,
    onclick: () => port.send({ type: "step", n: 1 }) }, icon(STEP), "Step");
  const reset = h("button", { type: "button", class: "bt-button", title: "Back to the initial state at time zero",
    onclick: () => port.send({ type: "reset" }) }, icon(RESET), "Reset");
  const hold = h("button", { type: "button", class: "bt-button", "aria-pressed": "false",
    title: "Keep this picture while the simulation goes on", onclick: () => {
      held = !held;
      hold.setAttribute("aria-pressed", String(held));
      if (!held) fresh = dirty = true;
      wake();
    } }, "Hold");
  const speed = h("select", { class: "bt-field", "aria-label": "Speed, simulated seconds per second",
    onchange: () => port.send({ type: "speed", value: speed.value === "" ? null : Number(speed.value) }) });
  const clock = h("output", { class: "bt-clock", "aria-label": "Simulated time" }, "0 s");
  const rate = h("span", { class: "bt-fact", title: "Simulated seconds per second, measured" });
  const compiled = h("span", { class: "bt-fact", title: "How often the model was compiled for this simulation" });
  const status = h("span", { class: "bt-status", role: "status" });
  const banner = h("p", { class: "bt-banner", role: "alert", hidden: true });
  root.append(
    h("header", { class: "bt-bar", role: "toolbar", "aria-label": "Simulation" }, play, step, reset,
      hold, h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Speed"), speed),
      h("div", { class: "bt-facts" }, rate, compiled, status, clock)),
    banner, h("div", { class: "bt-plots" }, ...plots.map((plot) => plot.element)),
    h("p", { class: "bt-axis" }, "Simulated time (s)"), ...Object.values(probes));

  function offer(value) {
    const values = content.speeds.some((known) => known === value) ? content.speeds : [value, ...content.speeds];
    if (speed.options.length !== values.length) {
      speed.replaceChildren(...values.map((known) => h("option", { value: known === null ? "" : String(known) },
        known === null ? "fastest" : `${known}×`)));
    }
    if (document.activeElement !== speed) speed.value = value === null ? "" : String(value);
  }

  function report(head) {
    const running = head.status === "running";
    const action = running ? "Pause" : "Play";
    if (play.dataset.action !== action) {
      play.dataset.action = action;
      play.replaceChildren(icon(running ? PAUSE : PLAY), action);
    }
    play.disabled = reset.disabled = head.status === "closed";
    step.disabled = running || play.disabled;
    offer(head.speed);
    rate.textContent = running ? `${fixed(head.rate, head.rate < 10 ? 2 : 0)}× real time` : "";
    compiled.textContent = head.compilations === 0 ? "" : head.compilations === 1 ? "compiled once" : `compiled ${head.compilations} times`;
    if (status.dataset.status !== head.status) {
      status.dataset.status = head.status;
      status.textContent = WORDS[head.status] ?? head.status;
    }
    say(head.error ?? "");
  }

  function say(text) {
    banner.hidden = !text;
    if (banner.textContent !== text) banner.textContent = text;
  }

  function take(head, buffers) {
    latest = head;
    if (held) return;
    shownHead = head;
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
        plot.legend.replaceChildren(plot.marks.length > 1 ? "units" : "unit", ...plot.marks.map((mark, i) => h("span", { class: "bt-mark" },
      h("i", { style: `background:${PALETTE[i % PALETTE.length]}` }), `${signal.units[i]}`, mark)));
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
    const time = hover === null ? shownHead.now : shown[0] + hover * (shown[1] - shown[0]);
    clock.textContent = `${fixed(time, timeDigits)} s`;
    clock.classList.toggle("bt-pointed", hover !== null);
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
    if (message.type === "refused") say(message.text);
    if (message.type !== "frame") return;
    report(message);
    take(message, buffers);
    dirty = fresh = true;
    // A page in the background draws nothing and therefore answers nothing: Python pauses the simulation for it.
    if (painted && !document.hidden) port.send({ type: "drawn", frame: message.frame });
    else owed = message.frame;
    painted = false;
    wake();
  });

  function hello() {
    painted = true;
    owed = null;
    const width = plots[0]?.canvas.clientWidth || 760;
    port.send({ type: "hello", columns: Math.max(50, Math.round(width - 68)) });
  }

  // For whoever embeds or tests the view; what has really been painted is said by the event.
  root.bouton = { plots, get head() { return shownHead; }, get paints() { return paints; } };

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
  report({ status: "ready", rate: 0, compilations: 0, speed: 1, error: null });
  hello();

  return () => {
    port.send({ type: "bye" });
    cancelAnimationFrame(request);
    sizes.disconnect();
    sight.disconnect();
    document.removeEventListener("visibilitychange", shown);
  };
}

export default widget("traces", start);
