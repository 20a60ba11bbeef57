import { Button, Tabs } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconArrowLeft, IconChecks, IconInbox } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { decidedRequestsQuery } from "@/api/decisions";
import type { Request } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageSkeleton } from "@/components/PageSkeleton";
import { useInbox } from "@/lib/socket/inbox";

import { RequestDetail } from "./RequestDetail";
import { RequestList } from "./RequestList";
import { useListKeys } from "./useListKeys";
import classes from "./approvals.module.css";

type Tab = "waiting" | "decided";

/** What waits for a person, and what was decided. Exactly what will happen is on the right. */
export function ApprovalsPage() {
  const { id } = useParams();
  const inbox = useInbox();
  const [tab, setTab] = useState<Tab>("waiting");
  const decided = useQuery({ ...decidedRequestsQuery, enabled: tab === "decided" });
  useDocumentTitle(`${inbox.pending > 0 ? `(${inbox.pending}) ` : ""}Approvals · Troupe`);
  const requests = tab === "waiting" ? inbox.requests : newestFirst(decided.data?.results ?? []);
  const loading = tab === "waiting" ? !inbox.loaded : decided.isPending;
  const shown = id ?? requests[0]?.id;
  const go = useGo();
  useListKeys(requests, shown, go);

  const afterDecision = (request: Request): void => {
    // The inbox may have dropped it already, so its place is found by its age.
    const others = requests.filter((other) => other.id !== request.id);
    const next = others.find((other) => other.created_at >= request.created_at) ?? others.at(-1);
    if (tab === "waiting") go(next?.id);
  };
  return (
    <div className={classes.page} data-detail={id !== undefined || undefined}>
      <section className={classes.side} aria-label="Requests">
        <header className={classes.sideHead}>
          <h1>Approvals</h1>
          <Tabs value={tab} onChange={(value) => { setTab(value as Tab); go(undefined); }} variant="default">
            <Tabs.List>
              <Tabs.Tab value="waiting">Waiting{inbox.pending > 0 && <span className={classes.count}>{inbox.pending}</span>}</Tabs.Tab>
              <Tabs.Tab value="decided">Decided</Tabs.Tab>
            </Tabs.List>
          </Tabs>
        </header>
        {tab === "decided" && decided.isError && <ErrorState compact error={decided.error} onRetry={() => void decided.refetch()} />}
        {loading ? <PageSkeleton /> : <RequestList requests={requests} selected={shown} />}
        {requests.length > 0 && <p className={classes.hint}><kbd>J</kbd> <kbd>K</kbd> move{tab === "waiting" && <> · <kbd>A</kbd> approve · <kbd>E</kbd> edit · <kbd>D</kbd> deny · <kbd>R</kbd> answer</>}</p>}
      </section>
      <section className={classes.main} aria-label="Request">
        {id !== undefined && (
          <Button className={classes.back} variant="subtle" color="gray" size="xs" leftSection={<IconArrowLeft size={14} />} onClick={() => go(undefined)}>All requests</Button>
        )}
        {shown !== undefined ? (
          <RequestDetail key={shown} id={shown} known={requests.find((request) => request.id === shown)} onDecided={afterDecision} />
        ) : (
          !loading && <Nothing tab={tab} />
        )}
      </section>
    </div>
  );
}

function newestFirst(requests: readonly Request[]): Request[] {
  const at = (request: Request): string => request.decided_at ?? request.created_at;
  return requests.toSorted((a, b) => at(b).localeCompare(at(a)));
}

function useGo(): (id: string | undefined) => void {
  const navigate = useNavigate();
  return (id) => void navigate(id === undefined ? "/approvals" : `/approvals/${id}`, { replace: true });
}

function Nothing({ tab }: { tab: Tab }) {
  return tab === "waiting" ? (
    <EmptyState icon={IconInbox} title="Nothing waits for you">
      When an agent wants to use a tool that needs a person, or asks you something, it appears here and the run waits for as long as it takes.
    </EmptyState>
  ) : (
    <EmptyState icon={IconChecks} title="Nothing decided yet">Every decision stays here, with who took it and when.</EmptyState>
  );
}
