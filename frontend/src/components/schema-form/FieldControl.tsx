import { Input, NumberInput, Select, Switch, TagsInput, TextInput, Textarea } from "@mantine/core";

import type { Field } from "./fields";
import { JsonField } from "./JsonField";

export interface FieldControlProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  readOnly?: boolean;
  error?: string;
}

const asText = (value: unknown) => (typeof value === "string" ? value : "");

/** One schema property as the control that fits it. Emptied optional fields are removed, not set to "". */
export function FieldControl({ field, value, onChange, readOnly, error }: FieldControlProps) {
  const placeholder = field.default === undefined || field.default === null ? undefined : `Default: ${String(field.default)}`;
  const common = { label: field.label, description: field.description, error, required: field.required, "data-field": field.name };
  const orNothing = (text: string) => (text === "" && !field.required ? undefined : text);
  switch (field.kind) {
    case "text":
      return <TextInput {...common} value={asText(value)} placeholder={placeholder} readOnly={readOnly} maxLength={field.maxLength} onChange={(event) => onChange(orNothing(event.currentTarget.value))} />;
    case "long-text":
      return <Textarea {...common} autosize minRows={3} maxRows={12} value={asText(value)} placeholder={placeholder} readOnly={readOnly} onChange={(event) => onChange(orNothing(event.currentTarget.value))} />;
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
    case "choice":
      return <Select {...common} data={field.choices ?? []} value={asText(value) || null} placeholder={placeholder} readOnly={readOnly} clearable={!field.required} onChange={(next) => onChange(next ?? undefined)} />;
    case "strings":
      return <TagsInput {...common} value={Array.isArray(value) ? value.map(String) : []} readOnly={readOnly} placeholder="Type and press Enter" onChange={(next) => onChange(next.length ? next : undefined)} />;
    case "json":
      return (
        <Input.Wrapper {...common}>
          <JsonField label={field.label} value={value} onChange={onChange} readOnly={readOnly} />
        </Input.Wrapper>
      );
    case "component":
      return null;
  }
}
