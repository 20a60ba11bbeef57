import { Button, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import { Link } from "react-router";

import { ScriptedBadge } from "@/components/ScriptedBadge";
import { StateBadge } from "@/components/StateBadge";
import { hasEnded } from "@/run-model";

import { HeaderStats } from "./HeaderStats";
import { useSession } from "./model/session-context";
import { useRunCommand, useStartRun } from "./model/useRunCommands";
import { TimeMark } from "./timeline/TimeMark";
import classes from "./session.module.css";

/** Which run this is, how it stands, what it costs, and what can be done with it. */
export function SessionHeader() {
  const { run, view } = useSession();
  const team = run.team.definition_id;
  return (
    <header className={classes.header}>
      <div className={classes.title}>
        <h1 className={classes.name} title={run.team.name}>
          {team === null ? run.team.name : <Link to={`/teams/${team}`} title="Open the team in the builder">{run.team.name}</Link>}
        </h1>
        <span className={classes.crumb}>
          {run.team.revision !== null && team !== null && <Link to={`/teams/${team}?revision=${run.team.revision}`}>rev {run.team.revision}</Link>}
          <span>run {run.number}</span>
          {run.previous_run !== null && <Link to={`/runs/${run.previous_run}`} aria-label="Previous run of this session"><IconArrowLeft size={14} aria-hidden /></Link>}
          {run.next_run !== null && <Link to={`/runs/${run.next_run}`} aria-label="Next run of this session"><IconArrowRight size={14} aria-hidden /></Link>}
        </span>
      </div>
      <div className={classes.marks}>
        <StateBadge state={view.state} />
        {(run.scripted || view.scripted) && <ScriptedBadge />}
        <TimeMark />
      </div>
      <HeaderStats />
      <Actions />
    </header>
  );
}

function Actions() {
  const { run, snapshot, view, runBlocked } = useSession();
  const command = useRunCommand(run.id);
  const start = useStartRun();
  const { head } = snapshot;
  const ended = hasEnded(head);
  const held = view.state === "paused" || view.state === "quarantined";
  const pending = head.pendingCommand?.command;
  const commandBlocked = runBlocked ?? (pending === undefined ? undefined : `It was told to ${pending}; that takes effect at the next step.`);
  if (ended) {
    const again = (): void => {
      if (run.team.definition_id !== null) start.mutate({ definition: run.team.definition_id, revision: run.team.revision ?? undefined, task: run.task });
    };
    const reason = runBlocked ?? (run.team.definition_id === null ? "The team of this run is no longer in the library." : undefined);
    return (
      <div className={classes.actions}>
        <Why reason={reason}>
          <Button size="xs" variant="default" leftSection={<IconRepeat size={14} />} loading={start.isPending} disabled={reason !== undefined} onClick={again}>Run again</Button>
        </Why>
      </div>
    );
  }
  return (
    <div className={classes.actions}>
      {held ? (
        <Why reason={commandBlocked}>
          <Button size="xs" leftSection={<IconPlayerPlay size={14} />} loading={command.isPending && command.variables === "resume"} disabled={commandBlocked !== undefined} onClick={() => command.mutate("resume")}>Resume</Button>
        </Why>
      ) : (
        <Why reason={commandBlocked}>
          <Button size="xs" variant="default" leftSection={<IconPlayerPause size={14} />} loading={command.isPending && command.variables === "pause"} disabled={commandBlocked !== undefined} onClick={() => command.mutate("pause")}>Pause</Button>
        </Why>
      )}
      <Why reason={runBlocked}>
        <Button size="xs" variant="default" color="red" leftSection={<IconPlayerStop size={14} />} loading={command.isPending && command.variables === "stop"} disabled={runBlocked !== undefined || pending === "stop"} onClick={() => command.mutate("stop")}>Stop</Button>
      </Why>
    </div>
  );
}

function Why({ reason, children }: { reason: string | undefined; children: React.ReactNode }) {
  return <Tooltip label={reason} disabled={reason === undefined}><span>{children}</span></Tooltip>;
}
