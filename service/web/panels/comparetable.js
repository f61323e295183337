/** Compared jobs in numbers: how well they do, and a quantity of their first and last layer at one epoch. */

import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { measured, percent } from "../core/number.js";
import { links } from "../core/router.js";
import { nearest } from "../plots/cursor.js";
import { jobColour } from "../plots/palette.js";
import { network } from "../spec/outline.js";
import { statusBadge, verdictBadge } from "./badge.js";
import { card } from "./card.js";

const DECADES = 3; // of the first-to-last ratio that the bar shows

export class CompareTable {
  /** @param {(id: string) => void} remove called when a job shall no longer be compared */
  constructor(remove) {
    this.remove = remove;
    this.body = html("div.scroll");
    this.element = card(t("compare.numbers"), { name: "wide" }, this.body);
  }

  /** Show runs: {job, name, history, trace}, and of the trace a quantity at an epoch. */
  show(runs, { quantity, epoch }) {
    const rows = runs.map((run, index) => this.#row(run, index, ends(run.trace, quantity, epoch)));
    replace(this.body, html(
      "table.data.compared",
      {},
      html("thead", {}, html(
        "tr",
        {},
        html("th", { scope: "col" }, t("compare.job")),
        html("th", { scope: "col" }, t("compare.verdict")),
        html("th.number", { scope: "col" }, t("compare.test_accuracy")),
        html("th.number", { scope: "col" }, t("compare.train_accuracy")),
        html("th.number", { scope: "col" }, t("compare.first_layer")),
        html("th.number", { scope: "col" }, t("compare.last_layer")),
        html("th", { scope: "col", title: t("compare.ratio_about") }, t("compare.ratio")),
        html("td"),
      )),
      html("tbody", {}, rows),
    ));
  }

  #row({ job, name }, index, { first, last, ratio }) {
    const metrics = job.result?.metrics;
    const remove = { type: "button", "aria-label": t("compare.remove", { name }), on: { click: () => this.remove(job.id) } };
    return html(
      "tr",
      {},
      html(
        "th",
        { scope: "row" },
        html("span.swatch", { css: { background: jobColour(index) } }),
        html("a", { href: links.job(job.id) }, name),
        html("span.soft.block", {}, network(job.spec)),
      ),
      html("td", {}, verdictBadge(job.result?.verdict) ?? statusBadge(job.status)),
      html("td.number.strong", {}, percent(metrics?.test?.accuracy)),
      html("td.number", {}, percent(metrics?.train?.accuracy)),
      html("td.number", {}, measured(first)),
      html("td.number", {}, measured(last)),
      html("td", {}, html("div.ratio", {}, ratioBar(ratio), html("span.number", {}, measured(ratio)))),
      html("td", {}, html("button.quiet.small", remove, "×")),
    );
  }
}

/** A quantity of the first and of the last layer at the recorded epoch nearest to `epoch`, and their quotient. */
function ends(trace, quantity, epoch) {
  const row = trace.quantities[quantity]?.[nearest(trace.epoch, epoch)];
  if (!row?.length) return { first: null, last: null, ratio: null };
  const [first, last] = [row[0], row.at(-1)];
  return { first, last, ratio: first === null || !last ? null : first / last };
}

/** A bar over powers of ten: to the left of the middle the first layer has less than the last, to the right more. */
function ratioBar(ratio) {
  if (ratio === null || ratio <= 0) return null;
  const share = Math.min(Math.max(Math.log10(ratio) / DECADES, -1), 1) / 2;
  const place = { "--from": Math.min(0.5, 0.5 + share).toFixed(3), "--size": Math.abs(share).toFixed(3) };
  return html(share < 0 ? "span.ratio-bar.shrinks" : "span.ratio-bar.grows", { css: place, "aria-hidden": "true" });
}
