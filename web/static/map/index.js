/** The functions that the parts of web/map.py call, one a part. */
export { drawBackdrop } from "./backdrop.js";
export { drawEntries } from "./entries.js";
export { drawLegend } from "./legend.js";
export { prepareMap } from "./manners.js";
export { drawPlace, drawPoint, drawShape } from "./shapes.js";
