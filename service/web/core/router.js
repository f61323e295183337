/** The address behind `#` says what is shown, so that every view can be shared as a link. */

/** The address of a view. */
export const links = {
  home: () => "#/",
  editor: (preset) => (preset ? `#/new/${preset}` : "#/new"),
  job: (id) => `#/jobs/${id}`,
  compare: (ids) => `#/compare/${ids.join(",")}`,
};

/** What the present address asks for: {view, argument}. */
export function route() {
  const [view, argument] = location.hash.replace(/^#\/?/, "").split("/");
  return { view: view || "home", argument: argument ?? "" };
}

/** Go to a view. */
export function go(link) {
  location.hash = link;
}
