/** Logs to test with: a builder, a run with everything in it, and one as long as wanted. */
import type { EventKind, Payload, PayloadOf, RunEvent } from "../events";
import { AT, PAYLOADS, textMessage } from "./payloads";

interface Where {
  readonly agent?: string;
  readonly turn?: number;
  /** Milliseconds after the event before. */
  readonly after?: number;
}

export class LogBuilder {
  readonly events: RunEvent[] = [];
  private at = Date.parse(AT);
  private agent = "";
  private turn = 0;

  add<K extends EventKind>(kind: K, fields: Partial<PayloadOf<K>> = {}, where: Where = {}): this {
    const payload = { ...(PAYLOADS as Record<string, object>)[kind], ...fields } as Payload;
    return this.addRaw(payload, where);
  }

  addRaw(payload: object, where: Where = {}): this {
    this.agent = where.agent ?? this.agent;
    this.turn = where.turn ?? this.turn;
    this.at += where.after ?? 100;
    const seq = this.events.length + 1;
    this.events.push({
      seq,
      schema_version: 1,
      occurred_at: new Date(this.at).toISOString(),
      key: `k${seq}`,
      agent_path: this.agent,
      turn: this.turn,
      correlation_id: null,
      payload: payload as Payload,
    });
    return this;
  }

  turnOf(agent: string, turn: number): this {
    return this.add("turn.started", { speaker: agent }, { agent, turn });
  }
}

/** A team of two that writes a file with an approval, asks a person, and ends. */
export function reportRun(): RunEvent[] {
  const log = new LogBuilder();
  log.add("run.created").add("run.claimed");
  log.add("frame.started");
  log.add("message.posted", { message: textMessage("m0", "user", "Write a report"), index: 0 });
  log.turnOf("researcher", 1);
  log.add("model.started", { message_key: "k1" });
  log.add("model.failed", { message_key: "k1" });
  log.add("model.started", { message_key: "k1", attempt: 2 });
  log.add("model.completed", { message_key: "k1", attempt: 2, content: "Facts" });
  log.add("message.posted", {
    message: textMessage("m1", "researcher", "Facts"),
    message_key: "k1",
  });
  log.add("turn.ended", { speaker: "researcher" });
  log.turnOf("writer", 2);
  log.add("model.started", { message_key: "k2" });
  log.add("model.completed", { message_key: "k2", content: null, cost_usd: null });
  log.add("tool.requested").add("tool.gated").add("approval.requested");
  log.add("run.parked");
  log.add("approval.decided", {}, { after: 3_600_000 });
  log.add("run.requeued", { reason: "decided", by: null }).add("run.claimed", { epoch: 2 });
  log.add("tool.started").add("tool.completed");
  log.add("message.posted", { message: textMessage("m2", "writer", "Written"), index: 2 });
  log.add("turn.ended");
  log.turnOf("user_proxy", 3);
  log.add("input.requested").add("input.answered");
  log.add("message.posted", { message: textMessage("m3", "user_proxy", "Engineers"), index: 3 });
  log.add("turn.ended", { speaker: "user_proxy" });
  log.turnOf("researcher", 4);
  log.add("model.started", { message_key: "k3" });
  log.add("model.completed", { message_key: "k3", content: "DONE" });
  log.add("message.posted", {
    message: textMessage("m4", "researcher", "DONE"),
    message_key: "k3",
    index: 4,
  });
  log.add("turn.ended", { speaker: "researcher" });
  log.add("frame.ended", {}, { agent: "" });
  log.add("run.completed");
  return log.events;
}

/** At least `count` events of two agents who call a tool in every turn; the run goes on. */
export function longRun(count: number): RunEvent[] {
  const log = new LogBuilder();
  log.add("run.created").add("run.claimed");
  for (let turn = 1; log.events.length < count; turn += 1) {
    const agent = turn % 2 === 0 ? "writer" : "researcher";
    const call = `c${turn}`;
    log.turnOf(agent, turn);
    log.add("model.started", { message_key: `a${turn}` });
    log.add("model.completed", { message_key: `a${turn}`, content: null });
    log.add("tool.requested", { call_id: call }).add("tool.gated", { call_id: call });
    log.add("tool.started", { call_id: call }).add("tool.completed", { call_id: call });
    log.add("model.started", { message_key: `b${turn}` });
    log.add("model.completed", { message_key: `b${turn}`, content: `Turn ${turn}` });
    log.add("message.posted", {
      message: textMessage(`m${turn}`, agent, `Turn ${turn}`),
      message_key: `b${turn}`,
      index: turn,
    });
    log.add("turn.ended", { speaker: agent });
  }
  return log.events;
}
