import { useMemo } from "react";

import { TeamGraph } from "@/components/team-graph";

import { useSession } from "./model/session-context";

/** The builder's canvas, read-only: who acts at this moment, and who handed over to whom how often. */
export function GraphPanel() {
  const { run, view, select } = useSession();
  // The graph is drawn again when who acts changes, not with every event.
  const names = [...view.activity.keys()].join("\n");
  const active = useMemo(() => new Set(names === "" ? [] : names.split("\n")), [names]);
  const choose = (agentPath: string | null): void => {
    const last = agentPath === null ? null : view.items.toArray().findLast((item) => item.agentPath === agentPath);
    select(last?.id ?? null);
  };
  return (
    <TeamGraph
      component={run.component}
      layout={run.layout}
      activeAgents={active}
      messages={view.messageCounts}
      passes={view.edges}
      onSelect={(_path, agentPath) => choose(agentPath)}
    />
  );
}
