import { Button, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconPlayerSkipForward, IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import { useMemo } from "react";

import { type Command, useCommands } from "@/lib/commands";
import { hasEnded } from "@/run-model";

import { useSession } from "./model/session-context";
import { useRunCommand, useStartRun } from "./model/useRunCommands";
import classes from "./session.module.css";

/** What a person can tell the run: pause, resume, stop; after its end: run again. */
export function RunActions() {
  const { snapshot } = useSession();
  return <div className={classes.actions}>{hasEnded(snapshot.head) ? <Ended /> : <GoingOn />}</div>;
}

function Ended() {
  const { run, runBlocked } = useSession();
  const { mutate, isPending } = useStartRun();
  const { definition_id: definition, revision } = run.team;
  const reason = runBlocked ?? (definition === null ? "The team of this run is no longer in the library." : undefined);
  const again = useMemo<Command>(
    () => ({
      id: "session.again",
      label: "Run again",
      description: "The same team and task, in a new session",
      disabled: reason !== undefined,
      run: () => {
        if (definition !== null) mutate({ definition, revision: revision ?? undefined, task: run.task });
      },
    }),
    [definition, revision, run.task, reason, mutate],
  );
  useCommands(useMemo(() => [again], [again]));
  return <Action command={again} icon={IconRepeat} reason={reason} loading={isPending} />;
}

function GoingOn() {
  const { run, view, snapshot, runBlocked } = useSession();
  const { mutate, isPending, variables } = useRunCommand(run.id);
  const pending = snapshot.head.pendingCommand?.command;
  const told = pending === undefined ? undefined : pending === "end" ? "It was told to end; it does when this turn is done." : `It was told to ${pending}; that takes effect at the next step.`;
  const held = view.state === "paused" || view.state === "quarantined";
  const pauseBlocked = runBlocked ?? told;
  const stopBlocked = runBlocked ?? (pending === "stop" ? told : undefined);
  const commands = useMemo<[Command, Command, Command]>(
    () => [
      held
        ? { id: "session.resume", label: "Resume", disabled: pauseBlocked !== undefined, run: () => mutate("resume") }
        : { id: "session.pause", label: "Pause", disabled: pauseBlocked !== undefined, run: () => mutate("pause") },
      { id: "session.finish", label: "End after this turn", description: "It ends as completed, once who speaks now has spoken", disabled: pauseBlocked !== undefined, run: () => mutate("end") },
      { id: "session.stop", label: "Stop", disabled: stopBlocked !== undefined, run: () => mutate("stop") },
    ],
    [held, pauseBlocked, stopBlocked, mutate],
  );
  useCommands(commands);
  const [hold, end, stop] = commands;
  return (
    <>
      <Action command={hold} icon={held ? IconPlayerPlay : IconPlayerPause} primary={held} reason={pauseBlocked} loading={isPending && variables !== "stop" && variables !== "end"} />
      <Action command={end} icon={IconPlayerSkipForward} reason={pauseBlocked ?? end.description} loading={isPending && variables === "end"} />
      <Action command={stop} icon={IconPlayerStop} reason={stopBlocked} loading={isPending && variables === "stop"} />
    </>
  );
}

interface ActionProps {
  command: Command;
  icon: typeof IconPlayerPlay;
  primary?: boolean;
  reason: string | undefined;
  loading: boolean;
}

/** A button that says, when it is off, why. */
function Action({ command, icon: Icon, primary, reason, loading }: ActionProps) {
  return (
    <Tooltip label={reason} disabled={reason === undefined}>
      <span>
        <Button size="xs" variant={primary ? "filled" : "default"} leftSection={<Icon size={14} />} loading={loading} disabled={command.disabled} onClick={command.run}>
          {command.label}
        </Button>
      </span>
    </Tooltip>
  );
}
