// A foldable, searchable table of a model: the rows come from Python, folding and filtering happen here.

import { drawPicture, largePicture, shades } from "./arrays.js";
import { controls } from "./controls.js";
import { livePlots } from "./liveplots.js";
import { outline } from "./outline.js";
import { floats, greet, h, icon, inset, widget } from "./page.js";
import { fit } from "./plot.js";

const COLUMNS = ["Name", "Kind", "Family", "Shape", "Type", "Memory", "Picture", "Value", "Unit"];
const TEXTS = [["family", "family"], ["shape", "shape"], ["type", "dtype"], ["memory", "memory"], ["value", "value"], ["unit", "unit"]];
const CHEVRON = "M6 3.5 10.5 8 6 12.5";
const AGAIN = "M8 3a5 5 0 1 0 4.7 3.3l-1.3.5A3.6 3.6 0 1 1 8 4.4v2.1l3.4-2.8L8 1z";
const FOLD = "M3 7.3h10v1.4H3z";
const UNFOLD = "M3 7.3h4.3V3h1.4v4.3H13v1.4H8.7V13H7.3V8.7H3z";
const CROSS = "M4.2 3.2 8 7l3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z";
const ROW = 26;
// Drawn above and below what can be seen, so that a turn of the wheel finds rows there.
const MARGIN = 10;
const MOST_FAMILIES = 10;

export function start(root, port) {
  const tree = outline();
  const pictures = new Map();
  const asked = new Set();
  const lines = new Map();
  let shown = [];
  let current = null;
  let selected = null;
  let typed = "";
  let typedAt = 0;
  let telling = 0;
  let untold = false;
  let turn = 0;
  let told = null;
  let looking = 0;
  let everyFamily = false;

  const search = h("input", { type: "search", class: "bt-field bt-search", placeholder: "Search",
    title: "Path, class or family", "aria-label": "Search the model", spellcheck: "false", oninput: () => { tree.search(search.value); draw(true); } });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && search.value) {
      search.value = "";
      tree.search("");
      draw(true);
    } else if (event.key === "ArrowDown" && shown.length) choose(shown.find((row) => row.path === current) ?? shown[0], true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const chips = h("div", { class: "bt-chips", role: "group", "aria-label": "Show only" });
  const count = h("span", { class: "bt-quiet bt-count", role: "status" });
  const title = h("h3", { class: "bt-title" });
  const sheet = h("div", { role: "rowgroup", class: "bt-sheet" });
  const head = h("div", { role: "row", class: "bt-line bt-head", "aria-rowindex": 1 },
    ...COLUMNS.map((name) => h("span", { role: "columnheader", class: `bt-${name === "Picture" ? "picture-cell" : name.toLowerCase()}` }, name)));
  const empty = h("p", { class: "bt-empty", hidden: true }, "Nothing in the model matches.");
  const grid = h("div", { role: "treegrid", class: "bt-grid", "aria-label": "Model", onkeydown: press, onscroll: () => paint() },
    h("div", { role: "rowgroup", class: "bt-top" }, head), sheet);
  const button = (label, path, onclick) => h("button", { type: "button", class: "bt-button bt-square", title: label,
    "aria-label": label, onclick }, icon(path));
  const details = h("section", { class: "bt-details", "aria-label": "Selected", hidden: true });
  const list = h("dl", { class: "bt-facts-list" });
  const name = h("h4");
  const large = largePicture(root);
  const insets = [inset(port, "controls", controls), inset(port, "traces", livePlots)];
  details.append(h("header", {}, name, button("Close", CROSS, () => select(null))), h("div", { class: "bt-two" }, list, large.element),
    ...insets.map((one) => one.element));
  root.append(h("header", { class: "bt-bar" }, title, count, h("span", { class: "bt-space" }), search,
    button("Fold all", FOLD, () => { tree.foldAll(true); draw(); }), button("Unfold all", UNFOLD, () => { tree.foldAll(false); draw(); }),
    button("Read the values again", AGAIN, () => port.send({ type: "refresh" }))), chips, grid, empty, details);

  function chip(label, group, value, ...before) {
    return h("button", { type: "button", class: `bt-chip bt-kind-${group === "kinds" ? value : "none"}`,
      "aria-pressed": String(tree.pressed(group, value)), onclick: (event) => {
        tree.toggle(group, value);
        event.currentTarget.setAttribute("aria-pressed", String(tree.pressed(group, value)));
        draw(true);
      } }, ...before, label);
  }

  function offer() {
    const families = tree.found("families");
    const some = everyFamily ? families : families.filter((family, k) => k < MOST_FAMILIES || tree.pressed("families", family));
    const more = h("button", { type: "button", class: "bt-chip bt-more", onclick: () => { everyFamily = true; offer(); } },
      `${families.length - some.length} more`);
    const groups = [
      tree.found("kinds").map((kind) => chip(kind, "kinds", kind, h("span", { class: "bt-dot" }))),
      tree.trains() ? [chip("trainable", "trainable", "", h("span", { class: "bt-trains", "aria-hidden": "true" }, "∇"))] : [],
      [...some.map((family) => chip(family, "families", family)), ...(some.length < families.length ? [more] : [])],
    ];
    chips.replaceChildren(...groups.filter((group) => group.length).map((group) => h("span", { class: "bt-alike" }, ...group)));
  }

  // -- rows ------------------------------------------------------------------------------------------------------------------

  function lineOf(row) {
    const twist = row.module
      ? h("span", { class: "bt-twist", onclick: (event) => { event.stopPropagation(); fold(row, row.open); } }, icon(CHEVRON))
      : h("span", { class: "bt-twist bt-leaf" });
    const cell = (kind, ...children) => h("span", { role: "gridcell", class: `bt-${kind}` }, ...children);
    const texts = Object.fromEntries(TEXTS.map(([kind]) => [kind, cell(kind)]));
    const canvas = row.look ? h("canvas", { class: "bt-mini", "aria-hidden": "true" }) : null;
    const line = h("div", { role: "row", class: row.module ? "bt-line bt-module" : "bt-line", tabindex: "-1", "data-path": row.path,
      onclick: () => choose(row, true), ondblclick: () => row.module && fold(row, row.open) },
      h("span", { role: "gridcell", class: "bt-name", title: row.path || row.name },
        h("span", { class: "bt-indent", style: `--bt-depth:${row.depth}` }), twist, h("span", { class: "bt-word" }, row.name),
        row.module && row.class ? h("span", { class: "bt-class" }, row.class) : null,
        row.trainable ? h("span", { class: "bt-trains", role: "img", title: "trainable", "aria-label": "trainable" }, "∇") : null),
      h("span", { role: "gridcell", class: `bt-kind bt-kind-${row.kind}`, title: row.module ? null : row.kind },
        ...(row.module ? [] : [h("span", { class: "bt-dot" }), row.kind])),
      texts.family, texts.shape, texts.type, texts.memory, cell("picture-cell", ...(canvas ? [canvas] : [])), texts.value, texts.unit);
    return { line, texts, canvas, row };
  }

  function write({ line, texts, row }, place) {
    line.style.top = `${place * ROW}px`;
    line.setAttribute("aria-level", row.depth + 1);
    line.setAttribute("aria-posinset", row.place);
    line.setAttribute("aria-setsize", row.siblings);
    line.setAttribute("aria-rowindex", place + 2);
    if (row.module) line.setAttribute("aria-expanded", String(row.open));
    line.setAttribute("aria-selected", String(row.path === selected));
    line.tabIndex = row.path === current ? 0 : -1;
    for (const [kind, field] of TEXTS) {
      if (texts[kind].textContent === row[field]) continue;
      const [extremes, ...mean] = row[field].split(/(?=, mean )/);
      texts[kind].replaceChildren(extremes, ...mean.map((text) => h("span", { class: "bt-mean" }, text)));
      texts[kind].title = row[field];
    }
  }

  /** Bring the lines that can be seen onto the page, and no others but the one with the focus. */
  function paint() {
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - MARGIN);
    const last = Math.min(shown.length, Math.ceil((grid.scrollTop + (grid.clientHeight || 460)) / ROW) + MARGIN);
    const wanted = new Map();
    shown.forEach((row, place) => {
      if ((place >= first && place < last) || row.path === current) wanted.set(row.path, [row, place]);
    });
    for (const [path, known] of lines) {
      if (wanted.get(path)?.[0] === known.row) continue;
      known.line.remove();
      lines.delete(path);
    }
    let before = sheet.firstChild;
    for (const [path, [row, place]] of wanted) {
      if (!lines.has(path)) lines.set(path, lineOf(row));
      const known = lines.get(path);
      write(known, place);
      if (known.line === before) before = before.nextSibling;
      else sheet.insertBefore(known.line, before);
      if (known.canvas && !known.drawn && pictures.has(path)) sketch(known);
    }
    clearTimeout(looking);
    looking = setTimeout(ask, 60);
  }

  function draw(fromTop = false) {
    const found = tree.look();
    shown = found.shown;
    if (!shown.some((row) => row.path === current)) current = shown[0]?.path ?? null;
    sheet.style.height = `${shown.length * ROW}px`;
    grid.setAttribute("aria-rowcount", shown.length + 1);
    grid.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    count.textContent = found.narrowed ? `${found.hits} of ${found.total} rows match` : `${found.total} rows`;
    if (fromTop) grid.scrollTop = 0;
    paint();
  }

  function intoSight(place) {
    const top = place * ROW;
    const room = grid.clientHeight - head.offsetHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + ROW > grid.scrollTop + room) grid.scrollTop = top + ROW - room;
  }

  /** Make a row the current one and select it. */
  function choose(row, focus) {
    current = row.path;
    const place = shown.indexOf(row);
    if (place >= 0) intoSight(place);
    select(row.path, focus);
    if (focus) lines.get(row.path)?.line.focus({ preventScroll: true });
  }

  function select(path, byHand = true) {
    const other = path !== selected;
    selected = path;
    paint();
    if (!other) return;
    untold = byHand;
    if (byHand) turn += 1;
    pass();
    entitle();
  }

  /** Who runs through the rows with a key held down is told about where he stops. */
  function pass() {
    clearTimeout(telling);
    telling = setTimeout(() => {
      if (untold) port.send({ type: "select", path: selected, turn });
      tell();
    }, untold ? 100 : 0);
  }

  function fold(row, close) {
    tree.fold(row, close);
    draw();
    choose(row, true);
  }

  function press(event) {
    const at = shown.findIndex((row) => row.path === current);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = shown[at];
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW) - 2);
    const go = (to) => choose(shown[Math.max(0, Math.min(shown.length - 1, to))], true);
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "PageDown") go(at + page);
    else if (event.key === "PageUp") go(at - page);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(shown.length - 1);
    else if (event.key === "ArrowRight" && row.module) row.open ? go(shown[at + 1]?.parent === row ? at + 1 : at) : fold(row, false);
    else if (event.key === "ArrowLeft" && row.module && row.open) fold(row, true);
    else if (event.key === "ArrowLeft" && row.parent) choose(row.parent, true);
    else if (event.key === "Enter" || event.key === " ") row.module ? fold(row, row.open) : choose(row, true);
    else if (event.key === "Escape" && selected !== null) select(null);
    else if (event.key === "*") { tree.foldAll(false); draw(); choose(row, true); }
    else if (event.key.length === 1) jump(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Go to the next row whose name begins with what is being typed. */
  function jump(key, at) {
    typed = performance.now() - typedAt > 700 ? key : typed + key;
    typedAt = performance.now();
    // The same letter again and again goes on from row to row.
    const same = [...typed].every((letter) => letter === typed[0]);
    const wanted = (same ? typed[0] : typed).toLowerCase();
    const from = same ? at + 1 : at;
    const order = [...shown.slice(from), ...shown.slice(0, from)];
    const row = order.find((one) => one.name.toLowerCase().startsWith(wanted));
    if (row) choose(row, true);
  }

  // -- pictures and facts ----------------------------------------------------------------------------------------------------

  function sketch(known) {
    known.drawn = true;
    const picture = pictures.get(known.row.path);
    // Of one value there is nothing to be seen, nor of what was there before.
    if (picture.head.low === picture.head.high) return void fit(known.canvas);
    drawPicture(known.canvas, picture, shades(root), 8);
  }

  /** Ask for the pictures that can be seen and are not there yet. */
  function ask() {
    const paths = [];
    for (const [path, known] of lines) {
      if (!known.canvas || pictures.has(path) || asked.has(path) || known.canvas.clientWidth === 0) continue;
      asked.add(path);
      paths.push(path);
    }
    if (paths.length) port.send({ type: "look", paths, columns: 32, rows: 8, place: "row" });
  }

  /** Show which row is selected; what was told about another is dimmed until Python answers. */
  function entitle() {
    const row = selected === null ? null : tree.get(selected);
    details.hidden = !row;
    if (!row) return;
    name.replaceChildren(h("span", { class: "bt-word" }, row.name), h("span", { class: "bt-class" }, row.module ? row.class : ""));
    details.setAttribute("aria-busy", "true");
  }

  /** Ask for what is to be told about the selected row. */
  function tell() {
    const row = selected === null ? null : tree.get(selected);
    if (!row) return;
    port.send({ type: "facts", path: row.path });
    if (row.look) port.send({ type: "look", paths: [row.path], columns: 96, rows: 48, place: "details" });
  }

  port.onMessage((message, buffers) => {
    if (message.part) insets.find((one) => one.name === message.part)?.hear(message, buffers);
    else if (message.type === "rows") update(message.rows);
    else if (message.type === "selected") {
      // What was chosen here is newer than what comes from Python, until the answer to it.
      if (message.to === port.id && message.turn === turn) untold = false;
      if (message.path === selected || untold) return;
      if (message.path !== null) {
        tree.reveal(message.path);
        draw();
        const place = shown.findIndex((row) => row.path === message.path);
        if (place >= 0) intoSight(place);
        current = message.path;
      }
      select(message.path, false);
    } else if (message.to !== port.id) return;
    else if (message.type === "facts" && message.path === selected) {
      list.replaceChildren(...message.facts.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]));
      details.removeAttribute("aria-busy");
      if (!tree.get(selected).look) large.show(null);
      // What is there already follows by messages of its own, and somebody may be typing into it.
      if (message.path !== told) for (const one of insets) one.show(message.insets[one.name] ?? null);
      told = message.path;
    } else if (message.type === "pictures") {
      message.pictures.forEach((head, k) => {
        const picture = { head, values: head.form === "heat" ? floats(buffers[k]) : null };
        const known = lines.get(head.path);
        if (message.place === "details") {
          if (head.path === selected) large.show(picture, tree.get(selected));
          return;
        }
        asked.delete(head.path);
        pictures.set(head.path, picture);
        if (known?.canvas) sketch(known);
      });
    }
  });

  // In place, so that neither the focus nor the place in a long table is lost.
  function update(fresh) {
    for (const news of fresh) {
      const row = tree.get(news.path);
      if (!row) continue;
      const same = Object.keys(news).every((key) => row[key] === news[key]);
      tree.update(news);
      if (same) continue;
      pictures.delete(row.path);
      const known = lines.get(row.path);
      if (known) known.drawn = false;
      if (row.path === selected) tell();
    }
    paint();
  }

  function fill(content) {
    for (const { line } of lines.values()) line.remove();
    lines.clear();
    pictures.clear();
    asked.clear();
    tree.fill(content.rows);
    title.textContent = content.title;
    offer();
    draw();
    untold &&= selected === null || Boolean(tree.get(selected));
    if (untold) pass();
    else if (content.selected !== selected) select(content.selected, false);
    else if (selected !== null) tell();
  }

  const again = () => {
    for (const known of lines.values()) if (known.canvas && pictures.has(known.row.path)) sketch(known);
    large.draw();
    for (const one of insets) one.element.dispatchEvent(new Event("bouton-theme"));
  };
  root.addEventListener("bouton-theme", again);
  let tall = 0;
  const sizes = new ResizeObserver(() => {
    // Less of the table can be seen when what is told about the selected row opens below it.
    const place = grid.clientHeight < tall ? shown.findIndex((row) => row.path === selected) : -1;
    tall = grid.clientHeight;
    if (place >= 0) intoSight(place);
    paint();
    again();
  });
  sizes.observe(root);
  sizes.observe(grid);

  fill(port.content());
  port.onContent(fill);
  const bye = greet(root, port);
  return () => {
    clearTimeout(telling);
    clearTimeout(looking);
    sizes.disconnect();
    for (const one of insets) one.close();
    bye();
  };
}

export default widget("tree", start);
