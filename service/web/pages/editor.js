/** Writing a spec: checked while it is typed, trained with a click. */

import { PATHS, get, post } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { say, t } from "../core/language.js";
import { go, links } from "../core/router.js";
import { CheckPanel } from "../panels/check.js";
import { trouble } from "../panels/card.js";
import { draft, keepDraft, pretty, rememberParent } from "../spec/draft.js";
import { patched } from "../spec/patch.js";
import { SpecText } from "../spec/text.js";

const FIRST = "S3";

export function editorPage(preset) {
  const page = new EditorPage();
  page.start(preset);
  return { title: t("nav.new"), element: page.element, close: () => page.check.close() };
}

class EditorPage {
  constructor() {
    this.reason = html("div");
    this.message = html("div");
    this.text = new SpecText({ label: t("editor.spec"), change: (text) => this.#edited(text) });
    this.check = new CheckPanel({
      errors: (errors) => this.text.showErrors(errors),
      reveal: (pointer) => this.text.reveal(pointer),
      apply: (advice) => this.#apply(advice),
    });
    this.presets = html("div.preset-chips", { role: "group", "aria-label": t("editor.presets") });
    const format = html("button.quiet", { type: "button", on: { click: () => this.#format() } }, t("editor.format"));
    this.train = html("button.primary", { type: "button", on: { click: () => this.#submit() } }, t("editor.train"));
    this.element = html(
      "div.editor",
      {},
      html("header.section-head", {}, html("h1", { tabindex: -1 }, t("editor.title")), this.presets),
      this.reason,
      html("div.editor-grid", {},
        html("section.card.editor-text", {}, this.text.element, html("div.actions", {}, this.train, format), this.message),
        this.check.element),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#submit();
    });
  }

  /** Show the draft, or a preset. */
  async start(preset) {
    const kept = draft();
    if (!preset && kept) this.#show(kept);
    try {
      const { data } = await get(PATHS.presets);
      const use = (one) => this.#show({ text: pretty(one.spec), reason: null, parent: null });
      replace(this.presets, data.map((one) => html("button.chip", { type: "button", title: say(one.title), on: { click: () => use(one) } }, one.id)));
      const wanted = preset || (kept ? null : FIRST);
      if (wanted) use(data.find(({ id }) => id === wanted) ?? (await get(PATHS.preset, { preset_id: wanted })));
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
  }

  #show(kept) {
    this.kept = kept;
    keepDraft(kept);
    this.text.text = kept.text;
    replace(this.reason, kept.reason && html("p.reason", {}, html("strong", {}, t("editor.advice")), " ", say(kept.reason)));
    this.check.ask(kept.text);
  }

  #edited(text) {
    this.kept = { ...this.kept, text };
    keepDraft(this.kept);
    this.check.ask(text);
  }

  #apply(advice) {
    try {
      const text = pretty(patched(JSON.parse(this.text.text), advice.patch));
      this.#show({ ...this.kept, text, reason: advice.text });
    } catch (error) {
      replace(this.message, trouble({ title: t("advice.failed"), message: error.message }));
    }
  }

  #format() {
    try {
      this.text.text = pretty(JSON.parse(this.text.text));
      this.#edited(this.text.text);
    } catch (error) {
      replace(this.message, trouble({ title: t("editor.broken"), message: error.message }));
    }
  }

  async #submit() {
    this.train.disabled = true;
    try {
      const job = await post(PATHS.jobs, {}, this.text.text);
      if (this.kept?.parent) rememberParent(job.id, this.kept.parent);
      go(links.job(job.id));
    } catch (problem) {
      replace(this.message, trouble(problem));
    }
    this.train.disabled = false;
  }
}
