// Live traces as a widget of their own.

import { livePlots } from "./liveplots.js";
import { widget } from "./page.js";

export default widget("traces", livePlots);
