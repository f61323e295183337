/** The page's words in the chosen language. */

import { recall, remember } from "./memory.js";

export const LANGUAGES = ["en", "es"];

let chosen = LANGUAGES.includes(recall("language"))
  ? recall("language")
  : navigator.language.toLowerCase().startsWith("es") ? "es" : "en";
let texts = {};

/** The code of the language in force. */
export function language() {
  return chosen;
}

/** Load the words of a language, the remembered one without an argument, and make it the one in force. */
export async function choose(code = chosen) {
  const response = await fetch(new URL(`../texts/${code}.json`, import.meta.url));
  texts = await response.json();
  chosen = code;
  document.documentElement.lang = code;
}

/** Choose a language for this visit and the next ones. */
export function keep(code) {
  remember("language", code);
  return choose(code);
}

/** The words for a key, with `{name}` replaced by the values. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The words for a code that the service may extend: its own name where the page has no words for it. */
export function named(group, code) {
  return texts[`${group}.${code}`] ?? String(code).replaceAll("_", " ");
}

/** A text that comes in both languages. */
export function say(text) {
  if (text === null || text === undefined) return "";
  return typeof text === "string" ? text : (text[chosen] ?? text.en ?? "");
}
