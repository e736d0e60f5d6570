// All views of a live model on one page: each draws into a place of its own, and talks with its half in Python by its name.

import { start as activity } from "./activity.js";
import { controls as parameters } from "./controls.js";
import { start as histogram } from "./histogram.js";
import { livePlots as traces } from "./liveplots.js";
import { greet, h, icon, widget, within } from "./page.js";
import { start as phase } from "./phase.js";
import { start as rates } from "./rates.js";
import { start as stimulus } from "./stimulus.js";
import { start as transport } from "./transport.js";
import { start as tree } from "./tree.js";
import { start as weights } from "./weights.js";

// What draws the view of this name. One more live view is a line here, and a line in Python.
const STARTS = { transport, tree, parameters, traces, stimulus, rates, histogram, weights, activity, phase };

const CHEVRON = "M6 3.5 10.5 8 6 12.5";
const CROSS = "M4.2 3.2 8 7l3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z";

export function start(root, port) {
  const content = port.content();
  const children = new Map();
  const panes = new Map();

  /** Make the place of a view; `begin` has it drawn there, once it is on the page. */
  function childOf(name, given) {
    const element = h("div", { class: `bouton bt-${name}`, "data-theme": root.dataset.theme });
    const { inner, fill, hear } = within(port, "child", name, given);
    let stop = null;
    const child = {
      element,
      fill,
      hear,
      begin() { stop = STARTS[name](element, inner); },
      end() {
        children.delete(name);
        stop?.();
        element.remove();
      },
    };
    children.set(name, child);
    return child;
  }

  // -- tree and parameters ---------------------------------------------------------------------------------------------------

  function fixedPane(name, label) {
    const id = `${port.id}-${name}`;
    const child = childOf(name, content.fixed[name]);
    const fold = h("button", { type: "button", class: "bt-fold", "aria-expanded": "true", onclick: () => {
      const open = fold.getAttribute("aria-expanded") === "false";
      fold.setAttribute("aria-expanded", String(open));
      child.element.hidden = !open;
    } }, icon(CHEVRON), label);
    const element = h("section", { class: `bt-pane bt-pane-${name}`, "aria-labelledby": id },
      h("header", { class: "bt-pane-head" }, h("h3", { id }, fold)), child.element);
    return { element, child };
  }

  const steering = childOf("transport", content.fixed.transport);
  const sides = [fixedPane("tree", "Model"), fixedPane("parameters", "Parameters")];

  // -- live views ------------------------------------------------------------------------------------------------------------

  function livePane(view) {
    const id = `${port.id}-${view.name}`;
    const child = childOf(view.name, view.content);
    const selects = view.choices.map(([label, paths, chosen]) => h("select", { class: "bt-field", "aria-label": `${label}, ${view.label}`,
      onchange: () => port.send({ type: "open", name: view.name, paths: selects.map((select) => select.value) }) },
    ...paths.map((path) => h("option", { value: path, selected: path === chosen }, path))));
    const close = h("button", { type: "button", class: "bt-button bt-square bt-undo", title: `Close ${view.label}`,
      "aria-label": `Close ${view.label}`, onclick: () => {
        chips.get(view.name).focus();
        port.send({ type: "close", name: view.name });
      } }, icon(CROSS));
    const element = h("section", { class: `bt-pane bt-pane-${view.name}`, "aria-labelledby": id },
      h("header", { class: "bt-pane-head" }, h("h3", { id }, view.label),
        ...selects.map((select, k) => h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, view.choices[k][0]), select)),
        h("span", { class: "bt-space" }), close), child.element);
    return { element, child, serial: view.serial, chosen: selects };
  }

  const chips = new Map(content.views.map((view) => [view.name, h("button", { type: "button", class: "bt-chip", "aria-pressed": "false",
    onclick: () => port.send({ type: panes.has(view.name) ? "close" : "open", name: view.name }) }, view.label)]));
  const only = h("button", { type: "button", class: "bt-chip bt-only", hidden: true, title: "Show all of the model again",
    onclick: () => port.send({ type: "select", path: null, child: "tree" }) });
  const shelf = h("div", { class: "bt-shelf" });
  const nothing = h("p", { class: "bt-empty" }, "No live view is open: choose one above.");

  function narrowed(path) {
    only.hidden = path === null || path === "";
    only.replaceChildren(h("span", { class: "bt-quiet" }, "only "), path ?? "", icon(CROSS));
    only.setAttribute("aria-label", `Only ${path}: show all of the model again`);
  }

  /** Have those views on the page that are open, in their order; one whose signal is another begins anew. */
  function arrange(views) {
    let before = shelf.firstElementChild;
    for (const view of views) {
      const known = panes.get(view.name);
      chips.get(view.name)?.setAttribute("aria-pressed", String(view.content !== null));
      if (known && known.serial === view.serial && view.content !== null) {
        before = known.element.nextElementSibling;
        continue;
      }
      const focused = known?.chosen.findIndex((select) => select === document.activeElement || select === root.getRootNode().activeElement) ?? -1;
      if (known) {
        before = known.element.nextElementSibling;
        panes.delete(view.name);
        known.child.end();
        known.element.remove();
      }
      if (view.content === null) continue;
      const pane = livePane(view);
      panes.set(view.name, pane);
      shelf.insertBefore(pane.element, before);
      pane.child.begin();
      if (focused >= 0) pane.chosen[focused].focus();
    }
    nothing.hidden = panes.size > 0;
  }

  // -- all of it -------------------------------------------------------------------------------------------------------------

  const banner = h("p", { class: "bt-banner", role: "alert", hidden: true });
  const title = h("h2", { class: "bt-model" }, content.title);
  const desk = h("div", { class: "bt-desk", role: "group", "aria-label": `Explorer of ${content.title}`,
    style: content.height === null ? null : `--bt-tall:${content.height}px` },
  h("header", { class: "bt-explore-head" }, title, steering.element),
  h("div", { class: "bt-main", role: "region", "aria-label": "Live views" },
    h("div", { class: "bt-bar" }, h("div", { class: "bt-chips", role: "group", "aria-label": "Views to show" }, ...chips.values()),
      h("span", { class: "bt-space" }), only), banner, nothing, shelf),
  h("div", { class: "bt-side" }, ...sides.map((side) => side.element)));
  // An app is the page: nothing frames it.
  root.classList.toggle("bt-app", content.height === null);
  root.append(desk);

  port.onMessage((message, buffers) => {
    if (message.type === "refused" && message.to === port.id && !message.child) {
      banner.textContent = message.text;
      banner.hidden = !message.text;
    }
    if (message.child === "tree" && message.type === "selected") narrowed(message.path);
    const child = children.get(message.child);
    if (!child) return;
    const { child: _, ...rest } = message;
    if (message.type === "content") child.fill(message.content);
    else child.hear(rest, buffers);
  });
  port.onContent((now) => {
    banner.hidden = true;
    arrange(now.views);
  });
  root.addEventListener("bouton-theme", () => {
    for (const { element } of children.values()) {
      element.dataset.theme = root.dataset.theme;
      element.dispatchEvent(new Event("bouton-theme"));
    }
  });

  const bye = greet(root, port);
  for (const child of [steering, ...sides.map((side) => side.child)]) child.begin();
  arrange(content.views);
  narrowed(content.fixed.tree.selected);
  root.bouton = { children };
  return () => {
    for (const child of [...children.values()]) child.end();
    bye();
  };
}

export default widget("explore", start);
