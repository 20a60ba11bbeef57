import { IconBrain, IconRefreshAlert } from "@tabler/icons-react";

import { MarkdownView } from "@/components/MarkdownView";
import { formatDuration, formatTokens, plural } from "@/lib/format";
import { messageText, type ModelItem } from "@/run-model";

import { useLiveText } from "../model/session-context";
import { ErrorCard } from "./ErrorCard";
import classes from "./transcript.module.css";

interface ModelItemViewProps {
  item: ModelItem;
  selected: boolean;
  onSelect: (id: number) => void;
}

/** A model call: its text as it is written, and what it became. */
export function ModelItemView({ item, selected, onSelect }: ModelItemViewProps) {
  const live = useLiveText(item.messageKey);
  const running = item.status === "running" || item.status === "retrying";
  const text = (item.message ? messageText(item.message, true) : item.content) ?? (running ? live : null);
  return (
    <div data-message={item.status}>
      {item.thought && <Thought text={item.thought} />}
      {text !== null && text !== "" && (
        <div className={classes.message} data-writing={running || undefined}><MarkdownView text={text} /></div>
      )}
      {running && !text && <Writing retrying={item.status === "retrying"} />}
      {item.status === "failed" && <ErrorCard error={item.failures.at(-1)?.error ?? null} title={`${item.model.model} did not answer`} />}
      {item.status === "interrupted" && <p className={classes.quiet}>The run ended before the model had answered.</p>}
      <button type="button" className={classes.callLine} aria-pressed={selected} aria-label={`Inspect model call ${item.model.model}`} onClick={() => onSelect(item.id)}>
        {callFacts(item).map((fact) => <span key={fact}>{fact}</span>)}
      </button>
    </div>
  );
}

function callFacts(item: ModelItem): string[] {
  const facts = [item.model.scripted ? "scripted model" : item.model.model];
  if (item.latencyMs !== null) facts.push(formatDuration(item.latencyMs));
  if (item.usage !== null) facts.push(`${formatTokens(item.usage.prompt_tokens + item.usage.completion_tokens)} tokens`);
  if (item.toolCalls.length > 0) facts.push(`asked for ${item.toolCalls.map((call) => call.name).join(", ")}`);
  const failed = item.failures.filter((failure) => failure.retryInMs !== null).length;
  if (failed > 0) facts.push(`after ${plural(failed, "retry", "retries")}`);
  return facts;
}

function Writing({ retrying }: { retrying: boolean }) {
  return (
    <p className={classes.quiet} role="status">
      {retrying ? <IconRefreshAlert size={14} aria-hidden /> : <span className={`${classes.dots} pulse`} aria-hidden />}
      {retrying ? "The model did not answer; trying again" : "Waiting for the first words"}
    </p>
  );
}

function Thought({ text }: { text: string }) {
  return (
    <details className={classes.thought}>
      <summary><IconBrain size={14} aria-hidden /> Thought</summary>
      <MarkdownView text={text} />
    </details>
  );
}

