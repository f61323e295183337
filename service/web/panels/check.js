/** What the service says of a spec while it is typed. */

import { PATHS, post } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";
import { measured, whole } from "../core/number.js";
import { trouble } from "./card.js";
import { findingView } from "./diagnosis.js";
import { layerTable, parameterLine } from "./summary.js";

const PAUSE = 220; // milliseconds without a key before the service is asked

export class CheckPanel {
  #timer = null;
  #asked = null;

  /**
   * @param {Object} listeners
   * @param {(errors: Array) => void} listeners.errors told what is wrong, and with an empty list that nothing is
   * @param {(pointer: string) => void} listeners.reveal an error was clicked
   * @param {(advice: Object) => void} listeners.apply an advice was taken
   */
  constructor({ errors, reveal, apply }) {
    this.tell = errors;
    this.reveal = reveal;
    this.apply = apply;
    this.state = html("div", { role: "status" });
    this.body = html("div");
    this.element = html("section.card.check", { "aria-label": t("check.title") }, this.state, this.body);
  }

  /** Ask about a text, once it rests. */
  ask(text) {
    this.close();
    this.#timer = setTimeout(() => this.#send(text), PAUSE);
  }

  /** Ask no more. */
  close() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  async #send(text) {
    try {
      JSON.parse(text);
    } catch (error) {
      this.#broken(error);
      return;
    }
    this.#asked = new AbortController();
    try {
      const answer = await post(PATHS.specChecks, {}, text, this.#asked.signal);
      this.tell(answer.errors);
      if (answer.valid) this.#valid(answer);
      else this.#invalid(answer.errors);
    } catch (problem) {
      if (problem.name !== "AbortError") replace(this.body, trouble(problem));
    }
  }

  #broken(error) {
    const place = /position (\d+)/.exec(error.message);
    this.tell(place ? [{ offset: Number(place[1]), detail: t("editor.broken") }] : []);
    replace(this.state, html("p.check-state.bad", {}, t("editor.broken")));
    replace(this.body, html("p.note", {}, error.message));
  }

  #invalid(errors) {
    replace(this.state, html("p.check-state.bad", {}, errors.length === 1 ? t("check.one_error") : t("check.errors", { count: errors.length })));
    replace(
      this.body,
      html("ul.errors", {}, errors.map(({ pointer, detail }) =>
        html("li", {}, html("button.error-place", { type: "button", on: { click: () => this.reveal(pointer) } }, html("code", {}, pointer || "/")), html("p", {}, detail)))),
    );
  }

  #valid({ parameters, layers, warnings, cost }) {
    replace(this.state, html("p.check-state.good", {}, t("check.valid")));
    const tile = (name, value) => html("div.tile", {}, html("dt", {}, name), html("dd", {}, value));
    replace(
      this.body,
      html("dl.tiles", {}, tile(t("summary.parameters"), whole(parameters.total)), tile(t("check.steps"), whole(cost.steps)), tile(t("check.flops"), measured(cost.flops))),
      warnings.length > 0 && [html("h3", {}, t("check.warnings")), warnings.map((finding) => findingView(finding, this.apply))],
      html("h3", {}, t("summary.title")),
      layerTable(layers),
      parameterLine(parameters),
    );
  }
}
