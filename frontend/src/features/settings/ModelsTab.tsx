import { Button, Group, Skeleton, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { credentialsQuery } from "@/api/credentials";
import { updateWorkspace, useAbility, workspaceQuery } from "@/api/me";
import type { Component, Workspace } from "@/api/types";
import { CredentialForm, isModelKind } from "@/components/credential-form/CredentialForm";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { modelGap } from "@/components/model-picker/model-choice";
import { ModelPicker } from "@/components/model-picker/ModelPicker";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { modelSummary } from "@/lib/components";

import { CredentialRow } from "./CredentialRow";
import classes from "./settings.module.css";

const SOURCES: Record<Workspace["default_model_source"], string> = {
  workspace: "chosen here",
  environment: "from the server's environment",
  scripted: "because no model is chosen",
};

function DefaultModel({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { allowed, reason } = useAbility("admin");
  const credentials = useQuery(credentialsQuery).data?.results ?? [];
  const [chosen, setChosen] = useState<Component | null>(workspace.default_model);
  const changed = JSON.stringify(chosen) !== JSON.stringify(workspace.default_model);
  const gap = modelGap(chosen, credentials);
  const save = useMutation({
    mutationFn: (model: Component | null) => updateWorkspace({ default_model: model }),
    onSuccess: async (saved) => {
      setChosen(saved.default_model);
      await Promise.all([client.invalidateQueries({ queryKey: ["workspace"] }), client.invalidateQueries({ queryKey: ["me"] }), client.invalidateQueries({ queryKey: ["definitions"] })]);
      notifications.show({ message: "The default model is saved." });
    },
  });
  const effective = workspace.default_model ?? workspace.effective_model ?? null;
  return (
    <section className={classes.card}>
      <div className={classes.head}>
        <div>
          <h2 className={classes.title}>Default model</h2>
          <p className={classes.text}>Answers for every agent that has no model of its own. Now: {effective ? modelSummary(effective).label : "the scripted stand-in"}, {SOURCES[workspace.default_model_source]}.</p>
        </div>
        {workspace.default_model_source === "scripted" && <ScriptedBadge tense="would" />}
      </div>
      <ModelPicker value={chosen} onChange={setChosen} label="Model" readOnly={!allowed} withoutDefault />
      {save.isError && <ErrorState error={save.error} compact />}
      <Group justify="space-between" gap={8}>
        <Text size="xs" c="dimmed">{changed ? gap : null}</Text>
        <Group gap={8}>
          {workspace.default_model && <Button variant="default" disabled={!allowed} onClick={() => save.mutate(null)}>Remove the default</Button>}
          <Tooltip label={reason} disabled={allowed}><Button disabled={!allowed || !changed || Boolean(gap)} loading={save.isPending} onClick={() => save.mutate(chosen)}>Save default model</Button></Tooltip>
        </Group>
      </Group>
    </section>
  );
}

export function ModelsTab() {
  const workspace = useQuery(workspaceQuery);
  const credentials = useQuery(credentialsQuery);
  const { allowed, reason } = useAbility("admin");
  const [adding, setAdding] = useState(false);
  const rows = credentials.data?.results ?? [];
  return (
    <>
      <section className={classes.card}>
        <div className={classes.head}>
          <div>
            <h2 className={classes.title}>Keys</h2>
            <p className={classes.text}>Of models, web services, databases and searches. Kept encrypted on the server; a team names a key, it never contains one.</p>
          </div>
          {!adding && <Tooltip label={reason} disabled={allowed}><Button variant="default" leftSection={<IconPlus size={16} />} disabled={!allowed} onClick={() => setAdding(true)}>Add key</Button></Tooltip>}
        </div>
        {adding && (
          <CredentialForm
            offer="all"
            onCancel={() => setAdding(false)}
            onSaved={(credential, test) => {
              setAdding(false);
              notifications.show({ title: `${credential.name} is kept`, message: test?.detail ?? (isModelKind(credential.kind) ? "It could not be tried out just now." : "Choose it in the tools that are to use it."), color: test && !test.ok ? "red" : "green" });
            }}
          />
        )}
        {credentials.isPending && <Skeleton height={52} />}
        {credentials.isError && <ErrorState error={credentials.error} onRetry={() => void credentials.refetch()} />}
        {credentials.isSuccess && rows.length === 0 && !adding && (
          <EmptyState compact icon={IconKey} title="No key yet">Without one, a scripted stand-in writes the agents' words. Everything else is real: tools, approvals, replay.</EmptyState>
        )}
        <ul className={classes.rows}>{rows.map((row) => <CredentialRow key={row.id} credential={row} />)}</ul>
      </section>
      {workspace.data && <DefaultModel workspace={workspace.data} />}
      {workspace.isError && <ErrorState error={workspace.error} />}
    </>
  );
}
