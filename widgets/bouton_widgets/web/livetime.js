// Pointing at a time, and looking closer while the picture stands: with a pointer, a wheel or keys, on canvases over an axis of time.

import { h } from "./page.js";

const LEAST_SAMPLES = 5;

export const TIME_KEYS = "Arrow keys move a pointer, F freezes; then plus and minus zoom, Shift and arrows move, 0 shows all.";

/**
 * `axis.shown()` gives the times at the edges, `axis.whole()` those of all there is, `axis.box(canvas)` where data sit on a
 * canvas, `axis.tell(time)` what is at a time in words. Times pointed at and zoomed to are those of all views that are linked.
 */
export function timeline(view, dt, axis) {
  const { link } = view;
  const told = h("span", { class: "bt-told", role: "status" });
  const me = Symbol("view");
  let part = null;
  let drag = null;

  const frozen = () => link.state.token !== null;
  const partOf = (event, canvas) => {
    const box = axis.box(canvas);
    return (event.offsetX - box.left) / (box.right - box.left);
  };

  function show(from, to) {
    const [first, last] = axis.whole();
    const wide = Math.min(Math.max(to - from, LEAST_SAMPLES * dt), last - first);
    const start = Math.min(Math.max(from, first), last - wide);
    link.set({ span: wide >= (last - first) * (1 - 1e-9) ? null : [start, start + wide] });
  }

  function zoom(factor, about) {
    const [from, to] = axis.shown();
    const wide = to - from;
    const [first, last] = axis.whole();
    // What is pointed at stays where it is, also where zooming in ends.
    const now = Math.min(Math.max(wide * factor, LEAST_SAMPLES * dt), last - first);
    show(about - ((about - from) * now) / wide, about + ((to - about) * now) / wide);
  }

  function move(by) {
    const [from, to] = axis.shown();
    show(from + by, to + by);
  }

  function point(now) {
    part = now;
    if (part !== null) link.set({ by: me });
    else if (link.state.by === me) link.set({ time: null, by: null });
    view.repaint();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = axis.shown();
    const wide = to - from;
    const about = part === null ? (from + to) / 2 : from + part * wide;
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const act = {
      f: view.freeze,
      F: view.freeze,
      Escape: () => point(null),
      Home: () => there(0),
      End: () => there(1),
      "+": () => frozen() && zoom(0.5, about),
      "=": () => frozen() && zoom(0.5, about),
      "-": () => frozen() && zoom(2, about),
      0: () => link.set({ span: null }),
    }[event.key];
    if (!way && !act) return;
    event.preventDefault();
    if (act) act();
    else if (event.shiftKey) frozen() && move(way * 0.2 * wide);
    else there(Math.min(1, Math.max(0, (part ?? 1) + way * Math.max(0.01, dt / wide))));
  }

  function there(now) {
    point(now);
    const [from, to] = axis.shown();
    link.set({ time: from + now * (to - from) });
    told.textContent = axis.tell(link.state.time);
  }

  function attach(canvas) {
    canvas.addEventListener("keydown", press);
    canvas.addEventListener("pointermove", (event) => {
      if (drag) {
        const box = axis.box(canvas);
        const by = ((drag.x - event.offsetX) / (box.right - box.left)) * (drag.span[1] - drag.span[0]);
        show(drag.span[0] + by, drag.span[1] + by);
        return;
      }
      const now = partOf(event, canvas);
      point(now >= 0 && now <= 1 ? now : null);
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (!frozen() || event.button !== 0) return;
      drag = { x: event.offsetX, span: axis.shown() };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", () => { drag = null; });
    canvas.addEventListener("pointercancel", () => { drag = null; });
    canvas.addEventListener("pointerleave", () => { if (!drag) point(null); });
    canvas.addEventListener("blur", () => point(null));
    canvas.addEventListener("dblclick", () => link.set({ span: null }));
    canvas.addEventListener("wheel", (event) => {
      if (!frozen()) return;
      event.preventDefault();
      const [from, to] = axis.shown();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) move((event.deltaX / 1000) * (to - from));
      else zoom(1.002 ** event.deltaY, from + Math.min(1, Math.max(0, partOf(event, canvas))) * (to - from));
    }, { passive: false });
  }

  return {
    told,
    attach,
    /** The time that is pointed at, here or in another view, or null where it is not shown. */
    time() {
      const [from, to] = axis.shown();
      // Of a pointer at rest and keys in another view the later one counts.
      if (part !== null && link.state.by === me) link.set({ time: from + part * (to - from) });
      const { time } = link.state;
      return time !== null && time >= from && time <= to ? time : null;
    },
  };
}

/** Which of the columns between two times has a time in it, the last also its end; null where none has. */
export function columnAt(time, [from, to], columns) {
  const place = (time - from) / (to - from);
  const column = Math.floor(place * columns);
  if (column === columns && place < 1 + 1e-9) return columns - 1;
  return column >= 0 && column < columns ? column : null;
}

/** A line at a time that is pointed at. */
export function drawCursor(context, box, look, shown, time) {
  if (time === null) return;
  const x = Math.round(box.left + ((time - shown[0]) / (shown[1] - shown[0])) * (box.right - box.left)) + 0.5;
  context.strokeStyle = look.quiet;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x, box.top);
  context.lineTo(x, box.bottom);
  context.stroke();
}

/** A canvas on which what moves as a whole is drawn only once; `draw(context, box)` draws all of a span. */
export function layer() {
  const canvas = document.createElement("canvas");
  let drawn = null;
  return {
    /** Lays the picture of `span` on a box that shows the times `shown`; it is drawn anew when `key` is another. */
    lay(context, box, shown, span, key, draw) {
      const ratio = window.devicePixelRatio || 1;
      const scale = (box.right - box.left) / (shown[1] - shown[0]);
      const wide = (span[1] - span[0]) * scale;
      const tall = box.bottom - box.top;
      const left = box.left + (span[0] - shown[0]) * scale;
      if (wide * ratio > 6000) {
        drawn = null;
        draw(context, { left, right: left + wide, top: box.top, bottom: box.bottom });
        return;
      }
      const now = [Math.round(wide * ratio), Math.round(tall * ratio), ...key].join(" ");
      if (now !== drawn) {
        drawn = now;
        canvas.width = Math.max(1, Math.round(wide * ratio));
        canvas.height = Math.max(1, Math.round(tall * ratio));
        const own = canvas.getContext("2d");
        own.setTransform(ratio, 0, 0, ratio, 0, 0);
        draw(own, { left: 0, right: wide, top: 0, bottom: tall });
      }
      // At whole pixels of the screen, so that lines stay sharp while they move.
      context.imageSmoothingEnabled = false;
      context.drawImage(canvas, Math.round(left * ratio) / ratio, box.top, canvas.width / ratio, canvas.height / ratio);
    },
  };
}
