import { Button, Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconUnlink } from "@tabler/icons-react";

import { errorText } from "@/api/client";
import { definitionQuery, revisionQuery, revisionsQuery } from "@/api/definitions";
import type { Component } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { formatDateTime } from "@/lib/format";

import { useRun } from "../context";
import { replaceComponent } from "../document/commands";
import { useFields } from "./useFields";

/** A library component used by reference: which revision, and the way to a copy of its own. */
export function ReferenceInspector({ path, component }: { path: string; component: Component }) {
  const id = typeof component.config.definition === "string" ? component.config.definition : "";
  const number = typeof component.config.revision === "number" ? component.config.revision : null;
  const { set, readOnly } = useFields(path, component);
  const run = useRun();
  const client = useQueryClient();
  const definition = useQuery({ ...definitionQuery(id), enabled: id !== "" });
  const revisions = useQuery({ ...revisionsQuery(id), enabled: id !== "" });
  const choices = [
    { value: "latest", label: "Always the latest" },
    ...(revisions.data ?? []).map((item) => ({ value: String(item.number), label: `Revision ${item.number}, ${formatDateTime(item.created_at)}` })),
  ];
  const unlink = async () => {
    try {
      const wanted = number ?? definition.data?.latest_revision ?? null;
      const source = wanted === null ? (await client.fetchQuery(definitionQuery(id))).draft : await client.fetchQuery(revisionQuery(id, wanted));
      run(replaceComponent(path, source.component, "Make inline"));
    } catch (error) {
      notifications.show({ title: "It could not be made inline", message: errorText(error), color: "red" });
    }
  };
  return (
    <>
      {definition.isError && <ErrorState error={definition.error} compact onRetry={() => void definition.refetch()} />}
      <Text size="sm" c="dimmed">
        {definition.data?.name ?? component.label} lives in the library. Edit it there and every team that links to it follows.
        {definition.data?.latest_revision === null && " It has no revision yet: save one before a team can run with it."}
      </Text>
      <Select label="Revision" data={choices} value={number === null ? "latest" : String(number)} allowDeselect={false} readOnly={readOnly} data-field="revision"
        onChange={(value) => set("revision", value === "latest" ? null : Number(value))} />
      <Button variant="default" leftSection={<IconUnlink size={16} />} disabled={readOnly} onClick={() => void unlink()}>Unlink (make inline)</Button>
    </>
  );
}
