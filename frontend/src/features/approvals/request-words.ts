/** One request on one line. Pure. */
import type { Request, RequestState } from "@/api/types";

export const STATE_WORDS: Readonly<Record<RequestState, string>> = {
  pending: "waiting",
  approved: "approved",
  edited: "approved with edits",
  denied: "denied",
  answered: "answered",
  stopped: "run stopped",
  expired: "expired",
  cancelled: "cancelled",
};

const LONGEST = 140;

export function requestSentence(request: Request): string {
  if (request.kind === "input") return shorten(request.prompt ?? "The team waits for your message.");
  if (request.arguments === null || typeof request.arguments !== "object") return "";
  const parts = Object.entries(request.arguments).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return shorten(parts.join(", "));
}

export function requestTitle(request: Request): string {
  if (request.kind === "input") return "asks you";
  return request.kind === "in_doubt" ? `in doubt: ${request.tool ?? ""}` : (request.tool ?? "");
}

function shorten(text: string): string {
  const line = text.slice(0, LONGEST).replaceAll(/\s+/g, " ");
  return text.length > LONGEST ? `${line}…` : line;
}
