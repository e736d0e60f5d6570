// A foldable, searchable table of a model: the rows come from Python, folding and filtering happen here.

import { greet, h, icon, widget } from "./page.js";

const COLUMNS = ["Name", "Kind", "Family", "Shape", "Type", "Value", "Unit"];
const CHEVRON = "M6 3.5 10.5 8 6 12.5";
const AGAIN = "M8 3a5 5 0 1 0 4.7 3.3l-1.3.5A3.6 3.6 0 1 1 8 4.4v2.1l3.4-2.8L8 1z";

function start(root, port) {
  const folded = new Set();
  const kinds = new Set();
  let rows = [];
  let current = null;

  const search = h("input", {
    type: "search", class: "bt-field bt-search", placeholder: "Search", "aria-label": "Search the model", oninput: draw,
  });
  const chips = h("div", { class: "bt-chips", role: "group", "aria-label": "Show only these kinds" });
  const count = h("span", { class: "bt-quiet", role: "status" });
  const title = h("h3", { class: "bt-title" });
  const body = h("div", { role: "rowgroup", class: "bt-body", onkeydown: press });
  const head = h("div", { role: "row", class: "bt-line bt-head" },
    ...COLUMNS.map((name) => h("span", { role: "columnheader", class: `bt-${name.toLowerCase()}` }, name)));
  const grid = h("div", { role: "treegrid", class: "bt-grid", "aria-label": "Model" },
    h("div", { role: "rowgroup" }, head), body);
  const again = h("button", { type: "button", class: "bt-button bt-square", title: "Read the values again",
    "aria-label": "Read the values again", onclick: () => port.send({ type: "refresh" }) }, icon(AGAIN));
  root.append(h("header", { class: "bt-bar" }, title, chips, count, search, again), grid);

  function parts() {
    const found = [...new Set(rows.filter((row) => !row.module).map((row) => row.kind))];
    chips.replaceChildren(...found.map((kind) => {
      const chip = h("button", { type: "button", class: `bt-chip bt-kind-${kind}`, "aria-pressed": "false", onclick: () => {
        if (!kinds.delete(kind)) kinds.add(kind);
        chip.setAttribute("aria-pressed", String(kinds.has(kind)));
        draw();
      } }, h("span", { class: "bt-dot" }), kind);
      chip.setAttribute("aria-pressed", String(kinds.has(kind)));
      return chip;
    }));
  }

  // A row that matches brings the modules above it, and a module that matches brings all it holds.
  function visible() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = words.length > 0 || kinds.size > 0;
    const matches = (row) => words.every((word) => row.words.includes(word))
      && (kinds.size === 0 || (!row.module && kinds.has(row.kind)));
    const wanted = new Set();
    for (const row of rows) {
      if (!narrowed || matches(row)) {
        for (let at = row; at; at = at.parent) wanted.add(at);
      }
    }
    const shown = [];
    for (const row of rows) {
      if (!wanted.has(row)) continue;
      let open = true;
      for (let at = row.parent; at && open; at = at.parent) open = narrowed || !folded.has(at.path);
      if (open) shown.push(row);
    }
    return { shown, narrowed, hits: rows.filter((row) => !row.module && wanted.has(row)).length };
  }

  function line(row, narrowed) {
    const open = narrowed || !folded.has(row.path);
    const indent = h("span", { class: "bt-indent", style: `width:${row.depth * 18}px` });
    const twist = row.module
      ? h("span", { class: "bt-twist", onclick: (event) => { event.stopPropagation(); fold(row, open); } }, icon(CHEVRON))
      : h("span", { class: "bt-twist bt-leaf" });
    const name = h("span", { role: "gridcell", class: "bt-name", title: row.path || row.name }, indent, twist,
      h("span", { class: "bt-word" }, row.name), row.module ? h("span", { class: "bt-class" }, row.class) : null,
      row.trainable ? h("span", { class: "bt-trains", title: "Training may change it" }, "trainable") : null);
    const cell = (kind, text) => h("span", { role: "gridcell", class: `bt-${kind}`, title: text }, text);
    const kind = h("span", { role: "gridcell", class: `bt-kind bt-kind-${row.kind}` },
      ...(row.module ? [] : [h("span", { class: "bt-dot" }), row.kind]));
    return h("div", {
      role: "row", class: row.module ? "bt-line bt-module" : "bt-line", "aria-level": row.depth + 1,
      "aria-expanded": row.module ? String(open) : null, tabindex: "-1", "data-path": row.path,
      onclick: () => choose(row.path, true), ondblclick: () => row.module && fold(row, open),
    }, name, kind, cell("family", row.family), cell("shape", row.shape), cell("type", row.dtype), cell("value", row.value),
      cell("unit", row.unit));
  }

  function choose(path, focus) {
    current = path;
    for (const element of body.children) {
      const here = element.dataset.path === path;
      element.tabIndex = here ? 0 : -1;
      if (here && focus) element.focus();
    }
  }

  function fold(row, open) {
    if (open) folded.add(row.path);
    else folded.delete(row.path);
    draw();
    choose(row.path, true);
  }

  function press(event) {
    const { shown, narrowed } = visible();
    const at = shown.findIndex((row) => row.path === current);
    if (at < 0) return;
    const row = shown[at];
    const open = row.module && (narrowed || !folded.has(row.path));
    const go = (to) => choose(shown[Math.max(0, Math.min(shown.length - 1, to))].path, true);
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(shown.length - 1);
    else if (event.key === "ArrowRight" && row.module) open ? go(at + 1) : fold(row, false);
    else if (event.key === "ArrowLeft" && open) fold(row, true);
    else if (event.key === "ArrowLeft" && row.parent) choose(row.parent.path, true);
    else if ((event.key === "Enter" || event.key === " ") && row.module) fold(row, open);
    else return;
    event.preventDefault();
  }

  function draw() {
    const { shown, narrowed, hits } = visible();
    body.replaceChildren(...shown.map((row) => line(row, narrowed)));
    if (!shown.length) body.append(h("p", { class: "bt-empty" }, "Nothing in the model matches."));
    const total = rows.filter((row) => !row.module).length;
    count.textContent = narrowed ? `${hits} of ${total}` : `${total} entries`;
    choose(shown.some((row) => row.path === current) ? current : shown[0]?.path, false);
  }

  function fill(content) {
    const above = [];
    rows = content.rows.map((row) => {
      const full = { ...row, parent: above[row.depth - 1] ?? null };
      full.words = [row.path, row.class, row.kind, row.family, row.unit, row.dtype].join(" ").toLowerCase();
      above[row.depth] = full;
      return full;
    });
    title.textContent = content.title;
    parts();
    draw();
  }

  // In place, so that neither the focus nor the place in a long table is lost.
  function update(fresh) {
    const lines = new Map([...body.children].map((element) => [element.dataset.path, element]));
    for (const news of fresh) {
      const row = rows.find((known) => known.path === news.path);
      if (!row) continue;
      Object.assign(row, news);
      const element = lines.get(row.path);
      if (!element || row.module) continue;
      for (const [kind, text] of [["family", row.family], ["shape", row.shape], ["type", row.dtype], ["value", row.value], ["unit", row.unit]]) {
        const cell = element.querySelector(`.bt-${kind}`);
        if (cell.textContent === text) continue;
        cell.textContent = text;
        cell.title = text;
      }
    }
  }

  fill(port.content());
  port.onContent(fill);
  port.onMessage((message) => {
    if (message.type === "rows") update(message.rows);
  });
  return greet(root, port);
}

export default widget("tree", start);
