/** A trace as plots want it: by layer, with what its nulls stand for. */

import { t } from "../core/language.js";
import { layerColour } from "../plots/palette.js";

/** What the nulls of a quantity stand for: "epoch layer" → "nan", "inf" or "-inf". */
export function lostCells(trace, quantity) {
  const entries = trace.non_finite.filter((entry) => entry.quantity === quantity);
  return new Map(entries.map(({ epoch, layer, value }) => [`${epoch} ${layer ?? ""}`, value]));
}

/** One curve a layer, from the input to the output. */
export function layerSeries(trace, quantity) {
  const cells = lostCells(trace, quantity);
  return trace.layers.map((name, layer) => ({
    name,
    x: trace.epoch,
    values: (trace.quantities[quantity] ?? []).map((row) => row[layer]),
    colour: layerColour(layer, trace.layers.length),
    lost: lostAt(trace.epoch, cells, name),
  }));
}

/** The curve of the whole network, where there is one. */
export function overallSeries(trace, quantity) {
  const values = trace.global[quantity];
  if (!values) return [];
  const lost = lostAt(trace.epoch, lostCells(trace, quantity), "");
  return [{ name: t("gradients.network"), x: trace.epoch, values, colour: "var(--soft)", thin: true, lost }];
}

/** Index → what stands there, of one curve. */
function lostAt(epochs, cells, layer) {
  const found = epochs.map((epoch, index) => [index, cells.get(`${epoch} ${layer}`)]);
  return new Map(found.filter(([, value]) => value !== undefined));
}
