/** Several jobs beside each other: what differs in their curves is what differed in their gradients. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { go, links } from "../core/router.js";
import { follow, throttle } from "../core/stream.js";
import { trouble, note } from "../panels/card.js";
import { CompareChoice } from "../panels/comparechoice.js";
import { CompareCurves } from "../panels/comparecurves.js";
import { CompareDepth } from "../panels/comparedepth.js";
import { CompareEnds } from "../panels/compareends.js";
import { CompareTable } from "../panels/comparetable.js";
import { alive } from "../panels/head.js";
import { picker } from "../panels/picker.js";
import { Cursor } from "../plots/cursor.js";

const MOST = 6;
const MOST_POINTS = 600;
const REDRAW = 800; // milliseconds between two drawings while jobs run

export function comparePage(argument) {
  const ids = [...new Set(argument.split(",").filter(Boolean))].slice(0, MOST);
  const page = new ComparePage(ids);
  page.start();
  return { title: t("compare.title"), element: page.element, close: () => page.close() };
}

class ComparePage {
  #stops = [];
  #runs = [];

  constructor(ids) {
    this.ids = ids;
    const cursor = new Cursor();
    const remove = (id) => go(links.compare(ids.filter((other) => other !== id)));
    this.message = html("div");
    this.choice = new CompareChoice({ quantity: () => this.#draw(), epoch: () => this.#show() });
    this.panels = [new CompareTable(remove), new CompareEnds(cursor), new CompareDepth(), new CompareCurves(cursor)];
    const add = ids.length < MOST && picker(ids, (id) => go(links.compare([...ids, id])));
    this.element = html(
      "div.compare",
      {},
      html("header.section-head", {}, html("h1", { tabindex: -1 }, t("compare.title")), add),
      this.message,
      this.choice.element,
      html("div.board", {}, this.panels.map(({ element }) => element)),
    );
    this.redraw = throttle(() => this.#draw(), REDRAW);
  }

  async start() {
    if (this.ids.length === 0) {
      replace(this.message, note(t("compare.none")));
      for (const { element } of [this.choice, ...this.panels]) element.hidden = true;
      return;
    }
    const jobs = await this.#draw();
    for (const { id } of jobs.filter(alive)) this.#stops.push(follow(id, () => this.redraw()));
  }

  close() {
    for (const stop of this.#stops) stop();
    this.redraw.stop();
  }

  /** Fetch all that is compared and show it; the jobs. */
  async #draw() {
    const { quantity } = this.choice;
    const settled = await Promise.allSettled(this.ids.map((id) => fetchOne(id, quantity)));
    replace(this.message, settled.filter(({ status }) => status === "rejected").map(({ reason }) => trouble(reason)));
    if (quantity === this.choice.quantity) {
      this.#runs = called(settled.filter(({ status }) => status === "fulfilled").map(({ value }) => value));
      this.choice.range(this.#runs);
      this.#show();
    }
    return this.#runs.map(({ job }) => job);
  }

  #show() {
    const { quantity, epoch } = this.choice;
    for (const panel of this.panels) panel.show(this.#runs, { quantity, epoch });
  }
}

/** Runs with names that tell them apart. */
function called(runs) {
  const names = runs.map(({ job }) => job.name ?? t("job.unnamed"));
  const shared = (name) => names.filter((other) => other === name).length > 1;
  return runs.map((run, index) => ({ ...run, name: shared(names[index]) ? `${names[index]} …${run.job.id.slice(-4)}` : names[index] }));
}

async function fetchOne(id, quantity) {
  const values = { job_id: id };
  const job = await get(PATHS.job, values);
  // Before the first epoch has ended nothing is recorded that could be asked for by name.
  const quantities = job.progress.epoch > 0 ? quantity : null;
  const [history, trace] = await Promise.all([
    get(PATHS.history, { ...values, max_points: MOST_POINTS }),
    get(PATHS.gradients, { ...values, quantities, max_points: MOST_POINTS }),
  ]);
  return { job, history, trace };
}
