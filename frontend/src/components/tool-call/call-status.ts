/** What a call's card says at a glance. Pure. */
import type { ToolItem } from "@/run-model";

import { codeBlocks } from "./code-blocks";
import { OUTCOME } from "./wording";

export interface CallStatus {
  readonly label: string;
  readonly tone: "good" | "bad" | "quiet" | "busy" | "asks";
}

export function statusOf(call: ToolItem): CallStatus {
  if (call.status === "interrupted") return { label: "the run ended first", tone: "quiet" };
  if (call.status === "running") return { label: "running", tone: "busy" };
  if (call.status === "waiting") {
    const doubt = call.approvals.at(-1)?.purpose === "in_doubt";
    return { label: doubt ? "in doubt: needs you" : "needs you", tone: "asks" };
  }
  if (call.outcome !== null) return OUTCOME[call.outcome];
  return call.approvals.length > 0 ? { label: "decided", tone: "quiet" } : { label: "proposed", tone: "quiet" };
}

const PREVIEW = 160;

/** The arguments, and once there is one the result, on one line. */
export function previewOf(call: ToolItem): string {
  const shown = call.executed ?? call.proposed;
  const blocks = codeBlocks(shown?.blocks);
  if (blocks) return brief(blocks.map((block) => block.code.trim()).join(" · ")).replaceAll("\n", " ");
  const text = shown === null ? (call.raw ?? "") : Object.entries(shown).map(([name, value]) => `${name}: ${brief(value)}`).join(", ");
  const line = text.slice(0, PREVIEW).replaceAll("\n", " ");
  return text.length > PREVIEW ? `${line}…` : line;
}

function brief(value: unknown): string {
  return typeof value === "string" ? value.slice(0, PREVIEW) : (JSON.stringify(value) ?? "");
}
