import { useQuery } from "@tanstack/react-query";
import { useDocumentTitle } from "@mantine/hooks";
import { useParams } from "react-router";

import { runQuery } from "@/api/run-log";
import { ErrorState } from "@/components/ErrorState";
import { PageSkeleton } from "@/components/PageSkeleton";

import { SessionScreen } from "./SessionScreen";
import classes from "./session.module.css";

/** One run: live while it goes on, and any moment of it for ever after. */
export function SessionPage() {
  const { id = "" } = useParams();
  const run = useQuery(runQuery(id));
  useDocumentTitle(run.data === undefined ? "Run · Troupe" : `${run.data.team.name} · run ${run.data.number} · Troupe`);
  if (run.data !== undefined) return <SessionScreen key={id} run={run.data} />;
  if (run.isError) return <div className={classes.center}><ErrorState error={run.error} onRetry={() => void run.refetch()} /></div>;
  return <PageSkeleton />;
}
