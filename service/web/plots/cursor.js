/** The epoch that the reader points at, shared by the plots of one view. */
export class Cursor {
  #listeners = new Set();
  #value = null;

  /** The epoch, or null. */
  get value() {
    return this.#value;
  }

  /** Point at an epoch, or at none with null. */
  set(value) {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  /** Be told of every move. */
  listen(listener) {
    this.#listeners.add(listener);
  }
}

/** The index of the entry of an ascending list that is nearest to a value; -1 for an empty list. */
export function nearest(ascending, value) {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && value - ascending[low - 1] <= ascending[low] - value) return low - 1;
  return high < 0 ? -1 : low;
}
