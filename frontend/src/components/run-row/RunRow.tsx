import { Link } from "react-router";

import type { RunSummary } from "@/api/types";
import { Money } from "@/components/Money";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { StateBadge } from "@/components/StateBadge";
import { TimeAgo } from "@/components/TimeAgo";
import { formatTokens, plural } from "@/lib/format";

import classes from "./RunRow.module.css";

/** What a person wants to know of a run that is not all well. */
function remark(run: RunSummary): string | null {
  if (run.error) return run.error.detail;
  if (run.pause) return run.pause.detail;
  if (run.state === "waiting" && run.pending_requests > 0) return `${plural(run.pending_requests, "request")} waiting for a decision`;
  return null;
}

/** One run in a list: state, task, team, when, what it cost. */
export function RunRow({ run }: { run: RunSummary }) {
  const note = remark(run);
  const tokens = run.tokens.prompt + run.tokens.completion;
  return (
    <Link to={`/runs/${run.id}`} className={classes.row} aria-label={`Run of ${run.team.name}, ${run.state}: ${run.task}`}>
      <span className={classes.state}><StateBadge state={run.state} /></span>
      <span className={classes.main}>
        <span className={`${classes.task} clip`} title={run.task}>{run.task}</span>
        <span className={`${classes.meta} clip`}>{run.team.name}{run.number > 1 && `, run ${run.number}`}{note && <span className={classes.note} title={note}> · {note}</span>}</span>
      </span>
      {run.scripted && <ScriptedBadge compact />}
      <span className={classes.numbers}>
        {tokens > 0 && <span className="tabular">{formatTokens(tokens)} tokens</span>}
        {!run.scripted && (run.cost_usd !== null || run.cost_unknown) && <Money usd={run.cost_usd} unknown={run.cost_unknown} />}
      </span>
      <span className={classes.time}><TimeAgo at={run.ended_at ?? run.started_at ?? run.created_at} /></span>
    </Link>
  );
}
