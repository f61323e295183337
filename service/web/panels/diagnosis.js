/** What is wrong and what would help, in words; a click carries an advice into the editor. */

import { PATHS, get } from "../core/api.js";
import { diagnosisText, diagnosisTitle } from "../core/catalog.js";
import { html, replace } from "../core/element.js";
import { named, say, t } from "../core/language.js";
import { measured, percent, whole } from "../core/number.js";
import { severityBadge } from "./badge.js";
import { card, note, trouble } from "./card.js";
import { OVERALL, PER_LAYER } from "./quantities.js";

export class DiagnosisPanel {
  /** @param {string} id the job @param {(advice: Object) => void} apply called with the advice that the reader takes */
  constructor(id, apply) {
    this.id = id;
    this.apply = apply;
    this.body = html("div", {}, note(t("diagnosis.waiting")));
    this.element = card(t("diagnosis.title"), { name: "wide" }, this.body);
  }

  /** The job has succeeded: fetch and show. */
  async finish() {
    try {
      const { verdict, findings, version } = await get(PATHS.diagnosis, { job_id: this.id });
      const main = findings.find(({ code }) => code === verdict);
      const well = verdict === "healthy";
      replace(
        this.body,
        html(
          well ? "div.verdict.good" : "div.verdict.bad",
          {},
          html("strong", {}, diagnosisTitle(verdict)),
          html("p", {}, well ? t("diagnosis.healthy") : say(main?.message)),
        ),
        findings.map((finding) => findingView(finding, this.apply, finding === main)),
        html("p.note", {}, t("diagnosis.version", { version })),
      );
    } catch (problem) {
      replace(this.body, trouble(problem));
    }
  }

  /** The job has ended without a result. */
  skip() {
    replace(this.body, note(t("diagnosis.none")));
  }
}

/**
 * One finding.
 * @param {Object} finding
 * @param {(advice: Object) => void} apply
 * @param {boolean} main whether it is the one of the verdict: then it is open, and its message stands above it already
 */
export function findingView(finding, apply, main = false) {
  const { code, severity, stage, message, causes, advice } = finding;
  return html(
    "details.finding",
    { open: main },
    html("summary", {}, severityBadge(severity), html("span.finding-name", {}, diagnosisTitle(code)), html("span.soft", {}, named("stage", stage))),
    html(
      "div.finding-body",
      {},
      !main && html("p", {}, say(message)),
      html("p.soft", {}, diagnosisText(code)),
      html("p.facts", {}, facts(finding).map((fact) => html("span", {}, fact))),
      causes.length > 0 && [html("h4", {}, t("diagnosis.causes")), html("ul", {}, causes.map(({ text }) => html("li", {}, say(text))))],
      advice.length > 0 && [html("h4", {}, t("diagnosis.advice")), html("ol.advice", {}, advice.map((one) => adviceView(one, apply)))],
    ),
  );
}

function facts({ layers, epoch, value, threshold, quantity, probability }) {
  return [
    layers.length > 0 && t("finding.layers", { layers: layers.join(", ") }),
    epoch !== null && (epoch === 0 ? t("finding.start") : t("finding.epoch", { epoch: whole(epoch) })),
    value !== null && t("finding.value", { quantity: quantity in PER_LAYER || quantity in OVERALL ? named("quantity", quantity) : t("finding.measured"), value: measured(value) }),
    threshold !== null && t("finding.threshold", { value: measured(threshold) }),
    probability !== null && t("finding.probability", { value: percent(probability, 0) }),
  ].filter(Boolean);
}

function adviceView(advice, apply) {
  const changes = advice.patch.map(({ op, path, value }) =>
    html("code.change", {}, op === "remove" ? `− ${path}` : `${path} = ${JSON.stringify(value)}`));
  return html(
    "li",
    {},
    html("p", {}, say(advice.text)),
    changes.length > 0 && html(
      "details.changes",
      {},
      html("summary", {}, t("advice.changes")),
      changes,
    ),
    changes.length > 0 && html("button", { type: "button", on: { click: () => apply(advice) } }, t("advice.apply")),
  );
}
