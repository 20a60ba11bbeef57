/** The one place that talks HTTP to the server. */
import type { Problem } from "./types";

export interface ErrorBody {
  code?: string;
  detail?: string;
  hint?: string | null;
  fields?: Record<string, string[]> | null;
  problems?: Problem[];
  [extra: string]: unknown;
}

/** What the server refused, in the one shape of the API. `status` 0: it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly fields: Record<string, string[]> | null;
  readonly problems: Problem[];
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.detail ?? `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code ?? "unknown_error";
    this.hint = body.hint ?? null;
    this.fields = body.fields ?? null;
    this.problems = body.problems ?? [];
    this.body = body;
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

export type Params = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  params?: Params;
  body?: unknown;
  signal?: AbortSignal;
  /** The same key again returns the first answer: make one per click, reuse it when retrying. */
  idempotencyKey?: string;
}

const BASE = "/api/v1";

export function csrfToken(cookies: string = document.cookie): string {
  const entry = cookies.split("; ").find((part) => part.startsWith("troupe_csrftoken="));
  return entry ? decodeURIComponent(entry.slice("troupe_csrftoken=".length)) : "";
}

export function urlOf(path: string, params?: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function send<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  const response = await fetch(urlOf(path, options.params), {
    method,
    headers,
    credentials: "same-origin",
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  }).catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new ApiError(0, {
      code: "unreachable",
      detail: "The server cannot be reached.",
      hint: "Check that Troupe is running and that you are online.",
    });
  });
  return read<T>(response);
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 401) goToSignIn();
  const text = await response.text();
  const body: unknown = text ? parse(text) : undefined;
  if (!response.ok) throw new ApiError(response.status, (body as ErrorBody | undefined) ?? {});
  return body as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's or a debug page's HTML: the status tells more than its markup.
    return undefined;
  }
}

function goToSignIn(): void {
  const here = location.pathname + location.search;
  location.assign(`/signin?next=${encodeURIComponent(here)}`);
}

export const api = {
  get: <T>(path: string, options?: RequestOptions) => send<T>("GET", path, options),
  post: <T>(path: string, body?: unknown, options?: RequestOptions) => send<T>("POST", path, { ...options, body: body ?? {} }),
  put: <T>(path: string, body: unknown, options?: RequestOptions) => send<T>("PUT", path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: RequestOptions) => send<T>("PATCH", path, { ...options, body }),
  delete: <T = undefined>(path: string, options?: RequestOptions) => send<T>("DELETE", path, options),
};

/** `crypto.randomUUID` exists only on https and localhost; Troupe also runs on a plain LAN address. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
