import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { useRegistry } from "@/api/components";
import { policyQuery } from "@/api/policy";
import type { Component } from "@/api/types";
import { JsonField } from "@/components/schema-form/JsonField";
import { editableFields, SchemaForm } from "@/components/schema-form/SchemaForm";
import { Section } from "@/components/Section";
import { ModelPicker } from "@/components/model-picker/ModelPicker";
import { looseIndex } from "@/components/team-graph/flow";
import { VerdictBadge } from "@/components/ToolChip";
import { componentName, textOf } from "@/lib/components";
import { toolVerdict } from "@/lib/verdicts";

import { useRun } from "../context";
import { replaceComponent } from "../document/commands";
import { useFields } from "./useFields";

/** Anything without a form of its own, from its schema: tools, terminations, contexts. */
export function GenericInspector({ path, component }: { path: string; component: Component }) {
  const { errors, set, readOnly } = useFields(path, component);
  const run = useRun();
  const entry = useRegistry().get(component.provider);
  const policy = useQuery(policyQuery).data;
  if (component.component_type === "model") {
    return <ModelPicker value={component} onChange={(model) => run(replaceComponent(path, model, "Change model"))} readOnly={readOnly} />;
  }
  const tool = component.component_type === "tool";
  const verdict = tool ? toolVerdict(textOf(component, "name") || entry?.tool_name || componentName(component), entry?.side_effects, policy) : null;
  const loose = looseIndex(path) !== null;
  return (
    <>
      <Text size="sm" c="dimmed">{entry?.summary ?? component.description ?? "Nothing is known about this component here."}</Text>
      {loose && <Text size="sm" c="var(--state-waiting)">Connected to no agent: drag it onto one. It can be configured once it is connected.</Text>}
      {verdict && (
        <Section title="When an agent calls it">
          <div><VerdictBadge verdict={verdict.verdict} /> <Text span size="sm" c="dimmed">{verdict.reason}</Text></div>
        </Section>
      )}
      {!loose && entry && editableFields(entry.config_schema).length > 0 && (
        <Section title="Settings"><SchemaForm schema={entry.config_schema} value={component.config} onChange={set} readOnly={readOnly} errors={errors} at={[]} /></Section>
      )}
      {!loose && !entry && (
        <Section title="Settings">
          <JsonField label="Component settings" value={component.config} readOnly={readOnly} onChange={(config) => run(replaceComponent(path, { ...component, config: (config ?? {}) as Record<string, unknown> }, "Edit settings"))} />
        </Section>
      )}
    </>
  );
}
