import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowRight, IconChevronLeft, IconChevronsRight, IconExternalLink } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { Link } from "react-router";

import { useRegistry } from "@/api/components";
import type { Component } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { ComponentIcon } from "@/components/ComponentIcon";
import { SlotOpener, type OpenSlot } from "@/components/schema-form/slot-opener";
import { componentTree } from "@/components/team-graph";
import { graphColors, looseIndex } from "@/components/team-graph/flow";
import { isLinkPath } from "@/components/team-graph/links";
import { agentsOf } from "@/components/team-graph/tree";
import { formatPath, joinPath, parsePath } from "@/lib/component-path";
import { className, componentAt, componentName, isTeam, REFERENCE } from "@/lib/components";

import { useBuilder, useBuilderState } from "../context";
import type { Doc } from "../document/model";
import { AgentInspector } from "./AgentInspector";
import { GenericInspector } from "./GenericInspector";
import { LinkInspector, linkEnds } from "./LinkInspector";
import { ReferenceInspector } from "./ReferenceInspector";
import { TeamInspector } from "./TeamInspector";
import classes from "../builder.module.css";

function selection(doc: Doc, selected: string | null): { path: string; component: Component } {
  const path = selected ?? "$";
  const loose = looseIndex(path);
  if (loose !== null) {
    const item = doc.layout.loose?.[loose];
    if (item) return { path, component: item.component };
  }
  const component = componentAt(doc.component, path);
  return component ? { path, component } : { path: "$", component: doc.component };
}

/** The component that holds the one at `path`; null: the canvas shows it by itself. */
function holderOf(doc: Doc, path: string): { path: string; component: Component } | null {
  if (looseIndex(path) !== null || path === "$") return null;
  const keys = parsePath(path);
  for (let length = keys.length - 1; length >= 0; length--) {
    const holder = formatPath(keys.slice(0, length));
    const component = componentAt(doc.component, holder);
    if (component) return { path: holder, component };
  }
  return null;
}

function Body({ path, component }: { path: string; component: Component }) {
  if (component.provider === REFERENCE) return <ReferenceInspector path={path} component={component} />;
  if (isTeam(component)) return <TeamInspector path={path} component={component} />;
  if (component.component_type === "agent") return <AgentInspector path={path} component={component} />;
  return <GenericInspector path={path} component={component} />;
}

function Glyph({ component, path, doc }: { component: Component; path: string; doc: Doc }) {
  if (component.component_type !== "agent") return <ComponentIcon type={component.component_type} size={20} />;
  const root = componentTree(doc.component);
  const agent = agentsOf(root).find((item) => item.path === path);
  return <AgentAvatar name={componentName(component)} color={agent ? graphColors(root).get(agent.agentPath) : undefined} />;
}

/** Members, their tools and the team itself: each a node. Everything deeper is reached through its holder. */
const onCanvas = (path: string): boolean => path === "$" || looseIndex(path) !== null || /(participants|tools|workbench)(\[\d+\])?$/.test(path);

/** The form of what is selected; of the team itself when nothing is. */
export function Inspector({ onFold, wide }: { onFold?: () => void; wide?: boolean }) {
  const { store } = useBuilder();
  const { doc, selected, focusField } = useBuilderState();
  const registry = useRegistry();
  const body = useRef<HTMLDivElement>(null);
  const { path, component } = selection(doc, selected);
  const ends = selected !== null && isLinkPath(selected) ? linkEnds(doc, selected) : null;
  const open: OpenSlot = (keys) => store.select(joinPath(path, "config", ...keys));

  useEffect(() => {
    if (!focusField) return;
    const field = body.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(focusField)}"]`);
    const control = field?.matches("input, textarea, button") ? field : field?.querySelector<HTMLElement>("input, textarea, button, [contenteditable]");
    (control ?? field)?.scrollIntoView({ block: "center" });
    control?.focus();
    store.select(path, null);
  }, [focusField, path, store]);

  const name = isTeam(component) || component.component_type === "agent" ? componentName(component) : (registry.get(component.provider)?.label ?? componentName(component));
  const link = selected !== null && ends !== null;
  const shown = link ? selected : path;
  const holder = link || !onCanvas(path) ? holderOf(doc, shown) : null;
  return (
    <aside className={classes.inspector} data-wide={wide || undefined} aria-label="Inspector">
      {holder && <UnstyledButton className={classes.back} onClick={() => store.select(holder.path)}><IconChevronLeft size={14} aria-hidden /><span className="clip">Back to {componentName(holder.component)}</span></UnstyledButton>}
      <header className={classes.inspectorHead}>
        {link ? <IconArrowRight size={20} stroke={1.75} aria-hidden /> : <Glyph component={component} path={path} doc={doc} />}
        <div style={{ flex: 1, minWidth: 0 }}>
          <div className={`${classes.inspectorName} clip`} title={link ? undefined : name}>{link ? `${ends.from} → ${ends.to || "nobody"}` : name}</div>
          <div className={`${classes.inspectorKind} clip`} title={link ? undefined : component.provider}>{link ? (ends.kind === "edge" ? "Edge of the graph" : "Handoff") : className(component.provider)}</div>
        </div>
        {!link && component.provider === REFERENCE && typeof component.config.definition === "string" && (
          <Button component={Link} to={`/library/${component.config.definition}`} size="xs" variant="subtle" leftSection={<IconExternalLink size={14} />}>Open</Button>
        )}
        {onFold && <Tooltip label="Fold the inspector"><ActionIcon variant="subtle" color="gray" aria-label="Fold the inspector" onClick={onFold}><IconChevronsRight size={16} /></ActionIcon></Tooltip>}
      </header>
      <div className={classes.inspectorBody} ref={body} key={shown}>
        <SlotOpener.Provider value={open}>
          {link ? <LinkInspector path={selected} ends={ends} /> : <Body path={path} component={component} />}
        </SlotOpener.Provider>
      </div>
    </aside>
  );
}
