import { Button, Skeleton, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { IconPlus, IconSearch, IconUpload, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { api } from "@/api/client";
import { useAbility } from "@/api/me";
import type { Definition, Page } from "@/api/types";
import { ImportDialog } from "@/components/definition-list/ImportDialog";
import { RenameDialog, useDefinitionActions } from "@/components/definition-list/useDefinitionActions";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageFrame } from "@/components/PageFrame";

import { NewTeamDialog } from "./NewTeamDialog";
import { TeamRow } from "./TeamRow";
import classes from "@/components/definition-list/list.module.css";

function useTeams(search: string) {
  return useInfiniteQuery({
    queryKey: ["definitions", "teams", search],
    queryFn: ({ pageParam, signal }) => api.get<Page<Definition>>("/definitions", { params: { component_type: "team", search, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function TeamsPage() {
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  const [settled] = useDebouncedValue(search.trim(), 200);
  const teams = useTeams(settled);
  const { allowed, reason } = useAbility("edit");
  const { archive, duplicate } = useDefinitionActions();
  const [renamed, setRenamed] = useState<Definition | null>(null);
  const [importing, setImporting] = useState(false);
  const creating = params.get("new") !== null;
  const setCreating = (open: boolean) => setParams(open ? { new: "1" } : {}, { replace: true });
  const found = teams.data?.pages.flatMap((page) => page.results) ?? [];
  const actions = (
    <>
      <Button variant="default" leftSection={<IconUpload size={16} />} disabled={!allowed} onClick={() => setImporting(true)}>Import</Button>
      <Tooltip label={reason} disabled={allowed}><Button leftSection={<IconPlus size={16} />} disabled={!allowed} onClick={() => setCreating(true)}>New team</Button></Tooltip>
    </>
  );
  return (
    <PageFrame title="Teams" lead="The teams of this workspace. Open one to build it, run it, or see what it did." actions={actions} wide>
      <div className={classes.bar}>
        <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} leftSection={<IconSearch size={16} />} placeholder="Search teams" aria-label="Search teams" style={{ flex: "0 1 360px" }} />
      </div>
      {teams.isPending && <div className={classes.list} role="status" aria-label="Loading">{[0, 1, 2, 3].map((n) => <Skeleton key={n} height={56} mb={4} />)}</div>}
      {teams.isError && <ErrorState error={teams.error} onRetry={() => void teams.refetch()} />}
      {found.length > 0 && (
        <ul className={classes.list} aria-label="Teams">
          {found.map((team) => <TeamRow key={team.id} team={team} onRename={() => setRenamed(team)} onDuplicate={() => duplicate(team)} onArchive={() => archive(team)} />)}
        </ul>
      )}
      {teams.hasNextPage && <Button mt={12} variant="default" loading={teams.isFetchingNextPage} onClick={() => void teams.fetchNextPage()}>Show more</Button>}
      {teams.isSuccess && found.length === 0 && (settled ? (
        <EmptyState icon={IconSearch} title={`No team matches “${settled}”`} action={<Button variant="default" onClick={() => setSearch("")}>Clear the search</Button>} />
      ) : (
        <EmptyState icon={IconUsersGroup} title="No team yet" action={<Button disabled={!allowed} onClick={() => setCreating(true)}>New team</Button>}>
          A team is a few agents that take turns on a task, with tools and a rule for when they stop.
        </EmptyState>
      ))}
      {creating && allowed && <NewTeamDialog onClose={() => setCreating(false)} />}
      {renamed && <RenameDialog definition={renamed} onClose={() => setRenamed(null)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </PageFrame>
  );
}
