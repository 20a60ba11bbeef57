import { Tooltip } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "react-router";

import type { Definition } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { DefinitionMenu } from "@/components/definition-list/DefinitionMenu";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { StateBadge } from "@/components/StateBadge";
import { TimeAgo } from "@/components/TimeAgo";
import { agentColors } from "@/lib/agent-colors";
import { plural } from "@/lib/format";

import classes from "@/components/definition-list/list.module.css";

interface TeamRowProps {
  team: Definition;
  onRename: () => void;
  onDuplicate: () => void;
  onArchive: () => void;
}

const FACES = 5;

export function TeamRow({ team, ...actions }: TeamRowProps) {
  const colors = agentColors(team.agents);
  const { errors } = team.problems;
  return (
    <li className={classes.row}>
      <Link to={`/teams/${team.id}`} className={classes.link}>
        <span className={classes.text}>
          <span className={classes.name}>{team.name}</span>
          {team.description && <span className={`${classes.description} clip`} style={{ display: "block" }}>{team.description}</span>}
        </span>
        <span className={classes.faces}>
          {team.agents.slice(0, FACES).map((name, index) => <Tooltip key={`${name}${index}`} label={name}><span><AgentAvatar name={name} color={colors.get(name)} size={24} /></span></Tooltip>)}
          {team.agents.length > FACES && <span className={classes.fact}>+{team.agents.length - FACES}</span>}
        </span>
        <span className={classes.fact}>{team.latest_revision === null ? "draft" : `rev ${team.latest_revision}${team.draft_changed ? " + draft" : ""}`}</span>
        <span className={classes.fact}><TimeAgo at={team.updated_at} /></span>
      </Link>
      {errors > 0 && <Tooltip label={plural(errors, "error")}><IconAlertTriangle size={16} color="var(--state-failed)" aria-label={plural(errors, "error")} /></Tooltip>}
      {team.scripted && <ScriptedBadge tense="would" compact />}
      <span className={classes.state}>{team.last_run && <Link to={`/runs/${team.last_run.id}`} aria-label={`Last run of ${team.name}: ${team.last_run.state}`} style={{ textDecoration: "none" }}><StateBadge state={team.last_run.state} /></Link>}</span>
      <DefinitionMenu definition={team} {...actions} />
    </li>
  );
}
