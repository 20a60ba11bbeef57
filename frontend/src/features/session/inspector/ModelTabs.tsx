import { Money } from "@/components/Money";
import { VisibleText } from "@/components/tool-call";
import { formatDuration } from "@/lib/format";
import type { ModelItem } from "@/run-model";

import { Facts, Section } from "./Facts";
import { LazyJson } from "./LazyJson";
import classes from "./inspector.module.css";

const number = (value: number): string => value.toLocaleString();

export function ModelDetails({ item }: { item: ModelItem }) {
  const { usage } = item;
  return (
    <>
      <Facts
        facts={[
          ["Model", <code key="model">{item.model.model}</code>],
          ["Provider", item.model.scripted ? `${item.model.provider} (scripted: no model wrote this)` : item.model.provider],
          ["Status", item.status],
          ["Latency", item.latencyMs === null ? null : formatDuration(item.latencyMs)],
          ["First token", item.firstTokenMs === null ? null : formatDuration(item.firstTokenMs)],
          ["Tokens in", usage && number(usage.prompt_tokens)],
          ["Of them cached", usage?.cached_tokens == null ? (usage ? "not reported" : null) : number(usage.cached_tokens)],
          ["Tokens out", usage && number(usage.completion_tokens)],
          ["Cost", usage === null || item.model.scripted ? null : <Money key="cost" usd={item.costUsd} />],
          ["Finish reason", item.finishReason],
          ["Attempts", item.attempt],
        ]}
      />
      {item.failures.length > 0 && (
        <Section title="Failed attempts">
          <ol className={classes.list}>
            {item.failures.map((failure) => (
              <li key={`${failure.attempt}:${failure.error.code}`} value={failure.attempt}>
                <code>{failure.error.status ?? failure.error.code}</code> {failure.error.detail}
                {failure.retryInMs !== null && <span className={classes.dim}> Tried again after {formatDuration(failure.retryInMs)}.</span>}
              </li>
            ))}
          </ol>
        </Section>
      )}
    </>
  );
}

/** The log records references, not the request itself: that is rebuilt from them. */
export function ModelRequest({ item }: { item: ModelItem }) {
  const { messages, tools, params, system_hash: system, ...others } = item.request;
  return (
    <>
      <Facts
        facts={[
          ["Messages", Array.isArray(messages) ? messages.length : null],
          ["System message", typeof system === "string" ? <code key="system" title={system}>{system.slice(0, 16)}</code> : null],
          ["Tools", Array.isArray(tools) ? tools.length : null],
        ]}
      />
      <p className={classes.dim}>Recorded as references to the log; the exact request is rebuilt from them.</p>
      <LazyJson value={{ params, tools, messages, ...others }} label="Request" />
    </>
  );
}

export function ModelResponse({ item }: { item: ModelItem }) {
  if (item.content === null && item.toolCalls.length === 0) return <p className={classes.dim}>No answer is recorded.</p>;
  return (
    <>
      {item.thought && <Section title="Thought"><pre className={classes.block}><VisibleText text={item.thought} /></pre></Section>}
      {item.content !== null && <Section title="Text, exactly"><pre className={classes.block} tabIndex={0}><VisibleText text={item.content} /></pre></Section>}
      {item.toolCalls.map((call, index) => (
        <Section key={`${index}:${call.id}`} title={`Asks for ${call.name}`}>
          <pre className={classes.block} tabIndex={0}><VisibleText text={call.arguments} /></pre>
        </Section>
      ))}
    </>
  );
}
