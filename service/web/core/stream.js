/** A job's events as they happen. */

import { PATHS, address } from "./api.js";

const TYPES = ["queued", "started", "progress", "surface", "succeeded", "failed", "cancelled"];

/**
 * Follow a job until it ends; the browser itself resumes a broken stream behind the last event.
 * @param {string} id the job
 * @param {(type: string, data: Object) => void} listener told each event, and `end` at last
 * @returns {() => void} stop following
 */
export function follow(id, listener) {
  const source = new EventSource(address(PATHS.events, { job_id: id }));
  for (const type of TYPES) source.addEventListener(type, (event) => listener(type, JSON.parse(event.data)));
  source.addEventListener("end", (event) => {
    source.close();
    listener("end", JSON.parse(event.data));
  });
  return () => source.close();
}

/** Call `work` at once, and however often it is asked for, at most every `interval` milliseconds, the last time too. */
export function throttle(work, interval) {
  let timer = null;
  let wanted = false;
  const run = () => {
    wanted = false;
    work();
    timer = setTimeout(() => {
      timer = null;
      if (wanted) run();
    }, interval);
  };
  const ask = () => {
    if (timer === null) run();
    else wanted = true;
  };
  ask.stop = () => {
    clearTimeout(timer);
    wanted = false;
  };
  return ask;
}
