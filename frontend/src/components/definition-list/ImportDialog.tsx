import { Button, FileButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";

import { importDefinition } from "@/api/definitions";
import { CodeEditor } from "@/components/code/CodeEditor";
import { ErrorState } from "@/components/ErrorState";

const MAX_BYTES = 2_000_000;

/** Takes AutoGen component JSON, pasted or from a file. What is wrong with it is shown in the builder. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const take = useMutation({
    mutationFn: () => importDefinition(JSON.parse(text) as unknown),
    onSuccess: async ({ definition }) => {
      await client.invalidateQueries({ queryKey: ["definitions"] });
      await navigate(definition.component_type === "team" ? `/teams/${definition.id}` : `/library/${definition.id}`);
    },
  });
  const read = async (file: File | null) => {
    if (file && file.size <= MAX_BYTES) setText(await file.text());
  };
  return (
    <Modal opened onClose={onClose} title="Import AutoGen JSON" size="xl">
      <Stack gap={12}>
        <Text size="sm" c="dimmed">A team, agent, tool, model or termination, as AutoGen or AutoGen Studio exports it. Keys in it are refused; nothing in it is run.</Text>
        <CodeEditor language="json" label="Component JSON" value={text} onChange={setText} minHeight="200px" height="40vh" />
        {take.isError && <ErrorState error={take.error instanceof SyntaxError ? new Error(`This is not valid JSON: ${take.error.message}`) : take.error} compact />}
        <Group justify="space-between">
          <FileButton onChange={(file) => void read(file)} accept="application/json,.json">{(props) => <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>Choose a file</Button>}</FileButton>
          <Button onClick={() => take.mutate()} loading={take.isPending} disabled={!text.trim()}>Import</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
