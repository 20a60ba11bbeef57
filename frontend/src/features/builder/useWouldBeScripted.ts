import { useMemo } from "react";

import { componentTree, useGraphFacts } from "@/components/team-graph";
import { agentsOf } from "@/components/team-graph/tree";

import { useBuilderState } from "./context";

/** Whether any agent of this team would be answered by the scripted stand-in. */
export function useWouldBeScripted(): boolean {
  const { doc } = useBuilderState();
  const facts = useGraphFacts(doc.settings.model);
  return useMemo(() => agentsOf(componentTree(doc.component)).some((agent) => facts.model?.(agent)?.scripted ?? false), [doc, facts]);
}
