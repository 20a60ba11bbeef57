import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { newKey } from "@/api/client";
import { componentsQuery } from "@/api/components";
import { createDefinition } from "@/api/definitions";
import type { Component, RegistryEntry } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { ASSISTANT } from "@/lib/components";

const KINDS = ["agent", "tool", "model", "termination"] as const;

/** An agent's name must be an identifier: what a person types as a title becomes one. */
function identifier(name: string): string {
  const plain = name.trim().replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
  return /^\p{N}/u.test(plain) ? `_${plain}` : plain || "agent";
}

function componentFrom(entry: RegistryEntry, name: string): Component {
  const config = structuredClone(entry.defaults);
  if (entry.component_type === "agent") config.name = identifier(name);
  return { provider: entry.provider, component_type: entry.component_type, version: entry.component_version ?? 1, component_version: entry.component_version ?? 1, label: name, description: null, config };
}

export function NewComponentDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const registry = useQuery(componentsQuery);
  const [provider, setProvider] = useState(ASSISTANT);
  const [name, setName] = useState("");
  const entries = (registry.data?.results ?? []).filter((entry) => !entry.hidden && (KINDS as readonly string[]).includes(entry.component_type));
  const entry = entries.find((item) => item.provider === provider);
  const create = useMutation({
    mutationFn: (from: RegistryEntry) => createDefinition({ name: name.trim(), component_type: from.component_type, component: componentFrom(from, name.trim()) }, newKey()),
    onSuccess: async (made) => {
      void client.invalidateQueries({ queryKey: ["definitions"] });
      await navigate(`/library/${made.id}`);
    },
  });
  const groups = KINDS.map((kind) => ({ group: kind.charAt(0).toUpperCase() + kind.slice(1), items: entries.filter((item) => item.component_type === kind).map((item) => ({ value: item.provider, label: item.label })) }));
  return (
    <Modal opened onClose={onClose} title="New component">
      <form onSubmit={(event) => { event.preventDefault(); if (entry) create.mutate(entry); }}>
        <Stack gap={12}>
          <Select label="Kind" data={groups} value={provider} onChange={(value) => value && setProvider(value)} allowDeselect={false} searchable description={entry?.summary} />
          <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} data-autofocus placeholder="critic" />
          {create.isError && <ErrorState error={create.error} compact />}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim() || !entry}>Create</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
