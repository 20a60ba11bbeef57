import { Button, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconHistory, IconSearch } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";

import { definitionsQuery } from "@/api/definitions";
import { sessionsQuery } from "@/api/sessions";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";
import { useInbox } from "@/lib/socket/inbox";

import { matchingSessions, STATE_FILTERS, withLiveRuns } from "./filter-sessions";
import { SessionRow } from "./SessionRow";
import classes from "./sessions.module.css";

/** Every conversation with a team, and the runs it consists of. */
export function SessionsPage() {
  const [params, setParams] = useSearchParams();
  const filter = { team: params.get("team") ?? "", state: params.get("state") ?? "", text: params.get("q") ?? "" };
  const sessions = useInfiniteQuery(sessionsQuery(filter.team ? { definition: filter.team } : {}));
  const { activeRuns } = useInbox();
  const set = (name: string, value: string | null): void =>
    setParams((now) => {
      if (value) now.set(name, value);
      else now.delete(name);
      return now;
    }, { replace: true });
  const all = withLiveRuns(sessions.data?.pages.flatMap((page) => page.results) ?? [], activeRuns);
  const shown = matchingSessions(all, filter);
  const filtered = filter.team !== "" || filter.state !== "" || filter.text !== "";
  return (
    <PageFrame title="Sessions" lead="Conversations with your teams. Open one to watch it, replay it or go on with it." wide>
      {(all.length > 0 || filtered) && <Filters filter={filter} onSet={set} />}
      {sessions.isPending ? (
        <PageSkeleton />
      ) : sessions.isError && all.length === 0 ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : shown.length > 0 ? (
        <ul className={classes.list}>
          {shown.map((session) => <SessionRow key={session.id} session={session} />)}
        </ul>
      ) : (
        <Nothing filtered={filtered} onClear={() => setParams({}, { replace: true })} />
      )}
      {sessions.hasNextPage && (
        <Button className={classes.more} variant="default" loading={sessions.isFetchingNextPage} onClick={() => void sessions.fetchNextPage()}>Load older sessions</Button>
      )}
    </PageFrame>
  );
}

interface FiltersProps {
  filter: { team: string; state: string; text: string };
  onSet: (name: string, value: string | null) => void;
}

function Filters({ filter, onSet }: FiltersProps) {
  const teams = useQuery(definitionsQuery({ component_type: "team" }));
  return (
    <div className={classes.filters} role="search">
      <TextInput aria-label="Search sessions" placeholder="Search" leftSection={<IconSearch size={16} aria-hidden />} value={filter.text} onChange={(event) => onSet("q", event.currentTarget.value)} />
      <Select aria-label="Team" placeholder="Every team" clearable searchable value={filter.team || null} onChange={(value) => onSet("team", value)} data={(teams.data?.results ?? []).map(({ id, name }) => ({ value: id, label: name }))} />
      <Select aria-label="State" placeholder="Every state" clearable value={filter.state || null} onChange={(value) => onSet("state", value)} data={[...STATE_FILTERS]} />
    </div>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <EmptyState icon={IconSearch} title="No session matches" action={<Button variant="default" onClick={onClear}>Clear the filters</Button>}>
      Only sessions loaded so far are searched.
    </EmptyState>
  ) : (
    <EmptyState icon={IconHistory} title="No sessions yet" action={<Button component={Link} to="/gallery">Open the gallery</Button>}>
      Start a team and its conversation is kept here: every run, every event, to replay or to go on with.
    </EmptyState>
  );
}
