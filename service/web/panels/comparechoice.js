/** What a comparison looks at: a quantity, and an epoch. */

import { quantityText } from "../core/catalog.js";
import { html, replace } from "../core/element.js";
import { named, t } from "../core/language.js";
import { whole } from "../core/number.js";
import { PER_LAYER } from "./quantities.js";

export class CompareChoice {
  /** @param {Object} listeners `quantity` is told a chosen quantity, `epoch` that the slider has moved */
  constructor({ quantity, epoch }) {
    const options = Object.keys(PER_LAYER).map((name) => html("option", { value: name }, named("quantity", name)));
    const choose = () => {
      replace(this.about, quantityText(this.quantity));
      quantity();
    };
    const slide = () => {
      this.#say();
      epoch();
    };
    this.select = html("select", { "aria-label": t("gradients.quantity"), on: { change: choose } }, options);
    this.slider = html("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": t("axis.epoch"), on: { input: slide } });
    this.label = html("output");
    this.about = html("p.about", {}, quantityText(this.quantity));
    this.element = html("div.choice", {}, html("div.controls", {}, this.select, this.slider, this.label), this.about);
    this.#say();
  }

  /** The chosen quantity. */
  get quantity() {
    return this.select.value;
  }

  /** The chosen epoch; 0 is the untrained network. */
  get epoch() {
    return Number(this.slider.value);
  }

  /** Let the slider reach the last recorded epoch of all runs. */
  range(runs) {
    this.slider.max = Math.max(...runs.map(({ trace }) => trace.epoch.at(-1) ?? 0), 0);
    this.#say();
  }

  #say() {
    const text = this.epoch === 0 ? t("axis.untrained") : t("axis.at", { epoch: whole(this.epoch) });
    replace(this.label, text);
    this.slider.setAttribute("aria-valuetext", text);
  }
}
