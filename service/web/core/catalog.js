/** The service's own words about diagnoses and measured quantities. */

import { PATHS, get } from "./api.js";
import { say, t } from "./language.js";

const known = { diagnoses: new Map(), quantities: new Map() };

/** Fetch the words; without them the page shows plain names. */
export async function loadCatalog() {
  await Promise.allSettled(
    Object.entries(known).map(async ([kind, entries]) => {
      const { data } = await get(PATHS.catalog, { kind });
      // A layer's gradient norm comes before that of the whole network, which has the same name.
      for (const entry of data) if (!entries.has(entry.name)) entries.set(entry.name, entry);
    }),
  );
}

/** The name of a diagnosis, or of a verdict. */
export function diagnosisTitle(code) {
  if (code === "healthy") return t("verdict.healthy");
  return say(known.diagnoses.get(code)?.title) || code.replaceAll("_", " ");
}

/** What a diagnosis means. */
export function diagnosisText(code) {
  return say(known.diagnoses.get(code)?.text);
}

/** What a quantity tells. */
export function quantityText(name) {
  return say(known.quantities.get(name)?.text);
}
