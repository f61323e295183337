/** The layers of a network, as a table. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { whole } from "../core/number.js";
import { card, trouble } from "./card.js";

export class SummaryPanel {
  /** @param {string} id the job */
  constructor(id) {
    this.id = id;
    this.body = html("div");
    this.element = card(t("summary.title"), {}, this.body);
  }

  /** Fetch and show; known from the start. */
  async load() {
    try {
      const { layers, parameters } = await get(PATHS.summary, { job_id: this.id });
      replace(this.body, layerTable(layers), parameterLine(parameters));
    } catch (problem) {
      replace(this.body, trouble(problem));
    }
  }
}

/** Layers with shape and number of parameters. */
export function layerTable(layers) {
  const heads = [
    html("th", { scope: "col" }, t("summary.layer")),
    html("th", { scope: "col" }, t("summary.type")),
    html("th.number", { scope: "col" }, t("summary.shape")),
    html("th.number", { scope: "col" }, t("summary.parameters")),
  ];
  return html(
    "div.scroll",
    {},
    html(
      "table.data",
      {},
      html("thead", {}, html("tr", {}, heads)),
      html("tbody", {}, layers.map(({ name, type, output_shape: shape, parameters }) =>
        html(
          "tr",
          {},
          html("th", { scope: "row" }, html("code", {}, name)),
          html("td", {}, type.replaceAll("_", " ")),
          html("td.number", {}, `(${shape.map((size) => size ?? "·").join(", ")})`),
          html("td.number", {}, whole(parameters)),
        ))),
    ),
  );
}

/** All parameters in a sentence. */
export function parameterLine({ total, trainable, non_trainable: fixed }) {
  const values = { total: whole(total), trainable: whole(trainable), fixed: whole(fixed) };
  return html("p.note", {}, fixed > 0 ? t("summary.total_fixed", values) : t("summary.total", values));
}
