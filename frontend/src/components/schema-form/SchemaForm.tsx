import { Stack } from "@mantine/core";
import { useMemo } from "react";

import type { JsonSchema } from "@/api/types";

import { FieldControl } from "./FieldControl";
import { schemaFields, type Field } from "./fields";

interface SchemaFormProps {
  schema: JsonSchema;
  value: Record<string, unknown>;
  /** `undefined` removes the key, so that the component's default holds. */
  onChange: (field: string, value: unknown) => void;
  /** Fields that another control edits. */
  omit?: readonly string[];
  readOnly?: boolean;
  /** Field → what is wrong with it. */
  errors?: Record<string, string>;
}

export function editableFields(schema: JsonSchema, omit: readonly string[] = []): Field[] {
  return schemaFields(schema).filter((field) => field.kind !== "component" && !omit.includes(field.name));
}

/** A form from a component's JSON Schema. Slots for other components are not fields: the canvas edits those. */
export function SchemaForm({ schema, value, onChange, omit, readOnly, errors }: SchemaFormProps) {
  const fields = useMemo(() => editableFields(schema, omit), [schema, omit]);
  return (
    <Stack gap={12}>
      {fields.map((field) => (
        <FieldControl
          key={field.name}
          field={field}
          value={value[field.name]}
          onChange={(next) => onChange(field.name, next)}
          readOnly={readOnly}
          error={errors?.[field.name]}
        />
      ))}
    </Stack>
  );
}
