import { ActionIcon, Tooltip } from "@mantine/core";
import { NodeToolbar, Position } from "@xyflow/react";
import { IconArrowLeft, IconArrowRight, IconCopy, IconTrash } from "@tabler/icons-react";

import type { GraphNode } from "@/components/team-graph/flow";

import { useBuilder, useBuilderState } from "../context";
import { selectionActions } from "../selection-actions";
import classes from "../builder.module.css";

const ICONS = { earlier: IconArrowLeft, later: IconArrowRight, duplicate: IconCopy, delete: IconTrash } as const;

/** What can be done with the selected node, right above it. */
export function SelectionToolbar({ nodes }: { nodes: readonly GraphNode[] }) {
  const { store, readOnly } = useBuilder();
  const { doc, selected } = useBuilderState();
  const actions = selected && !readOnly ? selectionActions(doc, selected) : [];
  if (!selected || actions.length === 0 || !nodes.some((node) => node.id === selected)) return null;
  return (
    <NodeToolbar nodeId={selected} isVisible position={Position.Top} offset={16} className={classes.selection} role="toolbar" aria-label="Selection">
      {actions.map((action) => {
        const Icon = ICONS[action.id];
        return (
          <Tooltip key={action.id} label={`${action.label} (${action.shortcut})`}>
            <ActionIcon variant="subtle" color={action.id === "delete" ? "red" : "gray"} size={28} aria-label={action.label} onClick={() => store.run(action.command)}>
              <Icon size={16} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        );
      })}
    </NodeToolbar>
  );
}
