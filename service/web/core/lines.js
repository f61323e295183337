/** Reading server-sent events from text that comes in pieces. */

/**
 * @param {(event: {type: string, data: string, id: string|null}) => void} listener told each whole event
 * @returns {(piece: string) => void} takes the next piece, which may end anywhere
 */
export function eventReader(listener) {
  let rest = "";
  let event = { type: "message", data: [], id: null };
  const take = (line) => {
    if (line === "") {
      if (event.data.length > 0) listener({ ...event, data: event.data.join("\n") });
      event = { type: "message", data: [], id: null };
      return;
    }
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line);
    if (name === "event") event.type = value;
    else if (name === "data") event.data.push(value ?? "");
    else if (name === "id") event.id = value;
  };
  return (piece) => {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    for (const line of lines) take(line.replace(/\r$/, ""));
  };
}
