/** What the colours of a plot mean: a strip with numbers under it. */

import { html, svg } from "../core/element.js";
import { measured } from "../core/number.js";
import { palette } from "./palette.js";

const STEPS = 64;
const WIDTH = 220;

/** The strip of a palette over a span; `scale` leads from values to [0, 1]. */
export function colourBar(scale, { low, high }, colours) {
  const paint = palette(colours);
  const cells = Array.from({ length: STEPS }, (_, index) =>
    svg("rect", {
      x: (index / STEPS) * WIDTH, y: 0, width: WIDTH / STEPS + 0.5, height: 8,
      fill: `rgb(${paint((index + 0.5) / STEPS)})`,
    }),
  );
  const strip = svg("svg.strip", { viewBox: `0 0 ${WIDTH} 8`, preserveAspectRatio: "none", "aria-hidden": "true" }, cells);
  return [html("span", {}, measured(scale.log ? Math.max(low, scale.invert(0)) : low)), strip, html("span", {}, measured(high))];
}
