import { Button, SegmentedControl, Skeleton, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { IconBooks, IconPlus, IconSearch, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { definitionsQuery } from "@/api/definitions";
import { useAbility } from "@/api/me";
import type { ComponentType, Definition } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { ComponentIcon } from "@/components/ComponentIcon";
import { DefinitionMenu } from "@/components/definition-list/DefinitionMenu";
import { ImportDialog } from "@/components/definition-list/ImportDialog";
import { RenameDialog, useDefinitionActions } from "@/components/definition-list/useDefinitionActions";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageFrame } from "@/components/PageFrame";
import { TimeAgo } from "@/components/TimeAgo";

import { NewComponentDialog } from "./NewComponentDialog";
import classes from "@/components/definition-list/list.module.css";

const KINDS: { value: string; label: string }[] = [
  { value: "all", label: "All" },
  { value: "agent", label: "Agents" },
  { value: "tool", label: "Tools" },
  { value: "model", label: "Models" },
  { value: "termination", label: "Terminations" },
];

function Row({ item, onRename }: { item: Definition; onRename: () => void }) {
  const { archive, duplicate } = useDefinitionActions();
  return (
    <li className={classes.row}>
      <Link to={`/library/${item.id}`} className={classes.link}>
        {item.component_type === "agent" ? <AgentAvatar name={item.name} size={36} /> : <span className={classes.icon}><ComponentIcon type={item.component_type} size={20} /></span>}
        <span className={classes.text}>
          <span className={classes.name}>{item.name}</span>
          <span className={`${classes.description} clip`} style={{ display: "block" }}>{item.description || "No description"}</span>
        </span>
        <span className={classes.fact}>{item.component_type.replaceAll("_", " ")}</span>
        <span className={classes.fact}>{item.latest_revision === null ? "draft" : `rev ${item.latest_revision}${item.draft_changed ? " + draft" : ""}`}</span>
        <span className={classes.fact}><TimeAgo at={item.updated_at} /></span>
      </Link>
      <DefinitionMenu definition={item} onRename={onRename} onDuplicate={() => duplicate(item)} onArchive={() => archive(item)} />
    </li>
  );
}

/** Components other than teams, kept to be used in many. */
export function LibraryPage() {
  const [kind, setKind] = useState("all");
  const [search, setSearch] = useState("");
  const [settled] = useDebouncedValue(search.trim(), 200);
  const [creating, setCreating] = useState(false);
  const [importing, setImporting] = useState(false);
  const [renamed, setRenamed] = useState<Definition | null>(null);
  const { allowed, reason } = useAbility("edit");
  const list = useQuery({ ...definitionsQuery({ search: settled, limit: 200, ...(kind === "all" ? {} : { component_type: kind as ComponentType }) }), placeholderData: keepPreviousData });
  const items = (list.data?.results ?? []).filter((item) => item.component_type !== "team");
  const filtered = settled !== "" || kind !== "all";
  const actions = (
    <>
      <Button variant="default" leftSection={<IconUpload size={16} />} disabled={!allowed} onClick={() => setImporting(true)}>Import</Button>
      <Tooltip label={reason} disabled={allowed}><Button leftSection={<IconPlus size={16} />} disabled={!allowed} onClick={() => setCreating(true)}>New component</Button></Tooltip>
    </>
  );
  return (
    <PageFrame title="Library" lead="Agents, tools and models to use in many teams. Linked into a team, they change everywhere at once." actions={actions} wide>
      <div className={classes.bar}>
        <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} leftSection={<IconSearch size={16} />} placeholder="Search the library" aria-label="Search the library" style={{ flex: "0 1 360px" }} />
        <div style={{ overflowX: "auto", maxWidth: "100%" }}><SegmentedControl value={kind} onChange={setKind} data={KINDS} aria-label="Kind of component" /></div>
      </div>
      {list.isPending && <div className={classes.list} role="status" aria-label="Loading">{[0, 1, 2].map((n) => <Skeleton key={n} height={56} mb={4} />)}</div>}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {items.length > 0 && <ul className={classes.list} aria-label="Components">{items.map((item) => <Row key={item.id} item={item} onRename={() => setRenamed(item)} />)}</ul>}
      {list.isSuccess && items.length === 0 && (filtered ? (
        <EmptyState icon={IconSearch} title="Nothing matches" action={<Button variant="default" onClick={() => { setSearch(""); setKind("all"); }}>Show everything</Button>} />
      ) : (
        <EmptyState icon={IconBooks} title="The library is empty" action={<Button disabled={!allowed} onClick={() => setCreating(true)}>New component</Button>}>
          Keep an agent here when more than one team needs it. Drag it into a team as a link or as a copy.
        </EmptyState>
      ))}
      {creating && <NewComponentDialog onClose={() => setCreating(false)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
      {renamed && <RenameDialog definition={renamed} onClose={() => setRenamed(null)} />}
    </PageFrame>
  );
}
