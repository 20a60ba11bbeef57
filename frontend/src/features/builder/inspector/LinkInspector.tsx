import { Button, Select, Stack, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";

import { useRegistry } from "@/api/components";
import type { JsonSchema } from "@/api/types";
import { SchemaForm } from "@/components/schema-form/SchemaForm";
import { handoffTarget } from "@/components/team-graph/links";
import { formatPath, getAt, parsePath } from "@/lib/component-path";
import { ASSISTANT, componentAt, componentName, GRAPH_FLOW } from "@/lib/components";
import { withField } from "@/components/model-picker/ModelPicker";

import { useBuilder, useBuilderState, useRun } from "../context";
import { remove, setValue } from "../document/commands";
import type { Doc } from "../document/model";
import { memberNames } from "../document/follow";
import { fieldErrors } from "../document/problems";

type Values = Record<string, unknown>;

const asValues = (value: unknown): Values => (value !== null && typeof value === "object" ? (value as Values) : {});

export interface LinkEnds {
  kind: "edge" | "handoff";
  from: string;
  to: string;
  /** Whom it may lead to. */
  targets: string[];
}

/** What a path to an edge or a handoff is about; null: there is nothing at it. */
export function linkEnds(doc: Doc, path: string): LinkEnds | null {
  const keys = parsePath(path);
  const value = getAt(doc.component, keys);
  if (value === undefined) return null;
  const edge = keys.at(-2) === "edges";
  const team = componentAt(doc.component, formatPath(keys.slice(0, edge ? -6 : -5)));
  const agent = edge ? null : componentAt(doc.component, formatPath(keys.slice(0, -3)));
  const from = edge ? String(keys.at(-3)) : agent ? componentName(agent) : "";
  const targets = team ? memberNames(team).filter((name) => edge || name !== from) : [];
  return { kind: edge ? "edge" : "handoff", from, to: handoffTarget(value), targets };
}

function part(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const found = schema?.$defs?.[name];
  return found && { ...found, $defs: schema?.$defs };
}

/** A line of the canvas: an edge of a graph with its condition, or a handoff with what it says. */
export function LinkInspector({ path, ends }: { path: string; ends: LinkEnds }) {
  const { store, readOnly, problems } = useBuilder();
  const { doc } = useBuilderState();
  const run = useRun();
  const registry = useRegistry();
  const edge = ends.kind === "edge";
  const schema = edge ? part(registry.get(GRAPH_FLOW)?.config_schema, "GraphEdge") : part(registry.get(ASSISTANT)?.config_schema, "Handoff");
  const written = getAt(doc.component, parsePath(path));
  const values = typeof written === "string" ? { target: written } : asValues(written);
  const change = (next: Values) => {
    // A handoff that says nothing but its target is written as AutoGen's short form.
    const short = !edge && Object.keys(next).length === 1 && typeof next.target === "string";
    run(setValue(path, short ? next.target : next, edge ? "Edit edge" : "Edit handoff"));
  };
  const choices = [...new Set([...ends.targets, ...(edge ? [] : ["user"]), ends.to])].filter(Boolean);
  const found = fieldErrors(problems.map((problem) => ({ ...problem, path: problem.path.replace(path, `${path}.config`) })), path);
  const own = problems.filter((problem) => problem.path === path || problem.path === formatPath(parsePath(path).slice(0, -1)));
  return (
    <Stack gap={12}>
      <Text size="sm" c="dimmed">
        {edge ? "The next one speaks after it. With conditions, only when they hold; without, always. All edges of one member have conditions, or none." : "The model gets it as a tool and decides by itself when to hand the conversation over."}
      </Text>
      {own.map((problem) => <Text key={problem.code + problem.detail} size="xs" c="var(--state-failed)" role="alert">{problem.detail} {problem.hint}</Text>)}
      <Select label={edge ? "To" : "Hands over to"} data={choices} value={ends.to || null} allowDeselect={false} readOnly={readOnly} data-field="target" onChange={(target) => target && change({ ...values, target })} error={found.target} />
      {schema ? (
        <SchemaForm schema={schema} value={values} omit={["target"]} readOnly={readOnly} errors={found} onChange={(field, value) => change(withField(values, field, value))} />
      ) : registry.size > 0 && (
        <Text size="sm" c="dimmed">This server does not describe it; edit it as JSON.</Text>
      )}
      {!readOnly && (
        <Button variant="default" color="red" leftSection={<IconTrash size={16} />} style={{ alignSelf: "flex-start" }} onClick={() => { run(remove(path)); store.select(null); }}>
          {edge ? "Delete edge" : "Delete handoff"}
        </Button>
      )}
    </Stack>
  );
}
