import { ActionIcon, Tooltip } from "@mantine/core";
import { Panel, useReactFlow } from "@xyflow/react";
import { IconArrowBackUp, IconArrowForwardUp, IconFocusCentered, IconLayoutDashboard, IconMap2, IconMinus, IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useBuilder, useBuilderState, useRun } from "../context";
import { autoLayout } from "../document/commands";
import classes from "../builder.module.css";

interface ToolProps {
  label: string;
  shortcut?: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  children: ReactNode;
}

function Tool({ label, shortcut, onClick, disabled, pressed, children }: ToolProps) {
  return (
    <Tooltip label={shortcut ? `${label} (${shortcut})` : label}>
      <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} onClick={onClick} disabled={disabled} aria-pressed={pressed}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Undo, zoom, tidy up, minimap: at the foot of the canvas. */
export function CanvasTools({ minimap, onToggleMinimap }: { minimap: boolean; onToggleMinimap: () => void }) {
  const { store, readOnly } = useBuilder();
  const { undoLabel, redoLabel } = useBuilderState();
  const run = useRun();
  const flow = useReactFlow();
  const icon = { size: 18, stroke: 1.75 };
  const fit = () => void flow.fitView({ padding: 0.14, maxZoom: 1, duration: 160 });
  const tidy = () => {
    run(autoLayout());
    requestAnimationFrame(fit);
  };
  return (
    <Panel position="bottom-left" className={classes.tools} role="toolbar" aria-label="Canvas tools">
      <Tool label={undoLabel ? `Undo: ${undoLabel}` : "Undo"} shortcut="Ctrl+Z" onClick={store.undo} disabled={readOnly || !undoLabel}><IconArrowBackUp {...icon} /></Tool>
      <Tool label={redoLabel ? `Redo: ${redoLabel}` : "Redo"} shortcut="Ctrl+Shift+Z" onClick={store.redo} disabled={readOnly || !redoLabel}><IconArrowForwardUp {...icon} /></Tool>
      <span className={classes.toolGap} />
      <Tool label="Zoom out" onClick={() => void flow.zoomOut({ duration: 140 })}><IconMinus {...icon} /></Tool>
      <Tool label="Zoom in" onClick={() => void flow.zoomIn({ duration: 140 })}><IconPlus {...icon} /></Tool>
      <Tool label="Fit to screen" shortcut="F" onClick={fit}><IconFocusCentered {...icon} /></Tool>
      <Tool label="Tidy up the layout" shortcut="L" onClick={tidy} disabled={readOnly}><IconLayoutDashboard {...icon} /></Tool>
      <Tool label="Minimap" onClick={onToggleMinimap} pressed={minimap}><IconMap2 {...icon} /></Tool>
    </Panel>
  );
}
