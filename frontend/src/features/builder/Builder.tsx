import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { useDocumentTitle, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconChevronsLeft, IconChevronsRight, IconEye } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";

import { useAbility } from "@/api/me";
import type { DefinitionDetail } from "@/api/types";

import { BuilderHeader } from "./BuilderHeader";
import { Canvas } from "./canvas/Canvas";
import { ConflictDialog } from "./ConflictDialog";
import { BuilderContext, type BuilderValue } from "./context";
import { Inspector } from "./inspector/Inspector";
import { Palette } from "./Palette";
import { Panels } from "./panels/Panels";
import type { PanelName } from "./panels/panel-name";
import { ResizableInspector } from "./ResizableInspector";
import { useBuilderCommands } from "./useBuilderCommands";
import { useBuilderKeys, useClipboard } from "./useBuilderKeys";
import { useDraft } from "./useDraft";
import { useProblems } from "./useProblems";
import classes from "./builder.module.css";

type Tab = "canvas" | "palette" | "inspector";

const TABS = [{ value: "canvas", label: "Canvas" }, { value: "palette", label: "Add" }, { value: "inspector", label: "Inspector" }];

/** One definition being edited. */
export function Builder({ definition }: { definition: DefinitionDetail }) {
  const { store, sync, restored } = useDraft(definition);
  const problems = useProblems(store, definition.component_type);
  const { allowed, reason } = useAbility("edit");
  const builder = useMemo<BuilderValue>(
    () => ({ definition, store, sync, problems, readOnly: !allowed, readOnlyReason: reason }),
    [definition, store, sync, problems, allowed, reason],
  );
  useDocumentTitle(`${definition.name} · Troupe`);
  return (
    <BuilderContext.Provider value={builder}>
      <Workbench builder={builder} restored={restored} />
    </BuilderContext.Provider>
  );
}

function Workbench({ builder, restored }: { builder: BuilderValue; restored: boolean }) {
  const { definition, readOnly, readOnlyReason } = builder;
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [saving, setSaving] = useState(false);
  const [note, setNote] = useState(restored);
  const searchRef = useRef<HTMLInputElement>(null);
  const targets = useMemo(() => ({ searchRef, onPanel: setPanel, onSave: () => setSaving(true) }), []);
  useBuilderKeys(builder, targets);
  useClipboard(builder);
  useBuilderCommands(builder, targets);
  const hasCanvas = definition.component_type === "team" || definition.component_type === "agent";
  return (
    <div className={classes.page}>
      <BuilderHeader panel={panel} onPanel={setPanel} saving={saving} onSaving={setSaving} />
      {readOnly && <div className={classes.banner} role="status"><IconEye size={16} aria-hidden />{readOnlyReason}</div>}
      {note && (
        <div className={classes.banner} role="status">
          Edits that had stayed in this browser were taken up again.
          <Button size="compact-xs" variant="subtle" onClick={() => setNote(false)}>OK</Button>
        </div>
      )}
      {hasCanvas ? <CanvasBody searchRef={searchRef} panel={panel} onPanel={setPanel} /> : (
        <div className={classes.body} style={{ overflow: "auto" }}><Inspector wide /><Panels panel={panel} onPanel={setPanel} /></div>
      )}
      <ConflictDialog />
    </div>
  );
}

interface BodyProps {
  searchRef: React.RefObject<HTMLInputElement | null>;
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
}

/** Palette, canvas, inspector; on a narrow screen one at a time. */
function CanvasBody({ searchRef, panel, onPanel }: BodyProps) {
  const narrow = useMediaQuery("(max-width: 860px)", false, { getInitialValueInEffect: false });
  const [tab, setTab] = useState<Tab>("canvas");
  const [folded, setFolded] = useLocalStorage({ key: "troupe.builder.folded", defaultValue: { palette: false, inspector: false } });
  const showPalette = narrow ? tab === "palette" : !folded.palette;
  const showInspector = narrow ? tab === "inspector" : !folded.inspector;
  const toggle = (side: "palette" | "inspector") => () => setFolded({ ...folded, [side]: !folded[side] });
  return (
    <>
      <div className={classes.tabs}>
        <SegmentedControl fullWidth size="xs" value={tab} onChange={(next) => setTab(next as Tab)} data={TABS} aria-label="Builder view" />
      </div>
      <div className={classes.body}>
        {showPalette && <Palette searchRef={searchRef} onFold={narrow ? undefined : toggle("palette")} onAdded={narrow ? () => setTab("canvas") : undefined} />}
        {(!narrow || tab === "canvas" || panel) && (
          <div className={classes.stage}>
            {!narrow && folded.palette && <Tooltip label="Show the palette"><ActionIcon className={classes.unfold} variant="default" aria-label="Show the palette" onClick={toggle("palette")}><IconChevronsRight size={16} /></ActionIcon></Tooltip>}
            {!narrow && folded.inspector && <Tooltip label="Show the inspector"><ActionIcon className={classes.unfold} style={{ left: "auto", right: 12 }} variant="default" aria-label="Show the inspector" onClick={toggle("inspector")}><IconChevronsLeft size={16} /></ActionIcon></Tooltip>}
            <Canvas />
            <Panels panel={panel} onPanel={onPanel} onGo={() => narrow && setTab("inspector")} />
          </div>
        )}
        {showInspector && <ResizableInspector fixed={Boolean(narrow)} onFold={narrow ? undefined : toggle("inspector")} />}
      </div>
    </>
  );
}
