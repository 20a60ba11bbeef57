import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "react-router";

import { ApiError, errorText, newKey } from "@/api/client";
import { commandRun, type RunCommand } from "@/api/run-log";
import { type NewRun, startRun } from "@/api/runs";

/** Pause, resume, stop: what a person tells the run. The log shows when it takes effect. */
export function useRunCommand(runId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: RunCommand) => commandRun(runId, command),
    networkMode: "always",
    onSuccess: (run) => client.setQueryData(["runs", "detail", runId], run),
    onError: (error, command) => notifications.show({ color: "red", title: `The run was not told to ${command}`, message: sentence(error) }),
  });
}

/** Starts another run and goes to it; a busy session leads to the run that keeps it busy. */
export function useStartRun() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: NewRun) => startRun(body, newKey()),
    networkMode: "always",
    onSuccess: (run) => navigate(`/runs/${run.id}`),
    onError: (error) => {
      const busy = error instanceof ApiError && error.code === "session_busy" ? error.body["run"] : undefined;
      notifications.show({ color: "red", title: "The run was not started", message: sentence(error) });
      if (typeof busy === "string") void navigate(`/runs/${busy}`);
    },
  });
}

function sentence(error: unknown): string {
  const hint = error instanceof ApiError ? error.hint : null;
  return [errorText(error), hint].filter(Boolean).join(" ");
}
