import { Tooltip } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";

import { Money } from "@/components/Money";
import { formatDuration, formatTokens, plural } from "@/lib/format";
import { hasEnded, type RunView } from "@/run-model";

import { useSession } from "./model/session-context";
import classes from "./session.module.css";

/** Elapsed time, turn, tokens and cost as of the playhead. */
export function HeaderStats() {
  const { view, past } = useSession();
  const { tokens, cost } = view;
  const detail = [
    `${tokens.prompt.toLocaleString()} in`,
    ...(tokens.cached === null ? [] : [`${tokens.cached.toLocaleString()} of them cached`]),
    `${tokens.completion.toLocaleString()} out`,
    plural(view.modelCalls, "model call"),
  ].join(", ");
  return (
    <dl className={classes.stats}>
      <Stat label="Elapsed"><Elapsed view={view} frozen={past} /></Stat>
      <Stat label="Turn">{view.turn}</Stat>
      <Tooltip label={detail}>
        <div><Stat label="Tokens"><span tabIndex={0}>{formatTokens(tokens.prompt + tokens.completion)}</span></Stat></div>
      </Tooltip>
      <Stat label="Cost"><Cost usd={cost.usd} unknown={cost.unknownCalls} /></Stat>
    </dl>
  );
}

function Cost({ usd, unknown }: { usd: string; unknown: number }) {
  return <Money usd={unknown > 0 && usd === "0" ? null : usd} unknown={unknown > 0} />;
}

function Stat({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.stat}>
      <dt>{label}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

function Elapsed({ view, frozen }: { view: RunView; frozen: boolean }) {
  const [now, setNow] = useState(() => Date.now());
  const ticking = !frozen && !hasEnded(view) && view.startedAt !== null;
  useInterval(() => setNow(Date.now()), 1_000, { autoInvoke: true });
  if (view.startedAt === null) return <>–</>;
  const until = ticking ? Math.max(now, view.lastAt) : (view.endedAt ?? view.lastAt);
  return <>{formatDuration(until - view.startedAt)}</>;
}
