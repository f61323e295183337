/** A text field for JSON: coloured, with each error at the end of the line that it means. */

import { html, replace } from "../core/element.js";
import { locate, places, tokens } from "./tokens.js";

export class SpecText {
  #errors = [];

  /** @param {Object} options `label` names the field; `change` is told its text after every edit */
  constructor({ label, change }) {
    this.back = html("pre.code-back", { "aria-hidden": "true" });
    this.field = html("textarea.code-front", {
      spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", "aria-label": label,
      on: {
        input: () => {
          this.#errors = [];
          this.#paint();
          change(this.field.value);
        },
        scroll: () => this.#follow(),
      },
    });
    this.element = html("div.code", {}, this.back, this.field);
  }

  /** The text. */
  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#errors = [];
    this.#paint();
  }

  /** Show errors: {pointer, detail} in valid JSON, or {offset, detail} in broken JSON. */
  showErrors(errors) {
    const known = errors.some(({ pointer }) => pointer !== undefined) ? places(this.text) : null;
    this.#errors = errors.map((error) => {
      const place = error.pointer === undefined ? { start: error.offset, end: error.offset } : locate(known, error.pointer);
      return { ...place, detail: error.detail };
    });
    this.field.setAttribute("aria-invalid", String(errors.length > 0));
    this.#paint();
  }

  /** Put the caret where a pointer leads. */
  reveal(pointer) {
    const { start, end } = locate(places(this.text), pointer);
    this.field.focus();
    this.field.setSelectionRange(start, end);
    const line = this.text.slice(0, start).split("\n").length - 1;
    const height = this.field.scrollHeight / this.text.split("\n").length;
    this.field.scrollTop = Math.max(line * height - this.field.clientHeight / 3, 0);
  }

  #paint() {
    const text = this.text;
    const stream = tokens(text);
    let offset = 0;
    let next = 0;
    const lines = text.split("\n").map((line) => {
      const end = offset + line.length;
      const wrong = this.#errors.filter(({ start }) => start >= offset && start <= end);
      const pieces = [];
      let at = offset;
      for (; next < stream.length && stream[next].start < end; next += 1) {
        const token = stream[next];
        const marked = wrong.some((error) => token.start >= error.start && token.end <= error.end);
        pieces.push(text.slice(at, token.start), html(`span.${token.kind}${marked ? ".wrong" : ""}`, {}, token.text));
        at = token.end;
      }
      pieces.push(text.slice(at, end), wrong.map(({ detail }) => html("span.lens", {}, detail)));
      offset = end + 1;
      return html(wrong.length ? "span.line.has-error" : "span.line", {}, pieces, "\n");
    });
    replace(this.back, lines);
    this.#follow();
  }

  #follow() {
    this.back.scrollTop = this.field.scrollTop;
    this.back.scrollLeft = this.field.scrollLeft;
  }
}
