import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconExternalLink } from "@tabler/icons-react";
import { Link } from "react-router";

import { requestQuery } from "@/api/decisions";
import { useAbility } from "@/api/me";
import type { Request } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { PageSkeleton } from "@/components/PageSkeleton";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { TimeAgo } from "@/components/TimeAgo";
import { AnswerPanel, DecisionPanel, decisionSentence, RequestCard, subjectOfRequest, VisibleText } from "@/components/tool-call";

import { RequestContext } from "./RequestContext";
import { STATE_WORDS } from "./request-words";
import classes from "./approvals.module.css";

interface RequestDetailProps {
  id: string;
  /** From the list, so that it stands there at once. */
  known: Request | undefined;
  onDecided: (request: Request) => void;
}

/** One request: exact arguments first, what led to it after, and the decision bar at the bottom. */
export function RequestDetail({ id, known, onDecided }: RequestDetailProps) {
  const client = useQueryClient();
  const query = useQuery({ ...requestQuery(id), placeholderData: known });
  const may = useAbility("decide");
  // A decision taken elsewhere shows at once, whichever way it is heard of first.
  const request = query.data?.state === "pending" ? (known ?? query.data) : (query.data ?? known);
  if (request === undefined) {
    return query.isError ? <div className={classes.body}><ErrorState error={query.error} onRetry={() => void query.refetch()} /></div> : <PageSkeleton />;
  }
  const subject = subjectOfRequest(request);
  const reload = (): void => void client.invalidateQueries({ queryKey: ["approvals"] });
  return (
    <div className={classes.detail} data-decision-card>
      <div className={classes.body}>
        <div className={classes.run}>
          <span className="wrap-anywhere">{request.run.team_name}</span>
          {request.run.scripted && <ScriptedBadge />}
          <Button component={Link} to={`/runs/${request.run.id}`} size="compact-xs" variant="subtle" leftSection={<IconExternalLink size={14} />}>Open the run</Button>
        </div>
        <div className={classes.card}><RequestCard subject={subject} /></div>
        <RequestContext id={id} question={request.kind === "input"} />
      </div>
      <footer className={classes.bar}>
        {request.state !== "pending" ? (
          <Decided request={request} />
        ) : request.kind === "input" ? (
          <AnswerPanel subject={subject} disabledReason={may.reason} onReload={reload} />
        ) : (
          <DecisionPanel subject={subject} disabledReason={may.reason} keys="page" onDecided={onDecided} onReload={reload} />
        )}
      </footer>
    </div>
  );
}

function Decided({ request }: { request: Request }) {
  const { decision, decided_by: by, decided_at: at } = request;
  return (
    <div className={classes.decided} role="status">
      <strong>{decision !== null ? decisionSentence(request.kind, decision.verb, by?.name ?? "Somebody") : `This request is ${STATE_WORDS[request.state]}.`}</strong>
      {at !== null && <span className={classes.dim}><TimeAgo at={at} /></span>}
      {decision?.reason && <p>Reason: <VisibleText text={decision.reason} /></p>}
      {decision?.text && <p>Text: <VisibleText text={decision.text} /></p>}
    </div>
  );
}
