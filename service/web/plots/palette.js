/** Colours for numbers, layers and classes. */

const STOPS = {
  // Dark is little, bright is much: a gradient that vanishes goes dark.
  glow: ["#07061a", "#1d0c45", "#4a0d6b", "#7c1d6d", "#a92e5e", "#d24743", "#ee6c22", "#fa9d0b", "#f6d543", "#fcffb0"],
  // Shares from none to all.
  tide: ["#0d2b3a", "#11485a", "#14687a", "#158a93", "#2bab9f", "#66c8a0", "#a6dfa0", "#e2f2a6"],
  // Below and above zero.
  balance: ["#0f4c9c", "#3f80cf", "#8db6e6", "#e9e6df", "#f2b279", "#d9742b", "#a3430c"],
};

/** Classes: told apart by people who see colours differently. */
export const CLASSES = ["#2f78c4", "#e8833a", "#1f9e78", "#c25fa0", "#8a63d2", "#b59a12", "#5aa9c9", "#c4453f", "#6b7785", "#86a83c"];

const tables = new Map();

/** A palette as a function from [0, 1] to [red, green, blue]. */
export function palette(name) {
  if (!tables.has(name)) tables.set(name, table(STOPS[name].map(channels)));
  const colours = tables.get(name);
  return (share) => colours[Math.round(Math.min(Math.max(share, 0), 1) * 255)];
}

/** The bytes of a colour "#rrggbb". */
export function channels(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** A colour between two, both as bytes. */
export function between(one, other, share) {
  return one.map((channel, index) => Math.round(channel + (other[index] - channel) * share));
}

function table(stops) {
  return Array.from({ length: 256 }, (_, index) => {
    const place = (index / 255) * (stops.length - 1);
    const lower = Math.min(Math.floor(place), stops.length - 2);
    return between(stops[lower], stops[lower + 1], place - lower);
  });
}

/** The colour of a layer: red at the input, blue at the output. */
export function layerColour(index, count) {
  const hue = count > 1 ? 28 + (index / (count - 1)) * 232 : 260;
  return `oklch(var(--ramp-lightness) 0.155 ${hue.toFixed(0)})`;
}

/** The colour of a compared job. */
export function jobColour(index) {
  return `var(--series-${index % 6})`;
}
