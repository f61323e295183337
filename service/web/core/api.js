/** Talking to the service: the paths this page uses, and errors as the problems that the service sends. */

import { asked, signed } from "./key.js";

export const PATHS = {
  catalog: "/api/v1/catalog/{kind}",
  presets: "/api/v1/presets",
  preset: "/api/v1/presets/{preset_id}",
  specChecks: "/api/v1/spec-checks",
  jobs: "/api/v1/jobs",
  job: "/api/v1/jobs/{job_id}",
  cancel: "/api/v1/jobs/{job_id}/cancel",
  events: "/api/v1/jobs/{job_id}/events",
  history: "/api/v1/jobs/{job_id}/history",
  gradients: "/api/v1/jobs/{job_id}/gradients",
  diagnosis: "/api/v1/jobs/{job_id}/diagnosis",
  summary: "/api/v1/jobs/{job_id}/summary",
  evaluation: "/api/v1/jobs/{job_id}/evaluation",
  predictions: "/api/v1/jobs/{job_id}/predictions",
  surface: "/api/v1/jobs/{job_id}/decision-surface",
  receipt: "/api/v1/jobs/{job_id}/receipt",
  model: "/api/v1/jobs/{job_id}/model",
};

/** An error as RFC 9457 describes it; status 0 when no answer came. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.status = status;
    this.title = document.title || "";
    this.errors = Array.isArray(document.errors) ? document.errors : [];
  }
}

/** The address of a path, relative to where the page is served; `values` fill its braces and then its query. */
export function address(path, values = {}) {
  const query = new URLSearchParams();
  let filled = path;
  for (const [name, value] of Object.entries(values)) {
    if (path.includes(`{${name}}`)) filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== null && value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return new URL(filled.slice(1) + (text && `?${text}`), document.baseURI).href;
}

/** GET a document. */
export function get(path, values, signal) {
  return request(path, values, { signal });
}

/** POST a document, or nothing. */
export function post(path, values, body, signal) {
  const sent = body === undefined ? {} : { body, headers: { "Content-Type": "application/json" } };
  return request(path, values, { method: "POST", signal, ...sent });
}

/** DELETE something. */
export function remove(path, values) {
  return request(path, values, { method: "DELETE" });
}

/** GET a file in the form `accept`. */
export async function file(path, values, accept) {
  return (await answer(path, values, { headers: { Accept: accept } })).blob();
}

/** GET a stream of events; its bytes as they come. */
export async function stream(path, values, headers, signal) {
  return (await answer(path, values, { signal, headers: { ...headers, Accept: "text/event-stream" } })).body;
}

async function request(path, values, options) {
  const response = await answer(path, values, options);
  return response.status === 204 ? null : response.json();
}

async function answer(path, values, options) {
  let response;
  try {
    response = await fetch(address(path, values), { ...options, headers: signed(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: error.message });
  }
  if (response.ok) return response;
  if (response.status === 401) asked();
  throw new Problem(response.status, await response.json().catch(() => ({ title: response.statusText })));
}
