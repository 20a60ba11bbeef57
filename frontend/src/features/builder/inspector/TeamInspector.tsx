import { ActionIcon, NumberInput, Select, Stack, Text, Textarea, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { componentsQuery, useRegistry } from "@/api/components";
import type { Component } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { ModelPicker } from "@/components/model-picker/ModelPicker";
import { editableFields, SchemaForm } from "@/components/schema-form/SchemaForm";
import { Section } from "@/components/Section";
import { agentColors } from "@/lib/agent-colors";
import { useDefaultModel } from "@/components/team-graph";
import { flowOf } from "@/components/team-graph/links";
import { className, componentAt, componentName, MAGENTIC, participantsOf, SELECTOR } from "@/lib/components";
import { joinPath } from "@/lib/component-path";

import { useBuilder, useBuilderState, useRun } from "../context";
import { moveParticipant, replaceComponent, setTeamModel } from "../document/commands";
import { asTeamType } from "../document/team-type";
import { EdgeList } from "./LinkList";
import { TerminationEditor } from "./TerminationEditor";
import { useFields } from "./useFields";
import classes from "../builder.module.css";

const SHOWN = ["name", "description", "max_turns", "participants", "termination_condition", "model_client"] as const;

/** What matters of a kind of team beside its members; the rest is under Advanced. */
const FIRST: Record<string, readonly string[]> = {
  [SELECTOR]: ["selector_prompt", "allow_repeated_speaker"],
  [MAGENTIC]: ["max_stalls"],
};

function Participants({ path, component }: { path: string; component: Component }) {
  const { store, readOnly } = useBuilder();
  const run = useRun();
  const items = participantsOf(component, path);
  if (items.length === 0) return <Text size="sm" c="dimmed" data-field="participants" tabIndex={-1}>Nobody yet. Add an agent from the palette.</Text>;
  const colors = agentColors(items.map((item) => componentName(item.component)));
  return (
    <ol className={classes.rows} data-field="participants">
      {items.map((item, index) => {
        const name = componentName(item.component);
        return (
          <li key={item.path} className={classes.row}>
            <UnstyledButton className={classes.rowMain} onClick={() => store.select(item.path)} aria-label={`Open ${name}`}>
              <span className="tabular" style={{ color: "var(--t-dim)", width: 12 }}>{index + 1}</span>
              <AgentAvatar name={name} color={colors.get(name)} size={20} />
              <span className="clip">{name}</span>
            </UnstyledButton>
            <Tooltip label="Speak earlier"><ActionIcon variant="subtle" color="gray" disabled={readOnly || index === 0} aria-label={`${name}: speak earlier`} onClick={() => run(moveParticipant(path, index, index - 1))}><IconArrowUp size={14} /></ActionIcon></Tooltip>
            <Tooltip label="Speak later"><ActionIcon variant="subtle" color="gray" disabled={readOnly || index === items.length - 1} aria-label={`${name}: speak later`} onClick={() => run(moveParticipant(path, index, index + 1))}><IconArrowDown size={14} /></ActionIcon></Tooltip>
          </li>
        );
      })}
    </ol>
  );
}

/** How such a team finds its next speaker, and with which model. */
function Choosing({ path, component }: { path: string; component: Component }) {
  const { doc } = useBuilderState();
  const { errors, set, readOnly } = useFields(path, component);
  const fallback = useDefaultModel(doc.settings.model);
  const schema = useRegistry().get(component.provider)?.config_schema;
  const first = FIRST[component.provider] ?? [];
  if (!schema || !("model_client" in (schema.properties ?? {}))) return null;
  return (
    <Section title={component.provider === MAGENTIC ? "Who leads" : "Who chooses the speaker"}>
      <div data-field="model_client">
        <ModelPicker value={component.config.model_client} onChange={(model) => set("model_client", model)} readOnly={readOnly} error={errors.model_client} description={`Workspace default means: ${fallback.label}`} />
      </div>
      <SchemaForm schema={schema} value={component.config} onChange={set} readOnly={readOnly} errors={errors} at={[]} omit={editableFields(schema).map((field) => field.name).filter((name) => !first.includes(name))} />
    </Section>
  );
}

function TeamType({ path, component }: { path: string; component: Component }) {
  const { readOnly } = useBuilder();
  const run = useRun();
  const entries = useQuery(componentsQuery).data?.results ?? [];
  const registry = useRegistry();
  const types = entries.filter((entry) => entry.component_type === "team" && (!entry.hidden || entry.provider === component.provider)).map((entry) => ({ value: entry.provider, label: entry.label }));
  if (!types.some((type) => type.value === component.provider)) types.push({ value: component.provider, label: className(component.provider) });
  return (
    <Select label="Type" description="Who speaks next" data={types} value={component.provider} allowDeselect={false} readOnly={readOnly}
      onChange={(provider) => {
        const next = provider && provider !== component.provider ? registry.get(provider) : undefined;
        if (next) run(replaceComponent(path, asTeamType(component, next, registry.get(component.provider)), "Change the team's type"));
      }} />
  );
}

/** A team: who speaks, when it ends, which model its agents use by default. */
export function TeamInspector({ path, component }: { path: string; component: Component }) {
  const { doc } = useBuilderState();
  const { errors, text, set, readOnly } = useFields(path, component);
  const run = useRun();
  const schema = useRegistry().get(component.provider)?.config_schema;
  const flow = flowOf({ component });
  const omit = [...SHOWN, ...(FIRST[component.provider] ?? [])];
  const turns = component.config.max_turns;
  const termination = componentAt(doc.component, joinPath(path, "config", "termination_condition"));
  return (
    <>
      <Stack gap={12}>
        <TextInput label="Name" data-field="name" value={text("name")} placeholder={componentName(component)} onChange={(event) => set("name", event.currentTarget.value)} error={errors.name} readOnly={readOnly} maxLength={120} />
        <Textarea label="Description" data-field="description" autosize minRows={2} maxRows={5} value={text("description")} placeholder={component.description ?? undefined} onChange={(event) => set("description", event.currentTarget.value)} error={errors.description} readOnly={readOnly} />
        <TeamType path={path} component={component} />
      </Stack>
      <Section title={flow === "order" ? "Speaking order" : "Members"}><Participants path={path} component={component} /></Section>
      {flow === "graph" && <EdgeList path={path} component={component} />}
      <Choosing path={path} component={component} />
      <Section title="Ends when">
        <div data-field="termination_condition" tabIndex={-1}>
          <TerminationEditor value={termination} readOnly={readOnly} onChange={(next) => set("termination_condition", next ?? undefined)} />
        </div>
        <NumberInput label="Turns at most" data-field="max_turns" placeholder="No limit" min={1} allowDecimal={false} value={typeof turns === "number" ? turns : ""} error={errors.max_turns} readOnly={readOnly}
          onChange={(value) => set("max_turns", value === "" ? undefined : Number(value))} />
      </Section>
      {path === "$" && (
        <Section title="Model of the team">
          <ModelPicker label="For agents that use the default" value={doc.settings.model} onChange={(model) => run(setTeamModel(model))} readOnly={readOnly} />
        </Section>
      )}
      {schema && editableFields(schema, omit).length > 0 && (
        <Section title="Advanced" folded><SchemaForm schema={schema} value={component.config} onChange={set} omit={omit} at={[]} readOnly={readOnly} errors={errors} /></Section>
      )}
    </>
  );
}
