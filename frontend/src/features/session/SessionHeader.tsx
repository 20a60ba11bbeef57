import { IconArrowLeft, IconArrowRight } from "@tabler/icons-react";
import { Link } from "react-router";

import { ScriptedBadge } from "@/components/ScriptedBadge";
import { StateBadge } from "@/components/StateBadge";

import { HeaderStats } from "./HeaderStats";
import { useSession } from "./model/session-context";
import { RunActions } from "./RunActions";
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
      <RunActions />
    </header>
  );
}
