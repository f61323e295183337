/** Where a visitor enters the key that the service asks for. */

import { html } from "../core/element.js";
import { t } from "../core/language.js";
import { card } from "./card.js";

/**
 * @param {boolean} refused whether a key was sent already
 * @param {(secret: string) => void} enter told the key
 */
export function keyForm(refused, enter) {
  const field = html("input", { type: "password", required: true, autocomplete: "off", spellcheck: "false", "aria-label": t("key.secret"), placeholder: "clinic_…" });
  const submit = (event) => {
    event.preventDefault();
    enter(field.value.trim());
  };
  return card(
    t("key.title"),
    {},
    html("p", {}, t("key.lead")),
    refused && html("p.problem", { role: "alert" }, t("key.refused")),
    html("form.key", { on: { submit } }, field, html("button.primary", {}, t("key.enter"))),
  );
}
