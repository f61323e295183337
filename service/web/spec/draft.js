/** The spec that is being written: kept while the reader looks at something else. */

import { recall, remember } from "../core/memory.js";

/**
 * What is kept: {text, reason, parent}; reason says in both languages which advice was applied, parent is the job that
 * it was given for.
 */
export function draft() {
  const kept = recall("draft");
  return kept === null ? null : JSON.parse(kept);
}

/** Keep a draft. */
export function keepDraft(kept) {
  remember("draft", JSON.stringify(kept));
}

/** A spec as text: its name first; lists of numbers stay in their line. */
export function pretty({ name, ...spec }) {
  return JSON.stringify({ name, ...spec }, null, 2).replace(/\[\s+((?:-?[\d.eE+-]+,\s+)*-?[\d.eE+-]+)\s+\]/g, (_, numbers) => `[${numbers.replace(/\s+/g, " ")}]`);
}

/** Remember that a job came from advice for another one. */
export function rememberParent(child, parent) {
  remember("parents", JSON.stringify({ ...parents(), [child]: parent }));
}

/** The job for which the advice was given that led to this one. */
export function parentOf(child) {
  return parents()[child] ?? null;
}

function parents() {
  return JSON.parse(recall("parents") ?? "{}");
}
