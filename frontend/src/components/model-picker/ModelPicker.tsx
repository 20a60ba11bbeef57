import { Anchor, Autocomplete, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";

import { credentialModelsQuery, credentialsQuery } from "@/api/credentials";
import { useRegistry } from "@/api/components";
import type { Component, Credential, JsonSchema } from "@/api/types";
import { JsonField } from "@/components/schema-form/JsonField";
import { SchemaForm, editableFields } from "@/components/schema-form/SchemaForm";
import { Section } from "@/components/Section";
import { ANTHROPIC_MODEL, asComponent, componentName, componentOf, OPENAI_MODEL, SCRIPTED_MODEL, WORKSPACE_MODEL } from "@/lib/components";

import { KIND_LABELS, modelKind, modelOfKind, type ModelKind } from "./model-choice";

interface ModelPickerProps {
  value: unknown;
  onChange: (model: Component) => void;
  /** It may do without one. */
  onNone?: () => void;
  label?: string;
  description?: string;
  readOnly?: boolean;
  /** The workspace's own default cannot refer to itself. */
  withoutDefault?: boolean;
  error?: string;
}

const HANDLED = ["model", "credential", "base_url", "api_key"] as const;
const NONE: Credential[] = [];

function VendorFields({ model, kind, onChange, readOnly }: { model: Component; kind: ModelKind; onChange: (config: Record<string, unknown>) => void; readOnly?: boolean }) {
  const credentials = (useQuery(credentialsQuery).data?.results ?? NONE).filter((item) => item.kind === kind);
  const credential = credentials.find((item) => item.id === model.config.credential);
  const models = useQuery({ ...credentialModelsQuery(credential?.id ?? ""), enabled: Boolean(credential) });
  const set = (field: string, value: unknown) => onChange({ ...model.config, [field]: value });
  const text = (field: string) => (typeof model.config[field] === "string" ? model.config[field] : "");
  const names = useMemo(() => [...new Set(models.data ?? [])], [models.data]);
  return (
    <>
      <Autocomplete label="Model name" required data={names} limit={50} value={text("model")} onChange={(value) => set("model", value)} readOnly={readOnly}
        placeholder={kind === "anthropic" ? "claude-…" : "gpt-…"} data-field="model" description={names.length ? `${names.length} models offered by this key` : undefined} />
      <Select label="Key" data={credentials.map((item) => ({ value: item.id, label: `${item.name} (${item.hint})` }))} value={credential?.id ?? null}
        onChange={(value) => set("credential", value)} readOnly={readOnly} clearable placeholder={credentials.length ? "Choose a key" : "No key of this kind"} data-field="credential" />
      {credentials.length === 0 && <Text size="xs" c="dimmed">Keys are kept in <Anchor component={Link} to="/settings/models" size="xs">Settings</Anchor>, never in a team.</Text>}
      {kind === "openai_compatible" && (
        <TextInput label="Base URL" value={text("base_url")} onChange={(event) => set("base_url", event.currentTarget.value || null)} readOnly={readOnly}
          placeholder={credential?.base_url ?? "http://localhost:11434/v1"} description={credential?.base_url ? "Empty: the key's own address" : undefined} data-field="base_url" />
      )}
    </>
  );
}

const NO_MODEL = "none";
const COVERED: readonly string[] = [WORKSPACE_MODEL, SCRIPTED_MODEL, OPENAI_MODEL, ANTHROPIC_MODEL];
/** What a client cannot work without, beside what its schema requires. */
const MAIN: readonly string[] = ["credential", "base_url", "azure_deployment", "host"];

function configForm(model: Component, onChange: (model: Component) => void, readOnly?: boolean) {
  return { value: model.config, readOnly, onChange: (field: string, next: unknown) => onChange({ ...model, config: withField(model.config, field, next) }) };
}

/** The clients without fields of their own here: what their schema says. */
function OtherFields({ model, schema, onChange, readOnly }: { model: Component; schema: JsonSchema; onChange: (model: Component) => void; readOnly?: boolean }) {
  const fields = editableFields(schema).map((field) => field.name);
  const main = fields.filter((name) => schema.required?.includes(name) || MAIN.includes(name));
  const form = configForm(model, onChange, readOnly);
  return (
    <>
      <SchemaForm schema={schema} omit={fields.filter((name) => !main.includes(name))} {...form} />
      {main.length < fields.length && <Section title="Model parameters" folded><SchemaForm schema={schema} omit={main} {...form} /></Section>}
    </>
  );
}

/** Which model answers: the workspace's, the scripted stand-in, or a vendor's with key and name. */
export function ModelPicker({ value, onChange, onNone, label = "Model", description, readOnly, withoutDefault, error }: ModelPickerProps) {
  const credentials = useQuery(credentialsQuery).data?.results ?? NONE;
  const registry = useRegistry();
  const model = asComponent(value);
  const kind = (withoutDefault || onNone) && !model ? null : modelKind(model, credentials);
  const schema = model ? registry.get(model.provider)?.config_schema : undefined;
  const others = [...registry.values()].filter((entry) => entry.component_type === "model" && !entry.hidden && !COVERED.includes(entry.provider));
  const choices = Object.entries(KIND_LABELS).map(([key, text]) => ({ value: key, label: text })).filter((choice) => !(withoutDefault && choice.value === "workspace"));
  choices.push(...others.map((entry) => ({ value: entry.provider, label: entry.label })));
  if (onNone) choices.unshift({ value: NO_MODEL, label: "No model" });
  if (kind === "other" && model && !choices.some((choice) => choice.value === model.provider)) choices.push({ value: model.provider, label: componentName(model) });
  const vendor = kind === "openai" || kind === "anthropic" || kind === "openai_compatible";
  const choose = (next: string) => {
    const entry = registry.get(next);
    if (next === NO_MODEL) onNone?.();
    else if (entry && next !== model?.provider) onChange(componentOf(entry));
    else if (next in KIND_LABELS) onChange(modelOfKind(next as Exclude<ModelKind, "other">, credentials));
  };
  return (
    <Stack gap={12}>
      <Select label={label} description={description} error={error} data={choices} value={kind === "other" && model ? model.provider : kind === null && onNone ? NO_MODEL : kind} allowDeselect={false} readOnly={readOnly} placeholder="Choose"
        onChange={(next) => next && choose(next)} />
      {model && vendor && <VendorFields model={model} kind={kind} readOnly={readOnly} onChange={(config) => onChange({ ...model, config })} />}
      {model && schema && kind === "other" && <OtherFields model={model} schema={schema} onChange={onChange} readOnly={readOnly} />}
      {model && schema && kind !== "workspace" && kind !== "other" && editableFields(schema, HANDLED).length > 0 && (
        <Section title="Model parameters" folded><SchemaForm schema={schema} omit={HANDLED} {...configForm(model, onChange, readOnly)} /></Section>
      )}
      {model && !schema && kind === "other" && <JsonField label="Model as JSON" value={model.config} readOnly={readOnly} onChange={(config) => onChange({ ...model, config: (config ?? {}) as Record<string, unknown> })} />}
    </Stack>
  );
}

export function withField(config: Record<string, unknown>, field: string, value: unknown): Record<string, unknown> {
  if (value !== undefined) return { ...config, [field]: value };
  const { [field]: _removed, ...rest } = config;
  return rest;
}
