// A stimulus by hand: fields for a step, a pulse, noise and a drawn curve, and what has been given.

import { curveEditor } from "./curve.js";
import { live } from "./live.js";
import { DASHES, PALE } from "./livetools.js";
import { plain, pretty } from "./numbers.js";
import { floats, h, widget } from "./page.js";
import { clip, drawAxes, drawTrace, extent, fit, frameOf, PALETTE, room } from "./plot.js";

const TRACE_TALL = 150;
const KINDS = [["step", "Step"], ["pulse", "Pulse"], ["noise", "Noise"], ["curve", "Curve"]];
const FIELDS = {
  step: [["height", "Height"]],
  pulse: [["height", "Height"], ["width", "Width", "ms", 1000]],
  noise: [["mean", "Mean"], ["sd", "Standard deviation"], ["seed", "Seed", ""]],
  curve: [["seconds", "Length", "ms", 1000], ["limit", "Up to"]],
};

export function start(root, port) {
  const content = port.content();
  const first = { step: { height: content.height }, pulse: { height: content.height, width: Math.max(0.01, content.dt) },
    noise: { mean: 0, sd: content.height, seed: 0 }, curve: { seconds: Math.max(0.2, 20 * content.dt), limit: content.height } };
  const forms = new Map(KINDS.map(([kind, word]) => [kind, formOf(kind, word)]));
  let chosen = Object.keys(content.on)[0] ?? "step";
  let data = null;
  let kept = [];
  let range = null;
  let hover = null;
  // What was asked for here, counted: until Python has heard the last of it, what it tells is older.
  let turn = 0;

  // Under Panel the page only knows the element around the view.
  const focused = () => root.getRootNode().activeElement;
  const told = h("span", { class: "bt-told", role: "status" });
  const editor = curveEditor({ unit: content.unit, told, changed: () => again("curve") });
  const edited = h("div", { class: "bt-drawn" }, editor.element);
  const tabs = h("div", { class: "bt-bar", role: "group", "aria-label": "Kind of stimulus" },
    ...[...forms.values()].map((form) => form.tab),
    h("span", { class: "bt-space" }),
    h("button", { type: "button", class: "bt-button", title: "Give nothing more", onclick: () => say({ type: "off", what: null }) }, "All off"));

  const number = (label, value, act, low, high) => h("input", { type: "number", class: "bt-field bt-unit-field", "aria-label": label, step: "1",
    min: String(low), max: String(high), value: String(value), onchange: act });
  const last = content.channels - 1;
  const which = h("select", { class: "bt-field", "aria-label": "Which inputs", onchange: places },
    h("option", { value: "all" }, last ? `all ${content.channels.toLocaleString("en")}` : "the only one"), h("option", { value: "some" }, "some"));
  const from = number("First input", 0, places, 0, last);
  const to = number("Last input", Math.min(9, last), places, 0, last);
  const some = h("span", { class: "bt-labelled", hidden: true }, from, h("span", { class: "bt-quiet" }, "to"), to);
  const instead = h("select", { class: "bt-field", "aria-label": "What becomes of the drive", onchange: places },
    h("option", { value: "" }), h("option", { value: "instead" }));
  const where = h("div", { class: "bt-bar", role: "group", "aria-label": "Where to" },
    h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Inputs"), which), some, instead);

  const canvas = h("canvas", { role: "img", class: "bt-canvas", tabindex: "0", onkeydown: press, style: `height:${TRACE_TALL}px` });
  const reading = h("span", { class: "bt-reading" });
  const channel = number("Input whose stimulus is drawn", 0, () => {
    if (channel.value !== "") port.send({ type: "channel", value: Number(channel.value) });
  }, 0, last);

  function formOf(kind, word) {
    const fields = new Map(FIELDS[kind].map(([name, label, unit = content.unit, times = 1]) => {
      const input = h("input", { type: "number", step: "any", class: "bt-field bt-number-field", value: plain(first[kind][name] * times, 6),
        "aria-label": `${word}, ${label.toLowerCase()}${unit && ` in ${unit}`}`, onchange: () => (name === "limit" ? limit() : again(kind)),
        onkeydown: (event) => { if (event.key === "Enter" && kind === "pulse") give(kind); } });
      return [name, { input, label, unit, times }];
    }));
    const repeat = kind === "curve" ? h("input", { type: "checkbox", class: "bt-switch", checked: true, onchange: () => again(kind) }) : null;
    const act = kind === "pulse"
      ? h("button", { type: "button", class: "bt-button bt-primary", onclick: () => give(kind) }, "Give a pulse")
      : h("button", { type: "button", class: "bt-button bt-primary", onclick: () => toggle(kind) });
    const shapes = kind === "curve" ? ["Flat", "Ramp", "Sine"].map((name) => h("button", { type: "button", class: "bt-button",
      title: `Begin with a ${name.toLowerCase()} curve`, onclick: () => editor.fill(name.toLowerCase()) }, name)) : [];
    const element = h("div", { class: "bt-bar", role: "group", "aria-label": word, hidden: true },
      ...[...fields.values()].map(({ input, label, unit }) => h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, label), input,
        unit ? h("span", { class: "bt-quiet" }, unit) : null)),
      repeat ? h("label", { class: "bt-labelled" }, repeat, "again and again") : null, ...shapes, act);
    const dot = h("i", { class: "bt-lit", hidden: true });
    const tab = h("button", { type: "button", class: "bt-chip", "aria-pressed": "false", onclick: () => choose(kind) }, word, dot);
    return light({ kind, word, fields, repeat, act, element, tab, dot, on: false, known: "" }, false);
  }

  function valueOf(form, name) {
    const { input, times } = form.fields.get(name);
    // An empty field is no number, and Python says so.
    return input.value === "" ? null : Number(input.value) / times;
  }

  function say(message) {
    turn += 1;
    port.send({ ...message, turn });
  }

  function give(kind) {
    const form = forms.get(kind);
    const said = Object.fromEntries([...form.fields.keys()].filter((name) => name !== "limit").map((name) => [name, valueOf(form, name)]));
    if (kind === "curve") Object.assign(said, { heights: editor.heights(), repeat: form.repeat.checked });
    const inputs = which.value === "all" ? { first: null, last: null } : { first: Number(from.value), last: Number(to.value) };
    say({ type: "give", what: kind, ...said, ...inputs, instead: instead.value !== "" });
  }

  function toggle(kind) {
    const form = forms.get(kind);
    if (form.on) say({ type: "off", what: kind });
    else give(kind);
    // The first frame after Python has heard of it says whether it was accepted; a field that is changed before counts already.
    light(form, !form.on);
  }

  /** Note whether it is on; its button says what it would do. */
  function light(form, on) {
    form.on = on;
    const text = `Turn ${form.word.toLowerCase()} ${on ? "off" : "on"}`;
    if (form.kind !== "pulse" && form.act.textContent !== text) form.act.textContent = text;
    form.act.classList.toggle("bt-primary", !on || form.kind === "pulse");
    return form;
  }

  /** A field has changed: what is on follows. */
  function again(kind) {
    if (kind === "curve") stretch();
    if (kind !== "pulse" && forms.get(kind).on) give(kind);
  }

  function places() {
    some.hidden = which.value === "all";
    again(chosen);
  }

  /** Say how large the drive is, where that is one number. */
  function besides(level) {
    const words = level === null ? "the drive" : `the drive of ${`${pretty(level, 4)} ${content.unit}`.trim()}`;
    for (const [option, way] of [[instead.options[0], "added to"], [instead.options[1], "instead of"]]) {
      if (option.textContent !== `${way} ${words}`) option.textContent = `${way} ${words}`;
    }
  }

  function stretch() {
    editor.stretch(valueOf(forms.get("curve"), "seconds"));
  }

  function limit() {
    editor.limit(valueOf(forms.get("curve"), "limit"));
  }

  function choose(kind) {
    chosen = kind;
    for (const form of forms.values()) {
      form.element.hidden = form.kind !== kind;
      form.tab.setAttribute("aria-pressed", String(form.kind === kind));
    }
    edited.hidden = kind !== "curve";
    // Of what is on, the fields say where it goes.
    const settings = forms.get(kind).settings;
    if (settings) address(settings);
    if (kind === "curve") editor.repaint();
  }

  /** Let the fields say which inputs it goes to, and what becomes of the drive. */
  function address(settings) {
    which.value = settings.first === null ? "all" : "some";
    some.hidden = settings.first === null;
    if (settings.first !== null) [from.value, to.value] = [String(settings.first), String(settings.last)];
    instead.value = settings.instead ? "instead" : "";
  }

  /** Show what is on, also when another page, or Python, has switched it on. */
  function show(on) {
    for (const form of forms.values()) {
      const settings = on[form.kind] ?? null;
      light(form, settings !== null);
      form.dot.hidden = !form.on;
      form.tab.setAttribute("aria-label", `${form.word} stimulus${form.on ? ", is on" : ""}`);
      const known = JSON.stringify(settings);
      form.settings = settings;
      if (known === form.known) continue;
      // Not while somebody is at it: then when he has gone.
      if (settings !== null && (form.element.contains(focused()) || editor.busy())) continue;
      form.known = known;
      if (settings === null) continue;
      for (const [name, { input, times }] of form.fields) if (settings[name] !== undefined) input.value = plain(settings[name] * times, 6);
      if (form.kind === chosen && !where.contains(focused())) address(settings);
      if (form.kind === "curve") {
        form.repeat.checked = settings.repeat;
        form.fields.get("limit").input.value = plain(editor.show(settings.heights), 4);
        stretch();
      }
    }
  }

  function traceOf(head, buffers) {
    const [lo, hi] = buffers.map(floats);
    const values = new Float32Array(2 * lo.length);
    values.set(lo);
    values.set(hi, lo.length);
    return { span: head.time, columns: lo.length, rows: 1, values };
  }

  // Room for what is given now and for what had been given in kept runs.
  function makeRoom() {
    const found = [data, ...kept.map((run) => run.data)].map(extent).filter(Boolean);
    range = room(range, found.length ? [Math.min(...found.map((e) => e[0])), Math.max(...found.map((e) => e[1]))] : [0, content.height]);
  }

  function lay(runs) {
    kept = runs.map((run, k) => ({ run, k, data: traceOf(run, run.buffers) }));
    shown.kept = kept;
    if (data) makeRoom();
  }

  function take(head, buffers) {
    data = traceOf(head, buffers);
    makeRoom();
    if (focused() !== channel) channel.value = String(head.channel);
    shown.data = data;
    if (head.on) shown.on = head.on;
    canvas.setAttribute("aria-label", `Stimulus${content.unit && ` in ${content.unit}`} to input ${head.channel} over simulated time. Arrow keys move a pointer.`);
  }

  function valueAt(part) {
    const k = Math.min(data.columns - 1, Math.floor(part * data.columns));
    return (data.values[k] + data.values[data.columns + k]) / 2;
  }

  function paint(look, head) {
    const { context, width, height } = fit(canvas);
    const box = frameOf(width, height, true);
    if (box.right - box.left < 20) return;
    drawAxes(context, box, look, data.span, range, true);
    context.save();
    clip(context, box);
    for (const { run, k, data: its } of kept) {
      const by = view.shift(run);
      context.globalAlpha = PALE;
      context.setLineDash(DASHES[k % DASHES.length]);
      drawTrace(context, box, data.span, { ...its, span: its.span.map((end) => end + by) }, 0, range, PALETTE[0]);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    drawTrace(context, box, data.span, data, 0, range, PALETTE[0]);
    if (hover !== null) {
      context.strokeStyle = look.quiet;
      context.beginPath();
      const x = Math.round(box.left + hover * (box.right - box.left)) + 0.5;
      context.moveTo(x, box.top);
      context.lineTo(x, box.bottom);
      context.stroke();
    }
    context.restore();
    const value = hover === null ? NaN : valueAt(hover);
    const text = Number.isNaN(value) ? "" : `${pretty(value, 4)} ${content.unit}`.trim();
    if (reading.textContent !== text) reading.textContent = text;
    view.point(hover === null ? head.now : data.span[0] + hover * (data.span[1] - data.span[0]), hover !== null);
    editor.paint(look);
  }

  function point(part) {
    hover = part;
    view.repaint();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !data) return;
    if (event.key === "Escape") point(null);
    if (event.key === "f" || event.key === "F") view.freeze();
    const step = { ArrowRight: 0.01, ArrowLeft: -0.01, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    point(Math.min(1, Math.max(0, (hover ?? 1) + step)));
    const value = valueAt(hover);
    const at = pretty(data.span[0] + hover * (data.span[1] - data.span[0]), 4);
    told.textContent = `${at} s, ${Number.isNaN(value) ? "not simulated" : `${pretty(value, 4)} ${content.unit}`.trim()}`;
  }

  canvas.addEventListener("pointermove", (event) => {
    const box = frameOf(canvas.clientWidth, canvas.clientHeight, true);
    const part = (event.offsetX - box.left) / (box.right - box.left);
    point(part >= 0 && part <= 1 ? part : null);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));

  const shown = { canvas, editor };
  // What is on is shown while the picture stands, too.
  const hear = (message) => {
    if (message.type === "frame") besides(message.drive);
    if (message.type === "frame" && (message.heard[port.id] ?? 0) >= turn) show(message.on);
    // A field that was refused says again what is given, when nobody is at it.
    if (message.type === "refused" && message.to === port.id && message.text) for (const form of forms.values()) form.known = "";
  };
  const view = live(root, port, content, { take, hear, lay, paint, shown, columns: () => Math.max(50, (canvas.clientWidth || 760) - 68) });
  editor.onRepaint(view.repaint);
  const figure = h("figure", { class: "bt-plot" }, h("figcaption", {}, h("span", { class: "bt-path" }, "Stimulus"),
    h("span", { class: "bt-unit" }, content.unit), h("span", { class: "bt-legend" }, reading,
      h("label", { class: "bt-labelled" }, "to input", channel))), canvas);
  view.begin(tabs, ...[...forms.values()].map((form) => form.element), edited, where, figure, h("p", { class: "bt-axis" }, "Simulated time (s)"), told);
  stretch();
  limit();
  show(content.on);
  besides(content.drive);
  choose(chosen);
  return view.stop;
}

export default widget("stimulus", start);
