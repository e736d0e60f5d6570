// What every live picture does: takes the newest frame, paints it in an animation frame, and answers so that Python may send the next.

import { h } from "./page.js";
import { lookOf, probesOf } from "./plot.js";
import { toolbar } from "./toolbar.js";

/**
 * `view.take(head, buffers)` reads a frame, `view.paint(look, head)` draws it, `view.columns()` says how wide it is, and
 * `view.shown` is told to whoever embeds or tests it. Gives the bar above and the way to have it painted again.
 */
export function live(root, port, content, view) {
  let look = null;
  let latest = null;
  let newest = null;
  let head = null;
  let held = false;
  let dirty = true;
  let fresh = false;
  let painted = true;
  let owed = null;
  let visible = true;
  let paints = 0;
  let request = 0;
  let pointed = null;

  const probes = probesOf();
  const bar = toolbar(content, port, (now) => {
    held = now;
    if (!held && latest) take(latest, newest);
    wake();
  });

  function take(now, buffers) {
    [latest, newest] = [now, buffers];
    if (held) return;
    head = now;
    dirty = fresh = true;
    root.bouton ??= Object.defineProperties(view.shown ?? {}, { head: { get: () => head }, paints: { get: () => paints } });
    view.take(head, buffers);
  }

  function tick() {
    request = 0;
    if (owed !== null) {
      port.send({ type: "drawn", frame: owed });
      owed = null;
    }
    painted = true;
    if (!head || !visible || !dirty || !root.isConnected) return;
    dirty = false;
    look ??= { ...lookOf(probes, root), ground: getComputedStyle(root).backgroundColor };
    view.paint(look, head);
    bar.tell(...(pointed ?? [head.now, false]));
    paints += 1;
    if (!fresh) return;
    fresh = false;
    root.dispatchEvent(new CustomEvent("bouton-frame", { bubbles: true, composed: true, detail: head }));
  }

  function wake() {
    if (request === 0) request = requestAnimationFrame(tick);
  }

  function repaint() {
    look = null;
    dirty = true;
    wake();
  }

  function hello() {
    painted = true;
    owed = null;
    port.send({ type: "hello", columns: view.columns?.() ?? 600 });
  }

  port.onMessage((message, buffers) => {
    if (message.type === "refused") bar.refuse(message.text);
    if (message.type !== "frame") return;
    bar.report(message);
    take(message, buffers);
    // A page in the background draws nothing and therefore answers nothing: Python pauses the simulation for it.
    if (painted && !document.hidden) port.send({ type: "drawn", frame: message.frame });
    else owed = message.frame;
    painted = false;
    wake();
  });

  let width = 0;
  const sizes = new ResizeObserver(() => {
    const now = root.clientWidth;
    if (now === width || now === 0) return;
    width = now;
    hello();
    repaint();
  });
  const sight = new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    if (!visible) return;
    dirty = true;
    wake();
  });
  const shown = () => { if (!document.hidden) hello(); };

  return {
    bar,
    repaint,
    /** Has the clock show another time than that of now. */
    point(time, elsewhere) {
      pointed = elsewhere ? [time, true] : null;
    },
    /** Puts the picture on the page between the bar and the colours that it is drawn in, and begins. */
    begin(...elements) {
      root.append(bar.element, bar.banner, ...elements, h("div", { hidden: true }, ...Object.values(probes)));
      sizes.observe(root);
      sight.observe(root);
      root.addEventListener("bouton-theme", repaint);
      document.addEventListener("visibilitychange", shown);
    },
    stop() {
      port.send({ type: "bye" });
      cancelAnimationFrame(request);
      sizes.disconnect();
      sight.disconnect();
      document.removeEventListener("visibilitychange", shown);
    },
  };
}
