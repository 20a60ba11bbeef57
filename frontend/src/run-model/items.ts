/** What the transcript shows: one item for each thing a person would point at. */
import type {
  Actor,
  ChatMessage,
  DecisionVerb,
  Effect,
  ErrorInfo,
  FunctionCall,
  ModelInfo,
  PayloadOf,
  RequestUsage,
  ToolOutcome,
  Verdict,
} from "./events";

/** The invocation of a speaker that an item belongs to. */
export interface Group {
  /** `seq` of the event that opened it. */
  readonly id: number;
  readonly turn: number;
  readonly agentPath: string;
  readonly speaker: string;
  /** Agent path of who spoke before; the team's at the beginning. */
  readonly from: string;
}

interface ItemBase {
  /** `seq` of the item's first event: stable, so screens use it as the key. */
  readonly id: number;
  /** Every event that made the item what it is, in order. */
  readonly seqs: readonly number[];
  readonly agentPath: string;
  readonly turn: number;
  /** Milliseconds of the epoch, never going back within a run. */
  readonly at: number;
  readonly group: Group | null;
  /** True when the item before belongs to another group: a header stands above it. */
  readonly opensGroup: boolean;
}

export interface TaskItem extends ItemBase {
  readonly type: "task";
  readonly messages: readonly ChatMessage[];
  readonly by: Actor;
}

export interface FailedAttempt {
  readonly attempt: number;
  readonly error: ErrorInfo;
  readonly retryInMs: number | null;
}

/** A model call and, once it is posted, the message it became. */
export interface ModelItem extends ItemBase {
  readonly type: "model";
  readonly messageKey: string;
  readonly attempt: number;
  readonly status: "running" | "retrying" | "completed" | "failed" | "interrupted";
  readonly model: ModelInfo;
  readonly request: Readonly<Record<string, unknown>>;
  readonly content: string | null;
  readonly thought: string | null;
  readonly toolCalls: readonly FunctionCall[];
  readonly finishReason: string | null;
  readonly usage: RequestUsage | null;
  readonly costUsd: string | null;
  readonly latencyMs: number | null;
  readonly firstTokenMs: number | null;
  readonly failures: readonly FailedAttempt[];
  readonly message: ChatMessage | null;
}

/** A message that no model call of this transcript wrote (a summary, a handoff, a person's). */
export interface MessageItem extends ItemBase {
  readonly type: "message";
  readonly message: ChatMessage;
  readonly teamPath: string;
  readonly index: number;
}

export interface Decision {
  readonly seq: number;
  readonly at: number;
  readonly verb: DecisionVerb;
  readonly arguments: Readonly<Record<string, unknown>> | null;
  readonly text: string | null;
  readonly reason: string | null;
  readonly by: Actor;
}

export interface Approval {
  readonly requestId: string;
  readonly seq: number;
  readonly at: number;
  readonly purpose: "call" | "in_doubt";
  readonly agent: string;
  readonly tool: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly argsHash: string;
  readonly argsSchema: Readonly<Record<string, unknown>>;
  readonly effect: Effect;
  readonly deadlineAt: string | null;
  /** Null while it waits, also after the run ended without one (`cancelled`). */
  readonly decision: Decision | null;
  readonly cancelled: boolean;
}

export interface Gate {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly policyVersion: number;
}

export interface ToolItem extends ItemBase {
  readonly type: "tool";
  readonly callId: string;
  readonly tool: string;
  readonly status: "proposed" | "waiting" | "running" | "done" | "interrupted";
  /** As the model proposed them; null when its JSON is malformed (`raw` has the text). */
  readonly proposed: Readonly<Record<string, unknown>> | null;
  readonly raw: string | null;
  readonly argsHash: string;
  readonly effect: Effect | null;
  readonly sideEffects: boolean;
  /** Verdicts in order: an edited call is gated again. */
  readonly gates: readonly Gate[];
  readonly approvals: readonly Approval[];
  /** What ran, after any edit; null while it has not started. */
  readonly executed: Readonly<Record<string, unknown>> | null;
  readonly idempotencyKey: string | null;
  readonly result: string | null;
  readonly isError: boolean;
  readonly outcome: ToolOutcome | null;
  readonly durationMs: number | null;
  /** What it left beside its result, such as the files of an execution. */
  readonly artifacts: Readonly<Record<string, unknown>> | null;
}

export interface InputItem extends ItemBase {
  readonly type: "input";
  readonly requestId: string;
  readonly agent: string;
  readonly prompt: string;
  readonly deadlineAt: string | null;
  readonly answer: { readonly text: string; readonly by: Actor; readonly at: number } | null;
  /** The message that the answer became in the team's thread. */
  readonly message: ChatMessage | null;
  readonly cancelled: boolean;
}

/** Something that happened to the run itself and that a person should see. */
export interface NoticeItem extends ItemBase {
  readonly type: "notice";
  readonly payload: PayloadOf<
    | "run.warned"
    | "run.paused"
    | "run.parked"
    | "run.requeued"
    | "run.lease_expired"
    | "run.quarantined"
    | "command.received"
    | "memory.queried"
    | "turn.ended"
  >;
}

export interface EndItem extends ItemBase {
  readonly type: "end";
  readonly payload: PayloadOf<"run.completed" | "run.failed" | "run.stopped">;
}

/** An event of a newer server, kept as it came. */
export interface UnknownItem extends ItemBase {
  readonly type: "unknown";
  readonly kind: string;
  readonly payload: unknown;
}

export type Item =
  | TaskItem
  | ModelItem
  | MessageItem
  | ToolItem
  | InputItem
  | NoticeItem
  | EndItem
  | UnknownItem;

export type ItemOf<T extends Item["type"]> = Extract<Item, { type: T }>;
