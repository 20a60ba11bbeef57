import { Button, Group, Kbd, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";

import { ApiError, newKey } from "@/api/client";
import { startRun, type NewRun } from "@/api/runs";
import { ErrorState } from "@/components/ErrorState";
import { ScriptedBadge } from "@/components/ScriptedBadge";

interface RunTaskFormProps {
  /** Makes ready what will run (saves a draft, copies a gallery team) and says what that is. */
  prepare: () => Promise<Pick<NewRun, "definition" | "revision">>;
  exampleTask?: string | null;
  /** The run would be answered by the scripted stand-in. */
  scripted: boolean;
  onCancel?: () => void;
}

/** Asks for the task and starts the run. Ctrl+Enter starts. */
export function RunTaskForm({ prepare, exampleTask, scripted, onCancel }: RunTaskFormProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [task, setTask] = useState(exampleTask ?? "");
  // One key per attempt at this task: a retry after a lost answer does not start a second run.
  const [attempt, setAttempt] = useState({ task, key: newKey() });
  const start = useMutation({
    mutationFn: async (text: string) => {
      const current = attempt.task === text ? attempt : { task: text, key: newKey() };
      setAttempt(current);
      return startRun({ ...(await prepare()), task: text }, current.key);
    },
    onSuccess: async (run) => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${run.id}`);
    },
    onError: (error) => {
      if (error instanceof ApiError && !error.offline) setAttempt({ task: "", key: newKey() });
    },
  });
  const submit = () => {
    if (task.trim() && !start.isPending) start.mutate(task);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      submit();
    }
  };
  return (
    <Stack gap={12}>
      <Textarea label="Task" description="What the team should do" placeholder="Write a short report on …" autosize minRows={3} maxRows={12} data-autofocus autoFocus
        value={task} onChange={(event) => setTask(event.currentTarget.value)} onKeyDown={onKeyDown} />
      {start.isError && <ErrorState error={start.error} compact />}
      <Group justify="space-between" gap={8}>
        <Group gap={8}>
          {scripted && <><ScriptedBadge tense="would" /><Text size="xs" c="dimmed">No model writes these words.</Text></>}
        </Group>
        <Group gap={8}>
          {onCancel && <Button variant="default" onClick={onCancel}>Cancel</Button>}
          <Button leftSection={<IconPlayerPlay size={16} />} rightSection={<Kbd size="xs">Ctrl ↵</Kbd>} onClick={submit} disabled={!task.trim()} loading={start.isPending} aria-label="Start run">Start run</Button>
        </Group>
      </Group>
    </Stack>
  );
}
