/** JSON Patch (RFC 6902), as far as advice uses it: add, replace and remove. */

/** A changed copy of a document; throws an Error that names the path when it leads nowhere. */
export function patched(document, operations) {
  const root = { "": structuredClone(document) };
  for (const { op, path, value } of operations) {
    const keys = path.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    const place = keys.reduce((parent, key) => parent?.[key], root);
    if (place === null || typeof place !== "object" || (op !== "add" && !(last in place))) throw new Error(path);
    if (Array.isArray(place)) changeEntry(place, last, op, value);
    else if (op === "remove") delete place[last];
    else place[last] = value;
  }
  return root[""];
}

function changeEntry(list, key, op, value) {
  const index = key === "-" ? list.length : Number(key);
  if (op === "add") list.splice(index, 0, value);
  else if (op === "remove") list.splice(index, 1);
  else list[index] = value;
}
