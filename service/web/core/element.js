/** Building documents without ever parsing text as markup: every string becomes a text node. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 * @param {string} name tag name, with optional classes behind dots: "div.card.wide"
 * @param {Object} [attributes] attributes; `on` holds listeners, `css` style properties, true and false toggle
 * @param {...(Node|string|number|Array|null|undefined|false)} children what goes inside; empty values are left out
 */
export function html(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElement(tag), classes, attributes, children);
}

/** An SVG element, as {@link html}. */
export function svg(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

/** Put other children into an element. */
export function replace(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

function fill(element, classes, attributes, children) {
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (key === "css") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === "number" ? String(child) : child));
}
