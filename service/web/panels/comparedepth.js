/** How a quantity fares between input and output, of each job at one epoch. */

import { html } from "../core/element.js";
import { t } from "../core/language.js";
import { percent } from "../core/number.js";
import { Cursor, nearest } from "../plots/cursor.js";
import { LinePlot } from "../plots/lines.js";
import { jobColour } from "../plots/palette.js";
import { card } from "./card.js";
import { PER_LAYER, spanOf } from "./quantities.js";

export class CompareDepth {
  constructor() {
    const heading = (depth) => t("compare.depth_at", { share: percent(depth, 0) });
    this.plot = new LinePlot({ label: t("compare.depth"), cursor: new Cursor(), xLabel: "", height: 270, heading });
    this.element = card(t("compare.depth"), {}, html("p.about", {}, t("compare.depth_about")), this.plot.element);
  }

  /** Show runs: {job, name, history, trace}, and of the trace a quantity at an epoch. */
  show(runs, { quantity, epoch }) {
    const measured = runs.map((run, index) => ({ ...run, colour: jobColour(index) })).filter(({ trace }) => trace.epoch.length > 0);
    const series = measured.map(({ name, trace, colour }) => {
      const last = Math.max(trace.layers.length - 1, 1);
      const values = trace.quantities[quantity][nearest(trace.epoch, epoch)];
      return { name, x: trace.layers.map((_, layer) => layer / last), values, colour, marks: true };
    });
    // One axis for all epochs: what moves with the slider are the numbers, not the scale.
    const span = spanOf(quantity, measured.flatMap(({ trace }) => trace.quantities[quantity].flat()));
    const xTicks = { values: [0, 1], format: (depth) => (depth === 0 ? t("compare.input") : t("compare.output")) };
    this.plot.show({ series, log: PER_LAYER[quantity].log, span, xTicks });
  }
}
