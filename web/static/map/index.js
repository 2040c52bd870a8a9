/** The functions that the parts of web/map.py call, one a part. */
export { keepViewInAddress } from "./address.js";
export { drawBackdrop } from "./backdrop.js";
export { tieToList } from "./cards.js";
export { drawCoverage } from "./coverage.js";
export { drawEntries } from "./entries.js";
export { offerFullScreen } from "./fullscreen.js";
export { offerLocate, offerSearchHere } from "./here.js";
export { drawLegend } from "./legend.js";
export { prepareMap } from "./manners.js";
export { offerNumberKeys } from "./nearest.js";
export { offerPick } from "./pick.js";
export { prepareForPrint } from "./print.js";
export { drawPlace, drawPoint, drawShape } from "./shapes.js";
