import { useQuery } from "@tanstack/react-query";

import { requestContextQuery } from "@/api/decisions";
import type { Event } from "@/api/types";
import { AgentAvatar } from "@/components/AgentAvatar";
import { ErrorState } from "@/components/ErrorState";
import { MarkdownView } from "@/components/MarkdownView";
import { VisibleText } from "@/components/tool-call";
import { agentName, type RunEvent } from "@/run-model";

import { contextEntries } from "./context-entries";
import classes from "./approvals.module.css";

/** What was said before the request: the model's words, apart from what will run. */
export function RequestContext({ id, question }: { id: string; question: boolean }) {
  const context = useQuery(requestContextQuery(id));
  if (context.isError) return <ErrorState compact error={context.error} onRetry={() => void context.refetch()} />;
  const entries = contextEntries((context.data?.results ?? []) as Event[] as unknown as RunEvent[]);
  if (entries.length === 0) return null;
  return (
    <section className={classes.context} aria-label="What led to this">
      <h2>What led to this</h2>
      {!question && <p className={classes.dim}>Words of the agents. They explain, and they decide nothing: what runs is above.</p>}
      <ol>
        {entries.map((entry) => (
          <li key={entry.seq}>
            <AgentAvatar name={entry.who} size={20} />
            <div className={classes.said}>
              <span className={classes.who}>{agentName(entry.who)} {entry.tool !== null && <span className={classes.dim}>result of {entry.tool}</span>}</span>
              {entry.tool === null ? <MarkdownView text={entry.text} /> : <pre className={classes.result} tabIndex={0}><VisibleText text={entry.text} /></pre>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
