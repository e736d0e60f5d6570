// The buttons that steer a live simulation, and what it says about itself.

import { decimalsFor, fixed, pretty } from "./numbers.js";
import { h, icon } from "./page.js";

const PLAY = "M5 3.2v9.6L12.5 8z";
const PAUSE = "M5 3.5h2v9H5zM9 3.5h2v9H9z";
const STEP = "M4 3.2v9.6L10 8zM11 3.5h1.8v9H11z";
const RESET = "M8 3a5 5 0 1 1-4.7 3.3l1.3.5A3.6 3.6 0 1 0 8 4.4v2.1L4.6 3.7 8 1z";
// Seconds without news of what runs, after which one is told. A model of some size takes a second for a chunk.
const SILENCE = 5;
const WORDS = { ready: "Ready", running: "Running", paused: "Paused", failed: "Stopped", closed: "Closed" };

// Text that is written anew has the page laid out anew, even if it is the same.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The bar, with other buttons beside those that steer, if there are any. `ask` has Python say how things are. */
export function toolbar(content, port, ask, others = null) {
  const timeDigits = Math.min(4, Math.max(2, decimalsFor(content.dt)));
  let status = "ready";
  let refusal = "";
  let offered = null;
  let heard = performance.now();
  let asked = false;
  let looked = heard;
  let gone = false;
  let latest = null;

  function command(type, rest) {
    refusal = "";
    if (!asked) heard = performance.now();
    asked = true;
    port.send({ type, ...rest });
  }

  const play = h("button", { type: "button", class: "bt-button bt-primary",
    onclick: () => command(status === "running" ? "pause" : "play") });
  const step = h("button", { type: "button", class: "bt-button", title: `Advance by one step of ${pretty(content.dt * 1000)} ms`,
    onclick: () => command("step", { n: 1 }) }, icon(STEP), "Step");
  const reset = h("button", { type: "button", class: "bt-button", title: "Back to the initial state at time zero",
    onclick: () => command("reset") }, icon(RESET), "Reset");
  const speed = h("select", { class: "bt-field", "aria-label": "Speed, simulated seconds per second",
    onchange: () => command("speed", { value: speed.value === "" ? null : Number(speed.value) }) });
  const clock = h("span", { class: "bt-clock", role: "timer", "aria-label": "Simulated time" }, "0 s");
  const rate = h("span", { class: "bt-fact", title: "Simulated seconds per second, measured" });
  const compiled = h("span", { class: "bt-fact", title: "How often the model was compiled for this simulation" });
  const word = h("span", { role: "status" });
  // Not announced again in each second.
  const since = h("span", { "aria-hidden": "true" });
  const light = h("span", { class: "bt-status", tabindex: "-1" }, word, since);
  const banner = h("p", { class: "bt-banner", role: "alert", hidden: true });
  const element = h("header", { class: "bt-bar", role: "group", "aria-label": "Simulation" }, play, step, reset,
    h("label", { class: "bt-labelled" }, h("span", { class: "bt-quiet" }, "Speed"), speed), others instanceof Element ? others : null,
    h("div", { class: "bt-facts" }, rate, compiled, light, clock));

  function offer(value) {
    const values = content.speeds.some((known) => known === value) ? content.speeds : [value, ...content.speeds];
    const others = offered !== values.join();
    if (others) {
      offered = values.join();
      speed.replaceChildren(...values.map((known) => h("option", { value: known === null ? "" : String(known) },
        known === null ? "fastest" : `${known}×`)));
    }
    if (others || speed.getRootNode().activeElement !== speed) speed.value = value === null ? "" : String(value);
  }

  function say(text) {
    banner.hidden = !text;
    write(banner, text);
  }

  function show(state, text, more = "") {
    light.dataset.status = state;
    write(word, text);
    write(since, more);
  }

  function watch() {
    const now = performance.now();
    // In the background, and while the machine sleeps, nothing is sent.
    const slept = now - looked > 2500;
    looked = now;
    if (gone || slept || document.hidden || !(asked || status === "running")) heard = now;
    const seconds = Math.floor((now - heard) / 1000);
    if (seconds < SILENCE) return;
    // A first chunk takes as long as its compilation.
    if (status === "running" && latest?.compilations === 0) show("waiting", "Starting", ` for ${seconds} s`);
    else show("waiting", "No answer", ` for ${seconds} s`);
    // Python may have given the page up.
    if (seconds % SILENCE === 0) ask();
  }
  const watching = setInterval(watch, 1000);
  /** Show what a frame says about the simulation. */
  function report(head) {
    heard = performance.now();
    asked = false;
    latest = head;
    status = head.status;
    const running = status === "running";
    const action = running ? "Pause" : "Play";
    if (play.dataset.action !== action) {
      play.dataset.action = action;
      play.replaceChildren(icon(running ? PAUSE : PLAY), action);
    }
    play.disabled = reset.disabled = status === "closed";
    step.disabled = running || play.disabled;
    speed.disabled = status === "closed";
    offer(head.speed);
    write(rate, running && head.compilations > 0 ? `${fixed(head.rate, head.rate < 10 ? 2 : 0)}× real time` : "");
    write(compiled, ["", "compiled once"][head.compilations] ?? `compiled ${head.compilations} times`);
    show(status, running && head.compilations === 0 ? "Starting" : WORDS[status] ?? status);
    // Without a bar only what this view itself asked for is told here, and why there is no more to come.
    const shared = content.transport === false && status !== "closed" ? null : head.error;
    const own = status === "closed" && refusal !== "";
    say(own ? refusal : shared || refusal);
    banner.toggleAttribute("data-shared", Boolean(shared) && !own);
  }

  report({ status: content.starting ? "running" : status, rate: 0, compilations: 0, speed: content.speed === undefined ? 1 : content.speed, error: null });
  const leave = port.onGone((now) => {
    gone = now;
    if (!gone) return void report(latest);
    show("failed", "Disconnected");
    // What is disabled loses the focus, and keys would go to the page.
    if (element.contains(element.getRootNode().activeElement)) light.focus();
    play.disabled = reset.disabled = step.disabled = speed.disabled = true;
  });
  return {
    element,
    banner,
    report,
    refuse(text) {
      heard = performance.now();
      asked = false;
      say(refusal = text);
      banner.removeAttribute("data-shared");
    },
    stop() {
      clearInterval(watching);
      leave();
    },
    tell(time, pointed) {
      write(clock, `${fixed(time, timeDigits)} s`);
      clock.classList.toggle("bt-pointed", pointed);
    },
  };
}
