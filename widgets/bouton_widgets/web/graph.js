// A network of nodes, drawn by Bokeh.

import { showFigures } from "./bokeh.js";
import { widget } from "./page.js";

function start(root, port) {
  return showFigures(root, port);
}

export default widget("graph", start);
