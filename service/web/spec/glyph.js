/** A network as a small drawing: a column a layer, as high as it has units, red at the input and blue at the output. */

import { svg } from "../core/element.js";
import { layerColour } from "../plots/palette.js";
import { unrolled } from "./outline.js";

const HEIGHT = 40;
const STEP = 13;
const MOST = 12;

/** The drawing of a spec's layers with weights. */
export function glyph(spec) {
  const layers = unrolled(spec.architecture.layers).filter(({ units }) => units).slice(0, MOST);
  const tallest = Math.max(...layers.map(({ units }) => units), 1);
  const width = Math.max(layers.length - 1, 0) * STEP + 8;
  const columns = layers.map(({ units }, index) => {
    const high = 6 + (HEIGHT - 8) * Math.sqrt(units / tallest);
    const place = { x: index * STEP, y: (HEIGHT - high) / 2, width: 7, height: high, rx: 3.5 };
    return svg("rect", { ...place, css: { fill: layerColour(index, layers.length) } });
  });
  const wire = svg("line.wire", { x1: 3, x2: width - 5, y1: HEIGHT / 2, y2: HEIGHT / 2 });
  return svg("svg.glyph", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" }, wire, columns);
}
