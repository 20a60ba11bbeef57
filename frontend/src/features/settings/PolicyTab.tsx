import { ActionIcon, Autocomplete, Button, Group, NumberInput, Select, Skeleton, Switch, Text, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { ApiError } from "@/api/client";
import { componentsQuery } from "@/api/components";
import { useAbility } from "@/api/me";
import { policyQuery, savePolicy } from "@/api/policy";
import type { Policy, PolicyRule, RegistryEntry, Verdict } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { VerdictBadge } from "@/components/ToolChip";
import { toolVerdict } from "@/lib/verdicts";

import classes from "./settings.module.css";

const VERDICTS: { value: Verdict; label: string }[] = [
  { value: "allow", label: "runs" },
  { value: "ask", label: "asks" },
  { value: "deny", label: "denied" },
];

interface RuleProps {
  rule: PolicyRule;
  tools: string[];
  first: boolean;
  onChange: (rule: PolicyRule) => void;
  onUp: () => void;
  onRemove: () => void;
  readOnly: boolean;
}

function Rule({ rule, tools, first, onChange, onUp, onRemove, readOnly }: RuleProps) {
  return (
    <li className={classes.rule}>
      <Autocomplete aria-label="Tool or pattern" placeholder="write_* " data={tools} value={rule.tool} onChange={(tool) => onChange({ ...rule, tool })} readOnly={readOnly} />
      <Select aria-label="Verdict" data={VERDICTS} value={rule.verdict} onChange={(verdict) => verdict && onChange({ ...rule, verdict: verdict as Verdict })} allowDeselect={false} readOnly={readOnly} />
      <TextInput aria-label="Note" placeholder="Why" value={rule.note ?? ""} onChange={(event) => onChange({ ...rule, note: event.currentTarget.value })} readOnly={readOnly} maxLength={300} />
      <Group gap={0} wrap="nowrap">
        <Tooltip label="Earlier rules win"><ActionIcon variant="subtle" color="gray" aria-label="Move rule up" disabled={readOnly || first} onClick={onUp}><IconArrowUp size={16} /></ActionIcon></Tooltip>
        <ActionIcon variant="subtle" color="red" aria-label="Delete rule" disabled={readOnly} onClick={onRemove}><IconTrash size={16} /></ActionIcon>
      </Group>
    </li>
  );
}

function Outcome({ policy, tools }: { policy: Policy; tools: RegistryEntry[] }) {
  return (
    <section className={classes.card}>
      <h2 className={classes.title}>What this means for the tools there are</h2>
      <ul className={classes.rows}>
        {tools.map((tool) => {
          const name = tool.tool_name ?? tool.label;
          const { verdict, reason } = toolVerdict(name, tool.side_effects, policy);
          return <li key={tool.provider} className={classes.row}><span className={`${classes.main} mono`}>{name}</span><span className={classes.meta}>{reason}</span><VerdictBadge verdict={verdict} /></li>;
        })}
      </ul>
    </section>
  );
}

function PolicyEditor({ stored }: { stored: Policy }) {
  const client = useQueryClient();
  const { allowed, reason } = useAbility("admin");
  const [policy, setPolicy] = useState(stored);
  const tools = (useQuery(componentsQuery).data?.results ?? []).filter((entry) => entry.component_type === "tool");
  const changed = JSON.stringify(policy) !== JSON.stringify(stored);
  const save = useMutation({
    mutationFn: () => savePolicy(policy),
    onSuccess: (saved) => {
      client.setQueryData(policyQuery.queryKey, saved);
      setPolicy(saved);
      notifications.show({ message: "The policy is saved. It holds for every call from now on." });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 409) void client.invalidateQueries({ queryKey: policyQuery.queryKey });
    },
  });
  const setRules = (rules: PolicyRule[]) => setPolicy({ ...policy, rules });
  const replace = (index: number, rule: PolicyRule) => setRules(policy.rules.map((item, i) => (i === index ? rule : item)));
  const up = (index: number) => {
    const rules = [...policy.rules];
    const [moved] = rules.splice(index, 1);
    if (moved) rules.splice(index - 1, 0, moved);
    setRules(rules);
  };
  const empty = policy.rules.some((rule) => !rule.tool.trim());
  return (
    <>
      <section className={classes.card}>
        <div className={classes.head}>
          <div>
            <h2 className={classes.title}>Rules</h2>
            <p className={classes.text}>The first rule that matches a tool's name decides; * stands for anything. Without a rule, tools with side effects ask a person and the others run.</p>
          </div>
          <Button variant="default" leftSection={<IconPlus size={16} />} disabled={!allowed} onClick={() => setRules([...policy.rules, { tool: "", verdict: "ask", note: "" }])}>Add rule</Button>
        </div>
        {policy.rules.length === 0 && <Text size="sm" c="dimmed">No rules.</Text>}
        <ul className={classes.rows} style={{ gap: 8 }}>
          {policy.rules.map((rule, index) => (
            <Rule key={index} rule={rule} tools={tools.map((tool) => tool.tool_name ?? tool.label)} first={index === 0} readOnly={!allowed}
              onChange={(next) => replace(index, next)} onUp={() => up(index)} onRemove={() => setRules(policy.rules.filter((_, i) => i !== index))} />
          ))}
        </ul>
        <Switch label="Requests have a deadline" description="At the deadline an undecided call is denied." disabled={!allowed} checked={policy.deadline_seconds !== null}
          onChange={(event) => setPolicy({ ...policy, deadline_seconds: event.currentTarget.checked ? 86_400 : null })} />
        {policy.deadline_seconds !== null && (
          <NumberInput label="Hours" w={160} min={0.1} decimalScale={1} value={policy.deadline_seconds / 3600} readOnly={!allowed}
            onChange={(hours) => setPolicy({ ...policy, deadline_seconds: Math.max(60, Math.round(Number(hours) * 3600)) })} />
        )}
        {save.isError && <ErrorState error={save.error} compact />}
        <Group justify="flex-end" gap={8}>
          {changed && <Button variant="default" onClick={() => setPolicy(stored)}>Discard changes</Button>}
          <Tooltip label={reason} disabled={allowed}><Button disabled={!allowed || !changed || empty} loading={save.isPending} onClick={() => save.mutate()}>Save policy</Button></Tooltip>
        </Group>
      </section>
      <Outcome policy={policy} tools={tools} />
    </>
  );
}

/** Which tools run, ask or are denied. */
export function PolicyTab() {
  const policy = useQuery(policyQuery);
  if (policy.isError) return <ErrorState error={policy.error} onRetry={() => void policy.refetch()} />;
  if (!policy.data) return <Skeleton height={240} />;
  return <PolicyEditor key={policy.data.version} stored={policy.data} />;
}
