/** A spec in a few words. */

import { whole } from "../core/number.js";

/** The layers of a spec, unrolled: {type, units, activation}; a residual block counts with its inner layers. */
export function unrolled(layers) {
  return layers.flatMap((layer) => {
    const one = typeof layer === "string" ? { type: layer } : layer;
    const inner = Array.isArray(one.layers) ? unrolled(one.layers) : [one];
    return Array.from({ length: one.repeat ?? 1 }, () => inner).flat();
  });
}

/** The name of a component, which is its string or its type. */
export function kind(component) {
  return typeof component === "string" ? component : (component?.type ?? "");
}

/** The layers in a line: "5 × 5 tanh → 1 sigmoid". */
export function network(spec) {
  const groups = [];
  for (const layer of unrolled(spec.architecture.layers)) {
    const text = layer.units ? `${layer.units} ${kind(layer.activation) || "linear"}` : layer.type.replaceAll("_", " ");
    if (groups.at(-1)?.text === text) groups.at(-1).count += 1;
    else groups.push({ text, count: 1 });
  }
  return groups.map(({ text, count }) => (count > 1 ? `${count} × ${text}` : text)).join(" → ");
}

/** Data and training in a line: "circles · sgd 0.01 · 500 × 32". */
export function training(spec) {
  const { optimizer, epochs, batch_size: batch } = spec.training;
  const rate = typeof optimizer?.learning_rate === "number" ? ` ${optimizer.learning_rate}` : "";
  return `${kind(spec.data.source).replaceAll("_", " ")} · ${kind(optimizer)}${rate} · ${whole(epochs)} × ${batch ?? 32}`;
}
