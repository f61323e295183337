/** A metric of all compared jobs over each other. */

import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { whole } from "../core/number.js";
import { LinePlot } from "../plots/lines.js";
import { jobColour } from "../plots/palette.js";
import { card } from "./card.js";
import { lostEpochs } from "./curves.js";

const PREFERRED = ["val_accuracy", "accuracy", "val_loss", "loss"];

export class CompareCurves {
  #metric = null;
  #runs = [];

  /** @param {Cursor} cursor the epoch that all plots share */
  constructor(cursor) {
    const heading = (epoch) => t("axis.at", { epoch: whole(epoch) });
    this.plot = new LinePlot({ label: t("compare.curves"), cursor, xLabel: t("axis.epoch"), height: 270, heading });
    this.select = html("select", { "aria-label": t("evaluation.metric"), on: { change: () => this.#choose() } });
    this.element = card(t("compare.curves"), { tools: this.select }, html("p.about", {}, t("compare.curves_about")), this.plot.element);
  }

  /** Show runs: {job, name, history, trace}. */
  show(runs) {
    this.#runs = runs.map((run, index) => ({ ...run, colour: jobColour(index) }));
    const metrics = [...new Set(runs.flatMap(({ history }) => Object.keys(history.metrics)))];
    const known = [...PREFERRED.filter((name) => metrics.includes(name)), ...metrics.filter((name) => !PREFERRED.includes(name))];
    if (!known.includes(this.#metric)) this.#metric = known[0] ?? null;
    replace(this.select, known.map((name) => html("option", { value: name, selected: name === this.#metric }, title(name))));
    this.#draw();
  }

  #choose() {
    this.#metric = this.select.value;
    this.#draw();
  }

  #draw() {
    const series = this.#runs
      .filter(({ history }) => history.metrics[this.#metric])
      .map(({ name, history, colour }) => ({
        name,
        x: history.epoch,
        values: history.metrics[this.#metric],
        lost: lostEpochs(history, this.#metric),
        colour,
      }));
    this.plot.show({ series });
  }
}

function title(metric) {
  const split = metric.startsWith("val_") ? t("split.test") : t("split.train");
  return metric === "learning_rate" ? named("metric", metric) : `${named("metric", metric.replace(/^val_/, ""))} · ${split}`;
}
