/** Loss and other metrics by epoch, training beside test. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { measured, whole } from "../core/number.js";
import { extent } from "../plots/scale.js";
import { LinePlot } from "../plots/lines.js";
import { card, note, trouble } from "./card.js";

const MOST_POINTS = 600;
const WIDE_SPAN = 1000; // largest over smallest, from which a loss is drawn on a logarithmic scale

/** Index → what stands there, of a metric of a history. */
export function lostEpochs(history, metric) {
  const places = new Map(history.epoch.map((epoch, index) => [epoch, index]));
  const entries = history.non_finite.filter((entry) => entry.metric === metric);
  return new Map(entries.map(({ epoch, value }) => [places.get(epoch), value]));
}

export class CurvesPanel {
  #plots = new Map();

  /** @param {string} id the job @param {Cursor} cursor the epoch that all plots of the job share */
  constructor(id, cursor) {
    this.id = id;
    this.cursor = cursor;
    this.message = html("div");
    this.grid = html("div.stack");
    this.element = card(t("curves.title"), {}, this.message, this.grid);
  }

  /** Fetch and draw anew. */
  async refresh() {
    try {
      const history = await get(PATHS.history, { job_id: this.id, max_points: MOST_POINTS });
      replace(this.message, history.epoch.length === 0 && note(t("curves.none")));
      for (const metric of shownMetrics(history)) this.#draw(history, metric);
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  #draw(history, metric) {
    if (!this.#plots.has(metric)) {
      const heading = (epoch) => t("axis.at", { epoch: whole(epoch) });
      const plot = new LinePlot({ label: named("metric", metric), cursor: this.cursor, xLabel: t("axis.epoch"), height: 216, heading });
      this.#plots.set(metric, plot);
      this.grid.append(html("div", {}, html("h3", {}, named("metric", metric)), plot.element));
    }
    const series = [
      curve(history, metric, metric === "learning_rate" ? named("metric", metric) : t("split.train"), "var(--train)"),
      curve(history, `val_${metric}`, t("split.test"), "var(--test)"),
    ].filter(({ values }) => values);
    const span = extent(series.flatMap(({ values }) => values));
    const log = metric === "loss" && span !== null && span.low > 0 && span.high / span.low > WIDE_SPAN;
    this.#plots.get(metric).show({ series, log, format: measured });
  }
}

function curve(history, metric, name, colour) {
  return { name, x: history.epoch, values: history.metrics[metric], colour, lost: lostEpochs(history, metric) };
}

/** The metrics without their `val_` twins; a learning rate only if it changes. */
function shownMetrics({ metrics }) {
  return Object.keys(metrics).filter((name) => {
    if (name === "learning_rate") return metrics[name].some((value) => value !== metrics[name][0]);
    return !name.startsWith("val_");
  });
}
