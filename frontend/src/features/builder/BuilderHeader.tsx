import { Button, Group, Menu, Popover, Stack, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconAlertTriangle, IconBraces, IconDotsVertical, IconHistory, IconPlayerPlay } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { Link } from "react-router";

import { errorText } from "@/api/client";
import { exportUrl, updateDefinition } from "@/api/definitions";
import { ErrorState } from "@/components/ErrorState";
import { ScriptedBadge } from "@/components/ScriptedBadge";

import { useBuilder } from "./context";
import { DraftStatus } from "./DraftStatus";
import { tally } from "./document/problems";
import type { PanelName } from "./panels/panel-name";
import { useSaveRevision } from "./useSaveRevision";
import { useWouldBeScripted } from "./useWouldBeScripted";
import classes from "./builder.module.css";

function TeamName() {
  const { definition, readOnly } = useBuilder();
  const client = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const rename = useMutation({
    mutationFn: (name: string) => updateDefinition(definition.id, { name }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["definitions"] });
      setDraft(null);
    },
  });
  const commit = () => {
    const name = draft?.trim();
    if (!name || name === definition.name) setDraft(null);
    else rename.mutate(name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") setDraft(null);
  };
  if (draft === null) {
    return (
      <h1 className={classes.heading}>
        <Tooltip label={readOnly ? definition.name : "Rename"}>
          <UnstyledButton className={`${classes.title} clip`} onClick={() => setDraft(definition.name)} disabled={readOnly} aria-label={`${definition.name}, rename`}>{definition.name}</UnstyledButton>
        </Tooltip>
      </h1>
    );
  }
  return <TextInput size="xs" value={draft} onChange={(event) => setDraft(event.currentTarget.value)} onBlur={commit} onKeyDown={onKeyDown} autoFocus maxLength={200} aria-label="New name" error={rename.isError ? errorText(rename.error) : undefined} />;
}

export function SaveRevision({ opened, onChange }: { opened: boolean; onChange: (opened: boolean) => void }) {
  const { readOnly, readOnlyReason, problems } = useBuilder();
  const { save } = useSaveRevision();
  const [note, setNote] = useState("");
  const { errors } = tally(problems);
  const saving = useMutation({
    mutationFn: () => save(note),
    onSuccess: () => {
      setNote("");
      onChange(false);
    },
  });
  return (
    <Popover opened={opened} onChange={onChange} width={320} position="bottom-end" trapFocus shadow="md">
      <Popover.Target>
        <Tooltip label={readOnlyReason ?? (errors ? "Solve the errors first" : "Keep the draft as it is now (Ctrl+S)")}>
          <Button size="xs" variant="default" disabled={readOnly} onClick={() => onChange(!opened)}>Save revision</Button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => { event.preventDefault(); saving.mutate(); }}>
          <Stack gap={12}>
            <TextInput label="Note" description="What changed, for later" value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={500} data-autofocus />
            {saving.isError && <ErrorState error={saving.error} compact />}
            <Group justify="flex-end"><Button type="submit" loading={saving.isPending}>Save</Button></Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

interface HeaderProps {
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
  saving: boolean;
  onSaving: (open: boolean) => void;
}

export function BuilderHeader({ panel, onPanel, saving, onSaving }: HeaderProps) {
  const { definition, problems, readOnly, readOnlyReason } = useBuilder();
  const scripted = useWouldBeScripted();
  const team = definition.component_type === "team";
  const { errors, warnings } = tally(problems);
  const toggle = (name: PanelName) => () => onPanel(panel === name ? null : name);
  return (
    <header className={classes.header}>
      <Link to={team ? "/teams" : "/library"} className={classes.crumb}>{team ? "Teams" : "Library"}</Link>
      <span aria-hidden className={classes.crumb}>/</span>
      <TeamName />
      {scripted && <ScriptedBadge tense="would" />}
      <DraftStatus />
      <div className={classes.spring} />
      <div className={classes.actions}>
        <Button size="xs" variant={panel === "problems" ? "light" : "subtle"} color={errors ? "red" : "gray"} onClick={toggle("problems")} aria-pressed={panel === "problems"}
          leftSection={errors + warnings > 0 ? <IconAlertTriangle size={16} /> : undefined}>Problems {errors + warnings}</Button>
        <Button size="xs" variant={panel === "json" ? "light" : "subtle"} color="gray" onClick={toggle("json")} aria-pressed={panel === "json"} leftSection={<IconBraces size={16} />}>JSON</Button>
        <Button size="xs" variant={panel === "history" ? "light" : "subtle"} color="gray" onClick={toggle("history")} aria-pressed={panel === "history"} leftSection={<IconHistory size={16} />}>History</Button>
        <SaveRevision opened={saving} onChange={onSaving} />
        {team && (
          <Tooltip label={readOnlyReason ?? "Give this team a task (Ctrl+Enter)"}>
            <Button size="xs" leftSection={<IconPlayerPlay size={16} />} disabled={readOnly} onClick={toggle("run")} aria-expanded={panel === "run"}>Run</Button>
          </Tooltip>
        )}
        <Menu position="bottom-end">
          <Menu.Target><Button size="xs" variant="subtle" color="gray" px={6} aria-label="More"><IconDotsVertical size={16} /></Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={exportUrl(definition.id)} download>Export as AutoGen JSON</Menu.Item>
            {team && <Menu.Item component={Link} to={`/sessions?definition=${definition.id}`}>Sessions of this team</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </div>
    </header>
  );
}
