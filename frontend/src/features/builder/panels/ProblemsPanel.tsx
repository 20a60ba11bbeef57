import { UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";

import type { Problem } from "@/api/types";
import { componentTree } from "@/components/team-graph";
import { eachItem } from "@/components/team-graph/tree";
import { EmptyState } from "@/components/EmptyState";

import { useBuilder, useBuilderState } from "../context";
import type { Doc } from "../document/model";
import { ownerOf } from "../document/problems";
import { Drawer } from "./Drawer";
import classes from "../builder.module.css";

function nodesOf(doc: Doc): Map<string, string> {
  const names = new Map<string, string>();
  eachItem(componentTree(doc.component), (item) => names.set(item.path, item.name));
  doc.layout.loose?.forEach((loose, index) => names.set(`loose:${index}`, loose.component.label ?? "Tool"));
  return names;
}

/** Everything that is wrong with the draft; a click goes to the node and its field. */
export function ProblemsPanel({ onClose, onGo }: { onClose: () => void; onGo: () => void }) {
  const { problems, store } = useBuilder();
  const { doc } = useBuilderState();
  const nodes = nodesOf(doc);
  const go = (problem: Problem) => {
    const owner = ownerOf(problem, [...nodes.keys()]) ?? "$";
    const field = problem.path.slice(owner.length).match(/^\.config\.([^.[]+)/)?.[1] ?? null;
    store.select(owner, field);
    onGo();
  };
  return (
    <Drawer title="Problems" onClose={onClose}>
      {problems.length === 0 && <EmptyState compact icon={IconCircleCheck} title="No problems">This draft can be saved as a revision and run.</EmptyState>}
      <ul className={classes.rows}>
        {problems.map((problem, index) => {
          const severe = problem.severity === "error";
          const Icon = severe ? IconCircleX : IconAlertTriangle;
          const owner = ownerOf(problem, [...nodes.keys()]);
          return (
            <li key={`${problem.path}:${problem.code}:${index}`}>
              <UnstyledButton className={classes.problemRow} onClick={() => go(problem)}>
                <Icon size={16} color={severe ? "var(--state-failed)" : "var(--state-waiting)"} aria-label={severe ? "Error" : "Warning"} style={{ flex: "none", marginTop: 2 }} />
                <span className="wrap-anywhere" style={{ flex: 1 }}>
                  {problem.detail} {problem.hint && <span style={{ color: "var(--t-dim)" }}>{problem.hint}</span>}
                </span>
                <span className={`${classes.status} clip`} style={{ maxWidth: 200 }}>{(owner && nodes.get(owner)) ?? "Document"}</span>
              </UnstyledButton>
            </li>
          );
        })}
      </ul>
    </Drawer>
  );
}
