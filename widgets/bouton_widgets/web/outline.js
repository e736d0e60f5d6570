// A tree of rows without a screen: what is folded, searched for and filtered, and which rows there are therefore to be seen.

/** Rows come depth first, with their depth; a row's `path` names it. */
export function outline() {
  const folded = new Set();
  // While something is searched for, all that leads to it is open, unless it is folded then and there.
  const foldedNow = new Set();
  const filters = { kinds: new Set(), families: new Set(), trainable: false };
  const byPath = new Map();
  let rows = [];
  let words = [];

  const narrowed = () => words.length > 0 || filters.kinds.size > 0 || filters.families.size > 0 || filters.trainable;
  const folds = () => (narrowed() ? foldedNow : folded);

  function fill(fresh) {
    const above = [];
    byPath.clear();
    rows = fresh.map((given) => {
      const row = { ...given, parent: above[given.depth - 1] ?? null };
      row.words = `${row.path} ${row.name} ${row.class} ${row.family}`.toLowerCase();
      above[row.depth] = row;
      byPath.set(row.path, row);
      return row;
    });
  }

  /** Take news of a row in; gives the row, if it is known. */
  function update(news) {
    const row = byPath.get(news.path);
    return row && Object.assign(row, news);
  }

  function search(text) {
    words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    foldedNow.clear();
  }

  function matches(row) {
    if (!words.every((word) => row.words.includes(word))) return false;
    if (filters.kinds.size === 0 && filters.families.size === 0 && !filters.trainable) return true;
    return !row.module && (filters.kinds.size === 0 || filters.kinds.has(row.kind)) && (!filters.trainable || row.trainable)
      && (filters.families.size === 0 || row.family.split(", ").some((family) => filters.families.has(family)));
  }

  /** The rows to be seen, in order, each with its place among its siblings, and how many rows match. */
  function look() {
    const all = !narrowed();
    const wanted = new Set();
    let hits = 0;
    for (const row of rows) {
      if (!all && !matches(row)) continue;
      hits += 1;
      for (let at = row; at && !wanted.has(at); at = at.parent) wanted.add(at);
    }
    const closed = folds();
    const open = new Set();
    const sizes = new Map();
    const shown = [];
    for (const row of rows) {
      if (!wanted.has(row) || (row.parent && !open.has(row.parent))) continue;
      if (row.module && !closed.has(row.path)) open.add(row);
      row.open = open.has(row);
      row.place = (sizes.get(row.parent) ?? 0) + 1;
      sizes.set(row.parent, row.place);
      shown.push(row);
    }
    for (const row of shown) row.siblings = sizes.get(row.parent);
    return { shown, hits, total: rows.length, narrowed: !all };
  }

  function fold(row, close) {
    if (close) folds().add(row.path);
    else folds().delete(row.path);
  }

  /** Fold every part but the outermost, or unfold all. */
  function foldAll(close) {
    folds().clear();
    if (close) for (const row of rows) if (row.module && row.depth > 0) folds().add(row.path);
  }

  /** Have a row be seen: unfold what is around it. */
  function reveal(path) {
    for (let at = byPath.get(path)?.parent; at; at = at.parent) folds().delete(at.path);
  }

  /** Switch a filter over: `toggle("kinds", "state")`, `toggle("trainable")`. */
  function toggle(group, value) {
    foldedNow.clear();
    if (group === "trainable") filters.trainable = !filters.trainable;
    else if (!filters[group].delete(value)) filters[group].add(value);
  }

  const pressed = (group, value) => (group === "trainable" ? filters.trainable : filters[group].has(value));

  /** What occurs in the model: kinds and families, the more frequent ones first. */
  function found(group) {
    const counts = new Map();
    for (const row of rows) {
      if (row.module) continue;
      for (const value of group === "kinds" ? [row.kind] : row.family.split(", ")) {
        if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    for (const value of filters[group]) if (!counts.has(value)) filters[group].delete(value);
    return [...counts].sort((one, other) => other[1] - one[1]).map(([value]) => value);
  }

  return { fill, update, search, look, fold, foldAll, reveal, toggle, pressed, found,
    get: (path) => byPath.get(path), trains: () => rows.some((row) => row.trainable) };
}
