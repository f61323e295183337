/** The frame of a panel, and what stands in it when something went wrong. */

import { html } from "../core/element.js";
import { t } from "../core/language.js";

/** A section with a heading; `tools` stand beside it. */
export function card(title, { tools = null, name = "" } = {}, ...children) {
  const head = html("header.card-head", {}, html("h2", {}, title), tools && html("div.tools", {}, tools));
  return html(name ? `section.card.${name}` : "section.card", {}, head, children);
}

/** What a problem says. */
export function trouble(problem) {
  const title = problem.status === 0 ? t("problem.unreachable") : problem.title || t("problem.title");
  return html(
    "div.problem",
    { role: "alert" },
    html("strong", {}, title),
    html("p", {}, problem.message),
    problem.errors?.length > 1 && html(
      "ul",
      {},
      problem.errors.map(({ pointer, parameter, detail }) =>
        html("li", {}, html("code", {}, parameter || pointer || "/"), ` ${detail}`)),
    ),
  );
}

/** A quiet sentence in the place of what is not there yet. */
export function note(text) {
  return html("p.note", {}, text);
}

/** A group of buttons of which one is chosen. */
export function switcher(label, options, chosen, choose) {
  const buttons = options.map(([value, text]) =>
    html("button", {
      type: "button",
      "aria-pressed": String(value === chosen),
      on: {
        click: (event) => {
          for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
          choose(value);
        },
      },
    }, text));
  return html("div.switcher", { role: "group", "aria-label": label }, buttons);
}
