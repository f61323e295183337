/** The frame of a plot: fits its width, draws axes, listens to pointer and keyboard, and shows a tip. */

import { html, replace, svg } from "../core/element.js";

const FLIP = 0.55; // share of the width beyond which the tip stands to the left of the pointer

export class Frame {
  /**
   * @param {Object} options
   * @param {string} options.label what the plot shows, for those who do not see it
   * @param {(width: number) => number} options.height pixels for a width
   * @param {{left, right, top, bottom}} options.margins pixels around the plotting area
   * @param {(frame: Frame) => void} options.paint draws the plot into `svg` (and `canvas`)
   * @param {boolean} [options.canvas] whether pixels are painted under the drawing
   * @param {(x: number, y: number) => void} [options.point] the pointer is at these pixels of the area
   * @param {() => void} [options.leave] the pointer or the focus has left
   * @param {(key: string) => boolean} [options.step] an arrow, Home or End was pressed; true if it meant something
   */
  constructor({ label, height, margins, paint, canvas = false, point, leave, step }) {
    this.height = height;
    this.margins = margins;
    this.paint = paint;
    this.canvas = canvas ? html("canvas.plot-pixels", { "aria-hidden": "true" }) : null;
    this.svg = svg("svg.plot-drawing", { "aria-hidden": "true" });
    this.overlay = svg("g");
    this.tip = html("div.tip", { hidden: true });
    this.element = html(
      "div.plot",
      { tabindex: point ? 0 : null, role: "group", "aria-label": label },
      this.canvas, this.svg, this.tip,
    );
    if (point) this.#listen(point, leave, step);
    this.width = 0;
    new ResizeObserver(() => Math.floor(this.element.clientWidth) !== this.width && this.draw()).observe(this.element);
  }

  /** The plotting area in pixels. */
  get area() {
    const { left, right, top, bottom } = this.margins;
    return { left, top, width: Math.max(this.width - left - right, 10), height: Math.max(this.full - top - bottom, 10) };
  }

  /** Paint anew at the present width. */
  draw() {
    const width = Math.floor(this.element.clientWidth);
    if (width === 0) return;
    this.width = width;
    this.full = this.height(width);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.full}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", this.full);
    replace(this.svg);
    replace(this.overlay);
    if (this.canvas) {
      const { left, top, width: wide, height: high } = this.area;
      const place = { left: `${left}px`, top: `${top}px`, width: `${wide}px`, height: `${high}px` };
      Object.assign(this.canvas.style, place);
    }
    this.paint(this);
    this.svg.append(this.overlay);
  }

  /** Show a tip beside a place in the area; `nodes` are its content. */
  showTip(x, y, nodes) {
    const { left, top, width } = this.area;
    const flipped = x > width * FLIP;
    replace(this.tip, nodes);
    this.tip.hidden = false;
    this.tip.style.left = flipped ? "auto" : `${left + x + 14}px`;
    this.tip.style.right = flipped ? `${this.width - left - x + 14}px` : "auto";
    const lowest = Math.max(this.full - this.tip.offsetHeight - 4, 0);
    this.tip.style.top = `${Math.min(Math.max(top + y - 12, 0), lowest)}px`;
  }

  /** Take the tip away. */
  hideTip() {
    this.tip.hidden = true;
  }

  #listen(point, leave, step) {
    this.tip.setAttribute("role", "status");
    const locate = (event) => {
      const bounds = this.svg.getBoundingClientRect();
      const { left, top, width, height } = this.area;
      const clamp = (value, most) => Math.min(Math.max(value, 0), most);
      point(clamp(event.clientX - bounds.left - left, width), clamp(event.clientY - bounds.top - top, height));
    };
    this.element.addEventListener("pointermove", locate);
    this.element.addEventListener("pointerdown", locate);
    this.element.addEventListener("pointerleave", leave);
    this.element.addEventListener("blur", leave);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (step(event.key)) event.preventDefault();
    });
  }
}

/** Draw the axes of a frame: horizontal lines at `y`, labels under `x`; both are scales in pixels of the area. */
export function axes(frame, { x, y, xTicks, yTicks, xFormat, yFormat, xLabel, grid = true }) {
  const { left, top, width, height } = frame.area;
  const group = svg("g", { transform: `translate(${left} ${top})` });
  for (const value of yTicks) {
    const place = y.at(value);
    if (grid) group.append(svg("line.grid", { x1: 0, x2: width, y1: place, y2: place }));
    group.append(svg("text.tick.tick-y", { x: -8, y: place, dy: "0.32em" }, yFormat(value)));
  }
  for (const value of xTicks) {
    const place = x.at(value);
    group.append(svg("line.notch", { x1: place, x2: place, y1: height, y2: height + 4 }));
    group.append(svg("text.tick.tick-x", { x: place, y: height + 17 }, xFormat(value)));
  }
  group.append(svg("line.axis", { x1: 0, x2: width, y1: height, y2: height }));
  if (xLabel) group.append(svg("text.axis-label", { x: width, y: height + 32 }, xLabel));
  frame.svg.append(group);
}

/** The place after a key press in a list of `count` places, or null if the key moves nothing. */
export function moved(key, place, count) {
  const to = { ArrowLeft: place - 1, ArrowRight: place + 1, PageUp: place - 25, PageDown: place + 25, Home: 0, End: count - 1 };
  return key in to ? Math.min(Math.max(to[key], 0), count - 1) : null;
}
