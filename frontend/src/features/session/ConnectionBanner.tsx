import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";

import { errorText } from "@/api/client";

import { useSession } from "./model/session-context";
import classes from "./session.module.css";

/** Only when something is wrong: what is shown may be old, and what is done about it. */
export function ConnectionBanner() {
  const { snapshot, controller } = useSession();
  const words = snapshot.error !== null && snapshot.head.seq > 0 ? errorText(snapshot.error) : WORDS[snapshot.connection];
  if (words === undefined) return null;
  const retry = snapshot.error === null ? () => controller.reconnect() : () => controller.retry();
  return (
    <div className={classes.banner} role="status">
      <IconPlugConnectedX size={16} aria-hidden />
      <span>{words}</span>
      {snapshot.connection !== "polling" && snapshot.connection !== "refused" && <Button size="compact-xs" variant="default" onClick={retry}>Try now</Button>}
    </div>
  );
}

const WORDS: Partial<Record<string, string>> = {
  reconnecting: "The connection was lost. The run goes on without this page; what it missed is read when it is back.",
  offline: "You are offline. The run goes on without this page; what it missed is read when you are back.",
  polling: "Live updates are not available here, so the page asks every few seconds.",
  refused: "The server no longer sends this run to you. Sign in again, or reload the page.",
};
