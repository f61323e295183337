/** How the decision surface came about: a slider over the recorded epochs. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { whole } from "../core/number.js";
import { SurfacePlot } from "../plots/surface.js";
import { extent } from "../plots/scale.js";
import { card, trouble } from "./card.js";

const FINE = 140; // points of an edge of the trained network's surface
const FRAME = 70; // milliseconds between two pictures of the film
const PAGE = 1000;

export class SurfacePanel {
  #epochs = [];
  #trained = false;
  #known = new Map();
  #film = null;
  #following = true;

  /** @param {string} id the job */
  constructor(id) {
    this.id = id;
    this.plot = new SurfacePlot({ label: t("surface.title"), words: { answer: t("surface.answer"), missing: t("surface.missing") } });
    this.slider = html("input", { type: "range", min: 0, value: 0, "aria-label": t("surface.epoch"), on: { input: () => this.#slide() } });
    this.play = html("button.quiet", { type: "button", on: { click: () => this.#toggle() } }, t("surface.play"));
    this.label = html("output");
    this.message = html("div");
    this.controls = html("div.controls", {}, this.play, this.slider, this.label);
    this.legend = html("p.note", { hidden: true }, t("surface.legend"));
    this.element = card(t("surface.title"), { name: "surface" }, this.message, this.plot.element, this.controls, this.legend);
    this.element.hidden = true;
  }

  /** A surface was recorded. */
  add(epoch) {
    if (this.#epochs.includes(epoch)) return;
    this.#epochs.push(epoch);
    this.#range();
    if (this.#following) this.#last();
  }

  /** The job has ended. If it has succeeded, the trained network can be asked, and its data drawn. */
  async finish(succeeded) {
    try {
      this.#epochs = await recorded(this.id);
      if (this.#epochs.length === 0) return; // the data have not two features, or nothing was trained
      if (succeeded) await this.#ask();
      this.#range();
      this.#last();
    } catch (problem) {
      this.element.hidden = false;
      replace(this.message, trouble(problem));
    }
  }

  /** Stop the film. */
  close() {
    clearInterval(this.#film);
  }

  /** What the slider leads to: the recorded epochs and, at the end, the trained network. */
  get #stops() {
    return this.#trained ? [...this.#epochs, "trained"] : this.#epochs;
  }

  async #ask() {
    const [surface, data] = await Promise.all([
      get(PATHS.surface, { job_id: this.id, resolution: FINE }),
      get(PATHS.predictions, { job_id: this.id, split: "all" }),
    ]);
    this.#known.set("trained", surface);
    this.#trained = true;
    this.plot.scatter(points(data, surface));
    this.legend.hidden = false;
  }

  #range() {
    this.element.hidden = false;
    this.controls.hidden = this.#stops.length < 2;
    this.slider.max = this.#stops.length - 1;
  }

  #last() {
    this.slider.value = this.#stops.length - 1;
    this.#show();
  }

  #slide() {
    this.#following = Number(this.slider.value) === this.#stops.length - 1;
    this.#show();
  }

  async #show() {
    const stop = this.#stops[Number(this.slider.value)];
    const text = stop === "trained" ? t("surface.trained") : stop === 0 ? t("axis.untrained") : t("axis.at", { epoch: whole(stop) });
    replace(this.label, text);
    this.slider.setAttribute("aria-valuetext", text);
    try {
      if (!this.#known.has(stop)) this.#known.set(stop, await get(PATHS.surface, { job_id: this.id, epoch: stop }));
      if (stop === this.#stops[Number(this.slider.value)]) this.plot.show(this.#known.get(stop));
      replace(this.message);
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  #toggle() {
    if (this.#film !== null) {
      this.#halt();
      return;
    }
    if (Number(this.slider.value) >= this.#stops.length - 1) this.slider.value = 0;
    replace(this.play, t("surface.pause"));
    let busy = false;
    this.#film = setInterval(async () => {
      if (busy) return;
      busy = true;
      this.slider.value = Number(this.slider.value) + 1;
      await this.#show();
      busy = false;
      if (Number(this.slider.value) >= this.#stops.length - 1) this.#halt();
    }, FRAME);
  }

  #halt() {
    clearInterval(this.#film);
    this.#film = null;
    replace(this.play, t("surface.play"));
  }
}

/** The epochs whose surfaces are recorded. */
async function recorded(id) {
  const epochs = new Set();
  let cursor = null;
  do {
    const page = await get(PATHS.events, { job_id: id, limit: PAGE, cursor });
    for (const { type, data } of page.data) if (type === "surface") epochs.add(data.epoch);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return [...epochs].sort((one, other) => one - other);
}

/** The job's rows as the plot draws them. */
function points({ features, targets, test }, { classes }) {
  const span = classes ? null : extent(targets.flat());
  return features.map(([x, y], row) => ({
    x, y,
    test: test[row],
    index: classes ? classes.indexOf(targets[row]) : null,
    share: classes ? null : ([targets[row]].flat()[0] - span.low) / (span.high - span.low || 1),
  }));
}
