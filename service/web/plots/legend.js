/** The key of a plot: a button for each curve takes it away and brings it back. */

import { html, replace } from "../core/element.js";

/**
 * Fill a key.
 * @param {Element} element where it stands
 * @param {Array<{name: string, colour: string}>} series
 * @param {Set<string>} hidden names of the curves that are not shown; changed by the buttons
 * @param {() => void} redraw called after a change
 * @param {(name: string|null) => void} mark a curve is pointed at, or none
 */
export function legend(element, series, hidden, redraw, mark) {
  replace(
    element,
    series.length > 1 && series.map(({ name, colour }) => {
      const toggle = (event) => {
        if (hidden.has(name)) hidden.delete(name);
        else if (hidden.size < series.length - 1) hidden.add(name);
        event.currentTarget.setAttribute("aria-pressed", String(!hidden.has(name)));
        redraw();
      };
      return html(
        "button.key",
        {
          type: "button",
          "aria-pressed": String(!hidden.has(name)),
          on: {
            click: toggle,
            pointerenter: () => mark(name),
            pointerleave: () => mark(null),
            focus: () => mark(name),
            blur: () => mark(null),
          },
        },
        html("span.swatch", { css: { "--colour": colour } }),
        name,
      );
    }),
  );
}
