/** One job: what it is, what happened in it, what it means. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { go, links } from "../core/router.js";
import { follow, throttle } from "../core/stream.js";
import { card, trouble } from "../panels/card.js";
import { CurvesPanel } from "../panels/curves.js";
import { DiagnosisPanel } from "../panels/diagnosis.js";
import { EvaluationPanel } from "../panels/evaluation.js";
import { GradientsPanel } from "../panels/gradients.js";
import { HeadPanel, alive } from "../panels/head.js";
import { FilesPanel, ReceiptPanel } from "../panels/receipt.js";
import { SummaryPanel } from "../panels/summary.js";
import { SurfacePanel } from "../panels/surface.js";
import { Cursor } from "../plots/cursor.js";
import { keepDraft, pretty } from "../spec/draft.js";
import { patched } from "../spec/patch.js";

const LONGEST_NAME = 200;
const REDRAW = 600; // milliseconds between two drawings while the job runs

export function jobPage(id) {
  const page = new JobPage(id);
  page.start();
  return { title: t("nav.job"), element: page.element, close: () => page.close() };
}

/** Two columns from rows of panels; where there is room for one only, the panels follow each other row by row. */
function columns(...rows) {
  rows.flat().forEach((element, index) => element.style.setProperty("order", index + 1));
  return [0, 1].map((side) => html("div.column", {}, rows.map((row) => row[side])));
}

class JobPage {
  constructor(id) {
    this.id = id;
    const cursor = new Cursor();
    this.head = new HeadPanel(id, () => this.update());
    this.diagnosis = new DiagnosisPanel(id, (advice) => this.#apply(advice));
    this.gradients = new GradientsPanel(id, cursor);
    this.curves = new CurvesPanel(id, cursor);
    this.surface = new SurfacePanel(id);
    this.evaluation = new EvaluationPanel(id);
    this.summary = new SummaryPanel(id);
    this.receipt = new ReceiptPanel(id);
    this.files = new FilesPanel(id);
    this.spec = html("pre.spec");
    const spec = card(t("job.spec"), {}, html("details", {}, html("summary", {}, t("job.spec_show")), this.spec));
    const [left, right] = columns(
      [this.curves.element, this.surface.element],
      [this.summary.element, this.evaluation.element],
      [this.files.element, this.receipt.element],
      [spec],
    );
    this.board = html("div.board", {}, this.diagnosis.element, this.gradients.element, left, right);
    this.element = html("div.job-page", {}, this.head.element, this.board);
    this.redraw = throttle(() => {
      this.gradients.refresh(this.epoch > 0);
      this.curves.refresh();
    }, REDRAW);
  }

  /** Show the job, and follow it as long as it may change. */
  async start() {
    if (!(await this.update())) return;
    this.summary.load();
    this.redraw();
    if (alive(this.job)) this.stop = follow(this.id, (type, data) => this.#hear(type, data));
    else this.#finish();
  }

  /** Look at the job; whether it could be seen. */
  async update() {
    try {
      this.job = await get(PATHS.job, { job_id: this.id });
      this.epoch = this.job.progress.epoch;
      this.head.show(this.job);
      replace(this.spec, pretty(this.job.spec));
      return true;
    } catch (problem) {
      replace(this.board);
      replace(this.head.message, trouble(problem));
      return false;
    }
  }

  /** Stop following. */
  close() {
    this.stop?.();
    this.redraw.stop();
    this.surface.close();
  }

  async #hear(type, data) {
    if (type === "started") await this.update();
    if (type === "progress") {
      this.epoch = data.epoch;
      this.head.advance({ ...this.job, status: "running", progress: data });
      this.redraw();
    }
    if (type === "surface") this.surface.add(data.epoch);
    if (type === "end" && (await this.update())) this.#finish();
  }

  #finish() {
    this.redraw();
    const succeeded = this.job.status === "succeeded";
    this.surface.finish(succeeded);
    if (succeeded) for (const panel of [this.diagnosis, this.evaluation, this.receipt, this.files]) panel.finish();
    else this.diagnosis.skip();
  }

  #apply(advice) {
    try {
      const changed = patched(this.job.spec, advice.patch);
      const name = `${this.job.name ?? t("job.unnamed")} + ${advice.code.replaceAll("_", " ")}`.slice(0, LONGEST_NAME);
      keepDraft({ text: pretty({ ...changed, name }), reason: advice.text, parent: this.id });
      go(links.editor());
    } catch (error) {
      replace(this.head.message, trouble({ title: t("advice.failed"), message: error.message }));
    }
  }
}
