/** The notebook's systems, each a click away from being trained. */

import { PATHS, get, post } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { say, t } from "../core/language.js";
import { go, links } from "../core/router.js";
import { glyph } from "../spec/glyph.js";
import { network } from "../spec/outline.js";
import { trouble } from "./card.js";

export class PresetShelf {
  constructor() {
    this.shelf = html("ul.presets");
    this.message = html("div");
    this.element = html("div", {}, this.shelf, this.message);
  }

  /** Fetch and show. */
  async load() {
    try {
      const { data } = await get(PATHS.presets);
      replace(this.shelf, data.map((preset) => this.#card(preset)));
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  #card({ id, title, commentary, spec }) {
    const train = async (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      try {
        const job = await post(PATHS.jobs, {}, JSON.stringify(spec));
        go(links.job(job.id));
      } catch (problem) {
        replace(this.message, trouble(problem));
      }
      button.disabled = false;
    };
    return html(
      "li.preset",
      {},
      html("div.preset-head", {}, html("span.preset-id", {}, id), glyph(spec)),
      html("h3", {}, say(title)),
      html("p.soft.preset-net", {}, network(spec)),
      html("p.preset-about", { title: say(commentary) }, say(commentary)),
      html(
        "div.actions",
        {},
        html("button.primary", { type: "button", "aria-label": t("preset.train_one", { id }), on: { click: train } }, t("preset.train")),
        html("a.button.quiet", { href: links.editor(id), "aria-label": t("preset.edit_one", { id }) }, t("preset.edit")),
      ),
    );
  }
}
