/** A job's events as they happen. */

import { PATHS, stream } from "./api.js";
import { eventReader } from "./lines.js";

const TYPES = ["queued", "started", "progress", "surface", "succeeded", "failed", "cancelled", "end"];
const AGAIN = 2000; // milliseconds before a broken stream is taken up again

/**
 * Follow a job until it ends; a broken stream is resumed behind the last event. The browser's own EventSource would do
 * the same, but sends no key.
 * @param {string} id the job
 * @param {(type: string, data: Object) => void} listener told each event, and `end` at last
 * @returns {() => void} stop following
 */
export function follow(id, listener) {
  const stop = new AbortController();
  listen(id, listener, stop);
  return () => stop.abort();
}

async function listen(id, listener, stop) {
  let last = null;
  const tell = ({ type, data, id: number }) => {
    if (stop.signal.aborted) return;
    if (number !== null) last = number;
    if (type === "end") stop.abort();
    if (TYPES.includes(type)) listener(type, JSON.parse(data));
  };
  while (!stop.signal.aborted) {
    try {
      const headers = last === null ? {} : { "Last-Event-ID": last };
      const body = await stream(PATHS.events, { job_id: id }, headers, stop.signal);
      const hear = eventReader(tell);
      const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) hear(piece.value);
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500) return; // it would be so again
    }
    if (!stop.signal.aborted) await new Promise((resume) => setTimeout(resume, AGAIN));
  }
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
