/** True classes beside predicted ones. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { measured, whole } from "../core/number.js";
import { card, trouble } from "./card.js";

export class EvaluationPanel {
  /** @param {string} id the job */
  constructor(id) {
    this.id = id;
    this.body = html("div");
    this.element = card(t("evaluation.title"), {}, this.body);
    this.element.hidden = true;
  }

  /** The job has succeeded: fetch and show. */
  async finish() {
    this.element.hidden = false;
    try {
      const evaluation = await get(PATHS.evaluation, { job_id: this.id });
      const matrix = evaluation.confusion_matrix;
      replace(this.body, metricTable(evaluation), matrix && confusion(matrix, evaluation.classes));
    } catch (problem) {
      replace(this.body, trouble(problem));
    }
  }
}

function metricTable({ train, test, decisions }) {
  const cell = (value) => html("td.number", {}, measured(value));
  // Keras decides logits and margins at a half; this one is read as the matrix and the predictions are.
  const decided = decisions && html("tr", {}, html("th", { scope: "row" }, t("evaluation.decided")), cell(decisions.train.accuracy), test && cell(decisions.test?.accuracy ?? null));
  return html(
    "table.data",
    {},
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, t("evaluation.metric")), html("th.number", { scope: "col" }, t("split.train")), test && html("th.number", { scope: "col" }, t("split.test")))),
    html("tbody", {}, Object.keys(train).map((name) =>
      html("tr", {}, html("th", { scope: "row" }, named("metric", name)), cell(train[name]), test && cell(test[name] ?? null))), decided),
  );
}

/** A matrix whose cells are the darker, the larger their share of the row is. */
function confusion(matrix, classes) {
  const names = matrix.map((_, index) => String(classes?.[index] ?? index));
  const row = (counts, index) => {
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, names[index]),
      counts.map((count, column) =>
        html(column === index ? "td.right" : "td.wrong", { css: { "--share": (count / total).toFixed(3) } }, whole(count))),
    );
  };
  return html(
    "div.scroll",
    {},
    html("p.note.confusion-about", { id: "confusion-about" }, t("evaluation.confusion")),
    html(
      "table.confusion",
      { "aria-describedby": "confusion-about" },
      html("thead", {}, html("tr", {}, html("td"), names.map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, matrix.map(row)),
    ),
  );
}
