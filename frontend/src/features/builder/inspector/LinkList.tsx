import { ActionIcon, Button, Group, Select, Text, UnstyledButton } from "@mantine/core";
import { IconArrowRight, IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";

import type { Component } from "@/api/types";
import { Section } from "@/components/Section";
import { handoffTarget } from "@/components/team-graph/links";
import { getAt, joinPath, formatPath, parsePath } from "@/lib/component-path";
import { componentAt, componentName, isTeam } from "@/lib/components";

import { useBuilder, useBuilderState, useRun } from "../context";
import { remove } from "../document/commands";
import { memberNames } from "../document/follow";
import { addGraphEdge, addHandoff } from "../document/links";
import classes from "../builder.module.css";

interface RowProps {
  path: string;
  from: string;
  to: string;
  note: string;
}

function LinkRow({ path, from, to, note }: RowProps) {
  const { store, readOnly } = useBuilder();
  const run = useRun();
  const name = from ? `${from} to ${to}` : to;
  return (
    <li className={classes.row}>
      <UnstyledButton className={classes.rowMain} onClick={() => store.select(path)} aria-label={`Open ${name}`}>
        {from && <span className="clip">{from}</span>}
        <IconArrowRight size={14} aria-hidden style={{ flex: "none", color: "var(--t-dim)" }} />
        <span className="clip">{to}</span>
        {note && <span className={`${classes.rowNote} clip`}>{note}</span>}
      </UnstyledButton>
      {!readOnly && <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={() => run(remove(path))}><IconX size={14} /></ActionIcon>}
    </li>
  );
}

const asValues = (value: unknown) => (value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {});
const asList = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);
const text = (value: unknown) => (typeof value === "string" ? value : "");

/** To whom an agent can hand the conversation over. */
export function HandoffList({ path, component }: { path: string; component: Component }) {
  const { readOnly } = useBuilder();
  const { doc } = useBuilderState();
  const run = useRun();
  const handoffs = asList(component.config.handoffs);
  const team = componentAt(doc.component, formatPath(parsePath(path).slice(0, -3)));
  const own = componentName(component);
  const present = new Set(handoffs.map(handoffTarget));
  const mates = team && path !== "$" && isTeam(team) ? memberNames(team).filter((name) => name !== own) : [];
  const choices = [...mates, "user"].filter((name) => !present.has(name));
  return (
    <Section title="Handoffs">
      <ul className={classes.rows} data-field="handoffs" tabIndex={-1}>
        {handoffs.map((handoff, index) => (
          <LinkRow key={index} path={joinPath(path, "config", "handoffs", index)} from="" to={handoffTarget(handoff) || "nobody"} note={text(asValues(handoff).description)} />
        ))}
      </ul>
      {handoffs.length === 0 && <Text size="sm" c="dimmed">None. In a swarm, handoffs decide who speaks next.</Text>}
      {!readOnly && choices.length > 0 && (
        <Select size="xs" aria-label="Add handoff to" placeholder="Add handoff to …" data={choices.map((name) => ({ value: name, label: name === "user" ? "user (a person)" : name }))} value={null} onChange={(name) => name && run(addHandoff(path, name))} />
      )}
    </Section>
  );
}

/** The edges of a graph, as a list: what the canvas draws, for the keyboard and for long graphs. */
export function EdgeList({ path, component }: { path: string; component: Component }) {
  const { readOnly } = useBuilder();
  const { doc } = useBuilderState();
  const run = useRun();
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const names = memberNames(component);
  const nodes = asValues(getAt(doc.component, parsePath(joinPath(path, "config", "graph", "nodes"))));
  const edges = Object.entries(nodes).flatMap(([name, node]) =>
    asList(asValues(node).edges).map((edge, index) => ({
      path: joinPath(path, "config", "graph", "nodes", name, "edges", index),
      from: name,
      to: handoffTarget(edge) || "nobody",
      note: text(asValues(edge).condition) || text(asValues(edge).expression),
    })),
  );
  const add = () => {
    if (from && to) run(addGraphEdge(path, from, to));
    setTo(null);
  };
  return (
    <Section title="Edges">
      {edges.length === 0 && <Text size="sm" c="dimmed">None: everybody speaks at once. Draw a line from the right side of one member to the left side of the next.</Text>}
      <ul className={classes.rows} data-field="graph" tabIndex={-1}>{edges.map((edge) => <LinkRow key={edge.path} {...edge} />)}</ul>
      {!readOnly && names.length > 0 && (
        <Group gap={8} wrap="nowrap">
          <Select size="xs" aria-label="Edge from" placeholder="From" data={names} value={from !== null && names.includes(from) ? from : null} onChange={setFrom} style={{ flex: 1 }} />
          <Select size="xs" aria-label="Edge to" placeholder="To" data={names} value={to !== null && names.includes(to) ? to : null} onChange={setTo} style={{ flex: 1 }} />
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} disabled={!from || !to} onClick={add}>Add edge</Button>
        </Group>
      )}
    </Section>
  );
}
