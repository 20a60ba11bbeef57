import { ArgumentsView, decisionSentence, EFFECT, VisibleText } from "@/components/tool-call";
import { formatDateTime, formatDuration } from "@/lib/format";
import { type Item, messageText, type ToolItem } from "@/run-model";

import { type Fact, Facts, Section } from "./Facts";
import classes from "./inspector.module.css";

const clock = (at: number): string => formatDateTime(new Date(at).toISOString());

export function ItemDetails({ item }: { item: Exclude<Item, { type: "model" }> }) {
  if (item.type === "tool") return <ToolDetails item={item} />;
  const facts: Fact[] = [["At", clock(item.at)], ...factsOf(item)];
  return (
    <>
      <Facts facts={facts} />
      {item.type === "message" && <Section title="Text, exactly"><pre className={classes.block} tabIndex={0}><VisibleText text={messageText(item.message)} /></pre></Section>}
    </>
  );
}

function factsOf(item: Exclude<Item, { type: "model" | "tool" }>): Fact[] {
  switch (item.type) {
    case "task":
      return [["By", item.by.name], ["Messages", item.messages.length]];
    case "message":
      return [["Type", item.message.type], ["Source", item.message.source], ["Index in the thread", item.index], ["Thread of", item.teamPath || "the team"]];
    case "input":
      return [["Asked by", item.agent], ["Deadline", item.deadlineAt && formatDateTime(item.deadlineAt)], ["Answered by", item.answer?.by.name], ["Waited", item.answer && formatDuration(item.answer.at - item.at)]];
    default:
      return [];
  }
}

function ToolDetails({ item }: { item: ToolItem }) {
  return (
    <>
      <Facts
        facts={[
          ["At", clock(item.at)],
          ["Outcome", item.outcome ?? item.status],
          ["Duration", item.durationMs === null ? null : formatDuration(item.durationMs)],
          ["Effect", item.effect && `${EFFECT[item.effect].label}. ${EFFECT[item.effect].sentence}`],
          ["Policy", item.gates.map((gate) => `${gate.verdict}: ${gate.rule} (version ${gate.policyVersion})`).join("; ")],
          ["Arguments hash", <code key="hash" title={item.argsHash}>{item.argsHash.slice(0, 16)}</code>],
          ["Idempotency key", item.idempotencyKey && <code key="key">{item.idempotencyKey}</code>],
        ]}
      />
      {item.approvals.map(({ requestId, purpose, decision }) => decision !== null && (
        <p key={requestId} className={classes.dim}>
          {decisionSentence(purpose === "in_doubt" ? "in_doubt" : "tool", decision.verb, decision.by.name)} {clock(decision.at)}. {decision.reason}
        </p>
      ))}
      {item.proposed !== null && <ArgumentsView value={item.proposed} label="Proposed arguments" />}
      {item.raw !== null && <Section title="What the model wrote"><pre className={classes.block} tabIndex={0}><VisibleText text={item.raw} /></pre></Section>}
      {item.executed !== null && <ArgumentsView value={item.executed} label="Arguments that ran" />}
      {item.result !== null && <Section title={item.isError ? "Error" : "Result"}><pre className={classes.block} tabIndex={0}><VisibleText text={item.result} /></pre></Section>}
    </>
  );
}
