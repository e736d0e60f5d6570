// The buttons that steer a live simulation, without a picture: hears how it stands, and answers so that Python may tell again.

import { widget } from "./page.js";
import { toolbar } from "./toolbar.js";

export function start(root, port) {
  const bar = toolbar(port.content(), port, hello);
  let owed = null;
  let request = 0;

  function answer() {
    request = 0;
    if (owed !== null) port.send({ type: "drawn", frame: owed });
    owed = null;
  }

  port.onMessage((message) => {
    if (message.type === "refused" && message.to === port.id) bar.refuse(message.text);
    if (message.type !== "frame") return;
    bar.report(message);
    bar.tell(message.now, false);
    root.bouton = { head: message };
    owed = message.frame;
    // A page in the background draws nothing and therefore answers nothing: Python pauses the simulation for it.
    if (request === 0) request = requestAnimationFrame(answer);
  });

  function hello() {
    if (document.hidden) return;
    owed = null;
    port.send({ type: "hello", columns: 1 });
  }

  root.append(bar.element, bar.banner);
  document.addEventListener("visibilitychange", hello);
  hello();
  return () => {
    bar.stop();
    port.send({ type: "bye" });
    cancelAnimationFrame(request);
    document.removeEventListener("visibilitychange", hello);
  };
}

export default widget("transport", start);
