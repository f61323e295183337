/** The heart: what happens in each layer, epoch by epoch. */

import { PATHS, get } from "../core/api.js";
import { quantityText } from "../core/catalog.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { percent, whole } from "../core/number.js";
import { Heatmap } from "../plots/heatmap.js";
import { LinePlot } from "../plots/lines.js";
import { card, note, trouble } from "./card.js";
import { OVERALL, PER_LAYER, spanOf } from "./quantities.js";
import { layerSeries, lostCells, overallSeries } from "./trace.js";

const MOST_POINTS = 600;

export class GradientsPanel {
  #quantity = "gradient_norm";
  #begun = false;

  /** @param {string} id the job @param {Cursor} cursor the epoch that all plots of the job share */
  constructor(id, cursor) {
    this.id = id;
    const shared = { cursor, xLabel: t("axis.epoch"), heading: (epoch) => (epoch === 0 ? t("axis.untrained") : t("axis.at", { epoch: whole(epoch) })) };
    this.heatmap = new Heatmap({ ...shared, label: t("gradients.heatmap") });
    this.curves = new LinePlot({ ...shared, label: t("gradients.curves"), height: 290 });
    this.about = html("p.about");
    this.message = html("div");
    this.plots = html(
      "div.twin",
      {},
      html("div", {}, html("p.direction", {}, t("gradients.direction")), this.heatmap.element),
      html("div", {}, this.curves.element),
    );
    this.element = card(t("gradients.title"), { tools: this.#choice(), name: "wide" }, this.about, this.message, this.plots);
    this.#explain();
  }

  /** Fetch and draw anew; before the first epoch has ended there is nothing to ask for. */
  async refresh(begun = this.#begun) {
    this.#begun = begun;
    this.plots.hidden = !begun;
    if (!begun) {
      replace(this.message, note(t("gradients.none")));
      return;
    }
    const quantity = this.#quantity;
    try {
      const trace = await get(PATHS.gradients, { job_id: this.id, quantities: quantity, max_points: MOST_POINTS });
      if (quantity === this.#quantity) this.#show(trace);
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  #choice() {
    const options = (names) => Object.keys(names).map((name) => html("option", { value: name }, named("quantity", name)));
    const select = html(
      "select",
      {
        "aria-label": t("gradients.quantity"),
        on: {
          change: () => {
            this.#quantity = select.value;
            this.#explain();
            this.refresh();
          },
        },
      },
      html("optgroup", { label: t("gradients.per_layer") }, options(PER_LAYER)),
      html("optgroup", { label: t("gradients.overall") }, options(OVERALL)),
    );
    return select;
  }

  #explain() {
    replace(this.about, quantityText(this.#quantity));
  }

  #show(trace) {
    const quantity = this.#quantity;
    const values = trace.quantities[quantity];
    replace(this.message);
    const { log, colours, span } = PER_LAYER[quantity] ?? OVERALL[quantity];
    this.plots.classList.toggle("single", !values);
    const format = span ? (share) => percent(share, 0) : undefined;
    this.curves.show({ series: [...(values ? layerSeries(trace, quantity) : []), ...overallSeries(trace, quantity)], log, span, format });
    if (!values) return;
    const { epoch, layers } = trace;
    const limits = spanOf(quantity, values.flat());
    this.heatmap.show({ epoch, layers, values, lost: lostCells(trace, quantity), log, colours, span: limits });
  }
}
