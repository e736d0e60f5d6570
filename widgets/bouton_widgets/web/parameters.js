// A model's parameters as a widget of their own.

import { controls } from "./controls.js";
import { widget } from "./page.js";

export default widget("parameters", controls);
