import { Anchor, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { credentialsQuery } from "@/api/credentials";
import type { CredentialKind } from "@/api/types";

import { KIND_NAMES } from "./credential-kinds";
import type { Field } from "./fields";

interface CredentialFieldProps {
  field: Field;
  kinds: readonly CredentialKind[];
  value: unknown;
  onChange: (value: unknown) => void;
  readOnly?: boolean;
  error?: string;
}

/** One of the workspace's keys, by name; the document keeps its id. */
export function CredentialField({ field, kinds, value, onChange, readOnly, error }: CredentialFieldProps) {
  const credentials = useQuery(credentialsQuery);
  const fitting = (credentials.data?.results ?? []).filter((item) => kinds.includes(item.kind));
  const choices = fitting.map((item) => ({ value: item.id, label: `${item.name} (${KIND_NAMES[item.kind]})` }));
  const chosen = typeof value === "string" && value !== "" ? value : null;
  const gone = chosen !== null && credentials.isSuccess && !choices.some((choice) => choice.value === chosen);
  if (gone) choices.push({ value: chosen, label: "A key that is not here" });
  const none = kinds.length === 0 ? "None is needed" : `No key of the kind ${kinds.map((kind) => KIND_NAMES[kind]).join(" or ")}`;
  return (
    <Select label={field.label} required={field.required} error={error} readOnly={readOnly} clearable={!field.required} data={choices} value={chosen} data-field={field.name}
      placeholder={choices.length ? "Choose a key" : none} onChange={(next) => onChange(next ?? undefined)}
      description={<>{field.description} Keys are kept in <Anchor component={Link} to="/settings/models" size="xs">Settings</Anchor>.</>} />
  );
}
