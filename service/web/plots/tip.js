/** The content of a tip: a heading and rows of colour, name and value. */

import { html } from "../core/element.js";
import { measured } from "../core/number.js";

const LOST = { nan: "NaN", inf: "∞", "-inf": "−∞" };

/** What stands for a value in a tip, where it may be one that JSON cannot hold. */
export function reading(value, lost, format = measured) {
  return value === null && lost ? LOST[lost] : format(value);
}

/** The nodes of a tip; rows are {colour, name, text, strong}. */
export function tip(heading, rows) {
  return [
    html("strong.tip-head", {}, heading),
    html(
      "dl.tip-rows",
      {},
      rows.map(({ colour, name, text, strong }) =>
        html(
          strong ? "div.tip-row.strong" : "div.tip-row",
          {},
          html("dt", {}, html("span.swatch", { css: { background: colour } }), name),
          html("dd", {}, text),
        ),
      ),
    ),
  ];
}
