/** The one reducer: a view and the next event make the next view. */
import * as people from "./apply-people";
import * as run from "./apply-run";
import * as steps from "./apply-steps";
import * as thread from "./apply-thread";
import type { Moment } from "./edit";
import { addItem } from "./edit";
import type { RunEvent } from "./events";
import type { RunView } from "./view";

/**
 * Pure. An event that was applied before changes nothing (the same view comes back); one that
 * does not follow changes nothing but `gap`, which asks the caller to read on after `view.seq`.
 */
export function apply(view: RunView, event: RunEvent): RunView {
  if (event.seq <= view.seq) return view;
  if (event.seq !== view.seq + 1) {
    return { ...view, gap: { expected: view.seq + 1, got: event.seq } };
  }
  const time = Date.parse(event.occurred_at);
  const at = Number.isNaN(time) ? view.lastAt : Math.max(view.lastAt, time);
  return reduce({ ...view, seq: event.seq, gap: null, lastAt: at }, { event, at });
}

/** Applies events in order; the result does not depend on how they were cut into pieces. */
export function fold(events: Iterable<RunEvent>, from: RunView): RunView {
  let view = from;
  for (const event of events) view = apply(view, event);
  return view;
}

function reduce(view: RunView, moment: Moment): RunView {
  const p = moment.event.payload;
  switch (p.kind) {
    case "run.created":
      return run.created(view, moment, p);
    case "run.claimed":
      return run.claimed(view, moment);
    case "run.parked":
      return run.parked(view, moment, p);
    case "run.paused":
      return run.paused(view, moment, p);
    case "run.released":
      return run.moved(view, "queued");
    case "run.requeued":
      return run.requeued(view, moment, p);
    case "run.lease_expired":
      return run.notice(run.moved(run.dropped(view, moment), "queued"), moment, p);
    case "run.quarantined":
      return run.notice(run.moved(view, "quarantined"), moment, p);
    case "run.completed":
    case "run.failed":
    case "run.stopped":
      return run.ended(view, moment, p);
    case "run.warned":
      return run.notice(view, moment, p);
    case "command.received":
      return run.commandReceived(view, moment, p);
    case "command.applied":
      return run.commandApplied(view, moment, p);
    case "frame.started":
    case "frame.ended":
    case "agent.reset":
    case "step.recorded":
      return view;
    case "memory.queried":
      return p.results.length > 0 ? run.notice(view, moment, p) : view;
    case "turn.started":
      return thread.turnStarted(view, moment, p);
    case "turn.ended":
      // Said inside the turn that it cut short, so before that one is closed.
      return thread.turnEnded(p.interrupted ? run.notice(view, moment, p) : view, moment);
    case "message.posted":
      return thread.messagePosted(view, moment, p);
    case "model.started":
      return steps.modelStarted(view, moment, p);
    case "model.completed":
      return steps.modelCompleted(view, moment, p);
    case "model.failed":
      return steps.modelFailed(view, moment, p);
    case "tool.requested":
      return steps.toolRequested(view, moment, p);
    case "tool.gated":
      return steps.toolGated(view, moment, p);
    case "tool.started":
      return steps.toolStarted(view, moment, p);
    case "tool.completed":
      return steps.toolCompleted(view, moment, p);
    case "approval.requested":
      return people.approvalRequested(view, moment, p);
    case "approval.decided":
      return people.approvalDecided(view, moment, p);
    case "input.requested":
      return people.inputRequested(view, moment, p);
    case "input.answered":
      return people.inputAnswered(view, moment, p);
    default:
      return unknown(view, moment, p);
  }
}

/** A newer server may know more kinds; `never` makes the compiler ask for those of this one. */
function unknown(view: RunView, moment: Moment, payload: never): RunView {
  const raw: unknown = payload;
  const kind = kindOf(raw);
  return addItem(
    { ...view, unknownKinds: new Set(view.unknownKinds).add(kind) },
    moment,
    { type: "unknown", kind, payload: raw },
  );
}

function kindOf(payload: unknown): string {
  const kind = (payload as { kind?: unknown } | null)?.kind;
  return typeof kind === "string" ? kind : "unknown";
}
