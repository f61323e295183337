/** A job's name, state and numbers, and what can be done with it. */

import { PATHS, post, remove } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { ago, duration, measured, percent, whole } from "../core/number.js";
import { go, links } from "../core/router.js";
import { keepDraft, parentOf, pretty } from "../spec/draft.js";
import { glyph } from "../spec/glyph.js";
import { network, training } from "../spec/outline.js";
import { progressBar, statusBadge, verdictBadge } from "./badge.js";
import { trouble } from "./card.js";
import { picker } from "./picker.js";

const LIVE = ["queued", "running"];

/** Whether a job may still change. */
export function alive(job) {
  return LIVE.includes(job.status);
}

export class HeadPanel {
  /** @param {string} id the job @param {() => void} changed called after something was done with it */
  constructor(id, changed) {
    this.id = id;
    this.changed = changed;
    this.title = html("h1", { tabindex: -1 });
    this.subtitle = html("p.soft");
    this.glyph = html("div");
    this.state = html("div.state", { role: "status" });
    this.actions = html("div.actions");
    this.message = html("div");
    this.tiles = html("dl.tiles");
    this.picker = picker([id], (other) => go(links.compare([id, other])));
    this.element = html(
      "header.job-head",
      {},
      html("div.job-name", {}, this.glyph, html("div", {}, this.title, this.subtitle)),
      this.actions, this.state, this.message, this.tiles,
    );
  }

  /** Show a job as it is now. */
  show(job) {
    replace(this.title, job.name ?? t("job.unnamed"));
    replace(this.subtitle, `${network(job.spec)} · ${training(job.spec)}`);
    replace(this.glyph, glyph(job.spec));
    this.advance(job);
    replace(this.actions, this.#buttons(job));
    replace(this.tiles, tiles(job).map(([name, value]) => html("div.tile", {}, html("dt", {}, name), html("dd", {}, value))));
    replace(this.message, job.error && trouble({ title: job.error.title, message: job.error.detail }));
  }

  /** Show how far it is. */
  advance({ status, progress, result, queue_position: place }) {
    const { epoch, epochs } = progress;
    replace(
      this.state,
      statusBadge(status),
      verdictBadge(result?.verdict),
      result && result.stop_reason !== "completed" && html("span.badge", {}, named("stop", result.stop_reason)),
      status === "running" && [progressBar(progress), html("span.number", {}, t("job.progress", { epoch: whole(epoch), epochs: whole(epochs) }))],
      status === "queued" && place && html("span.soft", {}, t("job.place", { place: whole(place) })),
    );
  }

  #buttons(job) {
    const parent = parentOf(this.id);
    const edit = () => {
      keepDraft({ text: pretty(job.spec), reason: null, parent: null });
      go(links.editor());
    };
    const act = (work, after) => () => work().then(after, (problem) => replace(this.message, trouble(problem)));
    const cancel = act(() => post(PATHS.cancel, { job_id: this.id }), this.changed);
    const erase = act(() => remove(PATHS.job, { job_id: this.id }), () => go(links.home()));
    return [
      parent && html("a.button.primary", { href: links.compare([parent, this.id]) }, t("job.compare_parent")),
      alive(job) && html("button", { type: "button", on: { click: cancel } }, t("job.cancel")),
      html("button", { type: "button", on: { click: edit } }, t("job.edit")),
      this.picker,
      !alive(job) && html("button.quiet", { type: "button", on: { click: () => confirm(t("job.delete_sure")) && erase() } }, t("job.delete")),
    ];
  }
}

function tiles({ result, created_at: created, started_at: started, finished_at: finished }) {
  const metrics = result?.metrics;
  const seconds = started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : null;
  const score = (split) => (metrics?.[split]?.accuracy === undefined ? [named("metric", "loss"), measured(metrics?.[split]?.loss)] : [named("metric", "accuracy"), percent(metrics[split].accuracy)]);
  const tile = (split, words) => [`${score(split)[0]} · ${words}`, score(split)[1]];
  return [
    metrics?.test && tile("test", t("split.test")),
    metrics && tile("train", t("split.train")),
    result && [t("summary.parameters"), whole(result.parameters.total)],
    seconds !== null && [t("job.took"), duration(seconds)],
    [t("job.created"), ago(created)],
  ].filter(Boolean);
}
