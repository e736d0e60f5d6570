// What every view's page shares: building elements, and talking with the view in Python, in Jupyter and under Panel alike.

const FOCUSABLE = new Set(["button", "input", "select"]);

/** An element. Children that are strings become text nodes, so that nothing a user wrote is ever read as HTML. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  // JupyterLab takes keys for itself unless the focused element says no. It asks that element first and its ancestors after,
  // and in a notebook's command mode it already wants every focused element that is no text: so each says it itself.
  if (FOCUSABLE.has(tag) || "tabindex" in attributes) element.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An inline icon from one SVG path in a box of 16 by 16. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "bt-icon");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function asView(buffer) {
  return buffer instanceof ArrayBuffer ? new DataView(buffer) : buffer;
}

/** Bytes as float32: copied, because a buffer cut out of a message need not be aligned. */
export function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

export function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

// Jupyter hands over an anywidget model, Panel its proxy of a component: both know "change:" and "msg:custom".
function connect(model) {
  const served = typeof model.send_msg === "function";
  const id = Math.random().toString(36).slice(2, 10);
  const undo = [];
  const listen = (event, callback) => {
    model.on(event, callback);
    undo.push(() => model.off(event, callback));
  };
  // Jupyter says when a kernel lets go of its views. One that speaks is there again.
  const leaving = new Set();
  let gone = false;
  const went = (now) => {
    if (gone === now) return;
    gone = now;
    for (const callback of leaving) callback(gone);
  };
  if (!served) {
    listen("comm_live_update", () => went(true));
    listen("msg:custom", () => went(false));
    listen("change:content", () => went(false));
  }
  return {
    id,
    /** Hears true when there is nobody left to answer, and false when there is again; gives what ends that. */
    onGone(callback) {
      leaving.add(callback);
      if (gone) callback(true);
      return () => leaving.delete(callback);
    },
    content: () => JSON.parse(served ? model.content : model.get("content")),
    onContent(callback) {
      listen("change:content", () => callback(this.content()));
    },
    onMessage(callback) {
      if (served) listen("msg:custom", (event) => callback(JSON.parse(event.text), event.buffers.map(asView)));
      else listen("msg:custom", (message, buffers) => callback(message, (buffers ?? []).map(asView)));
    },
    send(message) {
      const full = { ...message, view: id };
      if (served) return void model.send_msg(full);
      try {
        model.send(full);
      } catch (problem) {
        // Jupyter's words for a kernel that was restarted: its views stay on the page until their cells run again.
        if (problem.message !== "Cannot send") throw problem;
        went(true);
      }
    },
    close() {
      for (const step of undo.splice(0)) step();
    },
  };
}

/** A port for a view inside another, which shares the other's: what it says is marked with its name under `key`. */
export function within(port, key, name, first = null) {
  const heard = { content: [], message: [] };
  let content = first;
  return {
    inner: {
      id: port.id,
      onGone: port.onGone,
      content: () => content,
      onContent: (callback) => heard.content.push(callback),
      onMessage: (callback) => heard.message.push(callback),
      send: (message) => port.send({ ...message, [key]: name }),
    },
    fill(now, tell = true) {
      content = now;
      if (tell) for (const callback of heard.content) callback(now);
    },
    hear: (message, buffers) => { for (const callback of heard.message) callback(message, buffers); },
  };
}

/**
 * A view inside another, which shares its port: fills an element with `start(root, port)` when there is first something to be
 * shown, and hides it while there is nothing. What Python says to it is marked with its name.
 */
export function inset(port, name, start) {
  const element = h("div", { class: `bt-inset bt-inset-${name}`, hidden: true });
  const { inner, fill, hear } = within(port, "part", name);
  let stop = null;
  return {
    element,
    name,
    show(now) {
      element.hidden = now === null;
      if (now === null) return;
      fill(now, stop !== null);
      stop ??= start(element, inner);
    },
    hear,
    close: () => stop?.(),
  };
}

/** Whether the page's theme is dark, judged by what the style sheet made of it; `changed` runs when that may be another. */
function followTheme(root, changed) {
  let judged = null;
  const ground = () => getComputedStyle(root).backgroundColor;
  const judge = () => {
    delete root.dataset.theme;
    const colour = ground();
    const numbers = colour.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [255, 255, 255];
    const most = colour.startsWith("color(") ? 1 : 255;
    root.dataset.theme = numbers[0] + numbers[1] + numbers[2] < 1.5 * most ? "dark" : "light";
    judged = ground();
    changed();
  };
  // A theme's style sheet arrives some time after the attribute that announces it, or with no announcement at all.
  let waits = 0;
  const soon = () => {
    clearTimeout(waits);
    waits = setTimeout(judge, 300);
  };
  const later = setInterval(() => { if (ground() !== judged) judge(); }, 1000);
  const themes = new MutationObserver(soon);
  themes.observe(document.body, { attributes: true });
  themes.observe(document.documentElement, { attributes: true });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", judge);
  requestAnimationFrame(judge);
  return () => {
    clearInterval(later);
    clearTimeout(waits);
    themes.disconnect();
    scheme.removeEventListener("change", judge);
  };
}

/**
 * Says hello to Python, which answers with the values as they are, until the function returned is called. Asked again when
 * somebody turns to the view, for what has changed meanwhile, and once soon after the start: a kernel that gives the page's
 * messages a thread of their own does so only by then, and from then on a slider works even while a cell is being executed.
 */
export function greet(root, port) {
  let greeted = -Infinity;
  const hello = () => {
    if (performance.now() - greeted < 1000) return;
    greeted = performance.now();
    port.send({ type: "hello" });
  };
  hello();
  const soon = setTimeout(hello, 1500);
  root.addEventListener("pointerenter", hello);
  root.addEventListener("focusin", hello);
  return () => {
    clearTimeout(soon);
    port.send({ type: "bye" });
  };
}

/** The two-sided module around `start(root, port)`, which fills the root and may return what is to run when it goes. */
export function widget(kind, start) {
  return {
    render({ model, el }) {
      const root = h("div", { class: `bouton bt-${kind}`, "data-lm-suppress-shortcuts": "true" });
      el.append(root);
      const port = connect(model);
      const parting = h("p", { class: "bt-banner bt-gone", role: "status", hidden: true });
      root.append(parting);
      port.onGone((gone) => {
        parting.hidden = !gone;
        parting.textContent = gone ? "This view has lost its kernel, which was restarted or shut down. Run its cell again." : "";
      });
      const stop = start(root, port);
      const stopFollowing = followTheme(root, () => root.dispatchEvent(new Event("bouton-theme")));
      let open = true;
      const close = () => {
        if (!open) return;
        open = false;
        stop?.();
        stopFollowing();
        port.close();
      };
      if (typeof model.send_msg === "function") model.on("lifecycle:remove", close);
      return close;
    },
  };
}
