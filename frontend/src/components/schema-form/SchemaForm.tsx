import { Stack } from "@mantine/core";
import { useMemo } from "react";

import type { JsonSchema } from "@/api/types";

import { credentialKindsOf } from "./credential-kinds";
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
  /** Where `value` stands, for opening a component inside it; see `SlotOpener`. */
  at?: readonly (string | number)[];
}

export function editableFields(schema: JsonSchema, omit: readonly string[] = []): Field[] {
  return schemaFields(schema).filter((field) => !omit.includes(field.name));
}

/** A form from a component's JSON Schema. What it has no control for is edited as JSON; keys that
 * the schema does not name are left as they are. */
export function SchemaForm({ schema, value, onChange, omit, readOnly, errors, at }: SchemaFormProps) {
  const fields = useMemo(() => editableFields(schema, omit), [schema, omit]);
  const credentialKinds = credentialKindsOf(schema, value);
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
          credentialKinds={credentialKinds}
          at={at && [...at, field.name]}
        />
      ))}
    </Stack>
  );
}
