/** Steps: model calls and tool calls. */
import { addDecimals, isDecimal } from "./decimal";
import type { PayloadOf } from "./events";
import type { Moment } from "./edit";
import { addItem, changeItem, closeBar, counted, itemIdOf, openBar, withoutEntry } from "./edit";
import type { Cost, RunView, Tokens } from "./view";

export function modelStarted(view: RunView, moment: Moment, p: PayloadOf<"model.started">): RunView {
  const name = `model:${p.message_key}`;
  const fresh = { attempt: p.attempt, model: p.model, request: p.request } as const;
  const next = isRetry(view, name)
    ? changeItem(view, moment, name, "model", () => ({ ...fresh, status: "running" }))
    : addItem(
        view,
        moment,
        {
          type: "model",
          messageKey: p.message_key,
          ...fresh,
          status: "running",
          content: null,
          thought: null,
          toolCalls: [],
          finishReason: null,
          usage: null,
          costUsd: null,
          latencyMs: null,
          firstTokenMs: null,
          failures: [],
          message: null,
        },
        name,
      );
  const counts = { ...next, modelCalls: next.modelCalls + 1, scripted: next.scripted || p.model.scripted };
  return openBar(counts, moment, name, {
    type: "model",
    label: p.model.model,
    itemId: itemIdOf(counts, name) ?? moment.event.seq,
  });
}

/** A call that failed for good and is made again later (after a pause, say) is a new item. */
function isRetry(view: RunView, name: string): boolean {
  const index = view.openItems.get(name);
  const item = index === undefined ? undefined : view.items.get(index);
  return item?.type === "model" && (item.status === "running" || item.status === "retrying");
}

export function modelCompleted(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"model.completed">,
): RunView {
  const name = `model:${p.message_key}`;
  const next = changeItem(view, moment, name, "model", () => ({
    status: "completed",
    attempt: p.attempt,
    model: p.model,
    content: p.content,
    thought: p.thought,
    toolCalls: p.tool_calls,
    finishReason: p.finish_reason,
    usage: p.usage,
    costUsd: p.cost_usd,
    latencyMs: p.latency_ms,
    firstTokenMs: p.first_token_ms,
  }));
  return closeBar(
    { ...next, tokens: spent(view.tokens, p), cost: charged(view.cost, p) },
    moment,
    name,
  );
}

function spent(tokens: Tokens, { usage }: PayloadOf<"model.completed">): Tokens {
  const cached = usage.cached_tokens;
  return {
    prompt: tokens.prompt + usage.prompt_tokens,
    completion: tokens.completion + usage.completion_tokens,
    cached: cached === null ? tokens.cached : (tokens.cached ?? 0) + cached,
  };
}

function charged(cost: Cost, { cost_usd, model }: PayloadOf<"model.completed">): Cost {
  if (cost_usd !== null && isDecimal(cost_usd)) {
    return { ...cost, usd: addDecimals(cost.usd, cost_usd) };
  }
  return model.scripted ? cost : { ...cost, unknownCalls: cost.unknownCalls + 1 };
}

export function modelFailed(view: RunView, moment: Moment, p: PayloadOf<"model.failed">): RunView {
  const name = `model:${p.message_key}`;
  const failure = { attempt: p.attempt, error: p.error, retryInMs: p.will_retry ? p.retry_in_ms : null };
  const next = changeItem(view, moment, name, "model", (item) => ({
    status: p.will_retry ? "retrying" : "failed",
    failures: [...item.failures, failure],
  }));
  return closeBar(next, moment, name, true);
}

export function toolRequested(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"tool.requested">,
): RunView {
  const counts = {
    ...view,
    toolCounts: counted(view.toolCounts, `${moment.event.agent_path}:${p.tool}`),
  };
  return addItem(
    counts,
    moment,
    {
      type: "tool",
      callId: p.call_id,
      tool: p.tool,
      status: "proposed",
      proposed: p.arguments,
      raw: p.raw,
      argsHash: p.args_hash,
      effect: p.effect,
      sideEffects: p.side_effects,
      gates: [],
      approvals: [],
      executed: null,
      idempotencyKey: null,
      result: null,
      isError: false,
      outcome: null,
      durationMs: null,
      artifacts: null,
    },
    `tool:${p.call_id}`,
  );
}

export function toolGated(view: RunView, moment: Moment, p: PayloadOf<"tool.gated">): RunView {
  const gate = { verdict: p.verdict, rule: p.rule, policyVersion: p.policy_version };
  return changeItem(view, moment, `tool:${p.call_id}`, "tool", (item) => ({
    gates: [...item.gates, gate],
  }));
}

export function toolStarted(view: RunView, moment: Moment, p: PayloadOf<"tool.started">): RunView {
  const name = `tool:${p.call_id}`;
  const next = changeItem(view, moment, name, "tool", () => ({
    status: "running",
    executed: p.arguments,
    argsHash: p.args_hash,
    idempotencyKey: p.idempotency_key,
  }));
  const itemId = itemIdOf(next, name) ?? moment.event.seq;
  return openBar(next, moment, name, { type: "tool", label: p.tool, itemId });
}

export function toolCompleted(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"tool.completed">,
): RunView {
  const name = `tool:${p.call_id}`;
  const next = changeItem(view, moment, name, "tool", () => ({
    status: "done",
    result: p.result,
    isError: p.is_error,
    outcome: p.outcome,
    durationMs: p.duration_ms,
    artifacts: p.artifacts,
  }));
  const closed = closeBar(next, moment, name, p.is_error);
  return { ...closed, openItems: withoutEntry(closed.openItems, name) };
}
