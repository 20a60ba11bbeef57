import { Badge, Button, Group, Modal, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import { useNavigate } from "react-router";

import { createDefinition, saveRevision } from "@/api/definitions";
import { newKey } from "@/api/client";
import { useAbility, useMe } from "@/api/me";
import type { DefinitionDetail, GalleryTeam } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { ErrorState } from "@/components/ErrorState";
import { RunTaskForm } from "@/components/run-task/RunTaskForm";
import { ScriptedBadge } from "@/components/ScriptedBadge";
import { componentTree, useGraphFacts } from "@/components/team-graph";
import { graphColors } from "@/components/team-graph/flow";
import { agentsOf } from "@/components/team-graph/tree";
import { ToolChip } from "@/components/ToolChip";
import { USER_PROXY } from "@/lib/components";

import classes from "./GalleryCard.module.css";

function Cast({ team }: { team: GalleryTeam }) {
  const facts = useGraphFacts();
  const { agents, colors } = useMemo(() => {
    const root = componentTree(team.component);
    return { agents: agentsOf(root), colors: graphColors(root) };
  }, [team]);
  return (
    <ul className={classes.cast} aria-label="Agents">
      {agents.map((agent) => (
        <li key={agent.path} className={classes.agent}>
          <AgentAvatar name={agent.name} color={colors.get(agent.agentPath)} size={24} />
          <span className={classes.agentName}>{agent.name}</span>
          {agent.component.provider === USER_PROXY && <span className={classes.you}>you</span>}
          <span className={classes.tools}>
            {agent.tools.map((tool) => {
              const verdict = facts.verdict?.(tool);
              return <ToolChip key={tool.path} name={facts.toolName?.(tool) ?? tool.name} verdict={verdict?.verdict} reason={verdict?.reason} />;
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A ready team: who is in it, and two ways on: make it mine, or run it now. */
export function GalleryCard({ team }: { team: GalleryTeam }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { allowed, reason } = useAbility("edit");
  const scripted = useMe().scripted_default;
  const [running, { open, close }] = useDisclosure(false);
  // A run that failed to start is tried again with the copy that was made, not with another one.
  const copied = useRef<DefinitionDetail | null>(null);
  const copy = async () => {
    copied.current ??= await createDefinition({ gallery: team.slug }, newKey());
    void client.invalidateQueries({ queryKey: ["definitions"] });
    return copied.current;
  };
  const use = useMutation({ mutationFn: copy, onSuccess: (made) => void navigate(`/teams/${made.id}`) });
  const prepare = async () => {
    const made = await copy();
    const revision = made.latest_revision ?? (await saveRevision(made.id, { version: made.draft.version, note: "From the gallery" }, newKey())).number;
    copied.current = { ...made, latest_revision: revision };
    return { definition: made.id, revision };
  };
  return (
    <article className={classes.card} aria-label={team.name}>
      <div className={classes.head}>
        <h2 className={classes.name}>{team.name}</h2>
        {scripted && <ScriptedBadge tense="would" compact />}
      </div>
      <p className={classes.description}>{team.description}</p>
      <Cast team={team} />
      <Group gap={4} className={classes.tags}>{team.tags.map((tag) => <Badge key={tag} variant="default" size="sm" fw={500} tt="none">{tag}</Badge>)}</Group>
      {use.isError && <ErrorState error={use.error} compact />}
      <Group gap={8}>
        <Tooltip label={reason} disabled={allowed}>
          <Button leftSection={<IconPlayerPlay size={16} />} disabled={!allowed} onClick={open} aria-label={`Run ${team.name}`}>Run</Button>
        </Tooltip>
        <Tooltip label={reason} disabled={allowed}>
          <Button variant="default" disabled={!allowed} loading={use.isPending} onClick={() => use.mutate()} aria-label={`Use this team: ${team.name}`}>Use this team</Button>
        </Tooltip>
      </Group>
      <Modal opened={running} onClose={close} title={`Run ${team.name}`} size="lg">
        <RunTaskForm prepare={prepare} exampleTask={team.example_task} scripted={scripted} onCancel={close} />
      </Modal>
    </article>
  );
}
