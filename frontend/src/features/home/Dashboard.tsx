import { Anchor, Button, Tooltip } from "@mantine/core";
import { IconChecklist, IconChevronRight, IconPlayerPlay, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";

import type { Definition, Request, RunSummary } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { EmptyState } from "@/components/EmptyState";
import { Panel } from "@/components/Panel";
import { RunRow } from "@/components/run-row/RunRow";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { TimeAgo } from "@/components/TimeAgo";
import { agentColors } from "@/lib/agent-colors";
import { useInbox } from "@/lib/socket/inbox";

import classes from "./home.module.css";

const ACTIVE = new Set<RunSummary["state"]>(["queued", "running", "waiting", "paused", "quarantined"]);

function sentence(request: Request): string {
  if (request.kind === "input") return request.prompt || "asks you something";
  if (request.kind === "in_doubt") return `is not sure whether ${request.tool ?? "a call"} happened`;
  return `wants to run ${request.tool ?? "a tool"}`;
}

function RequestRow({ request }: { request: Request }) {
  return (
    <Link to={`/approvals/${request.id}`} className={classes.request}>
      <AgentAvatar name={request.agent} size={24} />
      <span style={{ flex: 1, minWidth: 0 }}>
        <span className="clip" style={{ display: "block" }}><strong>{request.agent}</strong> {sentence(request)}</span>
        <span className={classes.dim}>{request.run.team_name} · <TimeAgo at={request.created_at} /></span>
      </span>
      <IconChevronRight size={16} color="var(--t-dim)" aria-hidden />
    </Link>
  );
}

function TeamRow({ team }: { team: Definition }) {
  const colors = agentColors(team.agents);
  return (
    <li className={classes.team}>
      <Link to={`/teams/${team.id}`} className={classes.teamLink}>
        <span className="clip" style={{ fontWeight: 550 }}>{team.name}</span>
        <span className={classes.faces}>{team.agents.slice(0, 6).map((name, index) => <Tooltip key={`${name}${index}`} label={name}><span><AgentAvatar name={name} color={colors.get(name)} size={20} /></span></Tooltip>)}</span>
      </Link>
      {team.scripted && <ScriptedBadge tense="would" compact />}
    </li>
  );
}

export function Dashboard({ runs, teams }: { runs: RunSummary[]; teams: Definition[] }) {
  const inbox = useInbox();
  const active = runs.filter((run) => ACTIVE.has(run.state));
  const ended = runs.filter((run) => !ACTIVE.has(run.state)).slice(0, 8);
  return (
    <div className={classes.columns}>
      <div>
        <Panel title="Waiting for you" aside={inbox.pending > 0 && <Anchor component={Link} to="/approvals" size="sm">All approvals</Anchor>}>
          {inbox.requests.slice(0, 5).map((request) => <RequestRow key={request.id} request={request} />)}
          {inbox.loaded && inbox.pending === 0 && <EmptyState compact icon={IconChecklist} title="Nothing waits for you">When an agent wants to do something with side effects, it asks here first.</EmptyState>}
        </Panel>
        <Panel title="In progress">
          {active.map((run) => <RunRow key={run.id} run={run} />)}
          {active.length === 0 && <EmptyState compact icon={IconPlayerPlay} title="Nothing is in progress">Open a team and press Run.</EmptyState>}
        </Panel>
        {ended.length > 0 && (
          <Panel title="Ended" aside={<Anchor component={Link} to="/sessions" size="sm">All sessions</Anchor>}>
            {ended.map((run) => <RunRow key={run.id} run={run} />)}
          </Panel>
        )}
      </div>
      <div>
        <Panel title="Teams" aside={<Button component={Link} to="/teams?new=1" size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />}>New team</Button>}>
          <ul className={classes.list}>{teams.slice(0, 10).map((team) => <TeamRow key={team.id} team={team} />)}</ul>
          {teams.length === 0 && <p className={classes.dim} style={{ padding: "0 12px" }}>No team yet.</p>}
          <Anchor component={Link} to="/gallery" size="sm" className={classes.more}>Start from a gallery team</Anchor>
        </Panel>
      </div>
    </div>
  );
}
