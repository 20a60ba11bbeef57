import { Collapse, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { sessionQuery } from "@/api/sessions";
import type { RunSummary, Session } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Money } from "@/components/Money";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { StateBadge } from "@/components/StateBadge";
import { TimeAgo } from "@/components/TimeAgo";
import { formatDuration, formatTokens, plural } from "@/lib/format";

import classes from "./sessions.module.css";

/** A session's latest run at a glance; the runs before it unfold. */
export function SessionRow({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  const run = session.last_run;
  const title = titleOf(session);
  const many = session.runs > 1;
  return (
    <li className={classes.session}>
      <div className={classes.head}>
        <button type="button" className={classes.toggle} aria-expanded={open} aria-label={`Runs of ${title}`} disabled={!many} onClick={() => setOpen(!open)}>
          <IconChevronRight size={16} aria-hidden />
        </button>
        <div className={classes.what}>
          {run === null ? <span className={classes.title}>{title}</span> : <Link className={classes.title} to={`/runs/${run.id}`}>{title}</Link>}
          <span className={classes.facts}>
            {session.definition !== null && <Link to={`/teams/${session.definition.id}`}>{session.definition.name}</Link>}
            <span>{plural(session.runs, "run")}</span>
            <TimeAgo at={session.updated_at} />
          </span>
        </div>
        {run !== null && <RunFacts run={run} />}
      </div>
      {many && <Collapse expanded={open}>{open && <Runs sessionId={session.id} />}</Collapse>}
    </li>
  );
}

/** A session that was not named is known by what it was asked. */
function titleOf({ name, definition, last_run: run }: Session): string {
  const named = name !== "" && name !== definition?.name;
  return (named ? name : run?.task) || name || "Untitled session";
}

function RunFacts({ run }: { run: RunSummary }) {
  return (
    <div className={classes.run}>
      {run.pending_requests > 0 && <Link className={classes.needs} to={`/runs/${run.id}`}>{plural(run.pending_requests, "request")} for you</Link>}
      {run.scripted && <ScriptedBadge compact />}
      <span className={`${classes.sums} tabular`}>
        {formatTokens(run.tokens.prompt + run.tokens.completion)} tokens · <Money usd={run.cost_usd} unknown={run.cost_unknown} />
      </span>
      <span className={classes.state}><StateBadge state={run.state} /></span>
    </div>
  );
}

function Runs({ sessionId }: { sessionId: string }) {
  const session = useQuery(sessionQuery(sessionId));
  if (session.isError) return <ErrorState compact error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === undefined) return <div className={classes.runs}><Skeleton height={28} /><Skeleton height={28} /></div>;
  return (
    <ol className={classes.runs}>
      {session.data.run_list.toSorted((a, b) => b.number - a.number).map((run) => (
        <li key={run.id}>
          <Link to={`/runs/${run.id}`} className={classes.runLink}>
            <span className="tabular">run {run.number}</span>
            <span className="clip">{run.task}</span>
          </Link>
          <span className={`${classes.sums} tabular`}>{duration(run)}</span>
          <StateBadge state={run.state} />
        </li>
      ))}
    </ol>
  );
}

function duration(run: RunSummary): string {
  if (run.started_at === null || run.ended_at === null) return "";
  return formatDuration(Date.parse(run.ended_at) - Date.parse(run.started_at));
}
