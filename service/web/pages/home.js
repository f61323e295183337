/** The first view: what can be trained, and what has been. */

import { html } from "../core/element.js";
import { t } from "../core/language.js";
import { go, links } from "../core/router.js";
import { JobList } from "../panels/joblist.js";
import { PresetShelf } from "../panels/presets.js";

const chosen = new Set(); // survives a look at a job

export function homePage() {
  const compare = html("button.primary", { type: "button", on: { click: () => go(links.compare([...chosen])) } });
  const clear = html("button.quiet", { type: "button" }, t("jobs.unmark"));
  const bar = html("div.selection", { role: "status" }, compare, clear);
  const mark = () => {
    bar.hidden = chosen.size === 0;
    compare.disabled = chosen.size < 2;
    compare.textContent = chosen.size < 2 ? t("jobs.mark_more") : t("jobs.compare", { count: chosen.size });
  };
  const jobs = new JobList(chosen, mark);
  clear.addEventListener("click", () => {
    chosen.clear();
    for (const box of jobs.body.querySelectorAll("input")) box.checked = false;
    mark();
  });
  const shelf = new PresetShelf();
  shelf.load();
  jobs.refresh();
  mark();
  return {
    title: t("nav.jobs"),
    element: html(
      "div.home",
      {},
      html(
        "section.hero",
        {},
        html("div", {}, html("h1", { tabindex: -1 }, t("home.headline")), html("p", {}, t("home.lead"))),
        html("img", { src: "pulse.svg", alt: "", width: 420, height: 130 }),
      ),
      html("section", {}, html("header.section-head", {}, html("h2", {}, t("home.jobs")), html("p.soft", {}, t("home.jobs_hint"))), jobs.element),
      bar,
      html("section", {}, html("header.section-head", {}, html("h2", {}, t("home.presets")), html("a.button.quiet", { href: links.editor() }, t("nav.new"))), shelf.element),
    ),
    close: () => jobs.close(),
  };
}
