import { Button } from "@mantine/core";
import {
  IconAlertTriangle, IconBiohazard, IconBulb, IconCircleCheck, IconClockX, IconHourglassEmpty, IconInfoCircle, IconPlayerPauseFilled, IconPlayerPlay, IconPlayerStop, IconPlugConnectedX, IconQuestionMark,
} from "@tabler/icons-react";
import { Link } from "react-router";

import { plural } from "@/lib/format";
import type { EndItem, NoticeItem, UnknownItem } from "@/run-model";

import { LazyJson } from "../inspector/LazyJson";
import { useSession } from "../model/session-context";
import { useRunCommand } from "../model/useRunCommands";
import { ErrorCard } from "./ErrorCard";
import { isKeyTrouble, noticeWords } from "./notice-words";
import classes from "./transcript.module.css";

const ICONS = {
  "run.warned": IconAlertTriangle,
  "run.paused": IconPlayerPauseFilled,
  "run.parked": IconHourglassEmpty,
  "run.requeued": IconPlayerPlay,
  "run.lease_expired": IconPlugConnectedX,
  "run.quarantined": IconBiohazard,
  "command.received": IconInfoCircle,
  "memory.queried": IconBulb,
  "turn.ended": IconClockX,
} as const;

/** Something that happened to the run itself. */
export function NoticeItemView({ item }: { item: NoticeItem }) {
  const { payload } = item;
  const words = noticeWords(payload);
  const Icon = ICONS[payload.kind];
  const code = payload.kind === "run.paused" || payload.kind === "run.warned" ? payload.code : null;
  return (
    <div className={classes.notice} data-tone={words.tone} role={words.tone === "bad" ? "alert" : undefined}>
      <Icon size={18} aria-hidden />
      <div className={classes.noticeText}>
        <strong>{words.title}</strong>
        {payload.kind === "memory.queried" ? <MemoryResults payload={payload} /> : words.detail && <p>{words.detail}</p>}
        {words.hint && <p className={classes.hint}>{words.hint}</p>}
        {code !== null && <code className={classes.code}>{code}</code>}
      </div>
      <div className={classes.noticeActions}>
        {code !== null && isKeyTrouble(code) && <Button component={Link} to="/settings/models" size="xs" variant="default">Open settings</Button>}
        {(payload.kind === "run.paused" || payload.kind === "run.quarantined") && <ResumeHere item={item} />}
      </div>
    </div>
  );
}

type Queried = Extract<NoticeItem["payload"], { kind: "memory.queried" }>;

/** What an agent was reminded of before it answered, and by which question. */
function MemoryResults({ payload }: { payload: Queried }) {
  return (
    <details className={classes.thought}>
      <summary>{plural(payload.results.length, "memory", "memories")}{payload.query && <> for “{payload.query.slice(0, 120)}”</>}</summary>
      <ul className={classes.memories}>{payload.results.map((result, index) => <li key={index}>{textOf(result.content)}</li>)}</ul>
    </details>
  );
}

const textOf = (content: unknown): string => (typeof content === "string" ? content : JSON.stringify(content));

/** Resume stands on the pause that holds the run now, not on those before it. */
function ResumeHere({ item }: { item: NoticeItem }) {
  const { run, view, runBlocked } = useSession();
  const command = useRunCommand(run.id);
  const holds = view.state === "paused" || view.state === "quarantined";
  const newest = newestHold(view.items.toArray().filter((other): other is NoticeItem => other.type === "notice"));
  if (!holds || newest !== item.id) return null;
  return (
    <Button size="xs" leftSection={<IconPlayerPlay size={14} />} disabled={runBlocked !== undefined} title={runBlocked} loading={command.isPending} onClick={() => command.mutate("resume")}>
      Resume
    </Button>
  );
}

function newestHold(notices: readonly NoticeItem[]): number | undefined {
  return notices.findLast(({ payload: { kind } }) => kind === "run.paused" || kind === "run.quarantined")?.id;
}

export function EndItemView({ item }: { item: EndItem }) {
  const { payload } = item;
  if (payload.kind === "run.failed") return <ErrorCard error={payload.error} title="The run failed" />;
  const done = payload.kind === "run.completed";
  const Icon = done ? IconCircleCheck : IconPlayerStop;
  return (
    <div className={classes.notice} data-tone={done ? "good" : "quiet"}>
      <Icon size={18} aria-hidden />
      <div className={classes.noticeText}>
        <strong>{done ? "Completed" : `Stopped${payload.by === null ? "" : ` by ${payload.by.name}`}`}</strong>
        <p>{done ? payload.stop_reason : payload.reason}</p>
      </div>
    </div>
  );
}

export function UnknownItemView({ item }: { item: UnknownItem }) {
  return (
    <details className={classes.thought}>
      <summary><IconQuestionMark size={14} aria-hidden /> Unknown event {item.kind}: a newer version of Troupe wrote it</summary>
      <LazyJson value={item.payload} label={`Event ${item.kind}`} />
    </details>
  );
}
