/** Reading JSON text token by token: for colours, and to find the place that a JSON pointer means. */

const TOKEN = /("(?:[^"\\\n]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(true|false|null)|([{}[\],:])/g;

/**
 * Split JSON text.
 * @param {string} text possibly broken
 * @returns {Array<{kind: "name"|"string"|"number"|"word"|"mark", start: number, end: number, text: string}>}
 */
export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, number, word] = match;
    const after = /^\s*:/.test(text.slice(match.index + all.length, match.index + all.length + 40));
    const kind = string ? (after ? "name" : "string") : number ? "number" : word ? "word" : "mark";
    found.push({ kind, start: match.index, end: match.index + all.length, text: all });
  }
  return found;
}

/**
 * Where each value of a JSON text stands.
 * @param {string} text valid JSON
 * @returns {Map<string, {start: number, end: number}>} JSON pointer → the value, or a member's name with its value
 */
export function places(text) {
  const found = new Map();
  const stream = tokens(text);
  let index = 0;
  const value = (pointer, start) => {
    const first = stream[index];
    index += 1;
    if (first.text === "{" || first.text === "[") members(first.text, pointer);
    found.set(pointer, { start: start ?? first.start, end: stream[index - 1].end });
  };
  const members = (opening, pointer) => {
    const closing = opening === "{" ? "}" : "]";
    for (let entry = 0; stream[index].text !== closing; entry += 1) {
      if (opening === "[") {
        value(`${pointer}/${entry}`);
      } else {
        const name = stream[index];
        index += 2;
        value(`${pointer}/${escaped(JSON.parse(name.text))}`, name.start);
      }
      if (stream[index].text === ",") index += 1;
    }
    index += 1;
  };
  value("");
  return found;
}

/** The place of a pointer, or of the nearest value above it that exists. */
export function locate(found, pointer) {
  let known = pointer;
  while (!found.has(known)) known = known.slice(0, known.lastIndexOf("/"));
  return found.get(known);
}

function escaped(name) {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
