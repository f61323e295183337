/** Scales: from values to pixels and back, with round ticks. */

const DECADES = 16; // shown at most: below, a float32 gradient is noise

/** What a set of numbers spans: finite ones only; {low, high, zero}, or null for none. */
export function extent(values, log = false) {
  let low = Infinity;
  let high = -Infinity;
  let zero = false;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (log && value <= 0) {
      zero = true;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high < low) return zero ? { low: 0.1, high: 1, zero } : null;
  return { low: log ? Math.max(low, high / 10 ** DECADES) : low, high, zero };
}

/** A linear scale; a span without width is widened, `pad` is a share of the span on both ends. */
export function linear({ low, high }, [from, to], pad = 0) {
  const room = high > low ? (high - low) * pad : Math.abs(high) * 0.1 || 1;
  const [first, last] = [low - room, high + room];
  return {
    at: (value) => from + ((value - first) / (last - first)) * (to - from),
    invert: (pixel) => first + ((pixel - from) / (to - from)) * (last - first),
    ticks: (count) => steps(first, last, count),
    log: false,
  };
}

/** A logarithmic scale; zero and what lies below the span are drawn at its lower end. */
export function logarithmic({ low, high, zero }, [from, to], pad = 0) {
  let first = Math.log10(low);
  let last = Math.log10(high);
  const room = Math.max((last - first) * pad, last - first < 0.5 ? (0.5 - (last - first)) / 2 : 0);
  first -= room + (zero ? (last - first + 2 * room) * 0.1 : 0);
  last += room;
  return {
    at: (value) => {
      const share = value > 0 ? Math.max((Math.log10(value) - first) / (last - first), 0) : 0;
      return from + share * (to - from);
    },
    invert: (pixel) => 10 ** (first + ((pixel - from) / (to - from)) * (last - first)),
    ticks: (count) => (zero ? [0] : []).concat(decades(first, last, count, zero)),
    log: true,
  };
}

function steps(first, last, count) {
  const rough = (last - first) / Math.max(count, 1);
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find((factor) => factor * size >= rough) ?? 10);
  const ticks = [];
  for (let k = Math.ceil(first / step - 1e-9); k * step <= last + step * 1e-9; k += 1) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function decades(first, last, count, zero) {
  const lowest = zero ? first + (last - first) * 0.06 : first;
  const whole = [];
  const step = Math.max(1, Math.ceil((last - first) / count));
  for (let k = Math.ceil(lowest / step) * step; k <= last + 1e-9; k += step) whole.push(10 ** k);
  if (whole.length > 2) return whole;
  const finer = [];
  for (let k = Math.floor(first); k <= Math.ceil(last); k += 1) {
    for (const factor of [1, 2, 5]) {
      const place = k + Math.log10(factor);
      if (place >= lowest && place <= last + 1e-9) finer.push(Number((factor * 10 ** k).toPrecision(12)));
    }
  }
  return finer;
}
