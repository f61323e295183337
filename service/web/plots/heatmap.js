/** A quantity by epoch and layer as colours: the input's layer at the bottom, the output's on top. */

import { html, replace, svg } from "../core/element.js";
import { measured, whole } from "../core/number.js";
import { colourBar } from "./colourbar.js";
import { nearest } from "./cursor.js";
import { Frame, axes, moved } from "./frame.js";
import { palette } from "./palette.js";
import { linear, logarithmic } from "./scale.js";
import { reading, tip } from "./tip.js";

const MARGINS = { left: 78, right: 14, top: 8, bottom: 38 };
const ROW = { least: 12, most: 34, height: 210 };
const UNSCALED = [0, 1];

export class Heatmap {
  #data = { epoch: [], layers: [], values: [] };
  #x = null;
  #colour = null;
  #row = null;

  /**
   * @param {Object} options
   * @param {string} options.label what the plot shows
   * @param {Cursor} options.cursor the shared epoch
   * @param {string} options.xLabel
   * @param {(epoch: number) => string} options.heading the tip's first line
   */
  constructor({ label, cursor, xLabel, heading }) {
    this.cursor = cursor;
    this.xLabel = xLabel;
    this.heading = heading;
    this.frame = new Frame({
      label, margins: MARGINS, canvas: true, paint: () => this.#paint(),
      height: () => MARGINS.top + MARGINS.bottom + this.#data.layers.length * this.#rowHeight(),
      point: (x, y) => this.#point(x, y),
      leave: () => {
        this.#row = null;
        this.frame.hideTip();
        cursor.set(null);
      },
      step: (key) => this.#step(key),
    });
    this.bar = html("div.colour-bar");
    this.element = html("figure.figure", {}, this.frame.element, this.bar);
    cursor.listen(() => this.#mark(false));
  }

  /**
   * Show a quantity.
   * @param {Object} data
   * @param {number[]} data.epoch ascending
   * @param {string[]} data.layers in order from the input
   * @param {(number|null)[][]} data.values epoch × layer
   * @param {Map<string, string>} data.lost "epoch layer" → what a null stands for, where it is not simply absent
   * @param {boolean} data.log
   * @param {string} data.colours a palette
   * @param {{low: number, high: number}|null} data.span of the colours; null where there is no value
   */
  show(data) {
    this.#data = data;
    this.#colour = data.span && (data.log ? logarithmic : linear)(data.span, UNSCALED);
    replace(this.bar, data.span && colourBar(this.#colour, data.span, data.colours));
    this.frame.draw();
  }

  #rowHeight() {
    const { least, most, height } = ROW;
    return Math.min(Math.max(Math.floor(height / Math.max(this.#data.layers.length, 1)), least), most);
  }

  #paint() {
    const { epoch, layers } = this.#data;
    const { left, top, width, height } = this.frame.area;
    if (!epoch.length || !this.#colour) return;
    this.#x = linear({ low: epoch[0], high: epoch.at(-1) }, [0, width]);
    this.#pixels(Math.round(width), layers.length);
    const rows = linear({ low: -0.5, high: layers.length - 0.5 }, [height, 0]);
    axes(this.frame, {
      x: this.#x, y: rows, grid: false, xLabel: this.xLabel,
      xTicks: this.#x.ticks(Math.max(Math.floor(width / 64), 2)).filter(Number.isInteger), xFormat: whole,
      yTicks: layers.map((_, index) => index), yFormat: (index) => layers[index],
    });
    const bounds = layers.slice(1).map((_, index) => rows.at(index + 0.5));
    const gaps = bounds.map((y) => svg("line.row-gap", { x1: 0, x2: width, y1: y, y2: y }));
    this.frame.svg.append(svg("g", { transform: `translate(${left} ${top})` }, gaps));
    this.#mark(false);
  }

  #pixels(width, count) {
    const { epoch, values, colours } = this.#data;
    const canvas = this.frame.canvas;
    canvas.width = width;
    canvas.height = count;
    const paint = palette(colours);
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, count);
    for (let column = 0; column < width; column += 1) {
      const index = nearest(epoch, this.#x.invert(column + 0.5));
      for (let layer = 0; layer < count; layer += 1) {
        const value = values[index][layer];
        if (value === null) continue;
        const start = ((count - 1 - layer) * width + column) * 4;
        image.data.set([...paint(this.#colour.at(value)), 255], start);
      }
    }
    context.putImageData(image, 0, 0);
  }

  #point(x, y) {
    const { epoch, layers } = this.#data;
    if (!this.#x) return;
    this.#row = layers.length - 1 - Math.min(Math.floor(y / this.#rowHeight()), layers.length - 1);
    this.cursor.set(epoch[nearest(epoch, this.#x.invert(x))]);
    this.#mark(true);
  }

  #step(key) {
    const { epoch, layers } = this.#data;
    if (!this.#x) return false;
    const place = Math.max(nearest(epoch, this.cursor.value ?? 0), 0);
    const up = { ArrowUp: 1, ArrowDown: -1 }[key];
    const to = up ? place : moved(key, place, epoch.length);
    if (to === null) return false;
    this.#row = Math.min(Math.max((this.#row ?? 0) + (up ?? 0), 0), layers.length - 1);
    this.cursor.set(epoch[to]);
    this.#mark(true);
    return true;
  }

  #mark(withTip) {
    const { epoch, layers, values, lost, colours } = this.#data;
    const { overlay, area } = this.frame;
    replace(overlay);
    if (!withTip) this.frame.hideTip();
    if (!this.#x || this.cursor.value === null || !epoch.length) return;
    const index = nearest(epoch, this.cursor.value);
    const place = this.#x.at(epoch[index]);
    overlay.setAttribute("transform", `translate(${area.left} ${area.top})`);
    overlay.append(svg("line.cursor.on-pixels", { x1: place, x2: place, y1: 0, y2: area.height }));
    if (!withTip) return;
    const paint = palette(colours);
    const rows = layers.map((name, layer) => {
      const value = values[index][layer];
      const colour = value === null ? "transparent" : `rgb(${paint(this.#colour.at(value))})`;
      const text = reading(value, lost.get(`${epoch[index]} ${name}`), measured);
      return { colour, name, text, strong: layer === this.#row };
    });
    this.frame.showTip(place, 0, tip(this.heading(epoch[index]), rows.reverse()));
  }
}
