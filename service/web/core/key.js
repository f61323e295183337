/** The key with which this page calls the service: kept for this tab alone, until it is closed. */

const NAME = "clinic.key";
let secret = kept();
let ask = () => {};

function kept() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Use a key from now on, or none with null. */
export function useKey(text) {
  secret = text;
  try {
    if (text === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, text);
  } catch {
    // Without storage it lasts until the page is loaded again.
  }
}

/** Whether this page calls with a key. */
export function hasKey() {
  return secret !== null;
}

/** Headers with the key among them. */
export function signed(headers = {}) {
  return secret === null ? headers : { ...headers, Authorization: `Bearer ${secret}` };
}

/** What is done when the service asks for a key, or for another one. */
export function whenAsked(work) {
  ask = work;
}

/** The service has asked. */
export function asked() {
  ask();
}
