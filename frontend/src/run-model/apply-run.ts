/** The run's own events: its life, its commands, its end. */
import type { EventKind, PayloadOf } from "./events";
import type { Moment } from "./edit";
import { addItem, changeItem, closeBar, withEntry } from "./edit";
import type { Item, NoticeItem } from "./items";
import type { RunState, RunView } from "./view";

export function created(view: RunView, moment: Moment, p: PayloadOf<"run.created">): RunView {
  const team = p.team;
  const withOrigin: RunView = {
    ...view,
    state: "queued",
    scripted: p.scripted,
    origin: {
      sessionId: p.session_id,
      runNumber: p.run_number,
      definitionId: typeof team["definition_id"] === "string" ? team["definition_id"] : null,
      revision: typeof team["revision"] === "number" ? team["revision"] : null,
      teamName: typeof team["name"] === "string" ? team["name"] : "",
      createdAt: moment.at,
      scripted: p.scripted,
    },
  };
  let next = addItem(withOrigin, moment, { type: "task", messages: p.task, by: p.by });
  for (const message of p.task) {
    next = {
      ...next,
      openItems: withEntry(next.openItems, `task:${message.id}`, next.items.length - 1),
    };
  }
  return next;
}

export function claimed(view: RunView, { at }: Moment): RunView {
  return { ...moved(view, "running"), startedAt: view.startedAt ?? at };
}

/** A change of state that clears what only the state before had. */
export function moved(view: RunView, state: RunState): RunView {
  return { ...view, state, waits: [], pause: null };
}

/** What its worker was at when it was lost goes on no longer; waits for people do. */
export function dropped(view: RunView, moment: Moment): RunView {
  let next = view;
  for (const [name, index] of view.openBars) {
    if (view.bars.get(index)?.type !== "wait") next = closeBar(next, moment, name, true);
  }
  return next;
}

export function parked(view: RunView, moment: Moment, p: PayloadOf<"run.parked">): RunView {
  const next = { ...moved(view, "waiting"), waits: p.waits };
  const hasCard = p.waits.every((wait) => wait.kind === "approval" || wait.kind === "input");
  return hasCard ? next : notice(next, moment, p);
}

export function paused(view: RunView, moment: Moment, p: PayloadOf<"run.paused">): RunView {
  const pause = { code: p.code, detail: p.detail, hint: p.hint };
  return notice({ ...moved(view, "paused"), pause }, moment, p);
}

/** A requeue that follows a decision is bookkeeping; one that a person asked for is news. */
export function requeued(view: RunView, moment: Moment, p: PayloadOf<"run.requeued">): RunView {
  const next = moved(view, "queued");
  return p.by === null ? next : notice(next, moment, p);
}

export function notice(
  view: RunView,
  moment: Moment,
  payload: NoticeItem["payload"],
  name?: string,
): RunView {
  return addItem(view, moment, { type: "notice", payload }, name);
}

export function commandReceived(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"command.received">,
): RunView {
  const { seq } = moment.event;
  const next = notice(view, moment, p, `command:${seq}`);
  return { ...next, pendingCommand: { command: p.command, seq } };
}

export function commandApplied(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"command.applied">,
): RunView {
  const pending = view.pendingCommand;
  const next = changeItem(view, moment, `command:${p.command_seq}`, "notice", () => ({}));
  return pending !== null && pending.seq <= p.command_seq ? { ...next, pendingCommand: null } : next;
}

export function ended(
  view: RunView,
  moment: Moment,
  p: PayloadOf<Extract<EventKind, "run.completed" | "run.failed" | "run.stopped">>,
): RunView {
  const state: RunState =
    p.kind === "run.completed" ? "completed" : p.kind === "run.failed" ? "failed" : "stopped";
  const closed = interrupt(view, moment);
  return addItem(
    {
      ...moved(closed, state),
      endedAt: moment.at,
      error: p.kind === "run.failed" ? p.error : null,
      stopReason:
        p.kind === "run.completed" ? p.stop_reason : p.kind === "run.stopped" ? p.reason : null,
      pendingCommand: null,
      pending: new Map(),
      openTurns: new Map(),
      openItems: new Map(),
      activity: new Map(),
    },
    moment,
    { type: "end", payload: p },
  );
}

/** What was under way when the run ended has no result and never will. */
function interrupt(view: RunView, moment: Moment): RunView {
  let next = view;
  for (const name of view.openBars.keys()) next = closeBar(next, moment, name);
  let items = next.items;
  for (const index of new Set(view.openItems.values())) {
    const item = items.get(index);
    const cut = item === undefined ? null : cutShort(item);
    if (cut !== null) items = items.set(index, cut);
  }
  return { ...next, items };
}

function cutShort(item: Item): Item | null {
  if (item.type === "model" && (item.status === "running" || item.status === "retrying")) {
    return { ...item, status: "interrupted" };
  }
  if (item.type === "tool" && item.status !== "done") {
    const approvals = item.approvals.map((a) => (a.decision === null ? { ...a, cancelled: true } : a));
    return { ...item, status: "interrupted", approvals };
  }
  if (item.type === "input" && item.answer === null) return { ...item, cancelled: true };
  return null;
}
