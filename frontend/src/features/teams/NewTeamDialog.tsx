import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { newKey } from "@/api/client";
import { createDefinition, type NewDefinition } from "@/api/definitions";
import { galleryQuery } from "@/api/gallery";
import type { Component } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { ROUND_ROBIN } from "@/lib/components";

const BLANK = "blank";

function blankTeam(name: string): Component {
  return { provider: ROUND_ROBIN, component_type: "team", version: 1, component_version: 1, label: name, config: { name, description: "", participants: [], max_turns: 10 } };
}

/** A new team: blank, or a copy of a gallery team. */
export function NewTeamDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const gallery = useQuery(galleryQuery);
  const [name, setName] = useState("");
  const [source, setSource] = useState(BLANK);
  const chosen = gallery.data?.results.find((team) => team.slug === source);
  const create = useMutation({
    mutationFn: () => {
      const own = name.trim();
      const body: NewDefinition = chosen ? { gallery: chosen.slug, ...(own ? { name: own } : {}) } : { name: own, component_type: "team", component: blankTeam(own) };
      return createDefinition(body, newKey());
    },
    onSuccess: async (team) => {
      void client.invalidateQueries({ queryKey: ["definitions"] });
      await navigate(`/teams/${team.id}`);
    },
  });
  const choices = [{ value: BLANK, label: "Blank" }, ...(gallery.data?.results ?? []).map((team) => ({ value: team.slug, label: team.name }))];
  return (
    <Modal opened onClose={onClose} title="New team">
      <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
        <Stack gap={12}>
          <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} placeholder={chosen?.name ?? "Research and write"} required={!chosen} maxLength={200} data-autofocus />
          <Select label="Start from" data={choices} value={source} onChange={(value) => value && setSource(value)} allowDeselect={false} description={chosen?.description ?? "An empty team that speaks in turn"} />
          {create.isError && <ErrorState error={create.error} compact />}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={create.isPending} disabled={!chosen && !name.trim()}>Create team</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
