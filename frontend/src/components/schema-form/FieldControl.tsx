import { Input, MultiSelect, NumberInput, Select, Switch, TagsInput, TextInput, Textarea } from "@mantine/core";

import type { CredentialKind } from "@/api/types";
import { CodeEditor } from "@/components/code/CodeEditor";

import { MODEL_KINDS } from "./credential-kinds";
import { CredentialField } from "./CredentialField";
import type { Field } from "./fields";
import { GroupField, GroupsField, RecordsField, UnionField } from "./GroupFields";
import { JsonField } from "./JsonField";
import { SlotField, SlotListField } from "./SlotField";

export interface FieldControlProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  readOnly?: boolean;
  error?: string;
  credentialKinds?: readonly CredentialKind[];
  at?: readonly (string | number)[];
}

const asText = (value: unknown) => (typeof value === "string" ? value : "");
const asTexts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
const orNone = (items: string[]) => (items.length ? items : undefined);

const isSimple = (value: unknown) => value === undefined || value === null || value === "" || typeof value !== "object";

/** Whether the control can show `value` as it is; anything else is shown, and kept, as JSON. */
function fits({ kind }: Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (kind) {
    case "text": case "long-text": case "code": case "choice": case "credential":
      return typeof value === "string";
    case "number": case "integer":
      return typeof value === "number";
    case "boolean": case "maybe-boolean":
      return typeof value === "boolean";
    case "strings": case "choices":
      return Array.isArray(value) && value.every(isSimple);
    case "objects":
      return Array.isArray(value) && value.every((item) => !isSimple(item) && !Array.isArray(item));
    case "object": case "records": case "union":
      return !isSimple(value) && !Array.isArray(value);
    default:
      return true;
  }
}

/** One schema property as the control that fits it. Emptied optional fields are removed, not set to "". */
export function FieldControl(props: FieldControlProps) {
  const { field, value, onChange, readOnly, error, credentialKinds = MODEL_KINDS } = props;
  const placeholder = isSimple(field.default) && field.default !== undefined && field.default !== null && field.default !== "" ? `Default: ${String(field.default)}` : undefined;
  const common = { label: field.label, description: field.description, error, required: field.required, "data-field": field.name };
  const orNothing = (text: string) => (text === "" && !field.required ? undefined : text);
  if (!fits(field, value)) return <AsJson {...props} />;
  switch (field.kind) {
    case "text":
      return <TextInput {...common} value={asText(value)} placeholder={placeholder} readOnly={readOnly} maxLength={field.maxLength} onChange={(event) => onChange(orNothing(event.currentTarget.value))} />;
    case "long-text":
      return <Textarea {...common} autosize minRows={3} maxRows={12} value={asText(value)} placeholder={placeholder} readOnly={readOnly} onChange={(event) => onChange(orNothing(event.currentTarget.value))} />;
    case "code":
      return (
        <Input.Wrapper {...common}>
          <CodeEditor language="text" label={field.label} value={asText(value)} readOnly={readOnly} minHeight="120px" onChange={(text) => onChange(orNothing(text))} />
        </Input.Wrapper>
      );
    case "number":
    case "integer":
      return (
        <NumberInput {...common} value={typeof value === "number" ? value : ""} placeholder={placeholder} readOnly={readOnly}
          min={field.minimum} max={field.maximum} allowDecimal={field.kind === "number"} clampBehavior="none"
          onChange={(next) => onChange(next === "" ? undefined : Number(next))} />
      );
    case "boolean":
      return (
        <Switch label={field.label} description={field.description} error={error} data-field={field.name} disabled={readOnly}
          checked={typeof value === "boolean" ? value : field.default === true} onChange={(event) => onChange(event.currentTarget.checked)} />
      );
    case "maybe-boolean":
      return (
        <Select {...common} data={[{ value: "true", label: "Yes" }, { value: "false", label: "No" }]} value={typeof value === "boolean" ? String(value) : null} placeholder="Default" readOnly={readOnly} clearable
          onChange={(next) => onChange(next === null ? undefined : next === "true")} />
      );
    case "choice":
      return <Select {...common} data={withOwn(field.choices, value)} value={asText(value) || null} placeholder={placeholder} readOnly={readOnly} clearable={!field.required} onChange={(next) => onChange(next ?? undefined)} />;
    case "choices":
      return <MultiSelect {...common} data={field.choices ?? []} value={value === undefined || value === null ? asTexts(field.default) : asTexts(value)} readOnly={readOnly} onChange={(next) => onChange(orNone(next))} />;
    case "strings":
      return <TagsInput {...common} value={asTexts(value)} readOnly={readOnly} placeholder="Type and press Enter" onChange={(next) => onChange(field.required ? next : orNone(next))} />;
    case "credential":
      return <CredentialField {...props} kinds={credentialKinds} />;
    case "component":
      return <SlotField {...props} />;
    case "components":
      return <SlotListField {...props} />;
    case "object":
      return <GroupField {...props} />;
    case "objects":
      return <GroupsField {...props} />;
    case "records":
      return <RecordsField {...props} />;
    case "union":
      return <UnionField {...props} />;
    case "json":
      return <AsJson {...props} />;
  }
}

/** A value that a file brought stays a choice, though the list does not know it. */
function withOwn(choices: readonly string[] = [], value: unknown): string[] {
  return typeof value === "string" && value !== "" && !choices.includes(value) ? [...choices, value] : [...choices];
}

function AsJson({ field, value, onChange, readOnly, error }: FieldControlProps) {
  return (
    <Input.Wrapper label={field.label} description={field.description} error={error} required={field.required} data-field={field.name}>
      <JsonField label={field.label} value={value ?? undefined} onChange={onChange} readOnly={readOnly} />
    </Input.Wrapper>
  );
}
