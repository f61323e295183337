/** What decided a job's result, and the files that it left. */

import { PATHS, address, file, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { hasKey } from "../core/key.js";
import { named, t } from "../core/language.js";
import { duration, measured } from "../core/number.js";
import { card, trouble } from "./card.js";

const FORMATS = ["keras", "tflite", "onnx", "saved_model", "safetensors", "python"];
const ENDINGS = { keras: ".keras", tflite: ".tflite", onnx: ".onnx", saved_model: ".zip", safetensors: ".safetensors", python: ".py" };
const PIECE = 24; // characters of a digest that are shown

export class ReceiptPanel {
  /** @param {string} id the job */
  constructor(id) {
    this.id = id;
    this.body = html("div");
    this.element = card(t("receipt.title"), {}, this.body);
    this.element.hidden = true;
  }

  /** The job has succeeded: fetch and show. */
  async finish() {
    this.element.hidden = false;
    try {
      const { timings, job_id: _, ...rest } = await get(PATHS.receipt, { job_id: this.id });
      replace(this.body, phases(timings), html("details", {}, html("summary", {}, t("receipt.all")), tree(rest)));
    } catch (problem) {
      replace(this.body, trouble(problem));
    }
  }
}

export class FilesPanel {
  /** @param {string} id the job */
  constructor(id) {
    this.id = id;
    this.message = html("div");
    const models = FORMATS.map((format) => html("li", {}, this.#model(format)));
    const table = html("li", {}, html("button.download", { type: "button", on: { click: () => this.#history() } }, t("files.history")));
    this.element = card(t("files.title"), {}, html("ul.downloads", {}, models, table), this.message);
    this.element.hidden = true;
  }

  /** The job has succeeded: its files exist. */
  finish() {
    this.element.hidden = false;
  }

  /** A link where the browser can follow it by itself, which sends no key; else a button that fetches. */
  #model(format) {
    const values = { job_id: this.id, format };
    if (!hasKey()) return html("a.download", { href: address(PATHS.model, { job_id: this.id, format }), download: "" }, named("format", format));
    const fetched = () => this.#save(() => file(PATHS.model, values, "*/*"), `${this.id}${ENDINGS[format]}`);
    return html("button.download", { type: "button", on: { click: fetched } }, named("format", format));
  }

  #history() {
    return this.#save(() => file(PATHS.history, { job_id: this.id }, "text/csv"), `${this.id}.csv`);
  }

  async #save(fetched, name) {
    try {
      const link = html("a", { href: URL.createObjectURL(await fetched()), download: name });
      link.click();
      URL.revokeObjectURL(link.href);
      replace(this.message);
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }
}

/** Seconds by phase, as bars. */
function phases(timings) {
  const entries = Object.entries(timings).filter(([, seconds]) => typeof seconds === "number");
  const longest = Math.max(...entries.map(([, seconds]) => seconds), 1e-9);
  return html("dl.phases", {}, entries.map(([name, seconds]) =>
    html(
      "div",
      {},
      html("dt", {}, named("phase", name)),
      html("dd", {}, html("span.share", { css: { "--share": (seconds / longest).toFixed(4) } }), html("span.number", {}, duration(seconds))),
    )));
}

/** A document as nested lists; long lists and digests are cut. */
function tree(value) {
  if (Array.isArray(value)) return html("span", {}, value.length > 12 ? t("receipt.list", { count: value.length }) : value.join(", "));
  if (value !== null && typeof value === "object") {
    return html("dl.tree", {}, Object.entries(value).map(([name, inner]) => html("div", {}, html("dt", {}, name.replaceAll("_", " ")), html("dd", {}, tree(inner)))));
  }
  if (typeof value === "number") return html("span", {}, Number.isInteger(value) ? String(value) : measured(value));
  const text = value === null ? "–" : String(value);
  return html("code", { title: text }, text.startsWith("sha256:") ? `${text.slice(0, PIECE)}…` : text);
}
