import { Button, Group, PasswordInput, Stack, TextInput, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { setPassword, signOut } from "@/api/account";
import { ApiError } from "@/api/client";
import { updateWorkspace, useAbility, useMe } from "@/api/me";
import { ErrorState } from "@/components/ErrorState";

import classes from "./settings.module.css";

function PasswordCard() {
  const { user } = useMe();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => setPassword({ new: next, ...(user.has_password ? { current } : {}) }),
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      await client.invalidateQueries({ queryKey: ["me"] });
      notifications.show({ message: "The password is set. Other browsers are signed out." });
    },
  });
  const fields = change.error instanceof ApiError ? change.error.fields : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <section className={classes.card}>
      <h2 className={classes.title}>Password</h2>
      {!user.has_password && <p className={classes.text}>No password is set: whoever can reach this page is signed in as you. Set one before you open Troupe to others.</p>}
      <form onSubmit={submit}>
        <Stack gap={12} maw={360}>
          {user.has_password && <PasswordInput label="Current password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" error={fields?.current?.[0]} required />}
          <PasswordInput label="New password" value={next} onChange={(event) => setNext(event.currentTarget.value)} autoComplete="new-password" error={fields?.new?.[0]} required />
          {change.isError && !fields && <ErrorState error={change.error} compact />}
          <Group><Button type="submit" loading={change.isPending} disabled={!next || (user.has_password && !current)}>{user.has_password ? "Change password" : "Set password"}</Button></Group>
        </Stack>
      </form>
    </section>
  );
}

function WorkspaceCard() {
  const { workspace } = useMe();
  const client = useQueryClient();
  const { allowed, reason } = useAbility("admin");
  const [name, setName] = useState(workspace.name);
  const rename = useMutation({
    mutationFn: () => updateWorkspace({ name: name.trim() }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["me"] }), client.invalidateQueries({ queryKey: ["workspace"] })]),
  });
  return (
    <section className={classes.card}>
      <h2 className={classes.title}>Workspace</h2>
      <form onSubmit={(event) => { event.preventDefault(); rename.mutate(); }}>
        <Group gap={8} align="flex-end" maw={480}>
          <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} readOnly={!allowed} maxLength={120} style={{ flex: 1 }} />
          <Tooltip label={reason} disabled={allowed}><Button type="submit" variant="default" loading={rename.isPending} disabled={!allowed || !name.trim() || name.trim() === workspace.name}>Rename</Button></Tooltip>
        </Group>
      </form>
      {rename.isError && <ErrorState error={rename.error} compact />}
    </section>
  );
}

export function AccountTab() {
  const { user, role, version, mode } = useMe();
  return (
    <>
      <section className={classes.card}>
        <div className={classes.head}>
          <div>
            <h2 className={classes.title}>{user.name}</h2>
            <p className={classes.text}>{role} of this workspace</p>
          </div>
          <Button variant="default" onClick={() => void signOut()}>Sign out</Button>
        </div>
      </section>
      <PasswordCard />
      <WorkspaceCard />
      <p className={classes.meta} style={{ padding: "16px 20px" }}>Troupe {version}, {mode}</p>
    </>
  );
}
