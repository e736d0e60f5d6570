// What the live views of one simulation on a page have in common: what is frozen, which time is zoomed to, which is pointed at.

const LINKS = Symbol.for("bouton-links");

/**
 * The state shared by those who name the same simulation, and `changed(before)` called when one of them has changed it. Each
 * widget brings scripts of its own, so what they share is held by the document: `token` of what is frozen or null, the `span`
 * that is shown of it or null, the `time` that is pointed at or null and `by` which of them, and how kept runs are `align`ed.
 */
export function linked(simulation, changed) {
  const links = (document[LINKS] ??= new Map());
  if (!links.has(simulation)) links.set(simulation, { members: new Set(), state: { token: null, span: null, time: null, by: null, align: "window" } });
  const link = links.get(simulation);
  link.members.add(changed);
  return {
    get state() { return link.state; },
    set(change) {
      const before = link.state;
      if (Object.entries(change).every(([name, value]) => before[name] === value)) return;
      link.state = { ...before, ...change };
      for (const member of [...link.members]) member(before);
    },
    leave() {
      link.members.delete(changed);
      if (link.members.size === 0) links.delete(simulation);
    },
  };
}
