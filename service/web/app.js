/** The page: a bar on top, and under it the view that the address asks for. */

import { loadCatalog } from "./core/catalog.js";
import { html, replace } from "./core/element.js";
import { hasKey, useKey, whenAsked } from "./core/key.js";
import { LANGUAGES, choose, keep, language, t } from "./core/language.js";
import { links, route } from "./core/router.js";
import { comparePage } from "./pages/compare.js";
import { editorPage } from "./pages/editor.js";
import { homePage } from "./pages/home.js";
import { jobPage } from "./pages/job.js";
import { note } from "./panels/card.js";
import { keyForm } from "./panels/keyform.js";

const VIEWS = { home: homePage, new: editorPage, jobs: jobPage, compare: comparePage };

const bar = document.querySelector("#bar");
const main = document.querySelector("#main");
let page = null;

function show() {
  page?.close();
  const { view, argument } = route();
  page = VIEWS[view]?.(argument) ?? { title: t("nav.nowhere"), element: note(t("nav.nowhere")), close: () => {} };
  document.title = `${page.title} · ${t("nav.name")}`;
  replace(main, page.element);
  drawBar(view);
}

function drawBar(view) {
  const link = (name, href, text) => html("a", { href, "aria-current": view === name ? "page" : null }, text);
  const languageButton = (code) =>
    html("button", { type: "button", lang: code, "aria-pressed": String(code === language()), on: { click: () => speak(code) } }, code.toUpperCase());
  replace(
    bar,
    html("a.brand", { href: links.home() }, html("img", { src: "icon.svg", alt: "", width: 28, height: 28 }), html("span", {}, t("nav.name"))),
    html("nav", { "aria-label": t("nav.main") }, link("home", links.home(), t("nav.jobs")), link("new", links.editor(), t("nav.create")), html("a", { href: "docs" }, "API")),
    hasKey() && html("button.quiet", { type: "button", on: { click: leave } }, t("key.leave")),
    html("div.switcher.languages", { role: "group", "aria-label": t("nav.language") }, LANGUAGES.map(languageButton)),
  );
}

/** Ask for a key in the place of the page, once however many answers ask for it. */
function askForKey() {
  if (main.querySelector("form.key")) return;
  const refused = hasKey();
  useKey(null);
  page?.close();
  page = null;
  document.title = `${t("key.title")} · ${t("nav.name")}`;
  replace(main, keyForm(refused, enter));
  drawBar(null);
  main.querySelector("input").focus();
}

async function enter(secret) {
  useKey(secret);
  replace(main);
  await loadCatalog();
  if (hasKey()) show();
}

function leave() {
  useKey(null);
  location.reload(); // nothing that the key has shown stays
}

async function speak(code) {
  await keep(code);
  show();
}

window.addEventListener("hashchange", () => {
  show();
  window.scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
});

await choose();
whenAsked(askForKey);
await loadCatalog();
if (!main.querySelector("form.key")) show();
