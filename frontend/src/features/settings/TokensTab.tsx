import { ActionIcon, Alert, Button, CopyButton, Group, Skeleton, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconTerminal2, IconTrash } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";

import { errorText } from "@/api/client";
import { useAbility } from "@/api/me";
import { createToken, revokeToken, tokensQuery } from "@/api/tokens";
import type { ApiToken } from "@/api/types";
import { confirmRemoval } from "@/components/definition-list/useDefinitionActions";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { TimeAgo } from "@/components/TimeAgo";

import classes from "./settings.module.css";

function TokenRow({ token }: { token: ApiToken }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
    onError: (error) => notifications.show({ title: "The token could not be revoked", message: errorText(error), color: "red" }),
  });
  const ask = () => confirmRemoval(`Revoke ${token.name}?`, "Programs that use it are refused from now on.", "Revoke token", () => revoke.mutate());
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <div className={classes.name}>{token.name}</div>
        <div className={classes.meta}>
          {token.prefix && <><span className="mono">{token.prefix}…</span> · </>}made <TimeAgo at={token.created_at} /> · {token.last_used_at ? <>used <TimeAgo at={token.last_used_at} /></> : "never used"}
        </div>
      </div>
      <Tooltip label="Revoke"><ActionIcon variant="subtle" color="red" aria-label={`Revoke ${token.name}`} loading={revoke.isPending} onClick={ask}><IconTrash size={16} /></ActionIcon></Tooltip>
    </li>
  );
}

function NewToken() {
  const client = useQueryClient();
  const { allowed, reason } = useAbility("run");
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => createToken(name.trim()),
    onSuccess: async () => {
      setName("");
      await client.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <>
      <form onSubmit={submit}>
        <Group gap={8} align="flex-end">
          <TextInput label="Name" description="What it is for" placeholder="Nightly report" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} disabled={!allowed} style={{ flex: 1 }} />
          <Tooltip label={reason} disabled={allowed}><Button type="submit" disabled={!allowed || !name.trim()} loading={create.isPending}>Create token</Button></Tooltip>
        </Group>
      </form>
      {create.isError && <ErrorState error={create.error} compact />}
      {create.data && (
        <Alert color="indigo" title="Copy the token now. It is shown this once." withCloseButton closeButtonLabel="I have copied it" onClose={() => create.reset()}>
          <Group gap={8} wrap="nowrap">
            <code className={classes.secret}>{create.data.token}</code>
            <CopyButton value={create.data.token}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? "Copied" : "Copy token"}</Button>}</CopyButton>
          </Group>
        </Alert>
      )}
    </>
  );
}

/** Tokens with which programs act in a person's name. */
export function TokensTab() {
  const tokens = useQuery(tokensQuery);
  return (
    <section className={classes.card}>
      <div>
        <h2 className={classes.title}>API tokens</h2>
        <p className={classes.text}>A program that sends one as “Authorization: Bearer …” may do what you may do. The API is described at <a href="/api/schema/" target="_blank" rel="noopener noreferrer">/api/schema/</a>.</p>
      </div>
      <NewToken />
      {tokens.isPending && <Skeleton height={52} />}
      {tokens.isError && <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.data?.results.length === 0 && <EmptyState compact icon={IconTerminal2} title="No token yet" />}
      <ul className={classes.rows}>{tokens.data?.results.map((token) => <TokenRow key={token.id} token={token} />)}</ul>
    </section>
  );
}
