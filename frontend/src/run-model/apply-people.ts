/** What people are asked and what they answer. */
import type { PayloadOf } from "./events";
import type { Moment } from "./edit";
import { addItem, changeItem, closeBar, itemIdOf, openBar, withEntry, withoutEntry } from "./edit";
import type { Approval, Decision, ToolItem } from "./items";
import type { RunView } from "./view";

export function approvalRequested(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"approval.requested">,
): RunView {
  const call = `tool:${p.call_id}`;
  const asked = withApproval(view, moment, call, asApproval(moment, p));
  const index = asked.openItems.get(call);
  if (index === undefined) return asked;
  const name = `request:${p.request_id}`;
  const next: RunView = {
    ...asked,
    pending: withEntry(asked.pending, p.request_id, index),
    openItems: withEntry(asked.openItems, name, index),
  };
  const itemId = itemIdOf(next, name) ?? moment.event.seq;
  return openBar(next, moment, name, { type: "wait", label: `approval of ${p.tool}`, itemId });
}

function asApproval({ event, at }: Moment, p: PayloadOf<"approval.requested">): Approval {
  return {
    requestId: p.request_id,
    seq: event.seq,
    at,
    purpose: p.purpose,
    agent: p.agent,
    tool: p.tool,
    description: p.description,
    arguments: p.arguments,
    argsHash: p.args_hash,
    argsSchema: p.args_schema,
    effect: p.effect,
    deadlineAt: p.deadline_at,
    decision: null,
    cancelled: false,
  };
}

/** A request whose call this log does not show (a fork's, say) brings its own card. */
function withApproval(view: RunView, moment: Moment, call: string, approval: Approval): RunView {
  if (view.openItems.has(call)) {
    return changeItem(view, moment, call, "tool", (item) => ({
      status: "waiting",
      approvals: [...item.approvals, approval],
    }));
  }
  return addItem(
    view,
    moment,
    {
      type: "tool",
      callId: call.slice("tool:".length),
      tool: approval.tool,
      status: "waiting",
      proposed: approval.arguments,
      raw: null,
      argsHash: approval.argsHash,
      effect: approval.effect,
      sideEffects: approval.effect !== "pure",
      gates: [],
      approvals: [approval],
      executed: null,
      idempotencyKey: null,
      result: null,
      isError: false,
      outcome: null,
      durationMs: null,
      artifacts: null,
    },
    call,
  );
}

export function approvalDecided(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"approval.decided">,
): RunView {
  const name = `request:${p.request_id}`;
  const decision: Decision = {
    seq: moment.event.seq,
    at: moment.at,
    verb: p.verb,
    arguments: p.arguments,
    text: p.text,
    reason: p.reason,
    by: p.by,
  };
  const decided = changeItem(view, moment, name, "tool", (item) => answered(item, p.request_id, decision));
  return closeRequest(decided, moment, p.request_id);
}

function answered(item: ToolItem, requestId: string, decision: Decision): Partial<ToolItem> {
  const approvals = item.approvals.map((approval) =>
    approval.requestId === requestId ? { ...approval, decision } : approval,
  );
  return { approvals, status: item.status === "waiting" ? "proposed" : item.status };
}

function closeRequest(view: RunView, moment: Moment, requestId: string): RunView {
  const closed = closeBar(view, moment, `request:${requestId}`);
  return {
    ...closed,
    pending: withoutEntry(closed.pending, requestId),
    openItems: withoutEntry(closed.openItems, `request:${requestId}`),
  };
}

export function inputRequested(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"input.requested">,
): RunView {
  const name = `request:${p.request_id}`;
  const added = addItem(
    view,
    moment,
    {
      type: "input",
      requestId: p.request_id,
      agent: p.agent,
      prompt: p.prompt,
      deadlineAt: p.deadline_at,
      answer: null,
      message: null,
      cancelled: false,
    },
    name,
  );
  const next = { ...added, pending: withEntry(added.pending, p.request_id, added.items.length - 1) };
  return openBar(next, moment, name, {
    type: "wait",
    label: "your answer",
    itemId: moment.event.seq,
  });
}

export function inputAnswered(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"input.answered">,
): RunView {
  const name = `request:${p.request_id}`;
  const index = view.openItems.get(name);
  const next = changeItem(view, moment, name, "input", () => ({
    answer: { text: p.text, by: p.by, at: moment.at },
  }));
  const closed = closeRequest(next, moment, p.request_id);
  const path = index === undefined ? undefined : view.items.get(index)?.agentPath;
  return index === undefined || path === undefined
    ? closed
    : { ...closed, openItems: withEntry(closed.openItems, `answer:${path}`, index) };
}
