import { ActionIcon, Button, Input, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";

import type { JsonSchema } from "@/api/types";

import type { FieldControlProps } from "./FieldControl";
import { humanise } from "./fields";
import { SchemaForm } from "./SchemaForm";
import classes from "./schema-form.module.css";

type Values = Record<string, unknown>;

const asValues = (value: unknown): Values => (value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {});
const asList = (value: unknown): Values[] => (Array.isArray(value) ? value.map(asValues) : []);

function without(values: Values, key: string): Values {
  const { [key]: _removed, ...rest } = values;
  return rest;
}

const withKey = (values: Values, key: string, value: unknown): Values => (value === undefined ? without(values, key) : { ...values, [key]: value });

/** What a new group holds: what is required and can be empty. */
function fresh(schema: JsonSchema): Values {
  const needed = (schema.required ?? []).map((name) => [name, schema.properties?.[name]?.type === "string" ? "" : schema.properties?.[name]?.default]);
  return Object.fromEntries(needed.filter(([, value]) => value !== undefined)) as Values;
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={onClick}><IconX size={14} /></ActionIcon>;
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} style={{ alignSelf: "flex-start" }} onClick={onClick}>{label}</Button>;
}

/** A titled group of controls; `Input.Wrapper` gives it the look of a field. */
function Frame({ field, error, children }: Pick<FieldControlProps, "field" | "error"> & { children: React.ReactNode }) {
  return (
    <Input.Wrapper label={field.label} labelElement="div" description={field.description} error={error} required={field.required} data-field={field.name}>
      <div className={classes.group} role="group" aria-label={field.label}>{children}</div>
    </Input.Wrapper>
  );
}

export function GroupField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const values = asValues(value);
  const change = (name: string, next: unknown) => {
    const changed = withKey(values, name, next);
    onChange(Object.keys(changed).length === 0 && !field.required ? undefined : changed);
  };
  return (
    <Frame field={field} error={error}>
      <div className={classes.card}><SchemaForm schema={field.schema ?? {}} value={values} readOnly={readOnly} at={at} onChange={change} /></div>
    </Frame>
  );
}

export function GroupsField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const items = asList(value);
  const one = field.label.toLowerCase();
  const change = (next: Values[]) => onChange(next.length === 0 && !field.required ? undefined : next);
  return (
    <Frame field={field} error={error}>
      {items.map((item, index) => (
        <div key={index} className={classes.card} role="group" aria-label={`${field.label} ${index + 1}`}>
          <div className={classes.cardHead}><span className={classes.cardTitle}>{index + 1}</span>{!readOnly && <Remove label={`${one} ${index + 1}`} onClick={() => change(items.filter((_, i) => i !== index))} />}</div>
          <SchemaForm schema={field.schema ?? {}} value={item} readOnly={readOnly} at={at && [...at, index]}
            onChange={(name, next) => change(items.map((other, i) => (i === index ? withKey(other, name, next) : other)))} />
        </div>
      ))}
      {!readOnly && <Add label={`Add to ${one}`} onClick={() => change([...items, fresh(field.schema ?? {})])} />}
    </Frame>
  );
}

/** Groups by a name of the person's choice, such as headers. */
export function RecordsField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const records = asValues(value);
  const entries = Object.entries(records);
  const change = (next: [string, unknown][]) => onChange(next.length === 0 && !field.required ? undefined : Object.fromEntries(next));
  const rename = (index: number, name: string) => {
    // Two of one name would be one: the second waits until its name differs.
    if (entries.some(([other], i) => i !== index && other === name)) return;
    change(entries.map(([key, item], i) => [i === index ? name : key, item]));
  };
  return (
    <Frame field={field} error={error}>
      {entries.map(([name, item], index) => (
        <div key={index} className={classes.card} role="group" aria-label={`${field.label}: ${name || "unnamed"}`}>
          <div className={classes.cardHead}>
            <TextInput size="xs" className={classes.grow} aria-label={`Name in ${field.label.toLowerCase()}`} placeholder="Name" value={name} readOnly={readOnly} onChange={(event) => rename(index, event.currentTarget.value)} />
            {!readOnly && <Remove label={name || "unnamed"} onClick={() => change(entries.filter((_, i) => i !== index))} />}
          </div>
          <SchemaForm schema={field.schema ?? {}} value={asValues(item)} readOnly={readOnly} at={at && [...at, name]}
            onChange={(key, next) => change(entries.map(([other, values], i) => [other, i === index ? withKey(asValues(values), key, next) : values]))} />
        </div>
      ))}
      {!readOnly && !("" in records) && <Add label={`Add to ${field.label.toLowerCase()}`} onClick={() => change([...entries, ["", fresh(field.schema ?? {})]])} />}
    </Frame>
  );
}

const variantName = (name: string) => humanise(name.replace(/(Server)?(Params|Config)$/, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase());

export function UnionField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const values = asValues(value);
  const tag = field.tag ?? "type";
  const variants = field.variants ?? {};
  const kind = typeof values[tag] === "string" ? values[tag] : null;
  const schema = kind === null ? undefined : variants[kind];
  return (
    <Frame field={field} error={error}>
      <div className={classes.card}>
        <Select label="Kind" data={Object.keys(variants).map((name) => ({ value: name, label: variantName(name) }))} value={kind} allowDeselect={false} readOnly={readOnly}
          onChange={(next) => next && next !== kind && onChange({ ...fresh(variants[next] ?? {}), ...shared(values, variants[next]), [tag]: next })} />
        {schema && <SchemaForm schema={schema} value={values} readOnly={readOnly} at={at} onChange={(name, next) => onChange(withKey(values, name, next))} />}
      </div>
    </Frame>
  );
}

/** What the other kind knows too goes along. */
function shared(values: Values, schema: JsonSchema | undefined): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in (schema?.properties ?? {})));
}
