import { IconAlarm } from "@tabler/icons-react";
import { Link } from "react-router";

import type { Request } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { TimeAgo } from "@/components/TimeAgo";
import { DeadlineText, EFFECT, VisibleText } from "@/components/tool-call";

import { requestSentence, requestTitle, STATE_WORDS } from "./request-words";
import classes from "./approvals.module.css";

interface RequestListProps {
  requests: readonly Request[];
  selected: string | undefined;
}

export function RequestList({ requests, selected }: RequestListProps) {
  if (requests.length === 0) return <p className={classes.none}>Nothing here.</p>;
  return (
    <ul className={classes.list}>
      {requests.map((request) => (
        <li key={request.id} id={`request-${request.id}`}>
          <Link className={classes.row} to={`/approvals/${request.id}`} replace aria-current={request.id === selected ? "true" : undefined}>
            <AgentAvatar name={request.agent} size={28} />
            <span className={classes.rowText}>
              <span className={classes.rowTop}>
                <span className="clip">{request.agent}</span>
                <span className={`${request.kind === "input" ? classes.asks : classes.tool} clip`}>{requestTitle(request)}</span>
                <span className={classes.age}><TimeAgo at={request.decided_at ?? request.created_at} /></span>
              </span>
              <span className={classes.sentence}><VisibleText text={requestSentence(request)} /></span>
              <RowFacts request={request} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function RowFacts({ request }: { request: Request }) {
  const { effect, deadline_at: deadline, state } = request;
  return (
    <span className={classes.rowFacts}>
      <span className="clip">{request.run.team_name}</span>
      {state === "pending" && effect !== null && <span data-effect={effect}>{EFFECT[effect].label}</span>}
      {state === "pending" && deadline !== null && <span><IconAlarm size={12} aria-hidden /> <DeadlineText at={deadline} /></span>}
      {state !== "pending" && <span data-state={state}>{STATE_WORDS[state]}{request.decided_by !== null && ` by ${request.decided_by.name}`}</span>}
    </span>
  );
}
