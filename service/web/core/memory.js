/** What the browser remembers for this page; without storage it remembers until the page is closed. */

const PREFIX = "clinic.";
const fallback = new Map();

/** The remembered text under a name, or null. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return fallback.get(name) ?? null;
  }
}

/** Remember a text, or forget it with null. */
export function remember(name, text) {
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    fallback.set(name, text);
  }
}
