/** The list of jobs, alive. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { ago, percent } from "../core/number.js";
import { links } from "../core/router.js";
import { follow } from "../core/stream.js";
import { glyph } from "../spec/glyph.js";
import { network } from "../spec/outline.js";
import { progressBar, statusBadge, verdictBadge } from "./badge.js";
import { note, trouble } from "./card.js";
import { alive } from "./head.js";

const PAGE = 50;
const LOOK = 4000; // milliseconds between two looks for new jobs
const STREAMS = 3; // a browser opens six connections to a server over HTTP/1.1: some stay free for requests

export class JobList {
  #rows = new Map();
  #streams = new Map();
  #older = [];

  /** @param {Set<string>} chosen ids marked for comparison @param {() => void} changed called when a mark changes */
  constructor(chosen, changed) {
    this.chosen = chosen;
    this.changed = changed;
    this.body = html("ul.jobs");
    this.message = html("div", {}, note(t("jobs.loading")));
    this.more = html("button.quiet", { type: "button", hidden: true }, t("jobs.more"));
    this.more.addEventListener("click", () => this.#fetchOlder());
    this.element = html("div", {}, this.message, this.body, this.more);
    this.timer = setInterval(() => document.hidden || this.refresh(), LOOK);
  }

  /** Look at the newest jobs. */
  async refresh() {
    try {
      const page = await get(PATHS.jobs, { limit: PAGE });
      this.cursor ??= page.next_cursor;
      this.#show(page.data);
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  /** Stop looking and following. */
  close() {
    clearInterval(this.timer);
    for (const stop of this.#streams.values()) stop();
  }

  #show(newest) {
    const known = new Set(newest.map(({ id }) => id));
    const jobs = [...newest, ...this.#older.filter(({ id }) => !known.has(id))];
    replace(this.message, jobs.length === 0 && note(t("jobs.none")));
    this.more.hidden = !this.cursor;
    const rows = jobs.map((job) => {
      const row = this.#rows.get(job.id) ?? new JobRow(job, this.chosen, this.changed);
      this.#rows.set(job.id, row);
      row.show(job);
      return row.element;
    });
    // Elements that are in place already stay there, and keep the focus.
    rows.forEach((row, index) => this.body.children[index] !== row && this.body.insertBefore(row, this.body.children[index] ?? null));
    while (this.body.children.length > rows.length) this.body.lastChild.remove();
    for (const job of jobs.filter(alive)) this.#follow(job.id);
  }

  #follow(id) {
    if (this.#streams.has(id) || this.#streams.size >= STREAMS) return;
    const stop = follow(id, async (type, data) => {
      if (type === "progress") this.#rows.get(id).advance(data);
      if (type !== "end") return;
      this.#streams.delete(id);
      await this.refresh();
    });
    this.#streams.set(id, stop);
  }

  async #fetchOlder() {
    try {
      const page = await get(PATHS.jobs, { limit: PAGE, cursor: this.cursor });
      this.#older.push(...page.data);
      this.cursor = page.has_more ? page.next_cursor : "";
      await this.refresh();
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }
}

class JobRow {
  constructor(job, chosen, changed) {
    const name = job.name ?? t("job.unnamed");
    const box = html("input", {
      type: "checkbox",
      "aria-label": t("jobs.choose", { name }),
      on: {
        change: () => {
          if (box.checked) chosen.add(job.id);
          else chosen.delete(job.id);
          changed();
        },
      },
    });
    box.checked = chosen.has(job.id);
    this.state = html("div.job-state");
    this.score = html("div.job-score.number");
    this.age = html("div.job-age.soft");
    this.element = html(
      "li.job",
      {},
      html("label.job-box", {}, box),
      html(
        "a.job-link",
        { href: links.job(job.id) },
        html("div.job-glyph", {}, glyph(job.spec)),
        html("div.job-words", {}, html("strong", {}, name), html("span.soft", {}, network(job.spec))),
        this.state, this.score, this.age,
      ),
    );
  }

  show(job) {
    this.job = job;
    const { accuracy } = (job.result?.metrics.test ?? job.result?.metrics.train) ?? {};
    replace(this.state, job.status === "succeeded" ? verdictBadge(job.result.verdict) ?? statusBadge(job.status) : statusBadge(job.status), job.status === "running" && progressBar(job.progress));
    replace(this.score, accuracy !== undefined && [html("strong", {}, percent(accuracy)), html("span.soft", {}, named("metric", "accuracy"))]);
    replace(this.age, ago(job.created_at));
  }

  advance({ epoch, epochs }) {
    if (alive(this.job)) this.show({ ...this.job, status: "running", progress: { epoch, epochs } });
  }
}
