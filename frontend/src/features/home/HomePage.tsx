import { useQuery } from "@tanstack/react-query";

import { definitionsQuery } from "@/api/definitions";
import { useMe } from "@/api/me";
import { runsQuery } from "@/api/runs";
import { ErrorState } from "@/components/ErrorState";
import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

import { Dashboard } from "./Dashboard";
import { FirstSteps } from "./FirstSteps";

/** What waits for me, what runs, what ended, what to start from; or the first three steps. */
export function HomePage() {
  const { workspace } = useMe();
  const runs = useQuery({ ...runsQuery({ limit: 30 }), refetchInterval: 20_000 });
  const teams = useQuery(definitionsQuery({ component_type: "team" }));
  const error = runs.error ?? teams.error;
  if (error && !runs.data) return <PageFrame title="Home"><ErrorState error={error} onRetry={() => void Promise.all([runs.refetch(), teams.refetch()])} /></PageFrame>;
  if (!runs.data || !teams.data) return <PageSkeleton />;
  if (runs.data.results.length === 0) return <FirstSteps teams={teams.data.results} />;
  return (
    <PageFrame title="Home" lead={workspace.name} wide>
      <Dashboard runs={runs.data.results} teams={teams.data.results} />
    </PageFrame>
  );
}
