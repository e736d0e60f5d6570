// Time series, drawn by Bokeh: the outline of all of it at first, and what there is between two times when somebody looks closer.

import { showFigures } from "./bokeh.js";
import { widget } from "./page.js";

const PAUSE = 120;
const MOST = 4000;

function fill(figure, json) {
  for (const source of figure.constructor.from_json(json).roots()) {
    const own = figure.get_model_by_name(source.name);
    if (own) own.data = source.data;
  }
}

/** Rows of events that can be seen, by panel; those of which all can be seen are left out. */
function seenRows(figure, count) {
  const rows = {};
  for (let i = 0; i < count; i += 1) {
    const range = figure.get_model_by_name(`${i}.rows`);
    if (!range) continue;
    const [least, most] = range.bounds;
    if (range.start > least || range.end < most) rows[i] = [range.start, range.end];
  }
  return rows;
}

function start(root, port) {
  let figure = null;
  let content = null;
  let held = null;
  let waits = 0;
  let asked = null;

  const seen = () => {
    const time = figure.get_model_by_name("time");
    return { start: time.start, stop: time.end, rows: seenRows(figure, content.panels) };
  };

  function enough({ start, stop, rows }) {
    const wide = figure.get_model_by_name("panel 0").inner_width || 600;
    // One may look a little beyond the data, where nothing more can be had.
    const [least, most] = content.span;
    const covered = held.start <= Math.max(start, least) && Math.min(stop, most) <= held.stop && held.rows === JSON.stringify(rows);
    const close = (0.6 * wide * (held.stop - held.start)) / (stop - start);
    return covered && held.columns >= Math.min(close, MOST);
  }

  // All of it is on the page, whether Python still runs or not.
  function showAll() {
    held = { start: -Infinity, stop: Infinity, columns: 0, rows: "{}", all: true };
    fill(figure, content.data);
  }

  function look() {
    waits = 0;
    if (!figure || content.exact) return;
    const now = seen();
    const [least, most] = content.span;
    if (now.start <= least && now.stop >= most && Object.keys(now.rows).length === 0) {
      if (!held.all) showAll();
      return;
    }
    if (asked || enough(now)) return;
    // With room on both sides to move into.
    const room = (now.stop - now.start) / 2;
    const [from, to] = [Math.max(now.start - room, least), Math.min(now.stop + room, most)];
    if (from >= to) return;
    const wide = figure.get_model_by_name("panel 0").inner_width || 600;
    const columns = Math.min(MOST, Math.max(50, Math.round((wide * (to - from)) / (now.stop - now.start))));
    asked = { start: from, stop: to, columns, rows: JSON.stringify(now.rows) };
    port.send({ type: "look", start: from, stop: to, columns, rows: now.rows });
  }

  const soon = () => { waits ||= setTimeout(look, PAUSE); };

  port.onMessage((message) => {
    if (message.type !== "data" || message.for !== port.id || !asked) return;
    held = asked;
    asked = null;
    held.data = JSON.parse(message.data);
    fill(figure, held.data);
    soon();
  });

  const stop = showFigures(root, port, (views, newest) => {
    const before = figure && content.data === newest.data ? seen() : null;
    figure = views[0].model.document;
    content = newest;
    const time = figure.get_model_by_name("time");
    if (before && held?.data) fill(figure, held.data);
    else {
      asked = null;
      showAll();
    }
    // In other colours, but where one has been looking.
    if (before) {
      time.setv({ start: before.start, end: before.stop });
      for (const [i, [start, end]] of Object.entries(before.rows)) figure.get_model_by_name(`${i}.rows`).setv({ start, end });
      soon();
    }
    time.change.connect(soon);
    for (let i = 0; i < content.panels; i += 1) figure.get_model_by_name(`${i}.rows`)?.change.connect(soon);
  });
  return () => {
    clearTimeout(waits);
    stop();
    figure = null;
  };
}

export default widget("series", start);
