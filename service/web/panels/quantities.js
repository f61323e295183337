/** How each measured quantity is drawn; its words are in the texts. */

import { extent } from "../plots/scale.js";

const SHARE = { log: false, colours: "tide", span: { low: 0, high: 1 } };
const SIZE = { log: true, colours: "glow" };
const SIGNED = { log: false, colours: "balance", balanced: true };

/** Quantities of each layer. */
export const PER_LAYER = {
  gradient_norm: SIZE,
  gradient_rms: SIZE,
  delta_rms: SIZE,
  update_ratio: SIZE,
  weight_norm: SIZE,
  activation_mean: SIGNED,
  activation_std: SIZE,
  signal_std: SIZE,
  saturated_fraction: SHARE,
  dead_fraction: SHARE,
};

/** Quantities of the whole network alone; its gradient norm is drawn with those of the layers. */
export const OVERALL = {
  clipped_fraction: SHARE,
  clip_scale: SHARE,
};

/** The span of a quantity's axis: fixed for shares, as far below zero as above for signed ones, else that of the values. */
export function spanOf(name, values) {
  const { log, span, balanced } = PER_LAYER[name] ?? OVERALL[name];
  if (!balanced) return span ?? extent(values, log);
  const most = values.reduce((found, value) => Math.max(found, Math.abs(value ?? 0)), 0) || 1;
  return { low: -most, high: most };
}
