/** What a network answers over the plane of two features, with the data on it. */

import { html } from "../core/element.js";
import { measured, percent } from "../core/number.js";
import { contour } from "./contour.js";
import { nearest } from "./cursor.js";
import { Frame, axes } from "./frame.js";
import { CLASSES, between, channels } from "./palette.js";
import { extent, linear } from "./scale.js";
import { tip } from "./tip.js";

const MARGINS = { left: 46, right: 12, top: 8, bottom: 40 };
const TALLEST = 520;
const MOST_POINTS = 3000;
const dark = matchMedia("(prefers-color-scheme: dark)");

export class SurfacePlot {
  #surface = null;
  #points = [];
  #asked = null;

  /** @param {Object} options `label` says what the plot shows; `words` names {answer, missing} */
  constructor({ label, words }) {
    this.words = words;
    this.frame = new Frame({
      label, margins: MARGINS, canvas: true, paint: () => this.#paint(),
      height: (width) => Math.min(width, TALLEST),
      point: (x, y) => this.#point(x, y),
      leave: () => this.frame.hideTip(),
      step: (key) => this.#step(key),
    });
    this.element = html("figure.figure", {}, this.frame.element);
    dark.addEventListener("change", () => this.frame.draw());
  }

  /** Show a surface as the service sends it. */
  show(surface) {
    this.#surface = surface;
    this.frame.draw();
  }

  /** Draw data on it: {x, y, index, share, test}; index of the class, or a share in [0, 1] for a regression. */
  scatter(points) {
    const stride = Math.max(1, Math.ceil(points.length / MOST_POINTS));
    this.#points = points.filter((_, index) => index % stride === 0);
    this.frame.draw();
  }

  #paint() {
    if (!this.#surface) return;
    const { width, height } = this.frame.area;
    const { x, y, feature_names: names } = this.#surface;
    this.x = linear({ low: x[0], high: x.at(-1) }, [0, width]);
    this.y = linear({ low: y[0], high: y.at(-1) }, [height, 0]);
    axes(this.frame, {
      x: this.x, y: this.y, grid: false, xLabel: names.join(" · "),
      xTicks: this.x.ticks(5), yTicks: this.y.ticks(5), xFormat: measured, yFormat: measured,
    });
    const density = Math.min(window.devicePixelRatio || 1, 2);
    const { canvas } = this.frame;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext("2d");
    context.scale(density, density);
    context.imageSmoothingQuality = "high";
    // A cell's number belongs to its middle, and the outermost ones to the edges.
    const [wide, high] = [width / (this.#surface.x.length - 1), height / (this.#surface.y.length - 1)];
    context.drawImage(picture(this.#surface), -wide / 2, -high / 2, width + wide, height + high);
    this.#boundary(context, width, height);
    for (const point of this.#points) this.#dot(context, point);
  }

  #boundary(context, width, height) {
    const { probability, value, classes, scores, x, y } = this.#surface;
    const single = !probability && classes && scores.threshold !== null;
    if (!single && (!probability || classes.length !== 2)) return;
    context.beginPath();
    for (const [fromX, fromY, toX, toY] of single ? contour(value, scores.threshold) : contour(probability, 0.5)) {
      context.moveTo((fromX / (x.length - 1)) * width, (1 - fromY / (y.length - 1)) * height);
      context.lineTo((toX / (x.length - 1)) * width, (1 - toY / (y.length - 1)) * height);
    }
    context.strokeStyle = dark.matches ? "#f4f1ea" : "#16202b";
    context.lineWidth = 1.8;
    context.stroke();
  }

  #dot(context, { x, y, index, share, test }) {
    const [across, down] = [this.x.at(x), this.y.at(y)];
    context.beginPath();
    if (test) context.rect(across - 2.4, down - 2.4, 4.8, 4.8);
    else context.arc(across, down, 2.8, 0, 2 * Math.PI);
    context.fillStyle = index === null ? `rgb(${blend(share)})` : CLASSES[index % CLASSES.length];
    context.strokeStyle = dark.matches ? "#0b1015" : "#ffffff";
    context.lineWidth = 0.9;
    context.fill();
    context.stroke();
  }

  #point(across, down) {
    if (this.#surface) this.#ask(nearest(this.#surface.x, this.x.invert(across)), nearest(this.#surface.y, this.y.invert(down)));
  }

  #step(key) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    if (!move || !this.#surface) return false;
    const middle = [this.#surface.x.length >> 1, this.#surface.y.length >> 1];
    const [column, row] = (this.#asked ?? middle).map((place, axis) => place + move[axis]);
    this.#ask(Math.min(Math.max(column, 0), 2 * middle[0] - 1), Math.min(Math.max(row, 0), 2 * middle[1] - 1));
    return true;
  }

  #ask(column, row) {
    const { x, y, probability, predicted, value, classes, feature_names: names } = this.#surface;
    this.#asked = [column, row];
    const cell = (probability ?? value)[row][column];
    const index = predicted?.[row][column] ?? null;
    const shown = index === null ? "" : classes[index];
    const colour = index === null ? "transparent" : CLASSES[index % CLASSES.length];
    const certain = probability && cell !== null && classes.length === 2 ? Math.max(cell, 1 - cell) : cell;
    const text = cell === null ? this.words.missing : probability ? percent(certain) : measured(cell);
    const rows = [{ colour, name: predicted ? `${this.words.answer} ${shown}` : this.words.answer, text, strong: true }];
    const heading = `${names[0]} ${measured(x[column])}, ${names[1]} ${measured(y[row])}`;
    this.frame.showTip(this.x.at(x[column]), this.y.at(y[row]), tip(heading, rows));
  }
}

/** The surface as an image, a pixel a cell, the second feature pointing up. */
function picture({ x, y, probability, predicted, value, classes, scores }) {
  const canvas = document.createElement("canvas");
  canvas.width = x.length;
  canvas.height = y.length;
  const context = canvas.getContext("2d");
  const image = context.createImageData(x.length, y.length);
  const span = probability ? null : extent(value.flat());
  const threshold = classes && !probability ? scores.threshold : null;
  // The threshold between two classes belongs to the middle.
  const reach = span && threshold !== null ? Math.max(span.high - threshold, threshold - span.low) : 0;
  if (reach > 0) [span.low, span.high] = [threshold - reach, threshold + reach];
  const share = (cell) => (span && span.high > span.low ? (cell - span.low) / (span.high - span.low) : 0.5);
  y.forEach((_, row) => {
    x.forEach((__, column) => {
      const cell = (probability ?? value)[row][column];
      if (cell === null) return;
      const several = classes && (probability ? classes.length !== 2 : threshold === null);
      const certainty = probability ? cell : share(cell);
      const colour = several ? tinted(predicted[row][column], certainty) : blend(certainty);
      image.data.set([...colour, 255], ((y.length - 1 - row) * x.length + column) * 4);
    });
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

function middle() {
  return dark.matches ? [26, 33, 40] : [250, 247, 240];
}

/** From the first class's colour over the paper's to the second's. */
function blend(share) {
  const side = Math.abs(share - 0.5) * 2;
  return between(middle(), channels(CLASSES[share < 0.5 ? 0 : 1]), 0.72 * side ** 0.8);
}

function tinted(index, certainty) {
  return between(middle(), channels(CLASSES[index % CLASSES.length]), 0.65 * certainty);
}
