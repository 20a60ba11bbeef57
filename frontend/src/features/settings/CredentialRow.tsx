import { ActionIcon, Badge, Button, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconCircleCheck, IconCircleX, IconTrash } from "@tabler/icons-react";

import { errorText } from "@/api/client";
import { deleteCredential, testCredential } from "@/api/credentials";
import { useAbility } from "@/api/me";
import type { Credential } from "@/api/types";
import { isModelKind } from "@/components/credential-form/CredentialForm";
import { confirmRemoval } from "@/components/definition-list/useDefinitionActions";
import { KIND_NAMES } from "@/components/schema-form/credential-kinds";
import { TimeAgo } from "@/components/TimeAgo";

import classes from "./settings.module.css";

export function CredentialRow({ credential }: { credential: Credential }) {
  const client = useQueryClient();
  const { allowed } = useAbility("admin");
  const test = useMutation({ mutationFn: () => testCredential(credential.id) });
  const remove = useMutation({
    mutationFn: () => deleteCredential(credential.id),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["credentials"] }), client.invalidateQueries({ queryKey: ["workspace"] }), client.invalidateQueries({ queryKey: ["me"] })]),
    onError: (error) => notifications.show({ title: "The key could not be deleted", message: errorText(error), color: "red" }),
  });
  const fixed = credential.source === "environment";
  const ok = test.data?.ok ?? false;
  const result = test.data?.detail ?? (test.isError ? errorText(test.error) : null);
  const ask = () => confirmRemoval(`Delete ${credential.name}?`, isModelKind(credential.kind) ? "Agents that use this key will pause at their next model call until another one is chosen." : "Tools that use this key will fail, and say so, until another one is chosen.", "Delete key", () => remove.mutate());
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <div className={classes.name}>{credential.name}</div>
        <div className={classes.meta}>
          {KIND_NAMES[credential.kind]} · <span className="mono">{credential.hint || "no key"}</span>
          {credential.base_url && <> · {credential.base_url}</>}
          {credential.last_used_at && <> · used <TimeAgo at={credential.last_used_at} /></>}
        </div>
      </div>
      {fixed && <Tooltip label="Set by the operator in the server's environment; it is changed there."><Badge variant="default" tt="none">environment</Badge></Tooltip>}
      {isModelKind(credential.kind) && <Button size="xs" variant="default" disabled={!allowed} loading={test.isPending} onClick={() => test.mutate()} aria-label={`Test ${credential.name}`}>Test</Button>}
      {!fixed && <Tooltip label="Delete"><ActionIcon variant="subtle" color="red" disabled={!allowed} loading={remove.isPending} aria-label={`Delete ${credential.name}`} onClick={ask}><IconTrash size={16} /></ActionIcon></Tooltip>}
      {result && (
        <div className={classes.result} data-ok={ok} role="status">
          {ok ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}
          {result}
        </div>
      )}
    </li>
  );
}
