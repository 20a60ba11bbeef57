import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";

import { revisionQuery, revisionsQuery } from "@/api/definitions";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { JsonView } from "@/components/JsonView";
import { TeamGraph } from "@/components/team-graph";
import { TimeAgo } from "@/components/TimeAgo";

import { useBuilder, useRun } from "../context";
import { replaceDocument } from "../document/commands";
import { docOf } from "../useDraft";
import { Drawer } from "./Drawer";
import classes from "../builder.module.css";

function RevisionView({ number, onBack, onClose }: { number: number; onBack: () => void; onClose: () => void }) {
  const { definition, readOnly } = useBuilder();
  const run = useRun();
  const revision = useQuery(revisionQuery(definition.id, number));
  const restore = () => {
    if (!revision.data) return;
    run(replaceDocument(docOf(revision.data), `Restore revision ${number}`));
    onClose();
  };
  const graph = definition.component_type === "team" || definition.component_type === "agent";
  return (
    <Drawer title={`Revision ${number}`} onClose={onClose} tall
      aside={<Group gap={8}><Button size="xs" variant="default" onClick={onBack}>All revisions</Button><Button size="xs" disabled={readOnly || !revision.data} onClick={restore}>Restore as draft</Button></Group>}>
      {revision.isError && <ErrorState error={revision.error} />}
      {revision.isPending && <Skeleton height={240} />}
      {revision.data && (graph
        ? <div style={{ height: "100%", minHeight: 240 }}><TeamGraph component={revision.data.component} layout={revision.data.layout} model={revision.data.settings?.model} /></div>
        : <JsonView value={revision.data.component} label={`Revision ${number}`} />)}
    </Drawer>
  );
}

/** The saved revisions: look at one, or take it as the draft. */
export function HistoryPanel({ onClose }: { onClose: () => void }) {
  const { definition } = useBuilder();
  const revisions = useQuery(revisionsQuery(definition.id));
  const [open, setOpen] = useState<number | null>(null);
  if (open !== null) return <RevisionView number={open} onBack={() => setOpen(null)} onClose={onClose} />;
  return (
    <Drawer title="History" onClose={onClose}>
      {revisions.isPending && <Skeleton height={96} />}
      {revisions.isError && <ErrorState error={revisions.error} onRetry={() => void revisions.refetch()} />}
      {revisions.data?.length === 0 && <EmptyState compact icon={IconHistory} title="No revision yet">Saving a revision keeps the draft as it is now, for good. Runs use revisions.</EmptyState>}
      <ul className={classes.rows}>
        {revisions.data?.map((revision) => (
          <li key={revision.number} className={classes.revision}>
            <span className="tabular" style={{ fontWeight: 600 }}>rev {revision.number}</span>
            <div style={{ minWidth: 0 }}>
              <div className="wrap-anywhere">{revision.note || <Text span c="dimmed">No note</Text>}</div>
              <Text size="xs" c="dimmed"><TimeAgo at={revision.created_at} />{revision.created_by && ` by ${revision.created_by.name}`}</Text>
            </div>
            <Button size="xs" variant="default" onClick={() => setOpen(revision.number)} aria-label={`Look at revision ${revision.number}`}>Look</Button>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
