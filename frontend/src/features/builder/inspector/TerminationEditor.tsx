import { ActionIcon, Button, Menu, SegmentedControl, Text } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { componentsQuery, useRegistry } from "@/api/components";
import type { Component } from "@/api/types";
import { ComponentIcon } from "@/components/ComponentIcon";
import { SchemaForm } from "@/components/schema-form/SchemaForm";
import { withField } from "@/components/model-picker/ModelPicker";
import { className, componentOf } from "@/lib/components";
import { conditionsOf, isCombination } from "@/lib/terminations";

import * as tree from "../document/terminations";
import classes from "../builder.module.css";

interface EditorProps {
  value: Component | null;
  onChange: (next: Component | null) => void;
  readOnly: boolean;
}

interface NodeProps {
  root: Component;
  node: Component;
  path: tree.TermPath;
  onChange: (next: Component | null) => void;
  readOnly: boolean;
}

function AddCondition({ label, onAdd }: { label: string; onAdd: (condition: Component) => void }) {
  const entries = useQuery(componentsQuery).data?.results ?? [];
  const leaves = entries.filter((entry) => entry.component_type === "termination" && !entry.hidden && !isCombination(componentOf(entry)));
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target><Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} style={{ alignSelf: "flex-start" }}>{label}</Button></Menu.Target>
      <Menu.Dropdown>
        {leaves.map((entry) => (
          <Menu.Item key={entry.provider} leftSection={<ComponentIcon name={entry.icon} type="termination" />} onClick={() => onAdd(componentOf(entry))}>
            {entry.label}
            <Text size="xs" c="dimmed">{entry.summary}</Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Leaf({ root, node, path, onChange, readOnly }: NodeProps) {
  const entry = useRegistry().get(node.provider);
  const label = entry?.label ?? className(node.provider);
  return (
    <div className={classes.term} role="group" aria-label={label}>
      <div className={classes.termHead}>
        <span className={classes.termTitle}>{label}</span>
        {!readOnly && <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={() => onChange(tree.removeCondition(root, path))}><IconX size={14} /></ActionIcon>}
      </div>
      {entry ? (
        <SchemaForm schema={entry.config_schema} value={node.config} readOnly={readOnly} onChange={(field, value) => onChange(tree.setConditionConfig(root, path, withField(node.config, field, value)))} />
      ) : (
        <Text size="xs" c="dimmed">Not known to this server; edit it as JSON.</Text>
      )}
    </div>
  );
}

function Combination(props: NodeProps) {
  const { root, node, path, onChange, readOnly } = props;
  const joiner = tree.joinerOf(node);
  const children = conditionsOf(node);
  return (
    <div className={classes.term} role="group" aria-label={joiner === "or" ? "Any of" : "All of"}>
      <div className={classes.termHead}>
        <SegmentedControl size="xs" value={joiner} readOnly={readOnly} aria-label="Combine conditions" onChange={(next) => onChange(tree.setJoiner(root, path, next as tree.Joiner))}
          data={[{ value: "or", label: "Any of" }, { value: "and", label: "All of" }]} />
        {!readOnly && path.length > 0 && <ActionIcon variant="subtle" color="gray" aria-label="Remove this group" onClick={() => onChange(tree.removeCondition(root, path))}><IconX size={14} /></ActionIcon>}
      </div>
      {children.map((child, index) => (
        <TermNode key={index} {...props} node={child} path={[...path, index]} />
      ))}
      {!readOnly && <AddCondition label="Add condition" onAdd={(added) => onChange(tree.addCondition(root, path, added))} />}
      {!readOnly && path.length === 0 && children.length > 0 && (
        <AddCondition label={`Add ${joiner === "or" ? "“all of”" : "“any of”"} group with the last`} onAdd={(added) => onChange(tree.groupCondition(root, [children.length - 1], joiner === "or" ? "and" : "or", added))} />
      )}
    </div>
  );
}

function TermNode(props: NodeProps) {
  return isCombination(props.node) ? <Combination {...props} /> : <Leaf {...props} />;
}

/** When the team stops: conditions joined by "any of" and "all of". */
export function TerminationEditor({ value, onChange, readOnly }: EditorProps) {
  if (!value) {
    return readOnly ? <Text size="sm" c="dimmed">No condition.</Text> : <AddCondition label="Add condition" onAdd={onChange} />;
  }
  const single = !isCombination(value);
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 8 }}>
      <TermNode root={value} node={value} path={[]} onChange={onChange} readOnly={readOnly} />
      {single && !readOnly && <AddCondition label="Or when …" onAdd={(added) => onChange(tree.addCondition(value, [], added))} />}
    </div>
  );
}
