import { Stack, Textarea, TextInput } from "@mantine/core";

import { useRegistry } from "@/api/components";
import type { Component, JsonSchema } from "@/api/types";
import { ModelPicker } from "@/components/model-picker/ModelPicker";
import { editableFields, SchemaForm } from "@/components/schema-form/SchemaForm";
import { Section } from "@/components/Section";
import { useDefaultModel } from "@/components/team-graph";
import { hasModelSlot, USER_PROXY } from "@/lib/components";

import { useBuilderState } from "../context";
import { HandoffList } from "./LinkList";
import { SystemMessage } from "./SystemMessage";
import { ToolList } from "./ToolList";
import { useFields } from "./useFields";

const SHOWN = ["name", "description", "system_message", "model_client", "tools", "workbench", "handoffs", "memory"] as const;

/** What an agent of this kind cannot be without: the team inside, what it wraps, what runs its code. */
function essential(schema: JsonSchema | undefined): string[] {
  return schema ? editableFields(schema, SHOWN).filter((field) => field.required).map((field) => field.name) : [];
}

/** An agent: who it is, what it is told, which model answers, which tools it may call. */
export function AgentInspector({ path, component }: { path: string; component: Component }) {
  const { doc } = useBuilderState();
  const { errors, text, set, readOnly } = useFields(path, component);
  const fallback = useDefaultModel(doc.settings.model);
  const schema = useRegistry().get(component.provider)?.config_schema;
  const assistant = hasModelSlot(component);
  const has = (field: string) => (schema ? field in (schema.properties ?? {}) : assistant);
  const optional = schema !== undefined && !schema.required?.includes("model_client");
  const person = component.provider === USER_PROXY;
  const first = essential(schema);
  const others = schema ? editableFields(schema).map((field) => field.name).filter((name) => !first.includes(name)) : [];
  const form = { value: component.config, onChange: set, readOnly, errors, at: [] };
  return (
    <>
      <Stack gap={12}>
        <TextInput label="Name" data-field="name" value={text("name")} onChange={(event) => set("name", event.currentTarget.value)} error={errors.name} readOnly={readOnly} required maxLength={120} />
        {has("description") || person ? (
          <Textarea label="Description" description={person ? "What the others know this person as." : "What the others know about this agent."} data-field="description" autosize minRows={2} maxRows={5}
            value={text("description")} onChange={(event) => set("description", event.currentTarget.value)} error={errors.description} readOnly={readOnly} />
        ) : null}
      </Stack>
      {schema && first.length > 0 && <SchemaForm schema={schema} omit={[...SHOWN, ...others]} {...form} />}
      {has("model_client") && (
        <div data-field="model_client">
          <ModelPicker value={component.config.model_client} onChange={(next) => set("model_client", next)} readOnly={readOnly} error={errors.model_client}
            onNone={optional ? () => set("model_client", undefined) : undefined} description={component.config.model_client || !optional ? `Workspace default means: ${fallback.label}` : "It only runs the code that others write."} />
        </div>
      )}
      {has("system_message") && <SystemMessage value={text("system_message")} onChange={(value) => set("system_message", value)} readOnly={readOnly} error={errors.system_message} />}
      {has("tools") && <ToolList path={path} component={component} error={errors.tools ?? errors.workbench} />}
      {has("memory") && schema && <SchemaForm schema={schema} omit={editableFields(schema).map((field) => field.name).filter((name) => name !== "memory")} {...form} />}
      {has("handoffs") && schema && <HandoffList path={path} component={component} />}
      {schema && editableFields(schema, [...SHOWN, ...first]).length > 0 && (
        <Section title="Advanced" folded>
          <SchemaForm schema={schema} omit={[...SHOWN, ...first]} {...form} />
        </Section>
      )}
    </>
  );
}
