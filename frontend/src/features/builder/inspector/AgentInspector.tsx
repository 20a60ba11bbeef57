import { Stack, Textarea, TextInput } from "@mantine/core";

import { useRegistry } from "@/api/components";
import type { Component } from "@/api/types";
import { ModelPicker } from "@/components/model-picker/ModelPicker";
import { editableFields, SchemaForm } from "@/components/schema-form/SchemaForm";
import { Section } from "@/components/Section";
import { useDefaultModel } from "@/components/team-graph";
import { hasModelSlot, USER_PROXY } from "@/lib/components";

import { useBuilderState } from "../context";
import { SystemMessage } from "./SystemMessage";
import { ToolList } from "./ToolList";
import { useFields } from "./useFields";

const SHOWN = ["name", "description", "system_message"] as const;

/** An agent: who it is, what it is told, which model answers, which tools it may call. */
export function AgentInspector({ path, component }: { path: string; component: Component }) {
  const { doc } = useBuilderState();
  const { errors, text, set, readOnly } = useFields(path, component);
  const fallback = useDefaultModel(doc.settings.model);
  const schema = useRegistry().get(component.provider)?.config_schema;
  const model = hasModelSlot(component);
  const person = component.provider === USER_PROXY;
  return (
    <>
      <Stack gap={12}>
        <TextInput label="Name" data-field="name" value={text("name")} onChange={(event) => set("name", event.currentTarget.value)} error={errors.name} readOnly={readOnly} required maxLength={120} />
        <Textarea label="Description" description={person ? "What the others know this person as." : "What the others know about this agent."} data-field="description" autosize minRows={2} maxRows={5}
          value={text("description")} onChange={(event) => set("description", event.currentTarget.value)} error={errors.description} readOnly={readOnly} />
      </Stack>
      {model && (
        <div data-field="model_client">
          <ModelPicker value={component.config.model_client} onChange={(next) => set("model_client", next)} readOnly={readOnly} error={errors.model_client}
            description={`Workspace default means: ${fallback.label}`} />
        </div>
      )}
      {model && <SystemMessage value={text("system_message")} onChange={(value) => set("system_message", value)} readOnly={readOnly} error={errors.system_message} />}
      {model && <ToolList path={path} component={component} error={errors.tools ?? errors.workbench} />}
      {schema && editableFields(schema, SHOWN).length > 0 && (
        <Section title="Advanced" folded>
          <SchemaForm schema={schema} value={component.config} onChange={set} omit={SHOWN} readOnly={readOnly} errors={errors} />
        </Section>
      )}
    </>
  );
}
