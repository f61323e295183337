/** Small marks: a status, a verdict, a severity, a progress bar. */

import { diagnosisTitle } from "../core/catalog.js";
import { html } from "../core/element.js";
import { named, t } from "../core/language.js";

/** A job's status. */
export function statusBadge(status) {
  return html(`span.badge.status-${status}`, {}, named("status", status));
}

/** A verdict: green for a healthy network. */
export function verdictBadge(verdict) {
  if (!verdict) return null;
  return html(verdict === "healthy" ? "span.badge.good" : "span.badge.bad", {}, diagnosisTitle(verdict));
}

/** How serious a finding is. */
export function severityBadge(severity) {
  return html(`span.badge.severity-${severity}`, {}, named("severity", severity));
}

/** How far a training is. */
export function progressBar({ epoch, epochs }) {
  return html("progress", { max: epochs, value: epoch, "aria-label": t("job.progress", { epoch, epochs }) });
}
