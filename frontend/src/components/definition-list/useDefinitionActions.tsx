import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorText } from "@/api/client";
import { archiveDefinition, createDefinition, restoreDefinition, updateDefinition } from "@/api/definitions";
import type { Definition } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";

function failed(title: string) {
  return (error: unknown) => notifications.show({ title, message: errorText(error), color: "red" });
}

/** Duplicate and archive with undo: the same for teams and for library components. */
export function useDefinitionActions() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["definitions"] });
  const restore = useMutation({ mutationFn: restoreDefinition, onSuccess: refresh, onError: failed("It could not be restored") });
  const archive = useMutation({
    mutationFn: (definition: Definition) => archiveDefinition(definition.id).then(() => definition),
    onSuccess: async (definition) => {
      await refresh();
      const id = `archived-${definition.id}`;
      notifications.show({
        id,
        title: `${definition.name} is archived`,
        message: <Button size="compact-sm" variant="light" onClick={() => { restore.mutate(definition.id); notifications.hide(id); }}>Undo</Button>,
        autoClose: 10_000,
      });
    },
    onError: failed("It could not be archived"),
  });
  const duplicate = useMutation({
    mutationFn: (definition: Definition) => createDefinition({ copy_of: definition.id }),
    onSuccess: refresh,
    onError: failed("It could not be duplicated"),
  });
  return { archive: archive.mutate, duplicate: duplicate.mutate };
}

export function RenameDialog({ definition, onClose }: { definition: Definition; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(definition.name);
  const [description, setDescription] = useState(definition.description);
  const rename = useMutation({
    mutationFn: () => updateDefinition(definition.id, { name: name.trim(), description }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["definitions"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Rename ${definition.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); rename.mutate(); }}>
        <Stack gap={12}>
          <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} data-autofocus />
          <TextInput label="Description" value={description} onChange={(event) => setDescription(event.currentTarget.value)} maxLength={1000} />
          {rename.isError && <ErrorState error={rename.error} compact />}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={rename.isPending} disabled={!name.trim()}>Rename</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Asks before something that cannot be taken back. */
export function confirmRemoval(title: string, text: string, label: string, onConfirm: () => void): void {
  modals.openConfirmModal({ title, children: <Text size="sm">{text}</Text>, labels: { confirm: label, cancel: "Cancel" }, confirmProps: { color: "red" }, onConfirm });
}
