import { ActionIcon, Button, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";

import type { Component } from "@/api/types";
import { ComponentIcon } from "@/components/ComponentIcon";
import { Section } from "@/components/Section";
import { useGraphFacts } from "@/components/team-graph";
import { VerdictBadge } from "@/components/ToolChip";
import { componentName, toolsOf } from "@/lib/components";

import { useBuilder, useBuilderState, useRun } from "../context";
import { remove } from "../document/commands";
import { usePaletteGroups, usePlaceItem } from "../usePlaceItem";
import classes from "../builder.module.css";

/** An agent's tools, each with what happens when it is called. */
export function ToolList({ path, component, error }: { path: string; component: Component; error?: string }) {
  const { store, readOnly } = useBuilder();
  const { doc } = useBuilderState();
  const run = useRun();
  const facts = useGraphFacts(doc.settings.model);
  const tools = toolsOf(component, path);
  return (
    <Section title="Tools" aside={!readOnly && <AddTool agent={path} />}>
      {tools.length === 0 && <Text size="sm" c="dimmed">No tools. This agent can only talk.</Text>}
      <ul className={classes.rows} data-field="tools">
        {tools.map((tool) => {
          const item = { kind: "tool" as const, path: tool.path, component: tool.component, name: componentName(tool.component), reference: false };
          const name = facts.toolName?.(item) ?? item.name;
          const verdict = facts.verdict?.(item);
          return (
            <li key={tool.path} className={classes.row}>
              <UnstyledButton className={classes.rowMain} onClick={() => store.select(tool.path)} aria-label={`Open ${name}`}>
                <span className="mono clip">{name}</span>
                {verdict && <VerdictBadge verdict={verdict.verdict} reason={verdict.reason} />}
              </UnstyledButton>
              {!readOnly && <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={() => { run(remove(tool.path)); store.select(path); }}><IconX size={14} /></ActionIcon>}
            </li>
          );
        })}
      </ul>
      {error && <Text size="xs" c="var(--state-failed)">{error}</Text>}
    </Section>
  );
}

function AddTool({ agent }: { agent: string }) {
  const { store } = useBuilder();
  const { groups } = usePaletteGroups();
  const place = usePlaceItem();
  const items = groups.flatMap((group) => group.items).filter((item) => item.componentType === "tool" || item.componentType === "workbench");
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={14} />}>Add tool</Button></Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item.key} leftSection={<ComponentIcon name={item.icon} type="tool" />} onClick={() => void place(item.key, { path: agent, looseAt: { x: 0, y: 0 } }).then(() => store.select(agent))}>
            <span className="mono">{item.label}</span>
            <Text size="xs" c="dimmed" lineClamp={2}>{item.summary}</Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
