/** A run as of one moment of its log: everything the session screen shows. Immutable. */
import type { ErrorInfo, Wait } from "./events";
import type { Group, Item } from "./items";
import { PersistentList } from "./persistent-list";

export type RunState =
  | "queued"
  | "running"
  | "waiting"
  | "paused"
  | "completed"
  | "failed"
  | "stopped"
  | "quarantined";

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
  /** Null as long as no vendor has said how much came from its cache. */
  readonly cached: number | null;
}

export interface Cost {
  /** Exact decimal text of what is known. */
  readonly usd: string;
  /** Model calls whose price is not known; above 0 the sum is a lower bound. */
  readonly unknownCalls: number;
}

/** A stretch of time in an agent's lane. */
export interface Bar {
  readonly type: "model" | "tool" | "wait";
  readonly agentPath: string;
  readonly label: string;
  readonly start: number;
  readonly startSeq: number;
  /** Null while it goes on. */
  readonly end: number | null;
  readonly endSeq: number | null;
  readonly failed: boolean;
  /** The transcript item it belongs to, by id. */
  readonly itemId: number;
}

export interface Lane {
  readonly agentPath: string;
  readonly name: string;
}

/** What an agent is doing at this moment. */
export type Activity = "turn" | "model" | "tool" | "waiting";

export interface Origin {
  readonly sessionId: string;
  readonly runNumber: number;
  readonly definitionId: string | null;
  readonly revision: number | null;
  readonly teamName: string;
  readonly createdAt: number;
  readonly scripted: boolean;
}

export interface RunView {
  /** Of the last event applied; 0 before the first. */
  readonly seq: number;
  /** An event came that does not follow: ask again after `seq`. */
  readonly gap: { readonly expected: number; readonly got: number } | null;
  readonly origin: Origin | null;
  readonly state: RunState;
  readonly waits: readonly Wait[];
  readonly pause: { readonly code: string; readonly detail: string; readonly hint: string | null } | null;
  readonly error: ErrorInfo | null;
  readonly stopReason: string | null;
  /** A command that was received and has not taken effect. */
  readonly pendingCommand: { readonly command: "stop" | "pause" | "resume" | "end"; readonly seq: number } | null;
  readonly turn: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Time of the last event, never going back. */
  readonly lastAt: number;
  readonly items: PersistentList<Item>;
  readonly groups: PersistentList<Group>;
  /** Open turns by agent path. */
  readonly openTurns: ReadonlyMap<string, Group>;
  /** What every agent that is busy does, by agent path. */
  readonly activity: ReadonlyMap<string, Activity>;
  /** Turns handed over, by `from→to`; both are agent paths. */
  readonly edges: ReadonlyMap<string, number>;
  /** Turns taken, by agent path. */
  readonly turnCounts: ReadonlyMap<string, number>;
  /** Messages posted, by agent path; the task's own are not counted. */
  readonly messageCounts: ReadonlyMap<string, number>;
  /** Calls of a tool, by `agent path:tool`. */
  readonly toolCounts: ReadonlyMap<string, number>;
  /** Who spoke last in each team, by team path. */
  readonly lastSpeaker: ReadonlyMap<string, string>;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly modelCalls: number;
  /** A scripted model wrote some of it, or the run was created as scripted. */
  readonly scripted: boolean;
  readonly lanes: readonly Lane[];
  readonly bars: PersistentList<Bar>;
  /** Open requests (approvals and questions) by request id → index of their item. */
  readonly pending: ReadonlyMap<string, number>;
  /** Index of an item by what events name it by: `model:`, `tool:`, `request:` + id. */
  readonly openItems: ReadonlyMap<string, number>;
  readonly openBars: ReadonlyMap<string, number>;
  readonly unknownKinds: ReadonlySet<string>;
}

export function emptyView(): RunView {
  return {
    seq: 0,
    gap: null,
    origin: null,
    state: "queued",
    waits: [],
    pause: null,
    error: null,
    stopReason: null,
    pendingCommand: null,
    turn: 0,
    startedAt: null,
    endedAt: null,
    lastAt: 0,
    items: PersistentList.empty(),
    groups: PersistentList.empty(),
    openTurns: new Map(),
    activity: new Map(),
    edges: new Map(),
    turnCounts: new Map(),
    messageCounts: new Map(),
    toolCounts: new Map(),
    lastSpeaker: new Map(),
    tokens: { prompt: 0, completion: 0, cached: null },
    cost: { usd: "0", unknownCalls: 0 },
    modelCalls: 0,
    scripted: false,
    lanes: [],
    bars: PersistentList.empty(),
    pending: new Map(),
    openItems: new Map(),
    openBars: new Map(),
    unknownKinds: new Set(),
  };
}

export const ENDED: ReadonlySet<RunState> = new Set(["completed", "failed", "stopped"]);

export function hasEnded(view: RunView): boolean {
  return ENDED.has(view.state);
}

/** "" is the root team; a participant's team is what stands before its last name. */
export function parentPath(agentPath: string): string {
  const cut = agentPath.lastIndexOf("/");
  return cut < 0 ? "" : agentPath.slice(0, cut);
}

export function agentName(agentPath: string): string {
  return agentPath.slice(agentPath.lastIndexOf("/") + 1);
}
