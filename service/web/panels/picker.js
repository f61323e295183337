/** Choosing one more job to look at beside others. */

import { PATHS, get } from "../core/api.js";
import { html, replace } from "../core/element.js";
import { t } from "../core/language.js";

const MOST = 50;

/** A select with the newest jobs that are not among `ids`; `choose` is called with the id of the chosen one. */
export function picker(ids, choose) {
  const first = html("option", { value: "" }, t("compare.with"));
  const select = html(
    "select.picker",
    { "aria-label": t("compare.with"), on: { change: () => select.value && choose(select.value) } },
    first,
  );
  get(PATHS.jobs, { limit: MOST }).then(
    ({ data }) => replace(select, first, data.filter(({ id }) => !ids.includes(id)).map(({ id, name }) => html("option", { value: id }, name ?? id.slice(-8)))),
    () => {
      select.hidden = true;
    },
  );
  return select;
}
