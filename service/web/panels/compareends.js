/** First and last layer of each job: a plot a job, all on the same axis, so that the gap can be compared. */

import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { whole } from "../core/number.js";
import { Heatmap } from "../plots/heatmap.js";
import { LinePlot } from "../plots/lines.js";
import { jobColour, layerColour } from "../plots/palette.js";
import { card, switcher } from "./card.js";
import { PER_LAYER, spanOf } from "./quantities.js";
import { layerSeries, lostCells } from "./trace.js";

export class CompareEnds {
  #cells = new Map();
  #shown = [[], {}];
  #view = "lines";

  /** @param {Cursor} cursor the epoch that all plots share */
  constructor(cursor) {
    this.cursor = cursor;
    this.grid = html("div.multiples");
    const choose = (view) => {
      this.#view = view;
      this.show(...this.#shown);
    };
    const views = switcher(t("compare.view"), [["lines", t("compare.as_lines")], ["map", t("compare.as_map")]], this.#view, choose);
    this.element = card(t("compare.ends"), { tools: views, name: "wide" }, html("p.about", {}, t("compare.ends_about")), this.grid);
  }

  /** Show runs: {job, name, history, trace}, and of the trace a quantity. */
  show(runs, { quantity }) {
    this.#shown = [runs, { quantity }];
    const cells = runs.map((run, index) => [run, this.#cell(run, index)]).filter(([{ trace }]) => trace.epoch.length > 0);
    const span = spanOf(quantity, cells.flatMap(([{ trace }]) => trace.quantities[quantity].flat()));
    replace(this.grid, cells.map(([, cell]) => cell.element));
    for (const [{ trace }, cell] of cells) {
      cell.lines.element.hidden = this.#view !== "lines";
      cell.map.element.hidden = this.#view !== "map";
      if (this.#view === "lines") cell.lines.show({ series: endSeries(trace, quantity), log: PER_LAYER[quantity].log, span });
      else cell.map.show(mapData(trace, quantity, span));
    }
  }

  #cell({ job, name }, index) {
    if (!this.#cells.has(job.id)) {
      const heading = (epoch) => (epoch === 0 ? t("axis.untrained") : t("axis.at", { epoch: whole(epoch) }));
      const shared = { cursor: this.cursor, xLabel: t("axis.epoch"), heading, label: name };
      const curves = new LinePlot({ ...shared, height: 240 });
      const map = new Heatmap(shared);
      const title = html("h3", {}, html("span.swatch", { css: { background: jobColour(index) } }), name);
      this.#cells.set(job.id, { lines: curves, map, element: html("div", {}, title, curves.element, map.element) });
    }
    return this.#cells.get(job.id);
  }
}

function endSeries(trace, quantity) {
  const all = layerSeries(trace, quantity);
  const called = (series, name, colour) => ({ ...series, name: `${name} (${series.name})`, colour });
  if (all.length < 2) return all;
  return [called(all[0], t("compare.first_layer"), layerColour(0, 2)), called(all.at(-1), t("compare.last_layer"), layerColour(1, 2))];
}

function mapData({ epoch, layers, quantities, ...rest }, quantity, span) {
  const { log, colours } = PER_LAYER[quantity];
  const lost = lostCells(rest, quantity);
  return { epoch, layers, values: quantities[quantity], lost, log, colours, span };
}
