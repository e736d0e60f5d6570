// What every live picture does: takes the newest frame, paints it in an animation frame, and answers so that Python may send the
// next. It can be frozen, together with the others of the same simulation on the page, and kept runs lie under it.

import { linked } from "./livelink.js";
import { liveTools, saved } from "./livetools.js";
import { h } from "./page.js";
import { lookOf, probesOf } from "./plot.js";
import { toolbar } from "./toolbar.js";

/**
 * `view.take(head, buffers)` reads a frame, `view.paint(look, head)` draws it, `view.columns()` says how wide it is, and
 * `view.shown` is told to whoever embeds or tests it. Of a picture that moves between two frames, `view.move(now, head, held)`
 * says whether it has, and `view.start()` when its window begins. `view.hear(message)` gets what else Python says, `view.lay(runs)`
 * the kept runs, each with `buffers`; `view.timed` tells that its axis is that of time, and `view.at` what it needs of a time that
 * is pointed at while it stands: a "reading", which comes without buffers, or the whole "picture".
 *
 * With `content.transport` false the bar is left out: another view of the same simulation has it. With `content.standing` Python
 * shows any part of what is frozen. Gives the bar above, the state shared on the page, and the way to have it painted again.
 */
export function live(root, port, content, view) {
  // Whoever asks for little motion gets pictures that change twice a second, or when a hand has changed something.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let look = null;
  let latest = null;
  let newest = null;
  let head = null;
  let token = null;
  let runs = [];
  let asked = null;
  let again = null;
  let dirty = true;
  let fresh = false;
  let painted = true;
  let owed = null;
  let visible = true;
  let paints = 0;
  let request = 0;
  let pointed = null;
  let taken = 0;

  const probes = probesOf();
  const link = linked(content.simulation ?? port.id, changed);
  const tools = liveTools(content, {
    freeze,
    keep: () => port.send({ type: "keep", token }),
    forget: (number) => port.send({ type: "forget", number }),
    save: (form) => port.send({ type: "export", form, token, span: link.state.span }),
    align: (align) => link.set({ align }),
  });
  const bar = toolbar(content, port, hello, tools.element);
  // In a picture its own keys come first.
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, canvas")) return;
    if (event.key === "f" || event.key === "F") freeze();
  });

  function freeze() {
    link.set({ token: link.state.token === null ? Math.random().toString(36).slice(2, 12) : null, span: null });
  }

  // Somebody on the page, perhaps here, has frozen the views, looks closer, or points.
  function changed(before) {
    const { state } = link;
    if (state.token !== token) {
      token = state.token;
      tools.stand(token !== null, Boolean(content.standing && view.timed));
      if (token === null) {
        if (content.standing) port.send({ type: "thaw" });
        lay(runs.map((run) => run.first));
        if (latest) take(latest, newest);
      } else if (content.standing) ask();
    } else if (token !== null && content.standing) {
      if (before.span !== state.span || before.align !== state.align) ask();
      else if (before.time !== state.time && view.at) ask(view.at);
    }
    tools.aligned(state.align);
    repaint();
  }

  // One question at a time: what is asked for meanwhile is asked when the answer is here.
  function ask(what = "picture") {
    if (asked !== null && performance.now() - asked < 2000) {
      again = again === "picture" ? again : what;
      return;
    }
    [asked, again] = [performance.now(), null];
    const { span, time } = link.state;
    const room = span && (span[1] - span[0]) / 2;
    const wide = span && [span[0] - room, span[1] + room];
    const under = (run) => (view.timed ? wide : span)?.map((edge) => edge - shift(run)) ?? null;
    // The sample at a time is that of the step that ends after it.
    const at = time === null ? null : (Math.floor(time / content.dt + 1e-6) + 1) * content.dt;
    if (what === "reading" && at !== null) return void port.send({ type: "read", token, at });
    port.send({ type: "look", token, span: view.timed ? wide : span, at, kept: Object.fromEntries(runs.map((run) => [run.number, under(run)])) });
  }

  /** What is added to the times of a kept run to lay it under the present picture. */
  function shift(run) {
    if (link.state.align === "time" || !head) return 0;
    // Of what moves the view knows better where it has got to between two frames.
    return (head.window?.[0] ?? view.start?.() ?? Math.max(0, head.now - content.window)) - run.window[0];
  }

  function lay(now) {
    runs = now;
    tools.lay(runs);
    view.lay?.(runs);
    repaint();
  }

  // The buffers of the runs follow those of the picture.
  function split(message, buffers) {
    let at = message.own;
    return message.runs.map((run) => {
      const found = { ...run, buffers: buffers.slice(at, at + run.count) };
      at += run.count;
      // What there is of all of it, for when it is no longer looked at closer.
      found.first = runs.find((known) => known.number === run.number)?.first ?? found;
      return found;
    });
  }

  function take(now, buffers) {
    head = now;
    dirty = fresh = true;
    root.bouton ??= Object.defineProperties(view.shown ?? {}, {
      head: { get: () => head }, paints: { get: () => paints }, link: { get: () => link.state }, runs: { get: () => runs },
    });
    view.take(head, buffers);
  }

  function tick(now) {
    request = 0;
    if (owed !== null) {
      port.send({ type: "drawn", frame: owed });
      owed = null;
    }
    painted = true;
    const still = calm.matches && !dirty;
    if (head && visible && root.isConnected && !still && (view.move?.(now, head, token !== null, calm.matches) || dirty)) draw();
    if (view.move && token === null && latest?.status === "running" && !calm.matches) wake();
  }

  function draw() {
    dirty = false;
    look ??= { ...lookOf(probes, root), ground: getComputedStyle(root).backgroundColor };
    view.paint(look, head);
    bar.tell(...(pointed ?? [latest?.now ?? head.now, false]));
    paints += 1;
    if (!fresh) return;
    fresh = false;
    root.dispatchEvent(new CustomEvent("bouton-frame", { bubbles: true, composed: true, detail: head }));
  }

  function wake() {
    if (request === 0) request = requestAnimationFrame(tick);
  }

  function repaint() {
    dirty = true;
    wake();
  }

  function recolour() {
    look = null;
    repaint();
  }

  function hello() {
    painted = true;
    owed = null;
    port.send({ type: "hello", columns: view.columns?.() ?? 600 });
    if (token !== null && content.standing) ask();
  }

  function framed(message, buffers) {
    bar.report(message);
    [latest, newest] = [message, buffers];
    const rests = calm.matches && head?.status === message.status && head?.change === message.change && performance.now() - taken < 500;
    // What cannot show what is frozen shows at least what is there when it comes.
    if (token === null ? !rests : head === null && !content.standing) {
      taken = performance.now();
      take(message, buffers);
    } else if (token !== null && pointed === null) bar.tell(message.now, false);
    // A page in the background draws nothing and therefore answers nothing: Python pauses the simulation for it.
    if (painted && !document.hidden) port.send({ type: "drawn", frame: message.frame });
    else owed = message.frame;
    painted = false;
    wake();
  }

  // An answer to what is frozen no longer may be waited for by a question about what is frozen now.
  function answered(message, act) {
    asked = null;
    if (message.token === token) act();
    if (again && token !== null) ask(again);
  }

  function stands(message, buffers) {
    answered(message, () => {
      take({ ...message, status: latest?.status }, buffers.slice(0, message.own));
      const now = split(message, buffers);
      // A run that has been kept meanwhile stays until it is asked for.
      lay(runs.map((known) => now.find((run) => run.number === known.number) ?? known));
    });
  }

  function reads(message) {
    answered(message, () => {
      head = { ...head, at: message.at };
      view.take(head, null);
      repaint();
    });
  }

  port.onMessage((message, buffers) => {
    if (message.type === "refused" && message.to === port.id) bar.refuse(message.text);
    view.hear?.(message);
    if (message.type === "frame") framed(message, buffers);
    if (message.type === "kept") {
      lay(split(message, buffers).map((run) => Object.assign(run, { first: run })));
      if (token !== null && content.standing) ask();
    }
    if (message.for !== port.id) return;
    if (message.type === "standing") stands(message, buffers);
    if (message.type === "reading") reads(message);
    if (message.type === "thawed") {
      asked = null;
      if (message.token === token) link.set({ token: null, span: null });
    }
    if (message.type === "file") saved(message, buffers[0]);
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
    if (visible) repaint();
  });
  const shown = () => { if (!document.hidden) hello(); };

  return {
    bar,
    link,
    repaint,
    freeze,
    shift,
    /** Has the clock show another time than that of now. */
    point(time, elsewhere) {
      pointed = elsewhere ? [time, true] : null;
    },
    /** Puts the picture on the page between the bar and the colours that it is drawn in, and begins. */
    begin(...elements) {
      const alone = content.transport === false;
      // Without the buttons that steer there is room for the view's own.
      const own = alone && elements[0].classList.contains("bt-bar") ? [elements.shift()] : [];
      const top = alone ? h("div", { class: "bt-bar" }, tools.element, tools.kept, ...own, tools.hint) : bar.element;
      root.append(top, bar.banner, ...(alone ? [] : [h("div", { class: "bt-bar bt-second" }, tools.kept, tools.hint)]), ...elements,
        h("div", { hidden: true }, ...Object.values(probes)));
      sizes.observe(root);
      sight.observe(root);
      root.addEventListener("bouton-theme", recolour);
      document.addEventListener("visibilitychange", shown);
      if (link.state.token !== null) changed(link.state);
    },
    stop() {
      owed = null;
      bar.stop();
      tools.stop();
      link.leave();
      port.send({ type: "bye" });
      cancelAnimationFrame(request);
      sizes.disconnect();
      sight.disconnect();
      document.removeEventListener("visibilitychange", shown);
    },
  };
}
