/** Curves over epochs (or over any ascending numbers), with gaps where a number is missing. */

import { html, replace, svg } from "../core/element.js";
import { t } from "../core/language.js";
import { measured, power, whole } from "../core/number.js";
import { nearest } from "./cursor.js";
import { Frame, axes, moved } from "./frame.js";
import { legend } from "./legend.js";
import { extent, linear, logarithmic } from "./scale.js";
import { reading, tip } from "./tip.js";

const MARGINS = { left: 58, right: 14, top: 12, bottom: 38 };
const NO_LOSS = new Map();
const FEW = 12; // numbers of a curve that are each marked

export class LinePlot {
  #data = { series: [] };
  #scales = null;
  #hidden = new Set();

  /**
   * @param {Object} options
   * @param {string} options.label what the plot shows
   * @param {Cursor} options.cursor the shared place on the x axis
   * @param {string} options.xLabel
   * @param {(x: number) => string} options.heading the tip's first line
   * @param {number} [options.height]
   */
  constructor({ label, cursor, xLabel, heading, height = 250 }) {
    this.cursor = cursor;
    this.xLabel = xLabel;
    this.heading = heading;
    this.frame = new Frame({
      label, margins: MARGINS, height: () => height, paint: () => this.#paint(),
      point: (x) => this.#point(x),
      leave: () => {
        this.frame.hideTip();
        cursor.set(null);
      },
      step: (key) => this.#step(key),
    });
    this.key = html("div.legend");
    this.element = html("figure.figure", {}, this.frame.element, this.key);
    cursor.listen(() => this.#mark(false));
  }

  /**
   * Show curves.
   * @param {Object} data
   * @param {Array<Object>} data.series {name, x, values, colour, thin, marks, lost}; `lost` maps indices of values that
   *   are null to "nan", "inf" or "-inf", names are unique
   * @param {boolean} [data.log] whether the y axis is logarithmic
   * @param {{low, high}} [data.span] of the y axis; else that of the values
   * @param {{values: number[], format: Function}} [data.xTicks] else round epochs
   * @param {(value: number) => string} [data.format] of values
   */
  show(data) {
    this.#data = data;
    legend(this.key, data.series, this.#hidden, () => this.frame.draw(), (name) => this.#emphasize(name));
    this.frame.draw();
  }

  get #visible() {
    return this.#data.series.filter(({ name }) => !this.#hidden.has(name));
  }

  /** The places that the cursor can take: those of the longest curve. */
  get #places() {
    return this.#visible.reduce((found, { x }) => (x.length > found.length ? x : found), []);
  }

  #emphasize(name) {
    this.frame.element.classList.toggle("has-mark", name !== null);
    for (const curve of this.frame.svg.querySelectorAll(".curve")) curve.classList.toggle("marked", curve.dataset.name === name);
  }

  #scale(width, height) {
    const { log, span, xTicks } = this.#data;
    const ends = this.#visible.flatMap(({ x }) => (x.length ? [x[0], x.at(-1)] : []));
    const across = extent(ends);
    const up = span ?? extent(this.#visible.flatMap(({ values }) => values), log);
    return across && up && {
      x: linear(across, [0, width], xTicks ? 0.03 : 0),
      y: log ? logarithmic(up, [height, 0], 0.06) : linear(up, [height, 0], span ? 0.02 : 0.06),
    };
  }

  #paint() {
    const { log, xTicks, format = measured } = this.#data;
    const { left, top, width, height } = this.frame.area;
    this.#scales = this.#scale(width, height);
    if (!this.#scales) {
      this.frame.svg.append(svg("text.plot-empty", { x: left + width / 2, y: top + height / 2 }, t("plot.none")));
      return;
    }
    const { x, y } = this.#scales;
    const yTicks = y.ticks(5);
    axes(this.frame, {
      x, y, yTicks, xLabel: this.xLabel,
      xTicks: xTicks?.values ?? x.ticks(Math.max(Math.floor(width / 64), 2)).filter(Number.isInteger),
      xFormat: xTicks?.format ?? whole,
      yFormat: log && yTicks.every(isPower) ? (value) => (value === 0 ? "0" : power(Math.log10(value))) : format,
    });
    const curves = this.#visible.map((series) => curve(series, x, y));
    this.frame.svg.append(svg("g", { transform: `translate(${left} ${top})` }, curves));
    this.#mark(false);
  }

  #point(x) {
    const places = this.#places;
    if (!this.#scales || places.length === 0) return;
    this.cursor.set(places[nearest(places, this.#scales.x.invert(x))]);
    this.#mark(true);
  }

  #step(key) {
    const places = this.#places;
    const to = moved(key, Math.max(nearest(places, this.cursor.value ?? 0), 0), places.length);
    if (to === null || !this.#scales) return false;
    this.cursor.set(places[to]);
    this.#mark(true);
    return true;
  }

  #mark(withTip) {
    const { overlay, area } = this.frame;
    replace(overlay);
    if (!withTip) this.frame.hideTip();
    if (!this.#scales || this.cursor.value === null) return;
    const { x, y } = this.#scales;
    const place = x.at(this.cursor.value);
    if (place < -1 || place > area.width + 1) return; // other curves are longer
    overlay.setAttribute("transform", `translate(${area.left} ${area.top})`);
    overlay.append(svg("line.cursor", { x1: place, x2: place, y1: 0, y2: area.height }));
    const rows = this.#visible.map((series) => {
      const index = nearest(series.x, this.cursor.value);
      const value = series.values[index] ?? null;
      if (value !== null) overlay.append(dot("circle.dot", x.at(series.x[index]), y.at(value), series.colour));
      const text = reading(value, (series.lost ?? NO_LOSS).get(index), this.#data.format);
      return { colour: series.colour, name: series.name, text };
    });
    if (withTip) this.frame.showTip(place, 8, tip(this.heading(this.cursor.value), rows));
  }
}

function isPower(value) {
  return value === 0 || Number.isInteger(Math.log10(value));
}

function dot(name, cx, cy, colour) {
  return svg(name, { cx, cy, r: 3.6, css: { fill: colour } });
}

function curve({ name, x, values, colour, thin, marks, lost = NO_LOSS }, across, up) {
  const points = values
    .map((value, index) => ({ value, index, left: across.at(x[index]), top: up.at(value) }))
    .filter(({ value }) => value !== null);
  // Where the index jumps a number is missing. A line of no length makes a dot of a number that stands alone.
  const path = points.map(({ index, left, top }, place) => {
    const here = `${left.toFixed(1)} ${top.toFixed(1)}`;
    return points[place - 1]?.index === index - 1 ? `L${here}` : `M${here}L${here}`;
  });
  const rug = [...lost.keys()].map((index) => `M${across.at(x[index]).toFixed(1)} 0v7`);
  const marked = marks || points.length <= FEW;
  return svg(
    "g.curve",
    { "data-name": name, css: { stroke: colour } },
    svg(thin ? "path.stroke.thin" : "path.stroke", { d: path.join("") }),
    rug.length > 0 && svg("path.rug", { d: rug.join("") }),
    marked && points.map(({ left, top }) => dot("circle.mark", left, top, colour)),
  );
}
