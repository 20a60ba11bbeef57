/** The words before a request, each once. Pure. */
import { messageText, type RunEvent } from "@/run-model";

export interface ContextEntry {
  readonly seq: number;
  readonly who: string;
  readonly text: string;
  /** The tool whose result it is; null for words. */
  readonly tool: string | null;
}

/** A model's answer that was posted as a message stands only once. */
export function contextEntries(events: readonly RunEvent[]): ContextEntry[] {
  const posted = new Set(events.flatMap(({ payload: p }) => (p.kind === "message.posted" && p.message_key !== null ? [p.message_key] : [])));
  return events.flatMap(({ seq, agent_path: who, payload: p }): ContextEntry[] => {
    if (p.kind === "message.posted") return [{ seq, who: who || p.message.source, text: messageText(p.message), tool: null }];
    if (p.kind === "tool.completed") return [{ seq, who, text: p.result, tool: p.tool }];
    if (p.kind !== "model.completed" || posted.has(p.message_key)) return [];
    const text = p.content ?? p.thought;
    return text === null || text === "" ? [] : [{ seq, who, text, tool: null }];
  });
}
