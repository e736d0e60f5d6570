// Figures of Bokeh on a page: those for a light or a dark page, and the library once for a page that lacks it.

import { h } from "./page.js";

const LIBRARIES = Symbol.for("bouton.bokeh");

function found(version) {
  const there = globalThis.Bokeh;
  return there?.version === version ? there : there?.[version];
}

async function unpacked(buffer) {
  const packed = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(packed).text();
}

/** The library of this version: the page's own, or that which `ask` brings. Views that come up together ask once. */
function library(version, ask) {
  const all = (globalThis[LIBRARIES] ??= new Map());
  if (found(version)) return Promise.resolve(found(version));
  if (!all.has(version)) {
    const coming = ask().then(async (buffer) => {
      const address = URL.createObjectURL(new Blob([await unpacked(buffer)], { type: "text/javascript" }));
      await new Promise((done, failed) => {
        const element = h("script", { src: address, onload: done, onerror: failed });
        document.head.append(element);
      });
      URL.revokeObjectURL(address);
      return found(version);
    });
    coming.catch(() => all.delete(version));
    all.set(version, coming);
  }
  return all.get(version);
}

/**
 * Shows the figures of a view under its title, and others when the theme or the content changes. `made(views, content, bokeh)`
 * runs for each figure that has come up.
 */
export function showFigures(root, port, made = () => {}) {
  let content = null;
  let shown = null;
  let views = null;
  let open = true;
  let answer = null;
  let giveUp = null;
  const title = h("h3", { class: "bt-title" });
  const word = h("span", { class: "bt-quiet" });
  const facts = h("span", { class: "bt-fact" });
  const body = h("div", { class: "bt-figure", role: "img" });
  const told = h("span", { class: "bt-told" });
  root.append(h("header", { class: "bt-bar" }, title, word, h("div", { class: "bt-facts" }, facts)), body, told);

  port.onMessage((message, [buffer]) => { if (message.type === "library" && message.for === port.id) answer?.(buffer); });
  const ask = () => new Promise((done, failed) => {
    [answer, giveUp] = [done, failed];
    port.send({ type: "library" });
  });

  const clear = () => {
    views?.clear();
    views = null;
    body.replaceChildren();
  };

  async function draw() {
    // Whoever had asked for it may be gone: then each asks for itself.
    const bokeh = await library(content.bokeh, ask).catch(() => (open ? library(content.bokeh, ask) : null));
    if (!bokeh) return;
    const theme = root.dataset.theme === "dark" ? "dark" : "light";
    const item = content.figures[theme];
    if (!open || shown === item) return;
    shown = item;
    clear();
    const element = h("div");
    body.append(element);
    const drawn = await bokeh.embed.embed_item(item, element);
    // Gone, or of other colours, by now.
    if (!open || shown !== item) return void drawn.clear();
    // A test, and who embeds a page, find the figures here.
    views = drawn;
    root.bouton = { views: [...drawn] };
    made(root.bouton.views, content, bokeh);
  }

  function settle() {
    content = port.content();
    title.textContent = content.title;
    word.textContent = content.word;
    facts.textContent = content.facts;
    told.textContent = content.told;
    body.setAttribute("aria-label", `${content.title}: ${content.facts}`);
    if (root.dataset.theme) draw();
  }

  port.onContent(settle);
  root.addEventListener("bouton-theme", draw);
  settle();
  return () => {
    open = false;
    giveUp?.(new Error("closed"));
    clear();
  };
}
