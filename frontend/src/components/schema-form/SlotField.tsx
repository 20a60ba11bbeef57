import { ActionIcon, Button, Input, Menu, ScrollArea, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconPlus, IconReplace, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { useRegistry } from "@/api/components";
import type { Component, ComponentType } from "@/api/types";
import { ComponentIcon } from "@/components/ComponentIcon";
import { asComponent, className, componentOf, textOf } from "@/lib/components";

import type { FieldControlProps } from "./FieldControl";
import { JsonField } from "./JsonField";
import { SchemaForm } from "./SchemaForm";
import { useOpenSlot } from "./slot-opener";
import classes from "./schema-form.module.css";

interface ChooseProps {
  types: readonly ComponentType[];
  onChoose: (component: Component) => void;
  children: ReactNode;
}

/** The registry's components that fit, to pick from. */
function Choose({ types, onChoose, children }: ChooseProps) {
  const entries = [...useRegistry().values()].filter((entry) => types.includes(entry.component_type) && !entry.hidden);
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={320} type="auto">
          {entries.map((entry) => (
            <Menu.Item key={entry.provider} leftSection={<ComponentIcon name={entry.icon} type={entry.component_type} />} onClick={() => onChoose(componentOf(entry))}>
              {entry.label}
              <Text size="xs" c="dimmed" lineClamp={2}>{entry.summary}</Text>
            </Menu.Item>
          ))}
          {entries.length === 0 && <Text size="sm" c="dimmed" p={8}>This server has none.</Text>}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

interface SlotProps {
  label: string;
  types: readonly ComponentType[];
  component: Component;
  onChange: (next: Component | undefined) => void;
  required: boolean;
  readOnly?: boolean;
  at?: readonly (string | number)[];
}

/** What stands in a slot: opened in the inspector where there is one, else unfolded in place. */
function Slot({ label, types, component, onChange, required, readOnly, at }: SlotProps) {
  const entry = useRegistry().get(component.provider);
  const open = useOpenSlot();
  const [unfolded, setUnfolded] = useState(false);
  const kind = entry?.label ?? className(component.provider);
  const name = textOf(component, "name") || textOf(component, "model");
  const elsewhere = open !== null && at !== undefined;
  const setConfig = (config: Record<string, unknown>) => onChange({ ...component, config });
  return (
    <>
      <div className={classes.slot}>
        <UnstyledButton className={classes.slotMain} aria-label={`Open ${label}: ${kind}`} aria-expanded={elsewhere ? undefined : unfolded} onClick={() => (elsewhere ? open(at) : setUnfolded(!unfolded))}>
          <span className={classes.slotIcon}><ComponentIcon name={entry?.icon} type={component.component_type} /></span>
          <span className={`${classes.slotText} ${classes.grow}`}>
            <span className="clip">{kind}</span>
            {name && <span className={`${classes.slotNote} clip mono`}>{name}</span>}
          </span>
          {elsewhere ? <IconChevronRight size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden style={{ rotate: unfolded ? "180deg" : undefined }} />}
        </UnstyledButton>
        {!readOnly && (
          <Choose types={types} onChoose={onChange}>
            <Tooltip label="Put another in its place"><ActionIcon variant="subtle" color="gray" aria-label={`Replace ${label}`}><IconReplace size={14} /></ActionIcon></Tooltip>
          </Choose>
        )}
        {!readOnly && !required && <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={() => onChange(undefined)}><IconX size={14} /></ActionIcon>}
      </div>
      {unfolded && !elsewhere && (
        <div className={classes.inside}>
          {entry ? (
            <SchemaForm schema={entry.config_schema} value={component.config} readOnly={readOnly}
              onChange={(field, value) => setConfig(Object.fromEntries(Object.entries({ ...component.config, [field]: value }).filter(([, kept]) => kept !== undefined)))} />
          ) : (
            <JsonField label={`${label} as JSON`} value={component.config} readOnly={readOnly} onChange={(config) => setConfig((config ?? {}) as Record<string, unknown>)} />
          )}
        </div>
      )}
    </>
  );
}

/** A place for one component. */
export function SlotField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const component = asComponent(value);
  const types = field.componentTypes ?? [];
  return (
    <Input.Wrapper label={field.label} labelElement="div" description={field.description} error={error} required={field.required} data-field={field.name}>
      <div className={classes.group} role="group" aria-label={field.label}>
        {component && <Slot label={field.label} types={types} component={component} onChange={onChange} required={field.required} readOnly={readOnly} at={at} />}
        {!component && readOnly && <span className={classes.empty}>None</span>}
        {!component && !readOnly && (
          <Choose types={types} onChoose={onChange}><Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} style={{ alignSelf: "flex-start" }}>{`Choose ${field.label.toLowerCase()}`}</Button></Choose>
        )}
      </div>
    </Input.Wrapper>
  );
}

/** A list of components; AutoGen writes a single one for some lists, and that is kept. */
export function SlotListField({ field, value, onChange, readOnly, error, at }: FieldControlProps) {
  const single = asComponent(value);
  const items = Array.isArray(value) ? (value as unknown[]) : single ? [single] : [];
  const types = field.componentTypes ?? [];
  const change = (next: unknown[]) => onChange(next.length === 0 && !field.required ? undefined : next);
  return (
    <Input.Wrapper label={field.label} labelElement="div" description={field.description} error={error} required={field.required} data-field={field.name}>
      <div className={classes.group} role="group" aria-label={field.label}>
        {items.map((item, index) => {
          const component = asComponent(item);
          if (!component) return <span key={index} className={classes.empty}>Number {index + 1} is not a component; see the JSON.</span>;
          return (
            <Slot key={index} label={`${field.label} ${index + 1}`} types={types} component={component} required={false} readOnly={readOnly} at={at && (single ? at : [...at, index])}
              onChange={(next) => change(next ? items.map((other, i) => (i === index ? next : other)) : items.filter((_, i) => i !== index))} />
          );
        })}
        {items.length === 0 && readOnly && <span className={classes.empty}>None</span>}
        {!readOnly && (
          <Choose types={types} onChoose={(added) => change([...items, added])}><Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} style={{ alignSelf: "flex-start" }}>{`Add ${field.label.toLowerCase()}`}</Button></Choose>
        )}
      </div>
    </Input.Wrapper>
  );
}
