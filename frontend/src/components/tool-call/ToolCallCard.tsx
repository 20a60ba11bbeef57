import { IconCheck, IconChevronRight, IconCircleX, IconHandStop, IconLoader2, IconMinus, IconTool } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";

import { formatAgo, formatDuration } from "@/lib/format";
import type { Approval, ToolItem } from "@/run-model";

import { ArgumentsView } from "./ArgumentsView";
import { executionNotes, leftFiles } from "./code-blocks";
import { LeftFiles } from "./CodeBlocks";
import { previewOf, statusOf, type CallStatus } from "./call-status";
import { VisibleText } from "./VisibleText";
import { decisionSentence, EFFECT } from "./wording";
import classes from "./tool-call.module.css";

const ICONS: Readonly<Record<CallStatus["tone"], typeof IconCheck>> = {
  good: IconCheck,
  bad: IconCircleX,
  quiet: IconMinus,
  busy: IconLoader2,
  asks: IconHandStop,
};

interface ToolCallCardProps {
  call: ToolItem;
  selected?: boolean;
  onSelect?: () => void;
  /** What an open request asks for, in place of the call's own arguments. */
  request?: ReactNode;
  /** The decision bar of an open request. */
  children?: ReactNode;
}

/** One tool call, from proposal to result: the same card wherever a call is shown. */
export function ToolCallCard({ call, selected, onSelect, request, children }: ToolCallCardProps) {
  const status = statusOf(call);
  const needsLook = status.tone === "asks" || status.tone === "bad";
  const [choice, setChoice] = useState<boolean | null>(null);
  const open = choice ?? needsLook;
  const Icon = ICONS[status.tone];
  return (
    <article className={classes.card} data-tone={status.tone} data-selected={selected || undefined} data-decision-card aria-label={`Tool call ${call.tool}: ${status.label}`}>
      <button type="button" className={classes.cardHead} aria-expanded={open} onClick={() => { setChoice(!open); onSelect?.(); }}>
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        <IconTool size={14} aria-hidden className={classes.dim} />
        <span className={classes.toolName}>{call.tool}</span>
        {!open && <span className={classes.preview}><VisibleText text={previewOf(call)} /></span>}
        <span className={classes.cardMeta}>
          {call.durationMs !== null && <span className="tabular">{formatDuration(call.durationMs)}</span>}
          <span className={classes.status} data-tone={status.tone}>
            <Icon size={14} stroke={2.25} aria-hidden className={status.tone === "busy" ? classes.spin : undefined} />
            {status.label}
          </span>
        </span>
      </button>
      {open && (
        <div className={classes.cardBody}>
          {request ?? <CallBody call={call} />}
          {children}
        </div>
      )}
    </article>
  );
}

function CallBody({ call }: { call: ToolItem }) {
  const last = call.approvals.at(-1);
  const shown = call.executed ?? last?.arguments ?? call.proposed;
  const gate = call.gates.at(-1);
  const changed = call.proposed !== null && call.executed !== null && JSON.stringify(call.proposed) !== JSON.stringify(call.executed);
  return (
    <>
      {shown === null ? (
        <section aria-label="Arguments">
          <p className={classes.badText}>The model wrote arguments that are not JSON, so the tool did not run.</p>
          <pre className={classes.block} tabIndex={0}><VisibleText text={call.raw ?? ""} /></pre>
        </section>
      ) : (
        <ArgumentsView value={shown} label={call.executed === null ? "Arguments" : "Arguments that ran"} compact />
      )}
      {changed && (
        <details className={classes.details}>
          <summary>What the model proposed</summary>
          <ArgumentsView value={call.proposed} label="Proposed arguments" compact />
        </details>
      )}
      {call.result !== null && (
        <section aria-label="Result">
          <p className={classes.caption}>{call.isError ? "Error" : call.outcome === "answered" ? "A person's answer" : "Result"}</p>
          <pre className={classes.block} data-bad={call.isError || undefined} tabIndex={0}><VisibleText text={call.result} /></pre>
        </section>
      )}
      <LeftFiles files={leftFiles(call.artifacts)} notes={executionNotes(call.artifacts)} />
      <div className={classes.facts}>
        {call.effect !== null && <span title={EFFECT[call.effect].sentence}>{EFFECT[call.effect].label}</span>}
        {gate !== undefined && <span>{gate.verdict === "allow" ? "allowed" : gate.verdict === "deny" ? "denied" : "asks"} by policy {gate.policyVersion}: {gate.rule}</span>}
        {call.approvals.map((approval) => <ApprovalLine key={approval.requestId} approval={approval} />)}
      </div>
    </>
  );
}

function ApprovalLine({ approval }: { approval: Approval }) {
  const { decision } = approval;
  if (approval.cancelled) return <span>The run ended before anybody decided.</span>;
  if (decision === null) return null;
  const kind = approval.purpose === "in_doubt" ? "in_doubt" : "tool";
  return (
    <span title={new Date(decision.at).toLocaleString()}>
      <strong>{decisionSentence(kind, decision.verb, decision.by.name)}</strong>{" "}
      {decision.reason && <>“<VisibleText text={decision.reason} />” </>}
      {formatAgo(new Date(decision.at).toISOString())}
    </span>
  );
}
